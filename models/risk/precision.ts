import type { Precision, PrecisionTarget } from '../../schemas/precision.ts';
import { CHUNK_PATHS, type PathColumns } from '../simulation/columns.ts';
import { expectedShortfall } from './expected-shortfall.ts';
import { formatCount, formatFigure } from './format-figure.ts';
import { withWilsonError } from './limits/limit-metrics.ts';
import { levelFunction } from './limits/vocabulary.ts';
import type { Estimate } from './moments.ts';
import { probability } from './probability.ts';
import { sortSample } from './sample.ts';
import { valueAtRisk } from './value-at-risk.ts';
import type { Weighting } from './weighting.ts';

/** Precision that a scenario is simulated for. */
export interface Target {
  readonly metric: PrecisionTarget['metric'];
  /** null for a figure without one */
  readonly level: number | null;
  /** standard error over |value|, in (0, 1) */
  readonly relativeError: number;
  /** paths of the first batch: whole chunks, or maxPaths */
  readonly firstPaths: number;
  readonly maxPaths: number;
}

/** Paths simulated on top of those that the estimate calls for, since the estimate has an error of its own. */
const RESERVE = 1.1;
/** Each batch is worth the measure that follows it, and there are few chances to stop by luck. */
const LEAST_GROWTH = 1.25;
/** An estimate from few paths may be wrong by any factor: it is taken again before most of the work is done. */
const MOST_GROWTH = 4;

/** @param paths  of the first batch as asked for; filled up to whole chunks, which are never simulated twice */
export function resolveTarget({ metric, level, relativeError, maxPaths }: PrecisionTarget, paths: number): Target {
  return { metric, level: level ?? null, relativeError, firstPaths: Math.min(wholeChunks(paths), maxPaths), maxPaths };
}

/** Whether a figure is one of a level: es and var, but no probability. */
export function hasLevel(metric: Target['metric']): boolean {
  return levelFunction(metric) !== undefined;
}

/**
 * The figure of a target with the error that limits use.
 *
 * @param columns    of the paths so far, and no more
 * @param weighting  of the same paths, or null for plain sampling
 * @throws RangeError when a P&L is not finite, or es or var has no level
 */
export function targetFigure(
  columns: Pick<PathColumns, 'pnl' | 'breachDay' | 'ruinDay'>,
  weighting: Weighting | null,
  { metric, level }: Pick<Target, 'metric' | 'level'>,
): Estimate {
  return FIGURES[metric](columns, weighting, level ?? Number.NaN);
}

type Figure = (
  columns: Pick<PathColumns, 'pnl' | 'breachDay' | 'ruinDay'>,
  weighting: Weighting | null,
  level: number,
) => Estimate;

const FIGURES: Readonly<Record<Target['metric'], Figure>> = {
  es: ({ pnl }, weighting, level) => expectedShortfall(sortSample(pnl, weighting), level),
  var: ({ pnl }, weighting, level) => valueAtRisk(sortSample(pnl, weighting), level),
  probabilityOfLoss: ({ pnl }, weighting) => withWilsonError(probability(lossFlags(pnl), weighting)),
  probabilityOfBreach: ({ breachDay }, weighting) => withWilsonError(probability(breachDay, weighting)),
  probabilityOfRuin: ({ ruinDay }, weighting) => withWilsonError(probability(ruinDay, weighting)),
};

function lossFlags(pnl: Float64Array): Uint8Array {
  const flags = new Uint8Array(pnl.length);
  for (let i = 0; i < flags.length; i++) if (pnl[i] < 0) flags[i] = 1;
  return flags;
}

/** Standard error over |value|; null where the value is 0 or the error cannot be told. */
export function relativeErrorOf({ value, standardError }: Estimate): number | null {
  return standardError === null || value === 0 ? null : standardError / Math.abs(value);
}

/**
 * Paths at which the next estimate is taken, from this one alone:
 *
 *   n' = clamp(1.1 n (achieved / asked)^2, 1.25 n, 4 n),   in whole chunks, at most maxPaths
 *
 * since a standard error falls as 1/sqrt(n). An error that cannot be told counts as infinite.
 *
 * Source: Y. Chow, H. Robbins, On the asymptotic theory of fixed-width sequential confidence intervals for the mean,
 * Annals of Mathematical Statistics 36 (1965); P. Glynn, W. Whitt, The asymptotic validity of sequential stopping rules
 * for stochastic simulations, Annals of Applied Probability 2 (1992).
 * @param paths     simulated so far, n
 * @param achieved  relative standard error, or null
 * @returns `paths` when the target is reached or maxPaths are done, more otherwise
 */
export function nextPaths(
  paths: number,
  achieved: number | null,
  target: Pick<Target, 'relativeError' | 'maxPaths'>,
): number {
  if ((achieved !== null && achieved <= target.relativeError) || paths >= target.maxPaths) return paths;
  const ratio = achieved === null ? Infinity : achieved / target.relativeError;
  const needed = Math.min(Math.max(RESERVE * paths * ratio * ratio, LEAST_GROWTH * paths), MOST_GROWTH * paths);
  return Math.min(wholeChunks(needed), target.maxPaths);
}

function wholeChunks(paths: number): number {
  return CHUNK_PATHS * Math.ceil(paths / CHUNK_PATHS);
}

/** The target as the result of a scenario states it. */
export function precisionOf(
  { metric, level, relativeError: asked }: Pick<Target, 'metric' | 'level' | 'relativeError'>,
  figure: Estimate,
  batches: number,
): Precision {
  const achieved = relativeErrorOf(figure);
  return { metric, level, relativeError: asked, reached: achieved !== null && achieved <= asked, achieved, batches };
}

/** What a reader should know about a target that was not reached. */
export function precisionWarnings(
  { metric, level, relativeError, reached, achieved }: Precision,
  figure: Estimate,
  paths: number,
): string[] {
  if (reached) return [];
  const name = level === null ? metric : `${metric}(${level})`;
  const after = formatCount(paths, 'path');
  const asked = percent(relativeError);
  if (achieved !== null) {
    const needed = paths * (achieved / relativeError) ** 2;
    return [
      `the standard error of ${name} is ${percent(achieved)} of its value after ${after}, not the ${asked} asked for; that would take about ${formatCount(Number(needed.toPrecision(2)), 'path')}`,
    ];
  }
  const why =
    figure.value === 0
      ? `${name} is 0, of which an error is no fraction`
      : `the standard error of ${name} cannot be told`;
  return [`${why}, so the relative error of ${asked} asked for was not reached after ${after}`];
}

function percent(fraction: number): string {
  return formatFigure(fraction, 'fraction', '');
}

import { expectedShortfall } from '../expected-shortfall.ts';
import { NORMAL_95 } from '../../numeric/student-quantile.ts';
import { moments, standardDeviationError } from '../moments.ts';
import type { Estimate } from '../moments.ts';
import { complement, probability } from '../probability.ts';
import type { ProbabilityEstimate } from '../probability.ts';
import { survivabilityRatio } from '../survivability.ts';
import type { SurvivalColumns, SurvivalSettings } from '../survivability.ts';
import { quantileEstimate, valueAtRisk } from '../value-at-risk.ts';
import type { LimitMetrics } from './evaluate-limit.ts';
import type { ConstantName, LevelFunctionName } from './vocabulary.ts';

/** What is known of the book before any path is drawn. */
export interface BookFigures {
  /** model value at the start, money */
  readonly initialValue: number;
  /** sum of the initial values of the long options, money */
  readonly premium: number;
  /** sums over the positions */
  readonly greeks: {
    readonly delta: number;
    readonly gamma: number;
    readonly vega: number;
    readonly theta: number;
    readonly correlationVega: number;
  };
}

/**
 * The figures that limits are held against, each with its standard error.
 *
 * Figures of a level are computed from the sorted samples when asked for, at any level. A probability's error is the
 * half width of its Wilson interval over 1.959964, not the binomial error, which is 0 when nothing happened and would
 * pass a limit on ruin after ten paths. The book's own figures are exact; so are the worst and the best P&L, which are
 * facts of this sample and estimate nothing.
 * @throws RangeError when columns and settings do not fit each other
 */
export function limitMetrics(
  columns: SurvivalColumns,
  settings: Pick<SurvivalSettings, 'nav' | 'weighting'>,
  book: BookFigures,
): LimitMetrics {
  const { nav, weighting } = settings;
  const { sortedPnl, sortedDrawdown } = columns;
  const pnl = moments(columns.pnl, weighting);
  const breach = probability(columns.breachDay, weighting);
  const constants: Readonly<Record<ConstantName, Estimate>> = {
    nav: exact(nav),
    meanPnl: pnl.mean,
    stdevPnl: { value: pnl.standardDeviation, standardError: standardDeviationError(columns.pnl, weighting) },
    worstPnl: exact(pnl.min),
    bestPnl: exact(pnl.max),
    probabilityOfLoss: withWilsonError(pnl.probabilityOfLoss),
    probabilityOfBreach: withWilsonError(breach),
    survivalProbability: withWilsonError(complement(breach)),
    probabilityOfRuin: withWilsonError(probability(columns.ruinDay, weighting)),
    meanMaxDrawdown: moments(columns.maxDrawdown, weighting).mean,
    initialValue: exact(book.initialValue),
    netDelta: exact(book.greeks.delta),
    netGamma: exact(book.greeks.gamma),
    netVega: exact(book.greeks.vega),
    netTheta: exact(book.greeks.theta),
    correlationVega: exact(book.greeks.correlationVega),
    premium: exact(book.premium),
  };
  const functions: Readonly<Record<LevelFunctionName, (level: number) => Estimate>> = {
    var: (level) => valueAtRisk(sortedPnl, level),
    es: (level) => expectedShortfall(sortedPnl, level),
    survivability: (level) => {
      const { value, standardError } = valueAtRisk(sortedPnl, level);
      return {
        value: survivabilityRatio(nav, -value),
        standardError: standardError === null ? null : standardError / nav,
      };
    },
    maxDrawdown: (level) => quantileEstimate(sortedDrawdown, level),
  };
  return { constant: (name) => constants[name], atLevel: (name, level) => functions[name](level) };
}

function exact(value: number): Estimate {
  return { value, standardError: 0 };
}

/** A probability with the half width of its Wilson interval over 1.959964 as its error; see limitMetrics. */
export function withWilsonError({ value, interval95: [low, high] }: ProbabilityEstimate): Estimate {
  return { value, standardError: (high - low) / (2 * NORMAL_95) };
}

import type { Limit } from '../../schemas/book.ts';
import type { SamplingResult } from '../../schemas/sampling.ts';
import type { IndexCorrelation, LimitResult, RegimeResult, ScenarioResult } from '../../schemas/stress-result.ts';
import type { SamplingChoice } from '../sampling/choose-sampling.ts';
import { CHUNK_PATHS, type PathColumns } from '../simulation/columns.ts';
import type { RunPlan, ScenarioPlan } from '../simulation/plan.ts';
import { CompensatedSum } from './compensated-sum.ts';
import { meanGiven, pnlByDeciles } from './conditional.ts';
import { dayQuantile, dayShares, meanDay } from './day-column.ts';
import { compileLimit } from './limits/compile-limit.ts';
import { evaluateLimit, type LimitMetrics } from './limits/evaluate-limit.ts';
import { type BookFigures, limitMetrics } from './limits/limit-metrics.ts';
import { tailInfluence, varianceReduction } from './influence.ts';
import { lossDistribution } from './loss-distribution.ts';
import { moments } from './moments.ts';
import { probability } from './probability.ts';
import { quantile, quantileIndex, type SortedSample, sortSample, weightTotals } from './sample.ts';
import { survivability } from './survivability.ts';
import { runWeighting, selectWeighting, type Weighting } from './weighting.ts';

/** What the measures of a scenario need beside its paths. */
export interface MeasureRequest {
  readonly plan: RunPlan;
  readonly scenario: ScenarioPlan;
  readonly columns: PathColumns;
  /** How the columns were drawn. */
  readonly sampling: SamplingChoice;
  readonly levels: readonly number[];
  readonly limits: readonly Limit[];
  readonly book: BookFigures;
  /** Ids of the names and of the indices, with the implied state of each index at the start. */
  readonly names: readonly string[];
  readonly indices: readonly {
    readonly id: string;
    readonly impliedCorrelation: number | null;
    readonly impliedVol: number;
  }[];
}

/**
 * Every measure of one scenario from its paths, each estimate with its error. Sums run in path order.
 *
 * @throws RangeError when a number left the range of doubles, which `beyondDoubles` tells beforehand
 */
export function measureScenario(request: MeasureRequest): ScenarioResult {
  const { plan, scenario, columns, levels } = request;
  const weighting = runWeighting(columns.weights);
  const broken = beyondDoubles(columns);
  if (broken !== null) throw new RangeError(broken);
  const sortedPnl = sortSample(columns.pnl, weighting);
  const sortedDrawdown = sortSample(columns.maxDrawdown, weighting);
  const survivalColumns = { ...columns, sortedPnl, sortedDrawdown, marginCallDay: null, forcedLiquidationDay: null };
  const settings = { nav: plan.nav, threshold: plan.survivalThreshold, days: plan.days, weighting };
  const { mean, standardDeviation, skewness, kurtosis, min, max, probabilityOfLoss } = moments(columns.pnl, weighting);
  const metrics = limitMetrics(survivalColumns, settings, request.book);
  return {
    id: scenario.id,
    paths: plan.paths,
    effectivePaths: sortedPnl.effectiveSize,
    transition: rowsOf(scenario.transition, scenario.regimes.length),
    averageCorrelation: scenario.regimes.map((id, r) => ({ id, value: finiteOrNull(scenario.averageCorrelations[r]) })),
    pnl: { mean, standardDeviation, skewness, kurtosis, min, max, probabilityOfLoss },
    lossDistribution: lossDistribution(sortedPnl, levels),
    survivability: survivability(survivalColumns, settings),
    correlation: Object.fromEntries(request.indices.map(({ id }, k) => [id, indexCorrelation(request, weighting, k)])),
    regimes: scenario.regimes.map((id, r) => regimeResult(request, weighting, id, r)),
    limits: request.limits.map((limit) => limitResult(limit, metrics)),
    sampling: samplingResult(request, weighting, sortedPnl),
    warnings: weighting === null ? warnings(plan.paths, levels) : weightedWarnings(sortedPnl, levels),
  };
}

/**
 * Says which number left the range of doubles, or null when all are finite. P&L and realised variances bound everything
 * else that is measured.
 */
export function beyondDoubles({ pnl, varianceSums }: PathColumns): string | null {
  const path = pnl.findIndex((value) => !Number.isFinite(value));
  const chunk = varianceSums.findIndex((value) => !Number.isFinite(value));
  if (path < 0 && chunk < 0) return null;
  const what = path < 0 ? 'a realised variance' : `the P&L of path ${path}`;
  const value = path < 0 ? varianceSums[chunk] : pnl[path];
  return `${what} is ${value}: volatilities, multipliers or drifts are too extreme for prices to stay numbers over the horizon`;
}

function rowsOf(matrix: Float64Array, n: number): number[][] {
  return Array.from({ length: n }, (_, r) => [...matrix.subarray(r * n, (r + 1) * n)]);
}

function indexCorrelation(
  { plan, columns, names, indices }: MeasureRequest,
  weighting: Weighting | null,
  k: number,
): IndexCorrelation {
  const { paths } = plan;
  const basket = columns.basketCorrelation.subarray(k * paths, (k + 1) * paths);
  const { members, constituents } = plan.indices[k];
  const variances = meanVariances(plan, columns);
  const realisedVariance: [string, number][] = [['index', variances[plan.names.count + k]]];
  for (let j = 0; j < constituents; j++) realisedVariance.push([names[members[j]], variances[members[j]]]);
  // Paths without a realised correlation (nothing moved) say nothing about it.
  const known =
    basket.findIndex(Number.isNaN) < 0
      ? null
      : Uint32Array.from([...basket.keys()].filter((path) => !Number.isNaN(basket[path])));
  const kept = (column: Float64Array) => (known === null ? column : Float64Array.from(known, (path) => column[path]));
  const drivers = kept(basket);
  return {
    impliedAtStart: indices[k].impliedCorrelation,
    impliedVolAtStart: indices[k].impliedVol,
    realised: distribution(basket, weighting),
    realisedPairwise: distribution(columns.pairwiseCorrelation.subarray(k * paths, (k + 1) * paths), weighting),
    realisedVariance: Object.fromEntries(realisedVariance),
    pnlByRealisedCorrelation:
      drivers.length === 0
        ? []
        : pnlByDeciles(
            kept(columns.pnl),
            drivers,
            weighting === null || known === null ? weighting : selectWeighting(weighting, known),
          ),
  };
}

function distribution(column: Float64Array, weighting: Weighting | null) {
  const values = column.filter((value) => !Number.isNaN(value));
  if (values.length === 0) return { mean: null, p05: null, p50: null, p95: null };
  const known = () => Uint32Array.from(column.keys()).filter((path) => !Number.isNaN(column[path]));
  const own = weighting === null || values.length === column.length ? weighting : selectWeighting(weighting, known());
  const sorted = sortSample(values, own);
  return {
    mean: moments(values, own).mean.value,
    p05: quantile(sorted, 0.05),
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
  };
}

/** [slots] mean annualised realised variance: chunk sums added in order. */
function meanVariances(plan: RunPlan, { varianceSums, weights }: PathColumns): Float64Array {
  const { total } = weightTotals(weights, plan.paths);
  const slots = plan.names.count + plan.indices.length;
  const chunks = Math.ceil(plan.paths / CHUNK_PATHS);
  return Float64Array.from({ length: slots }, (_, s) => {
    const sum = new CompensatedSum();
    for (let chunk = 0; chunk < chunks; chunk++) sum.add(varianceSums[chunk * slots + s]);
    return sum.value / total;
  });
}

function regimeResult(
  { plan, columns }: MeasureRequest,
  weighting: Weighting | null,
  id: string,
  r: number,
): RegimeResult {
  const days = columns.regimeDays.subarray(r * plan.paths, (r + 1) * plan.paths);
  const first = dayShares(
    columns.regimeFirstDay.subarray(r * plan.paths, (r + 1) * plan.paths),
    plan.days,
    columns.weights,
  );
  const given = meanGiven(columns.pnl, days, weighting);
  return {
    id,
    meanDays: meanDay(dayShares(days, plan.days, columns.weights)),
    probabilityOfAnyDay: given.share,
    pnlGivenAnyDay: given.value,
    firstDay: { p05: dayQuantile(first, 0.05, 1), p50: dayQuantile(first, 0.5, 1), p95: dayQuantile(first, 0.95, 1) },
  };
}

function limitResult({ id, expression, warnFraction }: Limit, metrics: LimitMetrics): LimitResult {
  const compiled = compileLimit(expression);
  if (!compiled.ok) throw new RangeError(`limit ${id} was not checked: ${compiled.findings[0].message}`);
  return { id, expression, ...evaluateLimit(compiled.limit, metrics, warnFraction) };
}

/** The choice, and what it gained on the paths of the run. */
function samplingResult(
  { columns, sampling, levels }: MeasureRequest,
  weighting: Weighting | null,
  sorted: SortedSample,
): SamplingResult {
  const { pnl, breachDay } = columns;
  if (weighting === null) return { ...sampling, varianceReduction: [], survival: null };
  const { value } = probability(breachDay, weighting);
  const breach = Float64Array.from(breachDay, (day) => (day === 0 ? 0 : 1) - value);
  return {
    ...sampling,
    varianceReduction: levels.map((level) => {
      const influence = tailInfluence(pnl, sorted, level);
      return {
        level,
        var: varianceReduction(influence.var, weighting),
        es: varianceReduction(influence.es, weighting),
      };
    }),
    survival: value > 0 && value < 1 ? varianceReduction(breach, weighting) : null,
  };
}

/** Fewest paths of a tail that a reader need not be told of. */
const ENOUGH_TAIL_PATHS = 10;

/** What a reader should know before trusting a figure. */
function warnings(paths: number, levels: readonly number[]): string[] {
  return levels
    .filter((level) => paths * (1 - level) < ENOUGH_TAIL_PATHS)
    .map(
      (level) =>
        `VaR and ES at ${level} rest on the ${Math.max(1, Math.ceil(paths * (1 - level) - 1e-9))} worst of ${paths} paths; use at least ${Math.ceil(ENOUGH_TAIL_PATHS / (1 - level) - 1e-6)} paths`,
    );
}

/** The same for weighted paths: (Σ w)² / Σ w² of a tail is the number of equally weighted paths it is worth. */
function weightedWarnings({ values, weights, ...sample }: SortedSample, levels: readonly number[]): string[] {
  if (weights === null) return [];
  return levels.flatMap((level) => {
    const last = quantileIndex({ values, weights, ...sample }, 1 - level);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i <= last; i++) {
      sum += weights[i];
      squares += weights[i] * weights[i];
    }
    const effective = (sum * sum) / squares;
    if (effective >= ENOUGH_TAIL_PATHS) return [];
    const needed = Math.ceil((values.length * ENOUGH_TAIL_PATHS) / effective);
    return [
      `VaR and ES at ${level} rest on weighted paths worth ${effective.toFixed(1)} equal ones; use at least ${needed} paths`,
    ];
  });
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

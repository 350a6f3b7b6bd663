import type { Limit } from '../../schemas/book.ts';
import type { IndexCorrelation, LimitResult, RegimeResult, ScenarioResult } from '../../schemas/stress-result.ts';
import { CHUNK_PATHS, type PathColumns } from '../simulation/columns.ts';
import type { RunPlan, ScenarioPlan } from '../simulation/plan.ts';
import { CompensatedSum } from './compensated-sum.ts';
import { meanGiven, pnlByDeciles } from './conditional.ts';
import { dayQuantile, dayShares, meanDay } from './day-column.ts';
import { compileLimit } from './limits/compile-limit.ts';
import { evaluateLimit, type LimitMetrics } from './limits/evaluate-limit.ts';
import { type BookFigures, limitMetrics } from './limits/limit-metrics.ts';
import { lossDistribution } from './loss-distribution.ts';
import { moments } from './moments.ts';
import { quantile, sortSample } from './sample.ts';
import { survivability } from './survivability.ts';

/** What the measures of a scenario need beside its paths. */
export interface MeasureRequest {
  readonly plan: RunPlan;
  readonly scenario: ScenarioPlan;
  readonly columns: PathColumns;
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
  const weights = null;
  const broken = beyondDoubles(columns);
  if (broken !== null) throw new RangeError(broken);
  const sortedPnl = sortSample(columns.pnl, weights);
  const sortedDrawdown = sortSample(columns.maxDrawdown, weights);
  const survivalColumns = { ...columns, sortedPnl, sortedDrawdown, marginCallDay: null, forcedLiquidationDay: null };
  const settings = { nav: plan.nav, threshold: plan.survivalThreshold, days: plan.days, weights };
  const { mean, standardDeviation, skewness, kurtosis, min, max, probabilityOfLoss } = moments(columns.pnl, weights);
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
    correlation: Object.fromEntries(request.indices.map(({ id }, k) => [id, indexCorrelation(request, k)])),
    regimes: scenario.regimes.map((id, r) => regimeResult(request, id, r)),
    limits: request.limits.map((limit) => limitResult(limit, metrics)),
    warnings: warnings(plan.paths, levels),
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

function indexCorrelation({ plan, columns, names, indices }: MeasureRequest, k: number): IndexCorrelation {
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
  const drivers = known === null ? basket : Float64Array.from(known, (path) => basket[path]);
  const pnl = known === null ? columns.pnl : Float64Array.from(known, (path) => columns.pnl[path]);
  return {
    impliedAtStart: indices[k].impliedCorrelation,
    impliedVolAtStart: indices[k].impliedVol,
    realised: distribution(basket),
    realisedPairwise: distribution(columns.pairwiseCorrelation.subarray(k * paths, (k + 1) * paths)),
    realisedVariance: Object.fromEntries(realisedVariance),
    pnlByRealisedCorrelation: drivers.length === 0 ? [] : pnlByDeciles(pnl, drivers, null),
  };
}

function distribution(column: Float64Array) {
  const values = column.filter((value) => !Number.isNaN(value));
  if (values.length === 0) return { mean: null, p05: null, p50: null, p95: null };
  const sorted = sortSample(values, null);
  return {
    mean: moments(values, null).mean.value,
    p05: quantile(sorted, 0.05),
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
  };
}

/** [slots] mean annualised realised variance: chunk sums added in order. */
function meanVariances(plan: RunPlan, { varianceSums }: PathColumns): Float64Array {
  const slots = plan.names.count + plan.indices.length;
  const chunks = Math.ceil(plan.paths / CHUNK_PATHS);
  return Float64Array.from({ length: slots }, (_, s) => {
    const sum = new CompensatedSum();
    for (let chunk = 0; chunk < chunks; chunk++) sum.add(varianceSums[chunk * slots + s]);
    return sum.value / plan.paths;
  });
}

function regimeResult({ plan, columns }: MeasureRequest, id: string, r: number): RegimeResult {
  const days = columns.regimeDays.subarray(r * plan.paths, (r + 1) * plan.paths);
  const first = dayShares(columns.regimeFirstDay.subarray(r * plan.paths, (r + 1) * plan.paths), plan.days, null);
  const given = meanGiven(columns.pnl, days, null);
  return {
    id,
    meanDays: meanDay(dayShares(days, plan.days, null)),
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

/** What a reader should know before trusting a figure. */
function warnings(paths: number, levels: readonly number[]): string[] {
  return levels
    .filter((level) => paths * (1 - level) < 10)
    .map(
      (level) =>
        `VaR and ES at ${level} rest on the ${Math.max(1, Math.ceil(paths * (1 - level) - 1e-9))} worst of ${paths} paths; use at least ${Math.ceil(10 / (1 - level) - 1e-6)} paths`,
    );
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

import { CHUNK_PATHS, type PathColumns } from './columns.ts';
import { mixtureWeight, type PathTotals } from './mixture-weight.ts';
import { basketCorrelation } from './path-correlation.ts';
import { DEFENSIVE_SHARE, type RunPlan, type ScenarioPlan } from './plan.ts';

/** What a simulator knows of a path at its end. */
export interface PathRecord extends PathTotals {
  readonly pnl: number;
  readonly maxDrawdown: number;
  readonly breachDay: number;
  readonly ruinDay: number;
  readonly daysUnderWater: number;
  /** [K] */
  readonly regimeFirstDay: ArrayLike<number>;
  /** [slots] Σ x² */
  readonly squares: Float64Array;
  /** [indices] realised pairwise correlation */
  readonly pairwise: ArrayLike<number>;
}

/** Writes a path at its place; the only way from a simulator into the columns. */
export function recordPath(
  plan: RunPlan,
  { sampling, regimes }: ScenarioPlan,
  path: number,
  record: PathRecord,
  columns: PathColumns,
): void {
  const { paths, days, indices } = plan;
  const { squares } = record;
  columns.pnl[path] = record.pnl;
  columns.maxDrawdown[path] = record.maxDrawdown;
  columns.breachDay[path] = record.breachDay;
  columns.ruinDay[path] = record.ruinDay;
  columns.daysUnderWater[path] = record.daysUnderWater;
  for (let r = 0; r < regimes.length; r++) {
    const at = r * paths + path;
    columns.regimeDays[at] = record.regimeDays[r];
    columns.regimeFirstDay[at] = record.regimeFirstDay[r];
    if (columns.directionSums !== null) columns.directionSums[at] = record.directionSums[r];
    if (columns.directionSquares !== null) columns.directionSquares[at] = record.directionSquares[r];
  }
  const weight = sampling === null ? 1 : mixtureWeight(sampling, DEFENSIVE_SHARE, record);
  if (columns.weights !== null) columns.weights[path] = weight;
  const annual = plan.financing.daysPerYear / days;
  const chunk = Math.floor(path / CHUNK_PATHS) * squares.length;
  for (let s = 0; s < squares.length; s++) columns.varianceSums[chunk + s] += weight * (squares[s] * annual);
  for (let k = 0; k < indices.length; k++) {
    columns.basketCorrelation[k * paths + path] = basketCorrelation(plan, k, squares);
    columns.pairwiseCorrelation[k * paths + path] = record.pairwise[k];
  }
}

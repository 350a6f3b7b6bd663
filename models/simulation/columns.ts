import type { RunPlan, ScenarioPlan } from './plan.ts';
import { sharedFloats, sharedShorts } from './shared-array.ts';

/**
 * Paths whose sums are formed together. Sums over all paths are the sums of these chunks in order, so they depend on
 * this number and on nothing else: not on the size of a block, the number of threads or the order they finish in.
 */
export const CHUNK_PATHS = 256;

/** What a simulation leaves of each path; a column is indexed by path, so blocks may be written in any order. */
export interface PathColumns {
  /** [paths] P&L at the horizon, money */
  readonly pnl: Float64Array;
  /** [paths] largest fall from a running peak of NAV, a fraction of the peak */
  readonly maxDrawdown: Float64Array;
  /** [paths] first day with NAV at or under the threshold, 0 = never */
  readonly breachDay: Uint16Array;
  /** [paths] first day with NAV at or under 0, 0 = never */
  readonly ruinDay: Uint16Array;
  /** [paths] days with NAV below its running peak */
  readonly daysUnderWater: Uint16Array;
  /** [K × paths] days in each regime, and the first of them (0 = none) */
  readonly regimeDays: Uint16Array;
  readonly regimeFirstDay: Uint16Array;
  /** [indices × paths] realised correlation by the basket formula and pairwise; NaN where it does not exist */
  readonly basketCorrelation: Float64Array;
  readonly pairwiseCorrelation: Float64Array;
  /** [chunks × slots] sums of weight × annualised realised variance */
  readonly varianceSums: Float64Array;
  /** [paths] likelihood weights, mean about 1; null when paths are drawn from the law of the model itself */
  readonly weights: Float64Array | null;
  /** [K × paths] of a pilot: X_r and S_r, see SamplingPlan; null otherwise */
  readonly directionSums: Float64Array | null;
  readonly directionSquares: Float64Array | null;
}

/** Empty columns on shared memory. */
export function allocateColumns(plan: RunPlan, scenario: ScenarioPlan): PathColumns {
  const { paths, indices } = plan;
  const { sampling } = scenario;
  const slots = plan.names.count + indices.length;
  return {
    pnl: sharedFloats(paths),
    maxDrawdown: sharedFloats(paths),
    breachDay: sharedShorts(paths),
    ruinDay: sharedShorts(paths),
    daysUnderWater: sharedShorts(paths),
    regimeDays: sharedShorts(scenario.regimes.length * paths),
    regimeFirstDay: sharedShorts(scenario.regimes.length * paths),
    basketCorrelation: sharedFloats(indices.length * paths),
    pairwiseCorrelation: sharedFloats(indices.length * paths),
    varianceSums: sharedFloats(Math.ceil(paths / CHUNK_PATHS) * slots),
    weights: sampling === null ? null : sharedFloats(paths),
    directionSums: sampling?.pilot === true ? sharedFloats(scenario.regimes.length * paths) : null,
    directionSquares: sampling?.pilot === true ? sharedFloats(scenario.regimes.length * paths) : null,
  };
}

/**
 * Blocks are whole chunks, but for the last, which ends with the run.
 *
 * @throws RangeError when they are not
 */
export function requireWholeChunks({ paths }: Pick<RunPlan, 'paths'>, fromPath: number, toPath: number): void {
  const aligned = fromPath % CHUNK_PATHS === 0 && (toPath % CHUNK_PATHS === 0 || toPath === paths);
  if (!aligned) throw new RangeError(`paths ${fromPath} to ${toPath} are not whole chunks of ${CHUNK_PATHS}`);
}

import { quantileIndex, type SortedSample, sortSample } from '../risk/sample.ts';
import { oneStratum } from '../risk/weighting.ts';
import type { PathColumns } from '../simulation/columns.ts';
import { mixtureWeight, type RatioTerms } from '../simulation/mixture-weight.ts';
import { DEFENSIVE_SHARE } from '../simulation/plan.ts';

/** What dQ/dP of a path depends on, for any law Q. */
export interface PathStatistics {
  readonly regimes: number;
  readonly paths: number;
  /** [K × paths] N_r, X_r and S_r of SamplingPlan */
  readonly days: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/** The paths of a pilot, and how likely each is under the model against the law they were drawn from. */
export interface PilotSample extends PathStatistics {
  /** [paths] */
  readonly pnl: Float64Array;
  /** [paths] likelihood weights, mean about 1 */
  readonly weights: Float64Array;
  readonly sorted: SortedSample;
}

/**
 * Joins the stages of a pilot. The first is drawn from the law of the model; with the second, drawn from the mixture of
 * that and a law Q, all paths together are a sample of a mixture with a larger share of the model.
 *
 * @param stages  columns of one stage or two
 * @param terms   of Q; null for one stage
 * @returns null when a number is not finite
 * @throws RangeError when the columns are not those of a pilot
 */
export function joinPilot(stages: readonly PathColumns[], terms: RatioTerms | null): PilotSample | null {
  const sizes = stages.map(({ pnl }) => pnl.length);
  const paths = sizes.reduce((sum, size) => sum + size, 0);
  const regimes = stages[0].regimeDays.length / sizes[0];
  const pnl = new Float64Array(paths);
  const days = new Float64Array(regimes * paths);
  const sums = new Float64Array(regimes * paths);
  const squares = new Float64Array(regimes * paths);
  let from = 0;
  for (const [stage, { pnl: part, regimeDays, directionSums, directionSquares }] of stages.entries()) {
    if (directionSums === null || directionSquares === null) {
      throw new RangeError(`stage ${stage} has no directionSums; need the columns of a pilot`);
    }
    const n = part.length;
    pnl.set(part, from);
    for (let r = 0; r < regimes; r++) {
      days.set(regimeDays.subarray(r * n, (r + 1) * n), r * paths + from);
      sums.set(directionSums.subarray(r * n, (r + 1) * n), r * paths + from);
      squares.set(directionSquares.subarray(r * n, (r + 1) * n), r * paths + from);
    }
    from += n;
  }
  if (!pnl.every(Number.isFinite) || !squares.every(Number.isFinite)) return null;
  const statistics = { regimes, paths, days, sums, squares };
  const share = (sizes[0] + DEFENSIVE_SHARE * (paths - sizes[0])) / paths;
  const weights = terms === null ? new Float64Array(paths).fill(1) : mixtureWeights(statistics, terms, share);
  return { ...statistics, pnl, weights, sorted: sortSample(pnl, oneStratum(weights)) };
}

/** [paths] 1 / (λ + (1 − λ) dQ/dP), the weight a path would have if it were drawn from the mixture with Q. */
export function mixtureWeights(
  { paths, days: regimeDays, sums: directionSums, squares: directionSquares }: PathStatistics,
  terms: RatioTerms,
  share: number = DEFENSIVE_SHARE,
): Float64Array {
  const totals = { regimeDays, directionSums, directionSquares };
  const weights = new Float64Array(paths);
  for (let i = 0; i < paths; i++) weights[i] = mixtureWeight(terms, share, totals, i, paths);
  return weights;
}

/** Some paths of a pilot, which are a smaller pilot. */
export function selectPaths(sample: PilotSample, places: Uint32Array): PilotSample {
  const { regimes, paths } = sample;
  const pick = (column: Float64Array) => Float64Array.from(places, (i) => column[i]);
  const pickRows = (column: Float64Array) => {
    const rows = new Float64Array(regimes * places.length);
    for (let r = 0; r < regimes; r++) {
      rows.set(pick(column.subarray(r * paths, (r + 1) * paths)), r * places.length);
    }
    return rows;
  };
  const pnl = pick(sample.pnl);
  const weights = pick(sample.weights);
  return {
    regimes,
    paths: places.length,
    pnl,
    weights,
    days: pickRows(sample.days),
    sums: pickRows(sample.sums),
    squares: pickRows(sample.squares),
    sorted: sortSample(pnl, oneStratum(weights)),
  };
}

/** Weighted sums over the worst paths of a pilot. */
export interface Tail {
  /** Share of the weight in it, at least what was asked for: paths with equal P&L stay together. */
  readonly share: number;
  /** Sum of the weights and number of paths. */
  readonly weight: number;
  readonly paths: number;
  /** [K] */
  readonly days: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/** The tail of a share of the weight: all paths whose P&L is at or below its lower order statistic. */
export function tailOf(sample: PilotSample, share: number): Tail {
  const { regimes, paths, pnl, weights, sorted } = sample;
  const border = sorted.values[quantileIndex(sorted, share)];
  const days = new Float64Array(regimes);
  const sums = new Float64Array(regimes);
  const squares = new Float64Array(regimes);
  let total = 0;
  let weight = 0;
  let count = 0;
  for (let i = 0; i < paths; i++) {
    total += weights[i];
    if (pnl[i] > border) continue;
    weight += weights[i];
    count++;
    for (let r = 0; r < regimes; r++) {
      const at = r * paths + i;
      days[r] += weights[i] * sample.days[at];
      sums[r] += weights[i] * sample.sums[at];
      squares[r] += weights[i] * sample.squares[at];
    }
  }
  return { share: weight / total, weight, paths: count, days, sums, squares };
}

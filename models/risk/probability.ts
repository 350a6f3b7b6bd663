import { NORMAL_95 } from '../numeric/student-quantile.ts';
import { CompensatedSum } from './compensated-sum.ts';
import { weightTotals } from './sample.ts';
import { StratifiedSquares, type Weighting } from './weighting.ts';

/** A probability with its sampling error. */
export interface ProbabilityEstimate {
  readonly value: number;
  readonly standardError: number;
  readonly interval95: [number, number];
}

/** What cannot happen under the rules that were run: a probability of exactly 0, known without sampling. */
export const IMPOSSIBLE: ProbabilityEstimate = { value: 0, standardError: 0, interval95: [0, 0] };

/** Effective paths with the event, and without it, that its variance must rest on. */
const FEWEST_HITS = 10;

/**
 * Probability of an event from the paths on which it happened.
 *
 * Value: share of the weight (self-normalised). Standard error sqrt(p (1 - p) / n). Wilson's 95 % interval, which stays
 * sensible where nothing or everything happened, and where the standard error is 0 although the probability is not known.
 * Weighted, n is the size of the plain sample with the same variance, equivalentSize of the stratified one of
 * psi_i = 1_i - p. Where that variance rests on fewer than FEWEST_HITS effective paths on either side of the event, n is
 * at most the effective sample size: a few paths of small weight say little of the heavier ones that were not met, and
 * must not make a probability surer than no such path at all would.
 *
 * Source: E. Wilson, Probable inference, J. American Statistical Association 22 (1927).
 * @param happened  [n], non-zero where the event happened (0/1 flags, or a day with 0 = never)
 * @param weighting of the same paths, or null for plain sampling
 * @throws RangeError when n = 0 or a length differs
 */
export function probability(happened: Uint8Array | Uint16Array, weighting: Weighting | null): ProbabilityEstimate {
  const n = happened.length;
  if (n === 0) throw new RangeError('happened is empty; need at least one path');
  if (weighting === null) {
    let count = 0;
    for (let i = 0; i < n; i++) if (happened[i] !== 0) count++;
    return probabilityOfCount(count, n);
  }
  const { weights, strata } = weighting;
  const { total, effectiveSize } = weightTotals(weights, n);
  const sum = new CompensatedSum();
  // [without the event, with it] Σ w and Σ w²
  const sums = [0, 0];
  const squaredWeights = [0, 0];
  let count = 0;
  for (let i = 0; i < n; i++) {
    const side = happened[i] === 0 ? 0 : 1;
    sums[side] += weights[i];
    squaredWeights[side] += weights[i] * weights[i];
    if (side === 0) continue;
    sum.add(weights[i] / total);
    count++;
  }
  // Rounding must not make an event that always happened one that is known to miss 1 by 1e-16.
  const value = count === n ? 1 : Math.min(sum.value, 1);
  const squares = new StratifiedSquares(strata);
  for (let i = 0; i < n; i++) squares.add(i, (weights[i] / total) * ((happened[i] === 0 ? 0 : 1) - value));
  const hits = Math.min(...sums.map((weight, side) => (weight === 0 ? 0 : weight ** 2 / squaredWeights[side])));
  const equivalent = equivalentSize(value, squares.variance) ?? effectiveSize;
  const size = hits >= FEWEST_HITS ? equivalent : Math.min(equivalent, effectiveSize);
  return { value, standardError: Math.sqrt((value * (1 - value)) / size), interval95: wilson(value, size) };
}

/**
 * Size m of the plain sample whose share p has the same variance: p (1 - p) / (m - 1), which estimates it without bias.
 * @returns null where there is no variance to go by
 */
export function equivalentSize(p: number, variance: number): number | null {
  const size = 1 + (p * (1 - p)) / variance;
  return p > 0 && p < 1 && size < Infinity ? size : null;
}

/**
 * Probability of an event that happened on some of n plainly sampled paths; see probability.
 * @param count paths on which it happened, 0..n
 * @param n     paths, at least 1
 * @throws RangeError when n < 1 or count is outside 0..n
 */
export function probabilityOfCount(count: number, n: number): ProbabilityEstimate {
  if (!(n >= 1)) throw new RangeError(`n is ${n}; need at least 1`);
  if (!(count >= 0 && count <= n)) throw new RangeError(`count is ${count}; need 0 to ${n}`);
  const value = count / n;
  return { value, standardError: Math.sqrt((value * (1 - value)) / n), interval95: wilson(value, n) };
}

/** The probability that the event does not happen. */
export function complement(estimate: ProbabilityEstimate): ProbabilityEstimate {
  const [low, high] = estimate.interval95;
  return { value: 1 - estimate.value, standardError: estimate.standardError, interval95: [1 - high, 1 - low] };
}

function wilson(p: number, n: number): [number, number] {
  const z2 = NORMAL_95 ** 2;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (NORMAL_95 / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  // At p = 0 and p = 1 one end is exactly p; rounding must not push it outside.
  return [p === 0 ? 0 : Math.max(centre - half, 0), p === 1 ? 1 : Math.min(centre + half, 1)];
}

import { CompensatedSum } from './compensated-sum.ts';
import { probability } from './probability.ts';
import type { ProbabilityEstimate } from './probability.ts';
import { weightTotals } from './sample.ts';
import { StratifiedSquares, type Weighting } from './weighting.ts';

/** A number estimated from a sample; the standard error is null where the sample is too small to tell. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number | null;
}

/** The shape of a P&L distribution. */
export interface Moments {
  readonly mean: Estimate;
  /** with the n/(n-1) correction; 0 for one path */
  readonly standardDeviation: number;
  /** m3 / m2^1.5; null when all values are equal */
  readonly skewness: number | null;
  /** m4 / m2^2, so 3 for the normal law (not the excess); null when all values are equal */
  readonly kurtosis: number | null;
  readonly min: number;
  readonly max: number;
  /** probability of a value below 0 */
  readonly probabilityOfLoss: ProbabilityEstimate;
}

/**
 * Mean, spread and shape of a sample.
 *
 * m_k = sum w_i (x_i - mean)^k, w summing to 1 (self-normalised when weighted). Two passes, compensated sums, terms in
 * path order. Standard deviation sqrt(m2 m/(m-1)) with m the effective sample size; standard error of the mean s/sqrt(n),
 * weighted the stratified one of psi_i = x_i - mean (StratifiedSquares). min and max are over all paths, whatever they
 * weigh.
 *
 * Source: M. Kendall, A. Stuart, The Advanced Theory of Statistics 1.
 * @param values    [n], path order, finite
 * @param weighting of the same paths, or null for plain sampling
 * @throws RangeError when n = 0, a length differs or a value is not finite
 */
export function moments(values: Float64Array, weighting: Weighting | null): Moments {
  const weights = weighting?.weights ?? null;
  const { total, effectiveSize } = weightTotals(weights, values.length);
  const { min, max, mean, losses } = firstPass(values, weights, total);
  const { scale, m2, m3, m4, squares2 } = centralMoments(values, weights, { total, mean, min, max });
  const correction = smallSampleFactor(effectiveSize);
  const variance = (factor: number) =>
    weighting === null ? squares2 * factor : meanSquares(values, weighting, { total, mean, scale }).variance;
  return {
    mean: { value: mean, standardError: correction === null ? null : scale * Math.sqrt(variance(correction)) },
    standardDeviation: scale * Math.sqrt(m2 * (correction ?? 1)),
    skewness: m2 > 0 ? m3 / (m2 * Math.sqrt(m2)) : null,
    kurtosis: m2 > 0 ? m4 / (m2 * m2) : null,
    min,
    max,
    probabilityOfLoss: probability(losses, weighting),
  };
}

/**
 * Standard error of the standard deviation, by the delta method:
 *
 *   sqrt(sum w_i^2 ((x_i - mean)^2 - m2)^2) / (2 sqrt(m2)),   s / sqrt(2 n) for a plain normal sample
 *
 * without the variance between the strata of a weighted one.
 * @param values    [n], path order, finite
 * @param weighting of the same paths, or null for plain sampling
 * @returns null for one (effective) path; 0 when all values are equal
 * @throws RangeError when n = 0, a length differs or a value is not finite
 */
export function standardDeviationError(values: Float64Array, weighting: Weighting | null): number | null {
  const weights = weighting?.weights ?? null;
  const { total, effectiveSize } = weightTotals(weights, values.length);
  const { min, max, mean } = firstPass(values, weights, total);
  if (smallSampleFactor(effectiveSize) === null) return null;
  const { scale, m2, squares, squares2, squares4 } = centralMoments(values, weights, { total, mean, min, max });
  if (!(m2 > 0)) return 0;
  const variance =
    weighting === null
      ? Math.max(squares4 - 2 * m2 * squares2 + m2 * m2 * squares, 0)
      : spreadSquares(values, weighting, { total, mean, scale, m2 }).squares;
  return (scale * Math.sqrt(variance)) / (2 * Math.sqrt(m2));
}

interface ScaledBy {
  readonly total: number;
  readonly mean: number;
  readonly scale: number;
}

/** Of w_i (x_i - mean) / scale. */
function meanSquares(
  values: Float64Array,
  { weights, strata }: Weighting,
  { total, mean, scale }: ScaledBy,
): StratifiedSquares {
  const squares = new StratifiedSquares(strata);
  for (let i = 0; i < values.length; i++) squares.add(i, (weights[i] / total) * ((values[i] - mean) / scale));
  return squares;
}

/** Of w_i (((x_i - mean) / scale)^2 - m2). */
function spreadSquares(
  values: Float64Array,
  { weights, strata }: Weighting,
  { total, mean, scale, m2 }: ScaledBy & { readonly m2: number },
): StratifiedSquares {
  const squares = new StratifiedSquares(strata);
  for (let i = 0; i < values.length; i++) {
    const z = (values[i] - mean) / scale;
    squares.add(i, (weights[i] / total) * (z * z - m2));
  }
  return squares;
}

/** m/(m-1), or null where there is but one effective observation to measure a spread with. */
function smallSampleFactor(effectiveSize: number): number | null {
  return effectiveSize > 1 + 1e-9 ? effectiveSize / (effectiveSize - 1) : null;
}

function firstPass(values: Float64Array, weights: Float64Array | null, total: number) {
  const n = values.length;
  if (n === 0) throw new RangeError('values is empty; need at least one path');
  const losses = new Uint8Array(n);
  const sum = new CompensatedSum();
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < n; i++) {
    const x = values[i];
    if (!Number.isFinite(x)) throw new RangeError(`values[${i}] is ${x}; need a finite number`);
    if (x < min) min = x;
    if (x > max) max = x;
    if (x < 0) losses[i] = 1;
    sum.add(weights === null ? x : weights[i] * x);
  }
  // Rounding must not put the mean of equal values beside them.
  return { min, max, mean: Math.min(Math.max(sum.value / total, min), max), losses };
}

function centralMoments(
  values: Float64Array,
  weights: Float64Array | null,
  at: { total: number; mean: number; min: number; max: number },
) {
  // Powers of (x - mean) / scale neither overflow nor vanish; the caller puts the scale back.
  const scale = Math.max(at.max - at.mean, at.mean - at.min) || 1;
  const n = values.length;
  const sum2 = new CompensatedSum();
  const sum3 = new CompensatedSum();
  const sum4 = new CompensatedSum();
  const squares2 = new CompensatedSum();
  const squares4 = new CompensatedSum();
  const squares = new CompensatedSum();
  for (let i = 0; i < n; i++) {
    const w = (weights === null ? 1 : weights[i]) / at.total;
    const z = (values[i] - at.mean) / scale;
    const z2 = z * z;
    sum2.add(w * z2);
    sum3.add(w * z2 * z);
    sum4.add(w * z2 * z2);
    squares.add(w * w);
    squares2.add(w * w * z2);
    squares4.add(w * w * z2 * z2);
  }
  return {
    scale,
    m2: sum2.value,
    m3: sum3.value,
    m4: sum4.value,
    squares: squares.value,
    squares2: squares2.value,
    squares4: squares4.value,
  };
}

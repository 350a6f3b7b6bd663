import { CompensatedSum } from './compensated-sum.ts';
import { sortOrder } from './sort-order.ts';
import type { Strata, Weighting } from './weighting.ts';

/** A sample put in ascending order, with the weights it was drawn with. */
export interface SortedSample {
  /** [n], ascending */
  readonly values: Float64Array;
  /** [n], in the order of `values`, sum 1; null when every observation weighs 1/n */
  readonly weights: Float64Array | null;
  /** [n], F(values[i]) = sum of weights[0..i], the last exactly 1; null when it is (i + 1)/n */
  readonly cumulative: Float64Array | null;
  /** in the order of `values`; null for a plain sample */
  readonly strata: Strata | null;
  /** (sum w)^2 / sum w^2; n for a plain sample */
  readonly effectiveSize: number;
}

/**
 * How far a probability may be from a whole number of observations and still mean it.
 *
 * 100,000 (1 - 0.99) is 1000.0000000000009 in doubles and must select observation 1000. Too wide a tolerance moves a
 * quantile by one observation only when n exceeds 1e12; too narrow a one does so on round numbers people use daily.
 */
const PROBABILITY_TOLERANCE = 1e-12;

/**
 * Puts a sample in ascending order.
 *
 * Weights are likelihood ratios (mean about 1) and are divided by their sum: every estimate made from a sorted sample
 * is self-normalised, F(x) = sum w_i 1{x_i <= x} / sum w_i, which keeps F between 0 and 1.
 * @param values    [n], per path, finite
 * @param weighting of the same paths, or null for plain sampling
 * @returns new arrays; the inputs are left as they are
 * @throws RangeError when n = 0, a length differs, a value is not finite, a weight is negative or all are 0
 */
export function sortSample(values: Float64Array, weighting: Weighting | null): SortedSample {
  const n = values.length;
  if (n === 0) throw new RangeError('values is empty; need at least one observation');
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(values[i])) throw new RangeError(`values[${i}] is ${values[i]}; need a finite number`);
  }
  if (weighting === null) {
    return { values: values.toSorted(), weights: null, cumulative: null, strata: null, effectiveSize: n };
  }
  const { weights, strata } = weighting;
  const { total, effectiveSize } = weightTotals(weights, n);
  const order = sortOrder(values);
  const sortedValues = new Float64Array(n);
  const sortedWeights = new Float64Array(n);
  const cumulative = new Float64Array(n);
  const sortedStrata = new Uint8Array(n);
  const sum = new CompensatedSum();
  for (let k = 0; k < n; k++) {
    const i = order[k];
    sortedValues[k] = values[i];
    sortedWeights[k] = weights[i] / total;
    sortedStrata[k] = strata.of[i];
    sum.add(sortedWeights[k]);
    cumulative[k] = Math.min(sum.value, 1);
  }
  cumulative[n - 1] = 1;
  return {
    values: sortedValues,
    weights: sortedWeights,
    cumulative,
    strata: { of: sortedStrata, sizes: strata.sizes },
    effectiveSize,
  };
}

/**
 * Sum of the weights and Kish's effective sample size (sum w)^2 / sum w^2.
 *
 * Source: L. Kish, Survey Sampling, 1965.
 * @param weights [n], at least 0, or null for weights of 1
 * @param n       observations the weights belong to
 * @throws RangeError when the length differs, a weight is negative or not finite, or all are 0
 */
export function weightTotals(weights: Float64Array | null, n: number): { total: number; effectiveSize: number } {
  if (weights === null) return { total: n, effectiveSize: n };
  if (weights.length !== n) throw new RangeError(`weights has length ${weights.length}; need ${n}, one per path`);
  const sum = new CompensatedSum();
  const squares = new CompensatedSum();
  for (let i = 0; i < n; i++) {
    const weight = weights[i];
    if (!(weight >= 0 && weight < Infinity)) {
      throw new RangeError(`weights[${i}] is ${weight}; need a finite number >= 0`);
    }
    sum.add(weight);
    squares.add(weight * weight);
  }
  const total = sum.value;
  if (!(total > 0)) throw new RangeError(`weights sum to ${total}; need more than 0`);
  return { total, effectiveSize: (total * total) / squares.value };
}

/**
 * Place of the lower order statistic inf{x : F(x) >= p}.
 * @param sample      sorted sample of n observations
 * @param probability p in (0, 1]
 * @returns index into sample.values, 0..n-1
 * @throws RangeError when p is outside (0, 1]
 */
export function quantileIndex(sample: SortedSample, probability: number): number {
  if (!(probability > 0 && probability <= 1)) {
    throw new RangeError(`probability is ${probability}; need more than 0 and at most 1`);
  }
  const n = sample.values.length;
  const { cumulative } = sample;
  if (cumulative === null) {
    return Math.min(Math.max(Math.ceil((probability - PROBABILITY_TOLERANCE) * n), 1), n) - 1;
  }
  const target = probability - PROBABILITY_TOLERANCE;
  let low = 0;
  let high = n - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle] >= target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Lower order statistic inf{x : F(x) >= p} of the (weighted) sample: an observed value, never an interpolation.
 * @param sample      sorted sample
 * @param probability p in (0, 1]
 * @throws RangeError when p is outside (0, 1]
 */
export function quantile(sample: SortedSample, probability: number): number {
  return sample.values[quantileIndex(sample, probability)];
}

/**
 * Share of the weight of observations below x, F(x-).
 * @param sample sorted sample
 * @param x      any number
 */
export function shareBelow(sample: SortedSample, x: number): number {
  const { values, cumulative } = sample;
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < x) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return 0;
  return cumulative === null ? low / values.length : cumulative[low - 1];
}

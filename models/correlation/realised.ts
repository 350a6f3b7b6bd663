/**
 * Realised average correlation, by the two estimators that a correlation swap can name.
 */
import { acrossTerms, ownTerms } from './implied.ts';

/**
 * Equal-weighted average of the pairwise Pearson sample correlations, means removed, in O(days × n).
 *
 * With ẑ_i the returns of name i, centred and scaled to unit length, r_ij = ẑ_i · ẑ_j and r_ii = 1, so
 *
 *   mean_{i≠j} r_ij = (|Σ_i ẑ_i|² − m) / (m(m − 1)) = (Σ_t (Σ_i ẑ_it)² − m) / (m(m − 1))
 *
 * over the m names that moved: a name whose return is the same every day has no sample correlation and is left out.
 * The result is kept within [−1/(m − 1), 1], which the exact value never leaves, so that rounding cannot report 1 + 2e−16.
 *
 * It is biased towards zero like every sample correlation of normal returns: with ν = days − 1,
 *
 *   E[r] = ρ (2/ν) [Γ((ν + 1)/2) / Γ(ν/2)]² ₂F₁(½, ½; ν/2 + 1; ρ²)
 *
 * Source: Hotelling 1953, "New Light on the Correlation Coefficient and its Transforms", JRSS B 15; Olkin and Pratt
 * 1958, "Unbiased Estimation of Certain Correlation Coefficients", Ann. Math. Statist. 29. No correction is applied:
 * the swap pays the sample value.
 *
 * @param returns  [days × n] row-major, log-returns
 * @param days     number of rows
 * @param n        number of names
 * @returns dimensionless; null when fewer than two names moved
 * @throws RangeError when the length is not days × n or a return is not finite
 */
export function realisedCorrelationPairwise(returns: Float64Array, days: number, n: number): number | null {
  if (!(Number.isInteger(days) && days >= 0)) throw new RangeError(`days is ${days}; need a whole number >= 0`);
  if (!(Number.isInteger(n) && n >= 0)) throw new RangeError(`n is ${n}; need a whole number >= 0`);
  if (returns.length !== days * n) throw new RangeError(`returns has ${returns.length} entries; need ${days} x ${n}`);
  if (days < 2 || n < 2) return null;

  const means = columnMeans(returns, days, n);
  const scales = columnScales(returns, means, days, n);
  let moved = 0;
  for (let i = 0; i < n; i++) if (scales[i] > 0) moved++;
  if (moved < 2) return null;

  let sumOfSquares = 0;
  for (let day = 0; day < days; day++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (returns[day * n + i] - means[i]) * scales[i];
    sumOfSquares += sum * sum;
  }
  const average = (sumOfSquares - moved) / (moved * (moved - 1));
  return Math.min(1, Math.max(-1 / (moved - 1), average));
}

/**
 * Realised correlation of a basket: the implied-correlation formula on realised variances,
 *
 *   (V_I − Σ w_i² V_i) / Σ_{i≠j} w_i w_j √(V_i V_j)
 *
 * It weighs each pair by w_i w_j v_i v_j, so it parts from the equal-weighted average when a few names dominate.
 *
 * @param indexVariance  realised variance of the index, annualised
 * @param weights        [n]
 * @param variances      [n], realised variances of the names, annualised alike
 * @returns dimensionless and unclamped: index and names may be measured on different dates or with fixed weights;
 *   null when fewer than two names have both weight and variance
 * @throws RangeError when lengths differ, a variance is negative or an input is not finite
 */
export function realisedCorrelationBasket(
  indexVariance: number,
  weights: Float64Array,
  variances: Float64Array,
): number | null {
  if (weights.length !== variances.length) {
    throw new RangeError(
      `weights has ${weights.length} entries and variances ${variances.length}; need the same number`,
    );
  }
  requireVariance(indexVariance, 'indexVariance');
  const exposures = new Float64Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    if (!Number.isFinite(weights[i])) throw new RangeError(`weights[${i}] is ${weights[i]}; need a finite number`);
    requireVariance(variances[i], `variances[${i}]`);
    exposures[i] = weights[i] * Math.sqrt(variances[i]);
  }
  const across = acrossTerms(exposures);
  return across === 0 ? null : (indexVariance - ownTerms(exposures)) / across;
}

function columnMeans(returns: Float64Array, days: number, n: number): Float64Array {
  const means = new Float64Array(n);
  for (let day = 0; day < days; day++) {
    for (let i = 0; i < n; i++) means[i] += returns[day * n + i];
  }
  for (let i = 0; i < n; i++) {
    means[i] /= days;
    if (!Number.isFinite(means[i]))
      throw new RangeError(`the returns of name ${i} average ${means[i]}; need finite returns`);
  }
  return means;
}

/**
 * One over the length of each centred column, 0 for a column that never changes. The test is exact equality: the mean
 * of equal numbers can be an ulp off them, and that rounding must not pass for variation.
 */
function columnScales(returns: Float64Array, means: Float64Array, days: number, n: number): Float64Array {
  const scales = new Float64Array(n);
  const varies = new Uint8Array(n);
  for (let day = 0; day < days; day++) {
    for (let i = 0; i < n; i++) {
      const value = returns[day * n + i];
      const centred = value - means[i];
      scales[i] += centred * centred;
      if (value !== returns[i]) varies[i] = 1;
    }
  }
  for (let i = 0; i < n; i++) scales[i] = varies[i] === 1 && scales[i] > 0 ? 1 / Math.sqrt(scales[i]) : 0;
  return scales;
}

function requireVariance(value: number, name: string): void {
  if (!(value >= 0 && Number.isFinite(value))) throw new RangeError(`${name} is ${value}; need a finite number >= 0`);
}

/**
 * Equation of index variance and the correlations read from it.
 *
 *   v_I² = Σ_i w_i² v_i² + Σ_{i≠j} w_i w_j ρ_ij v_i v_j                                      (1)
 *   ρ    = (v_I² − Σ w_i² v_i²) / Σ_{i≠j} w_i w_j v_i v_j                                    (2)
 *
 * Source: the variance of a sum (Markowitz 1952, "Portfolio Selection", J. Finance 7, p. 81); (2) is the
 * definition behind the published implied-correlation indices (Cboe Implied Correlation Index white paper).
 */
import { requireSquare } from './square.ts';

/**
 * Relative to Σ w² v². A common correlation of exactly −1/(n − 1) gives a variance of zero that rounding
 * leaves a few ulps below; refusing it would refuse a limit the formulas allow.
 */
const varianceRounding = 1e-12;

/**
 * Average correlation implied by an index volatility and its constituents' volatilities, equation (2).
 *
 * @param indexVol  annualised decimal, 0.18 = 18 %
 * @param weights   [n], sum 1 when the basket covers the index
 * @param vols      [n], annualised decimals, same tenor as indexVol
 * @returns dimensionless and unclamped; outside [−1/(n − 1), 1] when the quotes disagree, which is the caller's to judge
 * @throws RangeError when lengths differ, n < 2, an input is not a number, or no two names have both weight and volatility
 */
export function impliedCorrelation(indexVol: number, weights: Float64Array, vols: Float64Array): number {
  requireVol(indexVol, 'indexVol');
  const exposures = exposuresOf(weights, vols);
  if (exposures.length < 2) throw new RangeError(`n is ${exposures.length}; need n >= 2 for a correlation`);
  const across = acrossTerms(exposures);
  if (across === 0)
    throw new RangeError('the sum of wi wj vi vj over pairs is 0; need two names with weight and volatility');
  return (indexVol * indexVol - ownTerms(exposures)) / across;
}

/**
 * Index volatility when every pair has the same correlation, equation (1).
 *
 * @param correlation  common to all pairs
 * @param weights      [n]
 * @param vols         [n], annualised decimals
 * @returns annualised decimal
 * @throws RangeError when lengths differ, an input is not a number, or the variance would be negative
 */
export function indexVolatility(correlation: number, weights: Float64Array, vols: Float64Array): number {
  if (!Number.isFinite(correlation)) throw new RangeError(`correlation is ${correlation}; need a finite number`);
  const exposures = exposuresOf(weights, vols);
  const own = ownTerms(exposures);
  const across = acrossTerms(exposures);
  const variance = own + correlation * across;
  if (variance >= 0) return Math.sqrt(variance);
  if (variance >= -varianceRounding * own) return 0;
  const side = across > 0 ? '>=' : '<=';
  throw new RangeError(
    `correlation is ${correlation}, which makes the index variance ${variance}; need correlation ${side} ${-own / across}`,
  );
}

/**
 * Index volatility at a full correlation matrix, equation (1).
 *
 * @param matrix   [n × n] row-major correlations
 * @param weights  [n]
 * @param vols     [n], annualised decimals
 * @returns annualised decimal
 * @throws RangeError when sizes differ, an input is not a number, or the variance is negative (an indefinite matrix)
 */
export function indexVolatilityFromMatrix(matrix: Float64Array, weights: Float64Array, vols: Float64Array): number {
  const exposures = exposuresOf(weights, vols);
  const n = exposures.length;
  requireSquare(matrix, n);
  let variance = 0;
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < n; j++) row += matrix[i * n + j] * exposures[j];
    variance += exposures[i] * row;
  }
  if (variance >= 0) return Math.sqrt(variance);
  if (variance >= -varianceRounding * ownTerms(exposures)) return 0;
  throw new RangeError(`the index variance is ${variance}; need a positive semi-definite correlation matrix`);
}

/**
 * Index volatilities at the two correlations between which a desk quotes: uncorrelated names and one single asset.
 * The upper one, Σ w_i v_i for long-only weights, bounds the index volatility; √(Σ w_i² v_i²) is the value at zero
 * correlation and bounds nothing, since correlations are usually positive.
 *
 * @param weights  [n]
 * @param vols     [n], annualised decimals
 * @returns annualised decimals
 * @throws RangeError when lengths differ or an input is not a number
 */
export function indexVolBounds(weights: Float64Array, vols: Float64Array): { atZero: number; atOne: number } {
  const exposures = exposuresOf(weights, vols);
  return { atZero: Math.sqrt(ownTerms(exposures)), atOne: Math.abs(sumOf(exposures)) };
}

/**
 * Share of the constituents' average volatility that diversification takes away.
 *
 *   1 − v_I / Σ w_i v_i
 *
 * @param indexVol  annualised decimal
 * @param weights   [n]
 * @param vols      [n], annualised decimals
 * @returns 0 when the index moves as one asset, 1 when it does not move; negative when the quotes disagree
 * @throws RangeError when lengths differ, an input is not a number, or Σ w_i v_i is not positive
 */
export function diversification(indexVol: number, weights: Float64Array, vols: Float64Array): number {
  requireVol(indexVol, 'indexVol');
  const average = sumOf(exposuresOf(weights, vols));
  if (!(average > 0)) throw new RangeError(`the weighted average volatility is ${average}; need > 0`);
  return 1 - indexVol / average;
}

/**
 * Lowest correlation that all pairs of n names can share: below −1/(n − 1) the matrix has a negative eigenvalue,
 * 1 + (n − 1)ρ.
 *
 * @param n  number of names
 * @throws RangeError when n < 2
 */
export function lowestCommonCorrelation(n: number): number {
  if (!Number.isInteger(n) || n < 2) throw new RangeError(`n is ${n}; need a whole number >= 2`);
  return -1 / (n - 1);
}

/**
 * Common correlation at which the variance of this very basket, equation (1), is zero:
 * −Σ w_i² v_i² / Σ_{i≠j} w_i w_j v_i v_j. For long-only weights it is at most −1/(n − 1), and equal to it when all
 * products w_i v_i are equal; it can be below −1 when one name dominates, where no correlation makes the variance zero.
 *
 * @param weights  [n]
 * @param vols     [n], annualised decimals
 * @throws RangeError when lengths differ, n < 2, or no two names have both weight and volatility
 */
export function lowestFeasibleCorrelation(weights: Float64Array, vols: Float64Array): number {
  return impliedCorrelation(0, weights, vols);
}

/**
 * Equal-weighted average of the off-diagonal correlations.
 *
 * @param matrix  [n × n] row-major
 * @param n       number of names
 * @throws RangeError when the size differs or n < 2
 */
export function averageCorrelation(matrix: Float64Array, n: number): number {
  requireSquare(matrix, n);
  if (n < 2) throw new RangeError(`n is ${n}; need n >= 2 for a correlation`);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) if (j !== i) sum += matrix[i * n + j];
  }
  return sum / (n * (n - 1));
}

/**
 * Average correlation weighted by w_i w_j v_i v_j over i ≠ j: the one common correlation that gives the same index
 * variance as the matrix.
 *
 * @param matrix   [n × n] row-major
 * @param weights  [n]
 * @param vols     [n], annualised decimals
 * @throws RangeError when sizes differ, n < 2, or no two names have both weight and volatility
 */
export function weightedAverageCorrelation(matrix: Float64Array, weights: Float64Array, vols: Float64Array): number {
  return exposureWeightedCorrelation(matrix, exposuresOf(weights, vols));
}

/**
 * The same average for exposures a_i = w_i v_i given as they are, zeros for names outside the index.
 *
 *   Σ_{i≠j} a_i a_j ρ_ij / Σ_{i≠j} a_i a_j
 *
 * @param matrix     [n × n] row-major
 * @param exposures  [n], any positive scale
 * @throws RangeError when sizes differ, n < 2, or fewer than two exposures are other than zero
 */
export function exposureWeightedCorrelation(matrix: Float64Array, exposures: Float64Array): number {
  const n = exposures.length;
  requireSquare(matrix, n);
  if (n < 2) throw new RangeError(`n is ${n}; need n >= 2 for a correlation`);
  const across = acrossTerms(exposures);
  if (across === 0)
    throw new RangeError('the sum of wi wj vi vj over pairs is 0; need two names with weight and volatility');
  let sum = 0;
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < n; j++) if (j !== i) row += matrix[i * n + j] * exposures[j];
    sum += exposures[i] * row;
  }
  return sum / across;
}

/**
 * Σ_i a_i², the variance the names would have alone.
 *
 * @param exposures  [n], a_i = w_i v_i
 */
export function ownTerms(exposures: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < exposures.length; i++) sum += exposures[i] * exposures[i];
  return sum;
}

/**
 * Σ_{i≠j} a_i a_j in O(n), summed pair by pair. The shorter (Σa)² − Σa² cancels, and with a single name leaves
 * rounding where an exact zero is needed.
 *
 * @param exposures  [n], a_i = w_i v_i
 */
export function acrossTerms(exposures: Float64Array): number {
  let before = 0;
  let sum = 0;
  for (let i = 0; i < exposures.length; i++) {
    sum += exposures[i] * before;
    before += exposures[i];
  }
  return 2 * sum;
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

function exposuresOf(weights: Float64Array, vols: Float64Array): Float64Array {
  if (weights.length !== vols.length) {
    throw new RangeError(`weights has ${weights.length} entries and vols ${vols.length}; need the same number`);
  }
  const exposures = new Float64Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    if (!Number.isFinite(weights[i])) throw new RangeError(`weights[${i}] is ${weights[i]}; need a finite number`);
    requireVol(vols[i], `vols[${i}]`);
    exposures[i] = weights[i] * vols[i];
  }
  return exposures;
}

function requireVol(value: number, name: string): void {
  if (!(value >= 0 && Number.isFinite(value))) throw new RangeError(`${name} is ${value}; need a finite number >= 0`);
}

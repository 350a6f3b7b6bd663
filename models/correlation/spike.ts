import { acrossTerms, averageCorrelation, exposureWeightedCorrelation } from './implied.ts';
import { requireSquare } from './square.ts';

/** What a spike starts from and where it should lead. */
export interface SpikeRequest {
  /** [n × n] row-major, a correlation matrix */
  calm: Float64Array;
  n: number;
  /** Average correlation wanted, at most 1; at least 0 when below the calm average */
  targetAverage: number;
  /** [n] w_i v_i of the index, zeros for names outside it; null weighs all pairs alike */
  pairWeights: Float64Array | null;
  /** [n] each 1 or −1: the side a name takes in a crisis */
  crisisSigns: ArrayLike<number>;
}

/** A correlation matrix, how it was mixed and what average it has; or why there is none. */
export type SpikeResult =
  | {
      ok: true;
      matrix: Float64Array;
      /** Weight of the matrix moved toward, in [0, 1] */
      weight: number;
      direction: 'up' | 'down' | 'none';
      calmAverage: number;
      achievedAverage: number;
    }
  | { ok: false; reason: string };

/** Two averages this close are the same: moving by less would only stir rounding. */
const sameAverage = 1e-12;

/**
 * Correlation matrix of a regime given by its average correlation. With calm matrix R_0 and its average ρ̄_0 (weighted
 * by the products of pairWeights over i ≠ j), crisis signs b and target ρ̄,
 *
 *   up:    R = (1 − s) R_0 + s b bᵀ,   s = (ρ̄ − ρ̄_0) / (1 − ρ̄_0)
 *   down:  R = (1 − s) R_0 + s I,      s = 1 − ρ̄ / ρ̄_0
 *
 * Both are convex mixtures of correlation matrices, so the result is one.
 *
 * With all signs equal the average of R is the target. With mixed signs the average of b bᵀ is below 1 and so the
 * target is not met, by design: s measures the severity of the crisis, and a name that takes the other side must not
 * make it harsher for the rest. `achievedAverage` says what came out; it can even be below the calm average.
 *
 * @returns ok: false, with the reason, where no mixture leads to the target
 * @throws RangeError when sizes differ, a pair weight is negative or a crisis sign is other than 1 or −1
 */
export function spikeCorrelation(request: SpikeRequest): SpikeResult {
  const { calm, n, targetAverage, pairWeights, crisisSigns } = request;
  requireSquare(calm, n);
  requireSigns(crisisSigns, n);
  if (pairWeights !== null) requirePairWeights(pairWeights, n);
  if (n < 2) return refuse('an average correlation needs at least two names');
  if (pairWeights !== null && acrossTerms(pairWeights) === 0) {
    return refuse('an average correlation needs at least two names with weight and volatility');
  }
  if (!(targetAverage >= -1 && targetAverage <= 1)) {
    return refuse(`the target average correlation is ${targetAverage}; it must be between -1 and 1`);
  }

  const averageOf = (matrix: Float64Array) =>
    pairWeights === null ? averageCorrelation(matrix, n) : exposureWeightedCorrelation(matrix, pairWeights);
  const calmAverage = averageOf(calm);
  const move = targetAverage - calmAverage;
  if (Math.abs(move) <= sameAverage) {
    const matrix = calm.slice();
    return { ok: true, matrix, weight: 0, direction: 'none', calmAverage, achievedAverage: calmAverage };
  }
  if (move < 0 && targetAverage < 0) {
    return refuse(
      `the target average correlation is ${targetAverage}, below the calm average ${Number(calmAverage.toPrecision(6))}; ` +
        'correlations can only fall toward 0, so it must be at least 0',
    );
  }
  // A target of at least 0 below the calm average makes the calm average positive, and a target of at most 1 above it
  // makes it less than 1, so neither division can fail and the weight is in [0, 1].
  const direction = move > 0 ? 'up' : 'down';
  const weight = move > 0 ? move / (1 - calmAverage) : 1 - targetAverage / calmAverage;
  const toward = move > 0 ? 'one' : 'identity';
  const matrix = blendCorrelation({ calm, n, toward, weight, crisisSigns });
  return { ok: true, matrix, weight, direction, calmAverage, achievedAverage: averageOf(matrix) };
}

/** A calm matrix and how far to move it. */
export interface BlendRequest {
  /** [n × n] row-major, a correlation matrix */
  calm: Float64Array;
  n: number;
  /** `one`: toward b bᵀ, all names one asset with their crisis signs; `identity`: toward no correlation */
  toward: 'one' | 'identity';
  /** In [0, 1] */
  weight: number;
  /** [n] each 1 or −1 */
  crisisSigns: ArrayLike<number>;
}

/**
 * Convex mixture (1 − s) R_0 + s T of a correlation matrix with b bᵀ or I: a correlation matrix.
 *
 * @returns [n × n] row-major; the diagonal is that of a correlation matrix, exactly 1
 * @throws RangeError when sizes differ, the weight is outside [0, 1] or a crisis sign is other than 1 or −1
 */
export function blendCorrelation({ calm, n, toward, weight, crisisSigns }: BlendRequest): Float64Array {
  requireSquare(calm, n);
  requireSigns(crisisSigns, n);
  if (!(weight >= 0 && weight <= 1)) throw new RangeError(`weight is ${weight}; need a number in [0, 1]`);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const target = toward === 'one' ? crisisSigns[i] * crisisSigns[j] : 0;
      matrix[i * n + j] = i === j ? 1 : (1 - weight) * calm[i * n + j] + weight * target;
    }
  }
  return matrix;
}

function refuse(reason: string): SpikeResult {
  return { ok: false, reason };
}

function requireSigns(signs: ArrayLike<number>, n: number): void {
  if (signs.length !== n) throw new RangeError(`crisisSigns has ${signs.length} entries; need ${n}`);
  for (let i = 0; i < n; i++) {
    if (signs[i] !== 1 && signs[i] !== -1) throw new RangeError(`crisisSigns[${i}] is ${signs[i]}; need 1 or -1`);
  }
}

/** Of one sign, so that the average is a mean of correlations and stays in [−1, 1]. */
function requirePairWeights(weights: Float64Array, n: number): void {
  if (weights.length !== n) throw new RangeError(`pairWeights has ${weights.length} entries; need ${n}`);
  for (let i = 0; i < n; i++) {
    if (!(weights[i] >= 0 && Number.isFinite(weights[i]))) {
      throw new RangeError(`pairWeights[${i}] is ${weights[i]}; need a finite number >= 0`);
    }
  }
}

import { EigenvalueDecomposition, WrapperMatrix1D } from 'ml-matrix';
import { checkCorrelationMatrix, isPositiveSemiDefinite } from './matrix.ts';
import { requireSquare } from './square.ts';

/**
 * Stop when a step changes either iterate, and the two iterates differ, by less than this relative to their norm.
 * Convergence is linear, so the entries end about ten times further off: still 1e−9, and the distance is stationary at
 * the solution, so it is far closer.
 */
const stepTolerance = 1e-10;

/**
 * A step costs an eigendecomposition, about 4e−9 s × n³, so this is some twenty seconds: 5,000 steps at n = 100, 40 at 500.
 * Ordinary matrices need some tens; a hostile one of 58 kB could otherwise hold a thread for a minute, one of 1,000 names
 * for hours. What is returned there is a valid correlation matrix, but may not be the nearest.
 */
export const NEAREST_WORK = 5e9;

/** The repaired matrix and what the repair cost. */
export interface NearestCorrelation {
  /** [n × n] row-major, symmetric, unit diagonal, positive semi-definite */
  matrix: Float64Array;
  /** Frobenius norm of the change, √(Σ_ij (to − from)²) */
  frobeniusDistance: number;
  /** The entry that changed most, row ≤ column; from = to when none did */
  largestChange: { row: number; column: number; from: number; to: number };
  /** Projections onto the positive semi-definite matrices; 0 when the matrix was valid */
  iterations: number;
  /** False when the safeguard stopped the iteration: the matrix is valid but may not be the nearest */
  converged: boolean;
}

/**
 * Nearest correlation matrix in the Frobenius norm, by alternating projections with Dykstra's correction:
 *
 *   R_k = Y_{k−1} − ΔS_{k−1},  X_k = P_S(R_k),  ΔS_k = X_k − R_k,  Y_k = P_U(X_k)
 *
 * P_S sets negative eigenvalues to zero, P_U the diagonal to one. At the end the last negative eigenvalues, of the size
 * of the tolerance, are set to zero and the matrix is scaled to a unit diagonal, so that it can be factored. A matrix
 * that is a correlation matrix already comes back as it is.
 *
 * Source: Higham 2002, "Computing the nearest correlation matrix: a problem from finance", IMA J. Numer. Anal. 22,
 * 329–343, Algorithm 3.3. Each step takes an eigendecomposition: milliseconds at n = 50, half a second or more at 500.
 *
 * @param matrix  [n × n] row-major, symmetric, finite
 * @param n       number of rows
 * @param work    most steps × n³
 * @throws RangeError when sizes differ, an entry is not finite or the matrix is not symmetric
 */
export function nearestCorrelation(matrix: Float64Array, n: number, work: number = NEAREST_WORK): NearestCorrelation {
  requireSquare(matrix, n);
  const check = checkCorrelationMatrix(matrix, n);
  const broken = check.findings.find(({ kind }) => kind === 'notFinite' || kind === 'notSymmetric');
  if (broken !== undefined) {
    throw new RangeError(`entry (${broken.row}, ${broken.column}) is ${broken.value}; need a finite symmetric matrix`);
  }
  if (check.total === 0 && isPositiveSemiDefinite(matrix, n)) return describe(matrix, matrix.slice(), n, 0, true);

  let x: Float64Array = matrix.slice();
  let y: Float64Array = matrix.slice();
  let correction = new Float64Array(n * n);
  let iterations = 0;
  const maximumIterations = Math.max(1, Math.floor(work / (n * n * n)));
  let converged = false;
  while (!converged && iterations < maximumIterations) {
    iterations++;
    const start = y.map((value, at) => value - correction[at]);
    const nextX = withoutNegativeEigenvalues(start, n);
    const nextY = withUnitDiagonal(nextX, n);
    correction = nextX.map((value, at) => value - start[at]);
    const step = Math.max(distance(nextX, x), distance(nextY, y), distance(nextY, nextX));
    converged = step <= stepTolerance * norm(nextY);
    x = nextX;
    y = nextY;
  }
  return describe(matrix, scaledToUnitDiagonal(withoutNegativeEigenvalues(y, n), n), n, iterations, converged);
}

function describe(
  from: Float64Array,
  to: Float64Array,
  n: number,
  iterations: number,
  converged: boolean,
): NearestCorrelation {
  let at = 0;
  for (let row = 0; row < n; row++) {
    for (let column = row; column < n; column++) {
      const candidate = row * n + column;
      if (Math.abs(to[candidate] - from[candidate]) > Math.abs(to[at] - from[at])) at = candidate;
    }
  }
  return {
    matrix: to,
    frobeniusDistance: distance(from, to),
    largestChange: { row: Math.floor(at / n), column: at % n, from: from[at], to: to[at] },
    iterations,
    converged,
  };
}

/** P_S: with M = V Λ Vᵀ, subtracts λ v vᵀ for each negative λ. These are usually few, so it costs less than V Λ₊ Vᵀ. */
function withoutNegativeEigenvalues(matrix: Float64Array, n: number): Float64Array {
  const eigen = new EigenvalueDecomposition(new WrapperMatrix1D(matrix, { rows: n }), { assumeSymmetric: true });
  const values = eigen.realEigenvalues;
  const vectors = eigen.eigenvectorMatrix;
  const result = matrix.slice();
  const vector = new Float64Array(n);
  for (let k = 0; k < n && values[k] < 0; k++) {
    for (let i = 0; i < n; i++) vector[i] = vectors.get(i, k);
    for (let i = 0; i < n; i++) {
      const scaled = values[k] * vector[i];
      for (let j = 0; j <= i; j++) result[i * n + j] -= scaled * vector[j];
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) result[j * n + i] = result[i * n + j];
  }
  return result;
}

/** P_U */
function withUnitDiagonal(matrix: Float64Array, n: number): Float64Array {
  const result = matrix.slice();
  for (let i = 0; i < n; i++) result[i * n + i] = 1;
  return result;
}

function scaledToUnitDiagonal(matrix: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    result[i * n + i] = 1;
    for (let j = 0; j < i; j++) {
      const scaled = matrix[i * n + j] / Math.sqrt(matrix[i * n + i] * matrix[j * n + j]);
      result[i * n + j] = Math.min(1, Math.max(-1, scaled));
      result[j * n + i] = result[i * n + j];
    }
  }
  return result;
}

function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] - b[at]) * (a[at] - b[at]);
  return Math.sqrt(sum);
}

function norm(a: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at] * a[at];
  return Math.sqrt(sum);
}

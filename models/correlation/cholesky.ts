import { EigenvalueDecomposition, QrDecomposition, WrapperMatrix1D } from 'ml-matrix';
import { requireSquare } from './square.ts';

/**
 * Pivots this close to zero (relative to the largest diagonal entry) count as zero. Rounding leaves about n ε = 1e−13 at
 * n = 500 where the exact pivot is zero. Too small a value would divide rounding by rounding and give a name noise of
 * its own; too large a one would tie together names that are only nearly one asset (1e−12 is ρ = 1 − 5e−13).
 */
const pivotTolerance = 1e-12;

/** Largest entry that may be lost with a zero pivot; above it the eigenvalues decide. */
const lossTolerance = 1e-10;

/**
 * A matrix is semi-definite when its smallest eigenvalue is at least −1e−8 times the largest diagonal entry. Entries
 * printed with ten decimals move the eigenvalues of a singular 500 × 500 matrix by about 2√n · 1e−10/√12 = 1e−9; the
 * matrix so accepted is reproduced to 1e−8, far below anything a simulation can see.
 */
export const eigenvalueTolerance = 1e-8;

/** Lower-triangular factor, and the number of independent normals that drive the names. */
export interface CholeskyFactor {
  factor: Float64Array;
  rank: number;
}

/** Where the factorisation by rows stopped: at a negative pivot, or at an entry that a zero pivot cannot carry. */
export interface CholeskyStop {
  row: number;
  column: number;
  value: number;
}

/**
 * Cholesky factor R = L Lᵀ of a positive semi-definite matrix, ρ = 1 included.
 *
 * Row by row, sums over k ascending, so the bits depend on nothing but the matrix:
 *
 *   L_ij = (R_ij − Σ_{k<j} L_ik L_jk) / L_jj,   L_ii = √(R_ii − Σ_{k<i} L_ik²)
 *
 * A pivot within the tolerance of zero gives a zero column, so names that move as one get the same row. Without
 * pivoting, a tiny accepted pivot can blow rounding up in later ones (Higham 2002, "Accuracy and Stability of Numerical
 * Algorithms", §10.3); a matrix refused by rows (about 1 % of random singular ones) is therefore judged by its eigenvalues, and factored from them as the
 * triangular factor of (V √Λ)ᵀ when it is semi-definite after all.
 *
 * @param matrix  [n × n] row-major, symmetric; only the lower triangle is read unless the eigenvalues are needed
 * @param n       number of rows
 * @returns factor: [n × n] row-major, lower-triangular, diagonal ≥ 0; rank
 * @throws RangeError when sizes differ, an entry is not finite or the matrix is indefinite, naming the pivot
 */
export function cholesky(matrix: Float64Array, n: number): CholeskyFactor {
  const result = choleskyByRows(matrix, n);
  if ('factor' in result) return result;
  const { row, column, value } = result;
  const place =
    row === column ? `pivot ${row} is ${value}` : `pivot ${column} is 0 but entry (${row}, ${column}) leaves ${value}`;
  if (!matrix.every(Number.isFinite)) throw new RangeError(`${place}; need finite entries`);
  const factor = factorFromEigenvalues(matrix, n);
  if (factor === null) throw new RangeError(`${place}; need a positive semi-definite matrix`);
  return factor;
}

/**
 * The factorisation by rows alone: the fast test of semi-definiteness.
 *
 * @param matrix  [n × n] row-major, lower triangle read
 * @param n       number of rows
 * @returns the factor, or where it stopped, which is not yet proof of an indefinite matrix
 * @throws RangeError when sizes differ
 */
export function choleskyByRows(matrix: Float64Array, n: number): CholeskyFactor | CholeskyStop {
  requireSquare(matrix, n);
  const scale = largestDiagonal(matrix, n);
  const factor = new Float64Array(n * n);
  let rank = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let rest = matrix[i * n + j];
      for (let k = 0; k < j; k++) rest -= factor[i * n + k] * factor[j * n + k];
      const pivotRoot = factor[j * n + j];
      if (pivotRoot > 0) factor[i * n + j] = rest / pivotRoot;
      else if (!(Math.abs(rest) <= lossTolerance * scale)) return { row: i, column: j, value: rest };
    }
    let pivot = matrix[i * n + i];
    for (let k = 0; k < i; k++) pivot -= factor[i * n + k] * factor[i * n + k];
    if (pivot > pivotTolerance * scale) {
      factor[i * n + i] = Math.sqrt(pivot);
      rank++;
    } else if (!(pivot >= -pivotTolerance * scale)) {
      return { row: i, column: i, value: pivot };
    }
  }
  return { factor, rank };
}

/**
 * Largest diagonal entry, the scale that tolerances refer to; 1 for a correlation matrix.
 *
 * @param matrix  [n × n] row-major
 * @param n       number of rows
 */
export function largestDiagonal(matrix: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, matrix[i * n + i]);
  return largest;
}

/** With R = V Λ Vᵀ and (V √Λ)ᵀ = Q U, R = Uᵀ U: the factor is Uᵀ up to the signs of its columns. */
function factorFromEigenvalues(matrix: Float64Array, n: number): CholeskyFactor | null {
  const eigen = new EigenvalueDecomposition(new WrapperMatrix1D(matrix, { rows: n }), { assumeSymmetric: true });
  const values = eigen.realEigenvalues;
  if (!(values[0] >= -eigenvalueTolerance * largestDiagonal(matrix, n))) return null;
  const vectors = eigen.eigenvectorMatrix;
  const negligible = n * Number.EPSILON * values[n - 1];
  const root = new Float64Array(n * n);
  let rank = 0;
  for (let k = 0; k < n; k++) {
    if (!(values[k] > negligible)) continue;
    rank++;
    const length = Math.sqrt(values[k]);
    for (let i = 0; i < n; i++) root[k * n + i] = vectors.get(i, k) * length;
  }
  const upper = new QrDecomposition(new WrapperMatrix1D(root, { rows: n })).upperTriangularMatrix;
  const factor = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const sign = upper.get(j, j) < 0 ? -1 : 1;
    for (let i = j; i < n; i++) factor[i * n + j] = sign * upper.get(j, i);
  }
  return { factor, rank };
}

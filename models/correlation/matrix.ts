import { EigenvalueDecomposition, WrapperMatrix1D } from 'ml-matrix';
import { choleskyByRows, eigenvalueTolerance, largestDiagonal } from './cholesky.ts';
import { lowestCommonCorrelation } from './implied.ts';
import { requireSquare } from './square.ts';

/**
 * How far a diagonal may be from 1, an entry beyond ±1 and two mirrored entries apart. Matrices computed in double
 * precision are off by 1e−15 and those printed with ten decimals by 1e−10; more than 1e−9 is a mistake in the data.
 */
const entryTolerance = 1e-9;

/** Findings listed; a matrix with its triangles swapped has n² of them and the first few tell as much. */
export const maximumFindings = 20;

/** One thing wrong with one entry; `other` is the mirrored entry of an asymmetric pair, given once with row < column. */
export interface MatrixFinding {
  kind: 'notFinite' | 'outOfRange' | 'notUnitDiagonal' | 'notSymmetric';
  row: number;
  column: number;
  value: number;
  other?: number;
}

/**
 * Entries that no correlation matrix can have. Whether the matrix is positive semi-definite is another question.
 *
 * @param values  [n × n] row-major
 * @param n       number of rows
 * @returns the first `maximumFindings` in row-major order, and how many there are
 * @throws RangeError when sizes differ
 */
export function checkCorrelationMatrix(values: Float64Array, n: number): { findings: MatrixFinding[]; total: number } {
  requireSquare(values, n);
  const findings: MatrixFinding[] = [];
  let total = 0;
  const add = (finding: MatrixFinding) => {
    total++;
    if (findings.length < maximumFindings) findings.push(finding);
  };
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const value = values[row * n + column];
      const other = values[column * n + row];
      if (!Number.isFinite(value)) add({ kind: 'notFinite', row, column, value });
      else if (row === column) {
        if (Math.abs(value - 1) > entryTolerance) add({ kind: 'notUnitDiagonal', row, column, value });
      } else {
        if (Math.abs(value) > 1 + entryTolerance) add({ kind: 'outOfRange', row, column, value });
        if (row < column && Math.abs(value - other) > entryTolerance) {
          add({ kind: 'notSymmetric', row, column, value, other });
        }
      }
    }
  }
  return { findings, total };
}

/**
 * Smallest eigenvalue of a symmetric matrix. O(n³) with a large constant: about half a second at n = 500.
 *
 * @param values  [n × n] row-major, symmetric, finite
 * @param n       number of rows
 * @throws RangeError when sizes differ or an entry is not finite
 */
export function smallestEigenvalue(values: Float64Array, n: number): number {
  requireSquare(values, n);
  requireFinite(values, n);
  return new EigenvalueDecomposition(new WrapperMatrix1D(values, { rows: n }), { assumeSymmetric: true })
    .realEigenvalues[0];
}

/**
 * Whether a symmetric matrix is positive semi-definite: smallest eigenvalue ≥ −1e−8 × the largest diagonal entry. The
 * factorisation by rows settles nearly every valid matrix; only when it stops are the eigenvalues computed. `cholesky`
 * accepts exactly the matrices for which this is true.
 *
 * @param values  [n × n] row-major, symmetric, finite
 * @param n       number of rows
 * @throws RangeError when sizes differ or an entry is not finite
 */
export function isPositiveSemiDefinite(values: Float64Array, n: number): boolean {
  requireSquare(values, n);
  requireFinite(values, n);
  if ('factor' in choleskyByRows(values, n)) return true;
  return smallestEigenvalue(values, n) >= -eigenvalueTolerance * largestDiagonal(values, n);
}

/**
 * Correlation matrix with one common correlation.
 *
 * @param n    number of names
 * @param rho  in [−1/(n − 1), 1]
 * @returns [n × n] row-major
 * @throws RangeError when n < 1 or rho is out of its range
 */
export function averageMatrix(n: number, rho: number): Float64Array {
  const lowest = n === 1 ? -1 : lowestCommonCorrelation(n);
  if (!(rho >= lowest && rho <= 1)) throw new RangeError(`rho is ${rho}; need a number in [${lowest}, 1] for n = ${n}`);
  return sectorMatrix(new Int32Array(n), rho, rho);
}

/**
 * Correlation matrix with one correlation inside sectors and another across them. Positive semi-definite when
 * 0 ≤ across ≤ within; other choices are the caller's to check.
 *
 * @param sectorIndex  [n], equal for names of one sector
 * @param within       in [−1, 1]
 * @param across       in [−1, 1]
 * @returns [n × n] row-major
 * @throws RangeError when a correlation is outside [−1, 1]
 */
export function sectorMatrix(sectorIndex: Int32Array, within: number, across: number): Float64Array {
  if (!(Math.abs(within) <= 1)) throw new RangeError(`within is ${within}; need a number in [-1, 1]`);
  if (!(Math.abs(across) <= 1)) throw new RangeError(`across is ${across}; need a number in [-1, 1]`);
  const n = sectorIndex.length;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) matrix[i * n + j] = 1;
      else matrix[i * n + j] = sectorIndex[i] === sectorIndex[j] ? within : across;
    }
  }
  return matrix;
}

function requireFinite(values: Float64Array, n: number): void {
  for (let at = 0; at < values.length; at++) {
    if (!Number.isFinite(values[at])) {
      throw new RangeError(`entry (${Math.floor(at / n)}, ${at % n}) is ${values[at]}; need a finite number`);
    }
  }
}

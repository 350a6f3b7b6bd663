import type { Correlation, Underlying } from '../../schemas/market.ts';
import type { MatrixRepair } from '../../schemas/stress-result.ts';
import type { FailureReason } from '../../schemas/failure.ts';
import {
  averageMatrix,
  checkCorrelationMatrix,
  isPositiveSemiDefinite,
  type MatrixFinding,
  sectorMatrix,
  smallestEigenvalue,
} from '../correlation/matrix.ts';
import { lowestCommonCorrelation } from '../correlation/implied.ts';
import { nearestCorrelation } from '../correlation/nearest.ts';
import type { FailureList } from '../failures.ts';
import { counted, tidy } from './wording.ts';

/**
 * A correlation of the contract as a full matrix in market order, checked.
 *
 * @param correlation  undefined stands for the one-by-one matrix of a single underlying
 * @param at           pointer of the correlation in the request
 * @param repairs      receives what a nearest-correlation repair changed
 * @returns [n × n] row-major; undefined when it was refused (the reasons are in `failures`)
 */
export function resolveMatrix(
  correlation: Correlation | undefined,
  underlyings: readonly Underlying[],
  at: string,
  failures: FailureList,
  repairs: MatrixRepair[],
): Float64Array | undefined {
  const n = underlyings.length;
  if (correlation === undefined) return Float64Array.of(1);
  if (correlation.kind === 'average') {
    if (n === 1) return averageMatrix(1, 0);
    // The eigenvalues of a common correlation are known: 1 − ρ and 1 + (n − 1) ρ.
    const { value } = correlation;
    const lowest = lowestCommonCorrelation(n);
    if (value >= lowest) return averageMatrix(n, value);
    const eigenvalue = tidy(1 + (n - 1) * value);
    const message = `value is ${value}, for which the matrix of ${n} underlyings has the eigenvalue ${eigenvalue}; it must be at least ${tidy(lowest)}`;
    failures.add('matrix_indefinite', `${at}/value`, message);
    return undefined;
  }
  const repair = correlation.repair === 'nearest';
  if (correlation.kind === 'sectors') {
    const matrix = sectorMatrix(sectorNumbers(underlyings), correlation.within, correlation.across);
    return accept(
      matrix,
      underlyings.map(({ id }) => id),
      at,
      repair,
      failures,
      repairs,
    );
  }
  const given = Float64Array.from(correlation.values.flat());
  const { findings, total } = checkCorrelationMatrix(given, n);
  for (const finding of findings) report(finding, correlation.order, `${at}/values`, failures);
  if (total > findings.length) {
    failures.add(
      REASONS[findings[0].kind],
      `${at}/values`,
      `${counted(total - findings.length, 'more entry', 'more entries')} of values cannot stand in a correlation matrix`,
    );
  }
  if (total > 0) return undefined;
  const accepted = accept(given, correlation.order, `${at}/values`, repair, failures, repairs);
  if (accepted === undefined) return undefined;
  const place = new Map(correlation.order.map((id, i) => [id, i]));
  return submatrix(
    accepted,
    n,
    Int32Array.from(underlyings, ({ id }) => place.get(id) as number),
  );
}

const REASONS: Readonly<Record<MatrixFinding['kind'], FailureReason>> = {
  notFinite: 'not_finite',
  outOfRange: 'matrix_out_of_range',
  notUnitDiagonal: 'matrix_not_unit_diagonal',
  notSymmetric: 'matrix_not_symmetric',
};

function report(finding: MatrixFinding, order: readonly string[], at: string, failures: FailureList): void {
  const { kind, row, column, value, other } = finding;
  const entry = `values[${row}][${column}] ("${order[row]}" with "${order[column]}") is ${value}`;
  const messages = {
    notFinite: `${entry}; it must be a finite number`,
    outOfRange: `${entry}; it must be within [-1, 1]`,
    notUnitDiagonal: `${entry}; it must be 1`,
    notSymmetric: `${entry}, but values[${column}][${row}] is ${other}; they must be equal`,
  };
  failures.add(REASONS[kind], `${at}/${row}/${column}`, messages[kind]);
}

function accept(
  matrix: Float64Array,
  ids: readonly string[],
  at: string,
  repair: boolean,
  failures: FailureList,
  repairs: MatrixRepair[],
): Float64Array | undefined {
  const n = ids.length;
  if (isPositiveSemiDefinite(matrix, n)) return matrix;
  if (!repair) {
    failures.add(
      'matrix_indefinite',
      at,
      `the matrix is indefinite: its smallest eigenvalue is ${tidy(smallestEigenvalue(matrix, n))}; it must be at least 0. "repair": "nearest" replaces it by the nearest correlation matrix`,
    );
    return undefined;
  }
  const nearest = nearestCorrelation(matrix, n);
  if (!nearest.converged) {
    failures.add(
      'too_much_work',
      at,
      `the nearest correlation matrix of ${n} underlyings was not reached in ${nearest.iterations} steps, the most this size is given; repair the matrix before sending it`,
    );
    return undefined;
  }
  const { row, column, from, to } = nearest.largestChange;
  repairs.push({
    pointer: at,
    frobeniusDistance: nearest.frobeniusDistance,
    largestChange: { row: ids[row], column: ids[column], from, to },
  });
  return nearest.matrix;
}

/** Sectors as numbers; a name without one is alone in its own. */
function sectorNumbers(underlyings: readonly Underlying[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(underlyings, ({ sector }, i) => {
    if (sector === undefined) return underlyings.length + i;
    if (!numbers.has(sector)) numbers.set(sector, numbers.size);
    return numbers.get(sector) as number;
  });
}

/** Rows and columns `places` of an n × n matrix, in that order. */
export function submatrix(matrix: Float64Array, n: number, places: Int32Array): Float64Array {
  const m = places.length;
  const out = new Float64Array(m * m);
  for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) out[i * m + j] = matrix[places[i] * n + places[j]];
  return out;
}

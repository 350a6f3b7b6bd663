import * as fc from 'fast-check';
import t from 'tap';
import {
  averageMatrix,
  checkCorrelationMatrix,
  isPositiveSemiDefinite,
  maximumFindings,
  sectorMatrix,
  smallestEigenvalue,
} from '../../../models/correlation/matrix.ts';
import { correlationMatrices } from './matrices.ts';

await t.test('a correlation matrix has no findings', async () => {
  fc.assert(
    fc.property(correlationMatrices(15, true), ({ matrix, n }) => checkCorrelationMatrix(matrix, n).total === 0),
  );
});

await t.test('every wrong entry is found with its place and value', async (t) => {
  const matrix = Float64Array.of(1, 0.2, 0.3, 0.2, 0.9, 1.5, 0.4, 1.5, Number.NaN);
  t.strictSame(checkCorrelationMatrix(matrix, 3), {
    findings: [
      { kind: 'notSymmetric', row: 0, column: 2, value: 0.3, other: 0.4 },
      { kind: 'notUnitDiagonal', row: 1, column: 1, value: 0.9 },
      { kind: 'outOfRange', row: 1, column: 2, value: 1.5 },
      { kind: 'outOfRange', row: 2, column: 1, value: 1.5 },
      { kind: 'notFinite', row: 2, column: 2, value: Number.NaN },
    ],
    total: 5,
  });
  const infinite = checkCorrelationMatrix(Float64Array.of(1, Number.POSITIVE_INFINITY, 0.5, 1), 2);
  t.same(
    infinite.findings.map((finding) => finding.kind),
    ['notFinite'],
    'not reported again as asymmetric',
  );
});

await t.test('rounding in the last decimals is not a finding', async (t) => {
  t.equal(checkCorrelationMatrix(Float64Array.of(1 + 1e-15, 0.1234567891, 0.123456789, 1 - 1e-12), 2).total, 0);
  t.equal(checkCorrelationMatrix(Float64Array.of(1, 0.12345679, 0.12345678, 1), 2).total, 1);
});

await t.test('many findings are counted in full and listed up to the maximum', async (t) => {
  const { findings, total } = checkCorrelationMatrix(new Float64Array(30 * 30).fill(2), 30);
  t.equal(findings.length, maximumFindings);
  t.equal(total, 900);
});

await t.test('the smallest eigenvalue of a common correlation is 1 - rho, or 1 + (n - 1) rho below zero', async (t) => {
  for (const [n, rho, expected] of [
    [4, 0.3, 0.7],
    [10, 0.9, 0.1],
    [5, -0.2, 0.2],
    [5, -0.25, 0],
    [30, 1, 0],
  ] as const) {
    const got = smallestEigenvalue(averageMatrix(n, rho), n);
    t.ok(Math.abs(got - expected) < 1e-13, `n ${n}, rho ${rho}: got ${got}, expected ${expected}`);
  }
  t.equal(smallestEigenvalue(Float64Array.of(1), 1), 1);
});

await t.test('the smallest eigenvalue of the indefinite 3 x 3 example is 1 - √2', async (t) => {
  // Higham 2002, "Computing the nearest correlation matrix", IMA J. Numer. Anal. 22, §4; path matrix: 1 + 2 cos(3π/4).
  const matrix = Float64Array.of(1, 1, 0, 1, 1, 1, 0, 1, 1);
  t.ok(Math.abs(smallestEigenvalue(matrix, 3) - (1 - Math.SQRT2)) < 1e-14);
  t.notOk(isPositiveSemiDefinite(matrix, 3));
});

await t.test('definite, singular and slightly indefinite matrices are told apart', async (t) => {
  fc.assert(fc.property(correlationMatrices(20, false), ({ matrix, n }) => isPositiveSemiDefinite(matrix, n)));
  fc.assert(fc.property(correlationMatrices(20, true), ({ matrix, n }) => isPositiveSemiDefinite(matrix, n)));
  const below = averageMatrix(5, -0.25).map((value) => (value === 1 ? 1 : -0.2501));
  t.notOk(isPositiveSemiDefinite(below, 5), 'smallest eigenvalue -0.0004');
});

await t.test('a singular matrix printed with ten decimals still counts as semi-definite', async () => {
  fc.assert(
    fc.property(correlationMatrices(20, true), ({ matrix, n }) =>
      isPositiveSemiDefinite(
        matrix.map((value) => Number(value.toFixed(10))),
        n,
      ),
    ),
  );
});

await t.test('sector matrices hold one correlation inside sectors and one across', async (t) => {
  t.strictSame(sectorMatrix(Int32Array.of(0, 1, 0), 0.6, 0.2), Float64Array.of(1, 0.2, 0.6, 0.2, 1, 0.2, 0.6, 0.2, 1));
  t.ok(isPositiveSemiDefinite(sectorMatrix(Int32Array.of(0, 0, 1, 1, 2), 1, 0.3), 5), 'one asset per sector');
  t.strictSame(averageMatrix(1, 0.4), Float64Array.of(1));
});

await t.test('mistakes are refused with the value', async (t) => {
  t.throws(() => averageMatrix(3, -0.6), { message: /rho is -0\.6; need a number in \[-0\.5, 1\] for n = 3/ });
  t.throws(() => averageMatrix(3, Number.NaN), { message: /rho is NaN/ });
  t.throws(() => averageMatrix(0, 0), { message: /n is 0/ });
  t.throws(() => sectorMatrix(new Int32Array(2), 1.2, 0), { message: /within is 1\.2/ });
  t.throws(() => sectorMatrix(new Int32Array(2), 0, -2), { message: /across is -2/ });
  t.throws(() => checkCorrelationMatrix(new Float64Array(3), 2), { message: /3 entries; need 2 x 2/ });
  t.throws(() => smallestEigenvalue(Float64Array.of(1, 0, Number.NaN, 1), 2), { message: /entry \(1, 0\) is NaN/ });
  t.throws(() => isPositiveSemiDefinite(Float64Array.of(1, Infinity, 0, 1), 2), {
    message: /entry \(0, 1\) is Infinity/,
  });
});

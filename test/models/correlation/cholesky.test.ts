import * as fc from 'fast-check';
import { CholeskyDecomposition, WrapperMatrix1D } from 'ml-matrix';
import t from 'tap';
import { cholesky, choleskyByRows } from '../../../models/correlation/cholesky.ts';
import { averageMatrix, isPositiveSemiDefinite } from '../../../models/correlation/matrix.ts';
import { correlationMatrices, correlationOfRows, largestDifference, timesTranspose } from './matrices.ts';

await t.test('two names give 1, rho and the root of 1 - rho²', async (t) => {
  const { factor, rank } = cholesky(Float64Array.of(1, 0.6, 0.6, 1), 2);
  t.strictSame(factor, Float64Array.of(1, 0, 0.6, 0.8));
  t.equal(rank, 2);
});

await t.test('the factor is the textbook one for an integer covariance matrix', async (t) => {
  // Example of the Wikipedia article "Cholesky decomposition": all operations are exact in binary.
  const { factor } = cholesky(Float64Array.of(4, 12, -16, 12, 37, -43, -16, -43, 98), 3);
  t.strictSame(factor, Float64Array.of(2, 0, 0, 6, 1, 0, -8, 5, 3));
});

await t.test('the identity is its own factor', async (t) => {
  t.strictSame(cholesky(averageMatrix(5, 0), 5), { factor: averageMatrix(5, 0), rank: 5 });
});

await t.test('names that move as one share a single normal exactly', async (t) => {
  const n = 40;
  const { factor, rank } = cholesky(averageMatrix(n, 1), n);
  t.equal(rank, 1);
  t.strictSame(
    factor,
    Float64Array.from({ length: n * n }, (_, at) => (at % n === 0 ? 1 : 0)),
  );
  // Crisis signs: b bᵀ.
  const signs = [1, -1, 1];
  const mixed = cholesky(
    Float64Array.from({ length: 9 }, (_, at) => signs[Math.floor(at / 3)] * signs[at % 3]),
    3,
  );
  t.strictSame(mixed, { factor: Float64Array.of(1, 0, 0, -1, 0, 0, 1, 0, 0), rank: 1 });
});

await t.test('a duplicate inside an ordinary matrix adds no normal of its own', async (t) => {
  const rho = 0.3;
  const matrix = averageMatrix(4, rho);
  matrix[1 * 4 + 3] = 1;
  matrix[3 * 4 + 1] = 1;
  const { factor, rank } = cholesky(matrix, 4);
  t.equal(rank, 3);
  t.ok(largestDifference(factor.slice(4, 8), factor.slice(12, 16)) < 1e-15, `rows ${factor.slice(4).join(' ')}`);
  t.equal(factor[15], 0);
});

await t.test('the lowest common correlation, a singular matrix, is factored', async (t) => {
  for (const n of [2, 3, 10, 60]) {
    const matrix = averageMatrix(n, -1 / (n - 1));
    const { factor, rank } = cholesky(matrix, n);
    t.equal(rank, n - 1, `n ${n}`);
    t.ok(largestDifference(timesTranspose(factor, n), matrix) < 1e-13, `n ${n}`);
  }
});

await t.test('random definite matrices are reproduced and agree with an independent library', async () => {
  fc.assert(
    fc.property(correlationMatrices(25, false), ({ matrix, n }) => {
      const { factor } = cholesky(matrix, n);
      const theirs = new CholeskyDecomposition(new WrapperMatrix1D(matrix, { rows: n })).lowerTriangularMatrix;
      const distance = largestDifference(factor, Float64Array.from(theirs.to1DArray()));
      return largestDifference(timesTranspose(factor, n), matrix) < 1e-13 && distance < 1e-9;
    }),
  );
});

await t.test('random rank-deficient matrices are accepted and reproduced', async () => {
  fc.assert(
    fc.property(correlationMatrices(25, true), ({ matrix, n }) => {
      const { factor, rank } = cholesky(matrix, n);
      const lower = factor.every((value, at) => at % n <= Math.floor(at / n) || value === 0);
      const diagonal = factor.every((value, at) => at % (n + 1) !== 0 || value >= 0);
      return largestDifference(timesTranspose(factor, n), matrix) < 1e-9 && lower && diagonal && rank <= n;
    }),
    { numRuns: 1000 },
  );
});

await t.test(
  'a singular matrix whose leading names are nearly one asset falls to its eigenvalues and is reproduced',
  async (t) => {
    // Two factors; names 0 and 1 are 3e-5 apart in angle, so the second pivot of about 1e-9 multiplies the rounding of
    // all later ones by 1e9.
    const n = 8;
    const angles = [0, 3e-5, 0.7, 1.1, 1.9, 2.4, 2.9, 0.3];
    const matrix = correlationOfRows(
      Float64Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
      n,
      2,
    );
    const byRows = choleskyByRows(matrix, n);
    t.notOk('factor' in byRows, 'the factorisation by rows stops');
    const { factor, rank } = cholesky(matrix, n);
    t.equal(rank, 2);
    t.ok(largestDifference(timesTranspose(factor, n), matrix) < 1e-9);
    t.ok(
      factor.every((value, at) => at % n <= Math.floor(at / n) || value === 0),
      'lower-triangular',
    );
  },
);

await t.test('indefinite matrices are refused, naming the pivot', async (t) => {
  t.throws(() => cholesky(Float64Array.of(1, 1, 0, 1, 1, 1, 0, 1, 1), 3), {
    message: /pivot 1 is 0 but entry \(2, 1\) leaves 1; need a positive semi-definite matrix/,
  });
  t.throws(() => cholesky(Float64Array.of(1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1), 3), { message: /pivot 2 is -/ });
  t.throws(() => cholesky(Float64Array.of(1, 1.5, 1.5, 1), 2), { message: /pivot 1 is -1\.25/ });
  t.throws(() => cholesky(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2), { message: /need finite entries/ });
  t.throws(() => cholesky(new Float64Array(5), 2), { message: /5 entries; need 2 x 2/ });
});

await t.test('a matrix is factored exactly when it counts as semi-definite', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 6 }).chain((n) => fc.tuple(fc.constant(n), halves(n))),
      ([n, upper]) => {
        const matrix = averageMatrix(n, 0);
        let at = 0;
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < i; j++) {
            matrix[i * n + j] = upper[at];
            matrix[j * n + i] = upper[at++];
          }
        }
        let factored = true;
        try {
          cholesky(matrix, n);
        } catch {
          factored = false;
        }
        return factored === isPositiveSemiDefinite(matrix, n);
      },
    ),
  );
});

/** Correlations from a coarse grid, so that singular and indefinite matrices are both common. */
function halves(n: number): fc.Arbitrary<number[]> {
  const length = (n * (n - 1)) / 2;
  return fc.array(fc.constantFrom(-1, -0.5, 0, 0.5, 1), { minLength: length, maxLength: length });
}

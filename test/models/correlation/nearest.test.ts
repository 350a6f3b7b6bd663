import * as fc from 'fast-check';
import { EigenvalueDecomposition, WrapperMatrix1D } from 'ml-matrix';
import t from 'tap';
import { cholesky } from '../../../models/correlation/cholesky.ts';
import { averageMatrix, checkCorrelationMatrix, isPositiveSemiDefinite } from '../../../models/correlation/matrix.ts';
import { nearestCorrelation } from '../../../models/correlation/nearest.ts';
import { correlationMatrices, largestDifference, lehmer, timesTranspose } from './matrices.ts';

/** Symmetric, unit diagonal, entries in (−1, 1): mostly indefinite. */
const anyMatrix = fc.tuple(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 2147483646 })).map(([n, seed]) => {
  const random = lehmer(seed);
  const matrix = averageMatrix(n, 0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      matrix[i * n + j] = 2 * random();
      matrix[j * n + i] = matrix[i * n + j];
    }
  }
  return { matrix, n };
});

/** What desks often do instead: set negative eigenvalues to zero once and scale back. */
function clipped(matrix: Float64Array, n: number): Float64Array {
  const eigen = new EigenvalueDecomposition(new WrapperMatrix1D(matrix, { rows: n }), { assumeSymmetric: true });
  const root = matrix.map((_, at) => {
    const k = at % n;
    return eigen.eigenvectorMatrix.get(Math.floor(at / n), k) * Math.sqrt(Math.max(0, eigen.realEigenvalues[k]));
  });
  const product = timesTranspose(root, n);
  return product.map(
    (value, at) => value / Math.sqrt(product[Math.floor(at / n) * (n + 1)] * product[(at % n) * (n + 1)]),
  );
}

function inner(a: Float64Array, b: Float64Array, from: Float64Array): number {
  return a.reduce((sum, value, at) => sum + (value - from[at]) * (b[at] - from[at]), 0);
}

await t.test("Higham's 3 x 3 example gives the published matrix and distance", async (t) => {
  // Higham 2002, §4: off-diagonals 0.7607 and 0.1573, distance 0.5278. By symmetry and det = 0 the solution is
  // (x, 2x² − 1) with 4x³ − x − 1 = 0, which gives the further digits.
  let x = 0.76;
  for (let k = 0; k < 20; k++) x -= (4 * x ** 3 - x - 1) / (12 * x * x - 1);
  const y = 2 * x * x - 1;
  const given = Float64Array.of(1, 1, 0, 1, 1, 1, 0, 1, 1);
  const { matrix, frobeniusDistance, largestChange, iterations, converged } = nearestCorrelation(given, 3);
  const expected = Float64Array.of(1, x, y, x, 1, x, y, x, 1);
  t.ok(largestDifference(matrix, expected) < 1e-8, `got ${matrix.join(' ')}, expected ${expected.join(' ')}`);
  t.ok(Math.abs(x - 0.7607) < 5e-5 && Math.abs(y - 0.1573) < 5e-5, `published digits: ${x}, ${y}`);
  t.ok(Math.abs(frobeniusDistance - 0.5278) < 5e-5, `distance ${frobeniusDistance}`);
  t.ok(Math.abs(frobeniusDistance - Math.sqrt(4 * (1 - x) ** 2 + 2 * y ** 2)) < 1e-9);
  t.equal(Math.abs(largestChange.row - largestChange.column), 1, 'the neighbours moved most');
  t.equal(largestChange.from, 1);
  t.equal(largestChange.to, matrix[largestChange.row * 3 + largestChange.column]);
  t.ok(converged && iterations > 1, `${iterations} iterations`);
});

await t.test('the result is a correlation matrix that can be factored', async () => {
  fc.assert(
    fc.property(anyMatrix, ({ matrix, n }) => {
      const { matrix: result } = nearestCorrelation(matrix, n);
      cholesky(result, n);
      const mirrored = result.every((value, at) => value === result[(at % n) * n + Math.floor(at / n)]);
      const unit = result.every((value, at) => at % (n + 1) !== 0 || value === 1);
      return mirrored && unit && checkCorrelationMatrix(result, n).total === 0 && isPositiveSemiDefinite(result, n);
    }),
  );
});

await t.test('a valid matrix comes back unchanged, and so does a repaired one', async (t) => {
  fc.assert(
    fc.property(correlationMatrices(10, true), ({ matrix, n }) => {
      const result = nearestCorrelation(matrix, n);
      return (
        largestDifference(result.matrix, matrix) === 0 && result.iterations === 0 && result.frobeniusDistance === 0
      );
    }),
  );
  fc.assert(
    fc.property(anyMatrix, ({ matrix, n }) => {
      const once = nearestCorrelation(matrix, n).matrix;
      return largestDifference(nearestCorrelation(once, n).matrix, once) === 0;
    }),
  );
  const given = averageMatrix(3, 0.4);
  const { matrix, largestChange } = nearestCorrelation(given, 3);
  t.not(matrix, given, 'a new array');
  t.equal(largestChange.from, largestChange.to);
});

await t.test('no other correlation matrix is nearer', async () => {
  // Projection on a convex set: (A − X) · (Z − X) ≤ 0 for every Z of the set; Z here is a random one and the clipped one.
  fc.assert(
    fc.property(anyMatrix, fc.integer({ min: 1, max: 2147483646 }), ({ matrix, n }, seed) => {
      const { matrix: nearest, frobeniusDistance, converged } = nearestCorrelation(matrix, n);
      const random = lehmer(seed);
      const rows = Float64Array.from({ length: n * n }, () => random());
      const lengths = timesTranspose(rows, n);
      const other = lengths.map(
        (value, at) => value / Math.sqrt(lengths[Math.floor(at / n) * (n + 1)] * lengths[(at % n) * (n + 1)]),
      );
      const simple = clipped(matrix, n);
      const simpleDistance = Math.sqrt(inner(simple, simple, matrix));
      return (
        converged &&
        inner(matrix, other, nearest) < 1e-6 &&
        inner(matrix, simple, nearest) < 1e-6 &&
        frobeniusDistance <= simpleDistance + 1e-9
      );
    }),
  );
});

await t.test('fifty names with a wrong block are repaired in a few dozen steps', async (t) => {
  const n = 50;
  const matrix = averageMatrix(n, 0.5);
  for (let j = 1; j < 25; j++) {
    matrix[j] = -0.8;
    matrix[j * n] = -0.8;
  }
  t.notOk(isPositiveSemiDefinite(matrix, n));
  const { matrix: result, converged, frobeniusDistance } = nearestCorrelation(matrix, n);
  t.ok(converged && isPositiveSemiDefinite(result, n) && frobeniusDistance > 0.1, `distance ${frobeniusDistance}`);
});

await t.test('what cannot be repaired is refused with the entry', async (t) => {
  t.throws(() => nearestCorrelation(Float64Array.of(1, 0.2, 0.3, 1), 2), {
    message: /entry \(0, 1\) is 0\.2; need a fin/,
  });
  t.throws(() => nearestCorrelation(Float64Array.of(1, Number.NaN, 0.3, 1), 2), { message: /entry \(0, 1\) is NaN/ });
  t.throws(() => nearestCorrelation(new Float64Array(3), 2), { message: /3 entries; need 2 x 2/ });
});

t.test('too little work leaves a valid matrix that does not claim to be the nearest', async (t) => {
  const indefinite = Float64Array.of(1, -0.9, -0.9, -0.9, 1, -0.9, -0.9, -0.9, 1);
  const cut = nearestCorrelation(indefinite, 3, 27);
  t.equal(cut.iterations, 1);
  t.equal(cut.converged, false);
  t.ok(isPositiveSemiDefinite(cut.matrix, 3));
  t.equal(nearestCorrelation(indefinite, 3).converged, true);
});

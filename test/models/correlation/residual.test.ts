import * as fc from 'fast-check';
import t from 'tap';
import { averageCorrelation, indexVolatilityFromMatrix } from '../../../models/correlation/implied.ts';
import {
  averageMatrix,
  checkCorrelationMatrix,
  isPositiveSemiDefinite,
  sectorMatrix,
} from '../../../models/correlation/matrix.ts';
import { extendWithResiduals, residualLoading, solveResidualVol } from '../../../models/correlation/residual.ts';
import { correlationMatrices, largestDifference, lehmer } from './matrices.ts';

const seeds = fc.integer({ min: 1, max: 2147483646 });

/** Index weights of some of n names, at least one, summing to `total`. */
function someWeights(n: number, seed: number, total = 0.8): Float64Array {
  const random = lehmer(seed);
  const raw = Float64Array.from({ length: n }, () => Math.max(0, random() + 0.2));
  raw[seed % n] += 0.3;
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((value) => (total * value) / sum);
}

const placesOf = (weights: Float64Array) => Array.from(weights.keys()).filter((i) => weights[i] !== 0);

const meanOver = (values: Float64Array, places: number[]) =>
  places.reduce((sum, i) => sum + values[i], 0) / places.length;

await t.test('for equal names the loading is the root of what one more equal name would share', async (t) => {
  // m names at rho: (R w)_j/√(wᵀ R w) = √((1 + (m − 1) rho)/m), so c = rho/√(…), by hand.
  const [n, rho] = [5, 0.4];
  const { c, correlations } = residualLoading(
    averageMatrix(n, rho),
    n,
    new Float64Array(n).fill(0.15),
    [0, 1, 2, 3, 4],
  );
  const direction = Math.sqrt((1 + 4 * rho) / 5);
  t.ok(Math.abs(c - rho / direction) < 1e-15, `c ${c}`);
  t.ok(largestDifference(correlations, new Float64Array(n).fill(rho)) < 1e-15, 'the residual is one more name');
});

await t.test(
  "the residual's average correlation to the members is theirs, unless the loading is at its bound",
  async () => {
    fc.assert(
      fc.property(correlationMatrices(12, false), seeds, ({ matrix, n }, seed) => {
        const weights = someWeights(n, seed);
        const members = placesOf(weights);
        fc.pre(members.length > 1);
        const { c, correlations } = residualLoading(matrix, n, weights, members);
        const among = members.flatMap((i) => members.filter((j) => j !== i).map((j) => matrix[i * n + j]));
        const wanted = among.reduce((a, b) => a + b, 0) / among.length;
        const got = meanOver(correlations, members);
        return Math.abs(c) === 1 ? Math.abs(got) <= Math.abs(wanted) + 1e-12 : Math.abs(got - wanted) < 1e-12;
      }),
    );
  },
);

await t.test('names that move as one take the residual with them; independent names leave it alone', async (t) => {
  const weights = Float64Array.of(0.5, 0.3, 0);
  const one = residualLoading(averageMatrix(3, 1), 3, weights, [0, 1]);
  t.ok(Math.abs(one.c - 1) < 1e-15 && largestDifference(one.correlations, Float64Array.of(1, 1, 1)) < 1e-15);
  const none = residualLoading(averageMatrix(3, 0), 3, weights, [0, 1]);
  t.strictSame(none, { c: 0, correlations: new Float64Array(3) });
});

await t.test('a loading that would have to exceed 1 is 1', async (t) => {
  // The basket is nearly one name that has little to do with three tightly linked others.
  const matrix = sectorMatrix(Int32Array.of(0, 1, 1, 1), 0.9, 0);
  const { c } = residualLoading(matrix, 4, Float64Array.of(0.9, 0.001, 0.001, 0.001), [0, 1, 2, 3]);
  t.equal(c, 1);
});

await t.test('members that run against each other give a negative loading', async (t) => {
  const { c, correlations } = residualLoading(averageMatrix(3, -0.3), 3, new Float64Array(3).fill(0.3), [0, 1, 2]);
  t.ok(c < 0 && c >= -1, `c ${c}`);
  t.ok(Math.abs(meanOver(correlations, [0, 1, 2]) + 0.3) < 1e-15);
});

await t.test('a single member borrows the average correlation of the market, if there is one', async (t) => {
  const matrix = sectorMatrix(Int32Array.of(0, 0, 1), 0.6, 0.3);
  const { c, correlations } = residualLoading(matrix, 3, Float64Array.of(0.5, 0, 0), [0]);
  t.ok(Math.abs(c - averageCorrelation(matrix, 3)) < 1e-15, `c ${c}`);
  t.ok(Math.abs(correlations[1] - 0.4 * 0.6) < 1e-15, correlations.join(' '));
  t.equal(residualLoading(Float64Array.of(1), 1, Float64Array.of(0.5), [0]).c, 0);
});

await t.test('a basket that does not move has an independent residual', async (t) => {
  const still = residualLoading(averageMatrix(3, -0.5), 3, new Float64Array(3).fill(0.3), [0, 1, 2]);
  t.strictSame(still, { c: 0, correlations: new Float64Array(3) });
  t.strictSame(residualLoading(averageMatrix(2, 0.5), 2, new Float64Array(2), [0, 1]).c, 0);
});

await t.test('a matrix extended by residuals is a correlation matrix that holds the old one', async () => {
  fc.assert(
    fc.property(
      correlationMatrices(10, true),
      fc.array(seeds, { minLength: 0, maxLength: 4 }),
      ({ matrix, n }, basketSeeds) => {
        const baskets = basketSeeds.map((seed) => ({ weights: someWeights(n, seed) }));
        const size = n + baskets.length;
        const extended = extendWithResiduals(matrix, n, baskets);
        const held = matrix.every((value, at) => extended[Math.floor(at / n) * size + (at % n)] === value);
        const rows = baskets.every(({ weights }, a) => {
          const { correlations } = residualLoading(matrix, n, weights, placesOf(weights));
          return correlations.every((value, j) => extended[(n + a) * size + j] === value);
        });
        return (
          held &&
          rows &&
          extended.length === size * size &&
          checkCorrelationMatrix(extended, size).total === 0 &&
          isPositiveSemiDefinite(extended, size)
        );
      },
    ),
  );
});

await t.test('two residuals share their directions only', async (t) => {
  // Two separate pairs at 0.5: each residual is a third name of its pair (correlation 0.5 to both), and nothing crosses.
  const apart = extendWithResiduals(sectorMatrix(Int32Array.of(0, 0, 1, 1), 0.5, 0), 4, [
    { weights: Float64Array.of(0.4, 0.4, 0, 0) },
    { weights: Float64Array.of(0, 0, 0.4, 0.4) },
  ]);
  t.ok(
    largestDifference(apart.slice(24, 30), Float64Array.of(0.5, 0.5, 0, 0, 1, 0)) < 1e-15,
    apart.slice(24, 30).join(' '),
  );
  // The same basket twice: c², with c = 0.5/√0.75.
  const same = extendWithResiduals(averageMatrix(2, 0.5), 2, [
    { weights: Float64Array.of(0.4, 0.4) },
    { weights: Float64Array.of(0.3, 0.3) },
  ]);
  t.ok(Math.abs(same[2 * 4 + 3] - 1 / 3) < 1e-15, same.join(' '));
  t.equal(same[2 * 4 + 3], same[3 * 4 + 2]);
});

await t.test('with the solved volatility the whole basket has the volatility of the index', async () => {
  fc.assert(
    fc.property(
      correlationMatrices(10, true),
      seeds,
      fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      fc.double({ min: 0, max: 1.5, noNaN: true }),
      ({ matrix, n }, seed, covered, residual) => {
        const weights = someWeights(n, seed, covered);
        const random = lehmer(seed);
        const vols = Float64Array.from({ length: n }, () => 0.3 + 0.4 * random());
        const extended = extendWithResiduals(matrix, n, [{ weights }]);
        const residualWeight = 1 - covered;
        const allWeights = Float64Array.of(...weights, residualWeight);
        const indexVol = indexVolatilityFromMatrix(extended, allWeights, Float64Array.of(...vols, residual));
        const { correlations } = residualLoading(matrix, n, weights, placesOf(weights));
        const solved = solveResidualVol({
          indexVol,
          weights,
          vols,
          matrix,
          residualWeight,
          residualCorrelations: correlations,
        });
        if (!solved.ok) return false;
        const again = indexVolatilityFromMatrix(extended, allWeights, Float64Array.of(...vols, solved.vol));
        return solved.vol >= 0 && Math.abs(again - indexVol) < 1e-9;
      },
    ),
  );
});

await t.test('one name and an independent residual solve as Pythagoras', async (t) => {
  // 0.5² = 0.3² + 0.4²: half the index at 60 % gives 30 %, so the other half needs 80 %.
  const request = {
    weights: Float64Array.of(0.5),
    vols: Float64Array.of(0.6),
    matrix: Float64Array.of(1),
    residualWeight: 0.5,
    residualCorrelations: Float64Array.of(0),
  };
  const solved = solveResidualVol({ ...request, indexVol: 0.5 });
  t.ok(solved.ok && Math.abs(solved.vol - 0.8) < 1e-15, JSON.stringify(solved));
  t.strictSame(solveResidualVol({ ...request, indexVol: 0.3 }), { ok: true, vol: 0 }, 'nothing left for the rest');
  const refused = solveResidualVol({ ...request, indexVol: 0.29 });
  t.ok(!refused.ok && Math.abs(refused.lowestIndexVol - 0.3) < 1e-15, JSON.stringify(refused));
  t.match(refused, { reason: /the index volatility is 0\.29, but with the names given it is at least 0\.3 / });
});

await t.test('a residual that runs against the names takes the larger of two volatilities', async (t) => {
  // u² − 0.2 u + 0.04 = v_I² with X = −0.1, B = 0.04: lowest √0.03 at u = 0.1.
  const request = {
    weights: Float64Array.of(0.5),
    vols: Float64Array.of(0.4),
    matrix: Float64Array.of(1),
    residualWeight: 0.5,
    residualCorrelations: Float64Array.of(-0.5),
  };
  const solved = solveResidualVol({ ...request, indexVol: Math.sqrt(0.0304) });
  t.ok(solved.ok && Math.abs(solved.vol - (0.1 + 0.02) / 0.5) < 1e-12, JSON.stringify(solved));
  const lowest = solveResidualVol({ ...request, indexVol: Math.sqrt(0.03) });
  t.ok(lowest.ok && Math.abs(lowest.vol - 0.2) < 1e-7, JSON.stringify(lowest));
  const same = solveResidualVol({ ...request, indexVol: 0.2 });
  t.ok(same.ok && Math.abs(same.vol - 0.4) < 1e-12, JSON.stringify(same));
  const refused = solveResidualVol({ ...request, indexVol: 0.17 });
  t.ok(!refused.ok && Math.abs(refused.lowestIndexVol - Math.sqrt(0.03)) < 1e-15, JSON.stringify(refused));
});

await t.test('the volatility of the rest rises with the index volatility', async () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: 0.2, max: 1, noNaN: true }),
      (rho, vol) => {
        const solve = (indexVol: number) =>
          solveResidualVol({
            indexVol,
            weights: Float64Array.of(0.5),
            vols: Float64Array.of(0.4),
            matrix: Float64Array.of(1),
            residualWeight: 0.5,
            residualCorrelations: Float64Array.of(rho),
          });
        const [low, high] = [solve(vol), solve(vol + 0.01)];
        return low.ok && high.ok && high.vol > low.vol;
      },
    ),
  );
});

await t.test('mistakes are refused with the value', async (t) => {
  const matrix = averageMatrix(2, 0.5);
  const weights = Float64Array.of(0.4, 0.4);
  t.throws(() => residualLoading(matrix, 2, weights, []), { message: /members is empty/ });
  t.throws(() => residualLoading(matrix, 2, weights, [2]), {
    message: /members\[0\] is 2; need a whole number in \[0, 1\]/,
  });
  t.throws(() => residualLoading(matrix, 2, new Float64Array(3), [0]), { message: /weights has 3 entries; need 2/ });
  t.throws(() => residualLoading(matrix, 2, Float64Array.of(1, Number.NaN), [0]), { message: /weights\[1\] is NaN/ });
  t.throws(() => extendWithResiduals(matrix, 2, [{ weights: new Float64Array(2) }]), { message: /members is empty/ });
  t.throws(() => extendWithResiduals(matrix, 3, []), { message: /4 entries; need 3 x 3/ });
  const request = { indexVol: 0.2, weights, vols: weights, matrix, residualWeight: 0.2, residualCorrelations: weights };
  t.throws(() => solveResidualVol({ ...request, residualWeight: 0 }), { message: /residualWeight is 0/ });
  t.throws(() => solveResidualVol({ ...request, indexVol: -0.2 }), { message: /indexVol is -0\.2/ });
  t.throws(() => solveResidualVol({ ...request, vols: Float64Array.of(0.2, -0.1) }), { message: /vols\[1\] is -0\.1/ });
  t.throws(() => solveResidualVol({ ...request, vols: new Float64Array(3) }), { message: /vols has 3 entries/ });
});

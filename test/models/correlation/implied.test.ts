import * as fc from 'fast-check';
import t from 'tap';
import {
  averageCorrelation,
  diversification,
  exposureWeightedCorrelation,
  impliedCorrelation,
  indexVolatility,
  indexVolatilityFromMatrix,
  indexVolBounds,
  lowestCommonCorrelation,
  lowestFeasibleCorrelation,
  weightedAverageCorrelation,
} from '../../../models/correlation/implied.ts';

const equal = (n: number) => new Float64Array(n).fill(1 / n);
const flat = (n: number, vol: number) => new Float64Array(n).fill(vol);
const pair = [equal(2), Float64Array.of(0.22, 0.23)] as const;

const close = (test: Tap, got: number, expected: number, tolerance: number, what: string) =>
  test.ok(Math.abs(got - expected) <= tolerance, `${what}: got ${got}, expected ${expected} within ${tolerance}`);
type Tap = Pick<typeof t, 'ok'>;

/** Relative error of average variance × average correlation, at 35 % and 0.25. */
const gap = (n: number) => Math.abs((0.35 ** 2 * 0.25) / indexVolatility(0.25, equal(n), flat(n, 0.35)) ** 2 - 1);

const basket = fc
  .array(fc.tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 0.05, max: 1.5, noNaN: true })), {
    minLength: 2,
    maxLength: 30,
  })
  .map((rows) => {
    const total = rows.reduce((sum, [weight]) => sum + weight, 0);
    return {
      weights: Float64Array.from(rows, ([weight]) => weight / total),
      vols: Float64Array.from(rows, ([, vol]) => vol),
    };
  });

await t.test('two equal names at 30 % give 30, 21.2132 and 0 % at correlations 1, 0 and -1', async (t) => {
  // By hand from equation (1): 0.3, 0.3/√2 and 0.
  close(t, indexVolatility(1, equal(2), flat(2, 0.3)), 0.3, 1e-15, 'rho 1');
  close(t, indexVolatility(0, equal(2), flat(2, 0.3)), 0.212132, 5e-7, 'rho 0');
  t.equal(indexVolatility(-1, equal(2), flat(2, 0.3)), 0);
});

await t.test('implied correlation of equal names matches equation (2) worked by hand', async (t) => {
  // n equal names: rho = (n vI²/v² − 1)/(n − 1).
  close(t, impliedCorrelation(0.2, equal(10), flat(10, 0.35)), 0.251701, 5e-7, '10 names at 35 %, index 20 %');
  close(t, impliedCorrelation(0.25, equal(5), flat(5, 0.4)), 0.238281, 5e-7, '5 names at 40 %, index 25 %');
  close(t, impliedCorrelation(0.2, equal(10), flat(10, 0.35)), ((10 * 0.04) / 0.1225 - 1) / 9, 1e-14, 'exact form');
});

await t.test(
  'the pair at 22 and 23 % gives the annual volatility, and scales with the root of time once',
  async (t) => {
    // Equation (1) by hand: (0.0484 + 0.0529 + 2 · 0.0506 rho)/4, at 0.75 the root of 0.0443.
    close(t, indexVolatility(0.75, ...pair), 0.210476, 5e-7, 'rho 0.75');
    close(t, indexVolatility(0.75, ...pair) * Math.sqrt(179 / 365), 0.147395, 5e-7, 'rho 0.75 over 179 days');
    close(t, indexVolatility(0.1, ...pair), 0.166898, 5e-7, 'rho 0.10');
  },
);

await t.test('fifteen equal names at correlation 0.9 keep 0.952190 of the name volatility', async (t) => {
  // √(1/15 + 14/15 · 0.9).
  close(t, indexVolatility(0.9, equal(15), flat(15, 0.4)) / 0.4, 0.95219, 5e-7, 'ratio');
});

await t.test(
  'the root of the own variances is not an upper bound of index volatility; the average volatility is',
  async (t) => {
    fc.assert(
      fc.property(basket, fc.double({ min: 0.01, max: 1, noNaN: true }), ({ weights, vols }, rho) => {
        const { atZero, atOne } = indexVolBounds(weights, vols);
        const vol = indexVolatility(rho, weights, vols);
        return vol > atZero && vol <= atOne * (1 + 1e-14);
      }),
    );
    const bounds = indexVolBounds(...pair);
    close(t, bounds.atOne, 0.225, 1e-15, 'average volatility');
    close(t, bounds.atZero, Math.sqrt(0.0484 + 0.0529) / 2, 1e-15, 'uncorrelated');
  },
);

await t.test(
  'the wrong break-even numerator (average volatility squared minus index variance) misses the correlation',
  async (t) => {
    const weights = equal(10);
    const vols = flat(10, 0.35);
    const folk = (0.35 ** 2 - 0.2 ** 2) / (0.35 ** 2 * 0.9);
    close(t, folk, 0.748299, 5e-7, 'folk value');
    close(t, indexVolatility(impliedCorrelation(0.2, weights, vols), weights, vols), 0.2, 1e-15, 'equation (2)');
    t.ok(indexVolatility(folk, weights, vols) > 0.3, 'the folk value gives back another index volatility');
  },
);

await t.test('average variance times average correlation is index variance only for many equal names', async (t) => {
  t.ok(gap(10) > 0.2, `10 names: relative gap ${gap(10)}`);
  t.ok(gap(10_000) < 1e-3, `10,000 names: relative gap ${gap(10_000)}`);
});

await t.test('implied correlation undoes index volatility for any basket', async () => {
  fc.assert(
    fc.property(basket, fc.double({ min: 0, max: 1, noNaN: true }), ({ weights, vols }, rho) => {
      fc.pre(Math.max(...weights) < 0.99);
      return Math.abs(impliedCorrelation(indexVolatility(rho, weights, vols), weights, vols) - rho) < 1e-9;
    }),
  );
});

await t.test('quotes that disagree give a value outside [-1, 1], unclamped', async (t) => {
  t.ok(impliedCorrelation(0.45, equal(5), flat(5, 0.4)) > 1);
  t.ok(impliedCorrelation(0.01, equal(2), Float64Array.of(0.2, 0.6)) < -1);
});

await t.test('a matrix with one common correlation gives the scalar formula', async (t) => {
  const { weights, vols } = { weights: Float64Array.of(0.5, 0.3, 0.2), vols: Float64Array.of(0.2, 0.3, 0.5) };
  const matrix = Float64Array.of(1, 0.4, 0.4, 0.4, 1, 0.4, 0.4, 0.4, 1);
  close(t, indexVolatilityFromMatrix(matrix, weights, vols), indexVolatility(0.4, weights, vols), 1e-15, 'volatility');
  close(t, averageCorrelation(matrix, 3), 0.4, 1e-15, 'equal-weighted average');
  close(t, weightedAverageCorrelation(matrix, weights, vols), 0.4, 1e-15, 'weighted average');
});

await t.test(
  'the weighted average is the common correlation with the same index variance; the equal one is not',
  async (t) => {
    const weights = Float64Array.of(0.7, 0.2, 0.1);
    const vols = Float64Array.of(0.3, 0.2, 0.6);
    const matrix = Float64Array.of(1, 0.8, 0.5, 0.8, 1, 0.1, 0.5, 0.1, 1);
    const vol = indexVolatilityFromMatrix(matrix, weights, vols);
    const weighted = weightedAverageCorrelation(matrix, weights, vols);
    close(t, weighted, impliedCorrelation(vol, weights, vols), 1e-12, 'weighted average');
    close(t, averageCorrelation(matrix, 3), (0.8 + 0.5 + 0.1) / 3, 1e-15, 'equal-weighted average');
    t.ok(Math.abs(weighted - averageCorrelation(matrix, 3)) > 0.09);
    close(t, exposureWeightedCorrelation(matrix, Float64Array.of(2.1, 0.4, 0.6)), weighted, 1e-14, 'any scale');
  },
);

await t.test('the lowest correlations bring the variance to zero', async (t) => {
  t.equal(lowestCommonCorrelation(2), -1);
  t.equal(lowestCommonCorrelation(11), -0.1);
  close(t, lowestFeasibleCorrelation(equal(11), flat(11, 0.3)), -0.1, 1e-15, 'equal products');
  for (const n of [2, 3, 7, 10, 50])
    t.equal(indexVolatility(lowestCommonCorrelation(n), equal(n), flat(n, 0.3)) < 1e-8, true);
  fc.assert(
    fc.property(basket, ({ weights, vols }) => {
      return lowestFeasibleCorrelation(weights, vols) <= lowestCommonCorrelation(weights.length) * (1 - 1e-12);
    }),
  );
});

await t.test('diversification is 0 for one asset and 1 for an index that does not move', async (t) => {
  close(t, diversification(0.225, ...pair), 0, 1e-15, 'one asset');
  t.equal(diversification(0, ...pair), 1);
  close(t, diversification(0.2, equal(10), flat(10, 0.25)), 0.2, 1e-15, '20 % against 25 %');
});

await t.test('reordering constituents and scaling all volatilities change nothing that should stay', async () => {
  fc.assert(
    fc.property(basket, fc.double({ min: 0, max: 1, noNaN: true }), ({ weights, vols }, rho) => {
      const vol = indexVolatility(rho, weights, vols);
      const back = indexVolatility(rho, weights.toReversed(), vols.toReversed());
      const doubled = indexVolatility(
        rho,
        weights,
        vols.map((v) => 2 * v),
      );
      return Math.abs(back / vol - 1) < 1e-13 && Math.abs(doubled / vol - 2) < 1e-13;
    }),
  );
});

await t.test('mistakes are refused with the value', async (t) => {
  t.throws(() => impliedCorrelation(0.2, equal(1), flat(1, 0.3)), { message: /n is 1/ });
  t.throws(() => impliedCorrelation(0.2, equal(2), flat(3, 0.3)), { message: /weights has 2 entries and vols 3/ });
  t.throws(() => impliedCorrelation(0.2, Float64Array.of(1, 0), flat(2, 0.3)), { message: /is 0; need two names/ });
  t.throws(() => impliedCorrelation(Number.NaN, equal(2), flat(2, 0.3)), { message: /indexVol is NaN/ });
  t.throws(() => indexVolatility(0.5, equal(2), Float64Array.of(0.3, -0.2)), { message: /vols\[1\] is -0\.2; need/ });
  t.throws(() => indexVolatility(0.5, Float64Array.of(0.3, Infinity), flat(2, 0.3)), {
    message: /weights\[1\] is Infinity/,
  });
  t.throws(() => indexVolatility(Number.NaN, equal(2), flat(2, 0.3)), { message: /correlation is NaN/ });
  t.throws(() => indexVolatility(-0.5, equal(5), flat(5, 0.3)), {
    message: /correlation is -0\.5.*need correlation >= -0\.2/,
  });
  t.throws(() => indexVolatility(2, Float64Array.of(1, -1), flat(2, 0.3)), { message: /need correlation <= 1/ });
  t.throws(() => indexVolatilityFromMatrix(Float64Array.of(1, -2, -2, 1), equal(2), flat(2, 0.3)), {
    message: /variance is -/,
  });
  t.throws(() => indexVolatilityFromMatrix(flat(3, 1), equal(2), flat(2, 0.3)), { message: /3 entries; need 2 x 2/ });
  t.throws(() => diversification(0.2, equal(2), flat(2, 0)), { message: /average volatility is 0/ });
  t.throws(() => lowestCommonCorrelation(1), { message: /n is 1/ });
  t.throws(() => averageCorrelation(flat(1, 1), 1), { message: /n is 1/ });
  t.throws(() => averageCorrelation(flat(1, 1), 0.5), { message: /n is 0\.5/ });
  t.throws(() => exposureWeightedCorrelation(flat(1, 1), flat(1, 1)), { message: /n is 1/ });
  t.throws(() => exposureWeightedCorrelation(flat(4, 1), Float64Array.of(1, 0)), { message: /need two names/ });
});

await t.test('rounding at the lowest correlation of a matrix is not an error', async (t) => {
  const n = 7;
  const matrix = new Float64Array(n * n).fill(-1 / 6);
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1;
  t.ok(indexVolatilityFromMatrix(matrix, equal(n), flat(n, 0.3)) < 1e-8);
});

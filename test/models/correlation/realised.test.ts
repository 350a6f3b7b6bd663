import * as fc from 'fast-check';
import { lgamma } from 'mathjs';
import t from 'tap';
import { impliedCorrelation } from '../../../models/correlation/implied.ts';
import { realisedCorrelationBasket, realisedCorrelationPairwise } from '../../../models/correlation/realised.ts';

/** The textbook double loop, O(days × n²), over names that moved. */
function naive(returns: Float64Array, days: number, n: number): number | null {
  const columns = Array.from({ length: n }, (_, i) => Array.from({ length: days }, (_, day) => returns[day * n + i]));
  const moving = columns.filter((column) => column.some((x) => x !== column[0]));
  let sum = 0;
  for (let i = 0; i < moving.length; i++) {
    for (let j = 0; j < i; j++) sum += pearson(moving[i], moving[j]);
  }
  return moving.length < 2 ? null : (2 * sum) / (moving.length * (moving.length - 1));
}

function pearson(x: number[], y: number[]): number {
  const [u, v] = [centred(x), centred(y)];
  return dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v));
}

function centred(values: number[]): number[] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.map((x) => x - mean);
}

function dot(u: number[], v: number[]): number {
  return u.reduce((sum, x, k) => sum + x * v[k], 0);
}

/** Hotelling 1953 / Olkin and Pratt 1958: mean of the sample correlation of normal pairs, mean estimated. */
function expectedSampleCorrelation(rho: number, observations: number): number {
  const nu = observations - 1;
  let term = 1;
  let hypergeometric = 1;
  for (let k = 0; k < 200; k++) {
    term *= ((0.5 + k) * (0.5 + k) * rho * rho) / ((nu / 2 + 1 + k) * (k + 1));
    hypergeometric += term;
  }
  const ratio = Math.exp(2 * (lgamma((nu + 1) / 2) - lgamma(nu / 2)));
  return ((rho * 2) / nu) * ratio * hypergeometric;
}

/** Seeded standard normals for this file: Lehmer's generator (Park and Miller 1988) through Box–Muller. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const history = fc.tuple(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 2, max: 8 })).chain(([days, n]) =>
  fc.record({
    days: fc.constant(days),
    n: fc.constant(n),
    returns: fc
      .array(fc.integer({ min: -500, max: 500 }), { minLength: days * n, maxLength: days * n })
      .map((values) => Float64Array.from(values, (x) => x / 10_000)),
  }),
);

await t.test('the linear-time identity gives the average of the pairwise sample correlations', async () => {
  fc.assert(
    fc.property(history, ({ returns, days, n }) => {
      const expected = naive(returns, days, n);
      const got = realisedCorrelationPairwise(returns, days, n);
      return expected === null ? got === null : got !== null && Math.abs(got - expected) < 1e-12;
    }),
  );
});

await t.test('levels and scales of the returns do not matter, reordering days neither', async () => {
  fc.assert(
    fc.property(history, fc.double({ min: 0.5, max: 20, noNaN: true }), ({ returns, days, n }, scale) => {
      const base = realisedCorrelationPairwise(returns, days, n);
      const moved = returns.map((x, at) => (at % n === 0 ? x * scale + 0.01 : x));
      const reversed = Float64Array.from(returns, (_, at) => returns[(days - 1 - Math.floor(at / n)) * n + (at % n)]);
      return [moved, reversed].every((other) => {
        const got = realisedCorrelationPairwise(other, days, n);
        return base === null ? got === null : got !== null && Math.abs(got - base) < 1e-10;
      });
    }),
  );
});

await t.test('names that move as one give exactly 1, opposites exactly -1', async (t) => {
  const path = [0.01, -0.03, 0.002, 0.017, -0.011];
  t.equal(realisedCorrelationPairwise(Float64Array.from(path.flatMap((x) => [x, 3 * x, x / 7])), 5, 3), 1);
  t.equal(realisedCorrelationPairwise(Float64Array.from(path.flatMap((x) => [x, -x])), 5, 2), -1);
});

await t.test('a name that never changes is left out, also where its mean rounds', async (t) => {
  const path = [0.01, -0.03, 0.002, 0.017, -0.011, 0.004];
  const other = [0.02, 0.01, -0.002, 0.007, -0.021, 0.009];
  const two = realisedCorrelationPairwise(Float64Array.from(path.flatMap((x, day) => [x, other[day]])), 6, 2);
  const still = realisedCorrelationPairwise(Float64Array.from(path.flatMap((x, day) => [x, 0.1, other[day]])), 6, 3);
  t.ok(two !== null && still !== null && Math.abs(two - still) < 1e-15, `${two} against ${still}`);
  t.equal(realisedCorrelationPairwise(Float64Array.from(path.flatMap((x) => [x, 0.1])), 6, 2), null);
  t.equal(realisedCorrelationPairwise(Float64Array.of(0.01, 0.02), 1, 2), null);
  t.equal(realisedCorrelationPairwise(Float64Array.of(0.01, 0.02), 2, 1), null);
});

await t.test('the mean over samples is the exact expected sample correlation, below the true one', async (t) => {
  // Exact value at rho 0.5 and 63 observations: 0.496961.
  const exact = expectedSampleCorrelation(0.5, 63);
  t.ok(Math.abs(exact - 0.496961) < 5e-7, `exact ${exact}`);

  const normal = normals(20_090);
  const samples = 20_000;
  let sum = 0;
  let squares = 0;
  const returns = new Float64Array(63 * 2);
  for (let k = 0; k < samples; k++) {
    for (let day = 0; day < 63; day++) {
      const common = normal();
      returns[2 * day] = 0.01 * common;
      returns[2 * day + 1] = 0.02 * (0.5 * common + Math.sqrt(0.75) * normal());
    }
    const r = realisedCorrelationPairwise(returns, 63, 2) ?? Number.NaN;
    sum += r;
    squares += r * r;
  }
  const mean = sum / samples;
  const error = Math.sqrt((squares / samples - mean * mean) / samples);
  t.ok(Math.abs(mean - exact) < 4 * error, `mean ${mean}, exact ${exact}, standard error ${error}`);
  t.ok(mean < 0.5 - 3 * error, `mean ${mean} is below 0.5 by more than 3 standard errors of ${error}`);
});

await t.test('the basket estimator is equation (2) on realised variances', async (t) => {
  const weights = Float64Array.of(0.6, 0.3, 0.1);
  const variances = Float64Array.of(0.04, 0.09, 0.16);
  const implied = impliedCorrelation(0.18, weights, variances.map(Math.sqrt));
  const realised = realisedCorrelationBasket(0.18 ** 2, weights, variances) ?? Number.NaN;
  t.ok(Math.abs(realised - implied) < 1e-15, `${realised} against ${implied}`);
});

await t.test('a dominating name parts the two estimators', async (t) => {
  // Names 0 and 1 move as one, name 2 on its own; the index is almost all names 0 and 1.
  const days = 4;
  const returns = Float64Array.of(0.01, 0.01, 0.01, 0.01, 0.01, -0.01, -0.01, -0.01, 0.01, -0.01, -0.01, -0.01);
  const weights = Float64Array.of(0.5, 0.45, 0.05);
  const variance = (values: number[]) => values.reduce((sum, x) => sum + x * x, 0) / days;
  const index = [0, 1, 2, 3].map((day) => [0, 1, 2].reduce((sum, i) => sum + weights[i] * returns[3 * day + i], 0));
  const basket = realisedCorrelationBasket(variance(index), weights, new Float64Array(3).fill(1e-4)) ?? Number.NaN;
  const pairwise = realisedCorrelationPairwise(returns, days, 3) ?? Number.NaN;
  t.ok(Math.abs(pairwise - 1 / 3) < 1e-15, `pairwise ${pairwise}`);
  // (0.5 · 0.45)/(0.5 · 0.45 + 0.05 · 0.95), by hand.
  t.ok(Math.abs(basket - 0.225 / 0.2725) < 1e-12, `basket ${basket}`);
});

await t.test('a basket in which fewer than two names moved has no correlation', async (t) => {
  t.equal(realisedCorrelationBasket(0.04, Float64Array.of(1), Float64Array.of(0.04)), null);
  t.equal(realisedCorrelationBasket(0.04, Float64Array.of(0.5, 0.5), Float64Array.of(0.04, 0)), null);
});

await t.test('mistakes are refused with the value', async (t) => {
  t.throws(() => realisedCorrelationPairwise(new Float64Array(5), 2, 3), { message: /5 entries; need 2 x 3/ });
  t.throws(() => realisedCorrelationPairwise(new Float64Array(5), 2.5, 2), { message: /days is 2\.5/ });
  t.throws(() => realisedCorrelationPairwise(new Float64Array(5), 2, -1), { message: /n is -1/ });
  t.throws(() => realisedCorrelationPairwise(Float64Array.of(0, Number.NaN, 0, 0), 2, 2), {
    message: /name 1 average NaN/,
  });
  t.throws(() => realisedCorrelationBasket(0.04, new Float64Array(2), new Float64Array(3)), { message: /variances 3/ });
  t.throws(() => realisedCorrelationBasket(-0.04, new Float64Array(2), new Float64Array(2)), { message: /-0\.04/ });
  t.throws(() => realisedCorrelationBasket(0.04, new Float64Array(1), Float64Array.of(-1)), {
    message: /variances\[0\] is -1/,
  });
  t.throws(() => realisedCorrelationBasket(0.04, Float64Array.of(Number.NaN), new Float64Array(1)), {
    message: /weights\[0\]/,
  });
});

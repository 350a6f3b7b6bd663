import t from 'tap';
import { orderStatisticRanks } from '../../../models/risk/order-statistics.ts';
import { sortSample } from '../../../models/risk/sample.ts';
import { quantileEstimate, valueAtRisk } from '../../../models/risk/value-at-risk.ts';
import { oneStratum } from '../../../models/risk/weighting.ts';
import { close, normals, spread } from './fixtures/draws.ts';

/** Binomial law function by its definition, for n small enough to multiply out. */
function binomialLaw(n: number, p: number, k: number): number {
  let sum = 0;
  for (let j = 0; j <= k; j++) {
    let term = 1;
    for (let i = 0; i < j; i++) term *= ((n - i) / (j - i)) * p;
    sum += term * (1 - p) ** (n - j);
  }
  return sum;
}

t.test('the ranks leave at most 2.5 % of the binomial law on either side', async (t) => {
  for (const n of [20, 100, 500]) {
    for (const p of [0.01, 0.05, 0.3, 0.5, 0.9]) {
      const { lower, upper } = orderStatisticRanks(n, p);
      if (lower > 0) t.ok(binomialLaw(n, p, lower - 1) <= 0.025, `n ${n}, p ${p}: P(B < ${lower})`);
      t.ok(binomialLaw(n, p, lower) >= 0.025, `n ${n}, p ${p}: lower ${lower} is the largest`);
      if (upper <= n) t.ok(1 - binomialLaw(n, p, upper - 1) <= 0.025, `n ${n}, p ${p}: P(B >= ${upper})`);
      t.ok(1 - binomialLaw(n, p, upper - 2) >= 0.025, `n ${n}, p ${p}: upper ${upper} is the smallest`);
    }
  }
});

t.test('the median of 100 lies between observations 40 and 61', async (t) => {
  // Exact binomial law at n = 100, p = 0.5: P(B <= 39) = 0.0176, P(B <= 40) = 0.0284; symmetric above.
  t.same(orderStatisticRanks(100, 0.5), { lower: 40, upper: 61 });
});

t.test('ranks far from the mode of ten million are found without overflow', async (t) => {
  const { lower, upper } = orderStatisticRanks(10_000_000, 0.01);
  // Normal approximation: 100,000 +- 1.959964 x 314.64.
  t.ok(Math.abs(lower - 99_383) <= 3, `lower ${lower}`);
  t.ok(Math.abs(upper - 100_618) <= 3, `upper ${upper}`);
});

t.test('ranks refuse what is no sample size or probability', async (t) => {
  t.throws(() => orderStatisticRanks(0, 0.5), RangeError);
  t.throws(() => orderStatisticRanks(1.5, 0.5), RangeError);
  t.throws(() => orderStatisticRanks(10, 1), RangeError);
});

t.test('value at risk is a positive loss at the lower order statistic', async (t) => {
  const pnl = Float64Array.from({ length: 1_000 }, (_, i) => i - 500);
  const { value, level, interval95, standardError } = valueAtRisk(sortSample(pnl, null), 0.99);
  t.equal(level, 0.99);
  t.equal(value, 491, 'the tenth worst of 1,000');
  // Ranks of n = 1000, p = 0.01: P(B <= 3) = 0.0101, P(B <= 4) = 0.0287; P(B <= 16) = 0.9737, P(B <= 17) = 0.9864.
  t.same(interval95, [483, 497]);
  t.ok(close(standardError ?? NaN, 14 / (2 * 1.959964)));
});

t.test('a gain at the quantile is a negative loss, and no loss is 0, not -0', async (t) => {
  t.equal(valueAtRisk(sortSample(new Float64Array(200).fill(5), null), 0.95).value, -5);
  t.ok(Object.is(valueAtRisk(sortSample(new Float64Array(200), null), 0.95).value, 0));
});

t.test('an interval end outside the sample is null and so is the standard error', async (t) => {
  const pnl = Float64Array.from({ length: 300 }, (_, i) => i);
  const estimate = valueAtRisk(sortSample(pnl, null), 0.99);
  t.equal(estimate.value, -2);
  t.equal(estimate.interval95[1], null, 'P(no observation in the tail) = 0.99^300 = 4.9 %');
  t.equal(typeof estimate.interval95[0], 'number');
  t.equal(estimate.standardError, null);
  const single = valueAtRisk(sortSample(Float64Array.of(-3), null), 0.99);
  // The one observation lies above the 1 % quantile with 99 % confidence: the loss is at least 3.
  t.same(single, { level: 0.99, value: 3, standardError: null, interval95: [3, null] });
});

t.test('a level outside 0 to 1 is refused', async (t) => {
  const sample = sortSample(Float64Array.of(1, 2), null);
  for (const level of [0, 1, -1, 99, NaN]) t.throws(() => valueAtRisk(sample, level), RangeError);
});

t.test('equal weights give the plain estimate', async (t) => {
  const values = normals(5_000, 21);
  const plain = sortSample(values, null);
  const weighted = sortSample(values, oneStratum(new Float64Array(5_000).fill(1)));
  for (const level of [0.9, 0.95, 0.99, 0.999]) t.same(valueAtRisk(weighted, level), valueAtRisk(plain, level));
});

t.test('the interval holds the true quantile of a normal law about 95 times in 100', async (t) => {
  const trueValue = 2.3263478740408408; // AS 241, 99 %
  let held = 0;
  const runs = 400;
  const errors: number[] = [];
  const values: number[] = [];
  for (let run = 0; run < runs; run++) {
    const { value, interval95, standardError } = valueAtRisk(sortSample(normals(2_000, 1_000 + run), null), 0.99);
    const [low, high] = interval95;
    if (low !== null && high !== null && low <= trueValue && trueValue <= high) held++;
    values.push(value);
    errors.push(standardError ?? NaN);
  }
  // Exact coverage is at least 95 %, some 96.5 % here; three standard errors of 400 trials are 3.3 points.
  t.ok(held / runs > 0.93, `held ${held} of ${runs}`);
  t.ok(Math.abs(spread(errors).mean / spread(values).deviation - 1) < 0.25, 'honest standard error');
});

t.test('a weighted tail sample gives the plain law, with an honest standard error', async (t) => {
  // P&L N(-1.5, 1) weighted back to N(0, 1): likelihood ratio exp(1.5 x + 1.125).
  const values: number[] = [];
  const errors: number[] = [];
  let held = 0;
  for (let run = 0; run < 200; run++) {
    const pnl = normals(2_000, 5_000 + run).map((z) => z - 1.5);
    const weights = pnl.map((x) => Math.exp(1.5 * x + 1.125));
    const { value, standardError, interval95 } = valueAtRisk(sortSample(pnl, oneStratum(weights)), 0.99);
    values.push(value);
    errors.push(standardError ?? NaN);
    const [low, high] = interval95;
    if (low !== null && high !== null && low <= 2.3263478740408408 && 2.3263478740408408 <= high) held++;
  }
  const { mean, deviation } = spread(values);
  t.ok(Math.abs(mean - 2.3263478740408408) < (4 * deviation) / Math.sqrt(200), `mean ${mean}`);
  t.ok(Math.abs(spread(errors).mean / deviation - 1) < 0.25, `reported ${spread(errors).mean}, seen ${deviation}`);
  t.ok(held > 180, `held ${held} of 200`);
  t.ok(deviation < 0.06, 'more precise than 2,000 plain paths, whose standard error is 0.084');
});

t.test('a weighted interval end below the weight of the lowest observation is null', async (t) => {
  const values = Float64Array.from({ length: 1_000 }, (_, i) => i);
  const weights = new Float64Array(1_000).fill(1);
  weights[0] = 30;
  const { interval95, standardError } = quantileEstimate(sortSample(values, oneStratum(weights)), 0.01);
  t.equal(interval95[0], null);
  t.equal(standardError, null);
});

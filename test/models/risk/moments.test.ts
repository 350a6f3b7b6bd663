import t from 'tap';
import { moments, standardDeviationError } from '../../../models/risk/moments.ts';
import { oneStratum } from '../../../models/risk/weighting.ts';
import { close, normals, spread } from './fixtures/draws.ts';

t.test('mean, deviation, skewness and kurtosis of a worked sample', async (t) => {
  // By hand: mean 5, deviations -3 -1 -1 -1 0 0 2 4; sums of squares 32, cubes 42, fourth powers 356, n = 8.
  const result = moments(Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9), null);
  t.ok(close(result.mean.value, 5));
  t.ok(close(result.standardDeviation, Math.sqrt(32 / 7)));
  t.ok(close(result.mean.standardError ?? NaN, Math.sqrt(32 / 7 / 8)));
  t.ok(close(result.skewness ?? NaN, 42 / 8 / 4 ** 1.5));
  t.ok(close(result.kurtosis ?? NaN, 356 / 8 / 16));
  t.equal(result.min, 2);
  t.equal(result.max, 9);
  t.equal(result.probabilityOfLoss.value, 0);
});

t.test('a normal sample has skewness 0 and kurtosis 3', async (t) => {
  const n = 200_000;
  const values = normals(n, 3);
  const result = moments(values, null);
  t.ok(Math.abs(result.skewness ?? NaN) < 4 * Math.sqrt(6 / n));
  t.ok(Math.abs((result.kurtosis ?? NaN) - 3) < 4 * Math.sqrt(24 / n));
  t.ok(Math.abs(result.probabilityOfLoss.value - 0.5) < 4 * Math.sqrt(0.25 / n));
  // Standard error of s for a normal law: s / sqrt(2 n).
  t.ok(close((standardDeviationError(values, null) ?? NaN) * Math.sqrt(2 * n), 1, 0.02));
});

t.test('equal values have no shape: null, never NaN', async (t) => {
  for (const x of [0, 0.1, -1e300, 1e-320]) {
    const result = moments(new Float64Array(1_000).fill(x), null);
    t.equal(result.mean.value, x);
    t.equal(result.mean.standardError, 0);
    t.equal(result.standardDeviation, 0);
    t.equal(result.skewness, null);
    t.equal(result.kurtosis, null);
  }
});

t.test('one path has a mean and no standard error', async (t) => {
  const result = moments(Float64Array.of(-3), null);
  t.equal(result.mean.value, -3);
  t.equal(result.mean.standardError, null);
  t.equal(result.standardDeviation, 0);
  t.equal(standardDeviationError(Float64Array.of(-3), null), null);
  t.equal(result.probabilityOfLoss.value, 1);
});

t.test('a small spread on a large level, and huge and tiny values, keep their digits', async (t) => {
  const small = moments(Float64Array.of(1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4), null);
  t.ok(close(small.standardDeviation, Math.sqrt(5 / 3)));
  const huge = moments(Float64Array.of(1e200, 2e200, 3e200, 4e200), null);
  t.ok(close(huge.standardDeviation / 1e200, Math.sqrt(5 / 3)));
  t.ok(close(huge.kurtosis ?? NaN, 1.64));
  const tiny = moments(Float64Array.of(1e-200, 2e-200, 3e-200, 4e-200), null);
  t.ok(close(tiny.standardDeviation * 1e200, Math.sqrt(5 / 3)));
});

t.test('equal weights give the plain moments', async (t) => {
  const values = normals(2_000, 8);
  const plain = moments(values, null);
  const weighted = moments(values, oneStratum(new Float64Array(2_000).fill(1.7)));
  for (const [a, b] of [
    [plain.mean.value, weighted.mean.value],
    [plain.mean.standardError, weighted.mean.standardError],
    [plain.standardDeviation, weighted.standardDeviation],
    [
      standardDeviationError(values, null),
      standardDeviationError(values, oneStratum(new Float64Array(2_000).fill(1.7))),
    ],
    [plain.skewness, weighted.skewness],
    [plain.kurtosis, weighted.kurtosis],
    [plain.probabilityOfLoss.standardError, weighted.probabilityOfLoss.standardError],
    [plain.probabilityOfLoss.interval95[0], weighted.probabilityOfLoss.interval95[0]],
  ]) {
    t.ok(close(a ?? NaN, b ?? NaN, 1e-10), `${a} and ${b}`);
  }
});

t.test('the self-normalised mean and its standard error are honest over seeds', async (t) => {
  // N(-0.5, 1) weighted back to N(0, 1).
  const means: number[] = [];
  const errors: number[] = [];
  const deviations: number[] = [];
  const deviationErrors: number[] = [];
  for (let run = 0; run < 300; run++) {
    const values = normals(1_000, 40_000 + run).map((z) => z - 0.5);
    const weights = values.map((x) => Math.exp(0.5 * x + 0.125));
    const result = moments(values, oneStratum(weights));
    means.push(result.mean.value);
    errors.push(result.mean.standardError ?? NaN);
    deviations.push(result.standardDeviation);
    deviationErrors.push(standardDeviationError(values, oneStratum(weights)) ?? NaN);
  }
  const { mean, deviation } = spread(means);
  t.ok(Math.abs(mean) < (4 * deviation) / Math.sqrt(300), `mean ${mean}`);
  t.ok(Math.abs(spread(errors).mean / deviation - 1) < 0.15);
  t.ok(Math.abs(spread(deviationErrors).mean / spread(deviations).deviation - 1) < 0.15);
});

t.test('what is no sample is refused', async (t) => {
  t.throws(() => moments(new Float64Array(0), null), RangeError);
  t.throws(
    () => moments(Float64Array.of(1, Infinity), null),
    new RangeError('values[1] is Infinity; need a finite number'),
  );
  t.throws(() => moments(Float64Array.of(1, 2), oneStratum(Float64Array.of(1))), RangeError);
});

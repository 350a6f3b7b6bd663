import t from 'tap';
import { meanGiven, pnlByDeciles } from '../../../models/risk/conditional.ts';
import { oneStratum } from '../../../models/risk/weighting.ts';
import { close, normals, spread } from './fixtures/draws.ts';

t.test('the mean given an event is the mean of its paths, with s over the root of their number', async (t) => {
  const result = meanGiven(Float64Array.of(1, 10, 3, 20), Uint8Array.of(1, 0, 1, 0), null);
  t.equal(result.value, 2);
  t.ok(close(result.standardError ?? NaN, Math.SQRT2 / Math.SQRT2), 's = sqrt 2 over 2 paths');
  t.equal(result.share, 0.5);
});

t.test('an event that never happened has no mean, one path has no error', async (t) => {
  t.same(meanGiven(Float64Array.of(1, 2), Uint8Array.of(0, 0), null), { value: null, standardError: null, share: 0 });
  t.same(meanGiven(Float64Array.of(1, 2), Uint8Array.of(0, 7), null), { value: 2, standardError: null, share: 0.5 });
});

t.test('ten deciles of a hundred paths hold ten each, lowest driver first', async (t) => {
  const driver = Float64Array.from({ length: 100 }, (_, i) => (i * 37) % 100);
  const pnl = driver.map((x) => -2 * x);
  const rows = pnlByDeciles(pnl, driver, null);
  t.equal(rows.length, 10);
  t.same(
    rows.map(({ from, to }) => [from, to]),
    [[0, 9], ...Array.from({ length: 9 }, (_, k) => [10 * k + 9, 10 * k + 19])],
  );
  for (const [k, row] of rows.entries()) {
    t.equal(row.share, 0.1);
    t.equal(row.meanPnl, -2 * (10 * k + 4.5));
  }
});

t.test('paths with the same driver stay together, so ties leave rows empty', async (t) => {
  const rows = pnlByDeciles(Float64Array.of(1, 2, 3, 4), Float64Array.of(0.5, 0.5, 0.5, 0.5), null);
  t.same(rows[0], { from: 0.5, to: 0.5, meanPnl: 2.5, standardError: rows[0].standardError, share: 1 });
  t.same(rows[9], { from: 0.5, to: 0.5, meanPnl: null, standardError: null, share: 0 });
});

t.test('the shares sum to 1 and the means to the overall mean, weighted or not', async (t) => {
  const n = 5_000;
  const driver = normals(n, 1);
  const noise = normals(n, 2);
  const pnl = driver.map((x, i) => -x * x + noise[i]);
  const weights = Float64Array.from(driver, (x) => Math.exp(0.3 * x));
  for (const used of [null, weights]) {
    const rows = pnlByDeciles(pnl, driver, used === null ? null : oneStratum(used));
    const total = used === null ? n : used.reduce((sum, w) => sum + w, 0);
    const mean = pnl.reduce((sum, x, i) => sum + (used === null ? 1 : used[i]) * x, 0) / total;
    const shares = rows.reduce((sum, row) => sum + row.share, 0);
    t.ok(close(shares, 1), `shares sum to ${shares}`);
    t.ok(
      close(
        rows.reduce((sum, row) => sum + row.share * (row.meanPnl ?? 0), 0),
        mean,
        1e-10,
      ),
    );
    t.ok(rows.every((row) => Math.abs(row.share - 0.1) < 0.002));
  }
});

t.test('the weighted standard error is honest over seeds', async (t) => {
  const means: number[] = [];
  const errors: number[] = [];
  for (let run = 0; run < 300; run++) {
    const pnl = normals(1_000, 80_000 + run).map((z) => z - 1);
    const weights = pnl.map((x) => Math.exp(x + 0.5));
    const indicator = Uint8Array.from(pnl, (x) => (x < -1 ? 1 : 0));
    const { value, standardError } = meanGiven(pnl, indicator, oneStratum(weights));
    means.push(value ?? NaN);
    errors.push(standardError ?? NaN);
  }
  // Exact mean of N(0, 1) below -1: -phi(1)/Phi(-1) = -1.525135.
  const { mean, deviation } = spread(means);
  t.ok(Math.abs(mean + 1.525135) < (4 * deviation) / Math.sqrt(300) + 0.001, `mean ${mean}`);
  t.ok(Math.abs(spread(errors).mean / deviation - 1) < 0.15, `reported ${spread(errors).mean}, seen ${deviation}`);
});

t.test('columns that do not fit are refused', async (t) => {
  t.throws(() => meanGiven(new Float64Array(0), new Uint8Array(0), null), RangeError);
  t.throws(() => meanGiven(Float64Array.of(1), new Uint8Array(2), null), RangeError);
  t.throws(() => meanGiven(Float64Array.of(NaN), Uint8Array.of(1), null), RangeError);
  t.throws(() => pnlByDeciles(Float64Array.of(1), Float64Array.of(1, 2), null), RangeError);
  t.throws(() => pnlByDeciles(Float64Array.of(1), Float64Array.of(NaN), null), RangeError);
});

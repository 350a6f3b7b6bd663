import t from 'tap';
import type { Static } from 'typebox';
import { sortSample } from '../../../models/risk/sample.ts';
import { survivability, survivabilityRatio } from '../../../models/risk/survivability.ts';
import type { SurvivalColumns } from '../../../models/risk/survivability.ts';
import { oneStratum, type Weighting } from '../../../models/risk/weighting.ts';
import type { Survivability } from '../../../schemas/stress-result.ts';
import { close, normals } from './fixtures/draws.ts';

/** Columns of simulated NAV paths (rows of NAV_1..NAV_D from NAV_0 = nav), by their definitions. */
function columnsOf(paths: number[][], nav: number, threshold: number, weighting: Weighting | null): SurvivalColumns {
  const pnl = Float64Array.from(paths, (path) => path[path.length - 1] - nav);
  const maxDrawdown = Float64Array.from(paths, (path) => {
    let peak = nav;
    let worst = 0;
    for (const value of path) {
      peak = Math.max(peak, value);
      worst = Math.max(worst, 1 - value / peak);
    }
    return worst;
  });
  const firstDay = (hit: (value: number) => boolean) => Uint16Array.from(paths, (path) => path.findIndex(hit) + 1);
  return {
    pnl,
    maxDrawdown,
    sortedPnl: sortSample(pnl, weighting),
    sortedDrawdown: sortSample(maxDrawdown, weighting),
    breachDay: firstDay((value) => value / nav <= threshold),
    ruinDay: firstDay((value) => value <= 0),
    daysUnderWater: Uint16Array.from(paths, (path) => {
      let peak = nav;
      return path.filter((value) => value < (peak = Math.max(peak, value))).length;
    }),
    marginCallDay: null,
    forcedLiquidationDay: null,
  };
}

const settings = { nav: 100, threshold: 0.8, days: 4, weighting: null };

t.test('position sizes of a desk give 97, 92 and 84 % survivability', async (t) => {
  // 5 % of the portfolio losing 60 %, 10 % losing 80 %, 20 % losing 80 %: the worked scenarios of desks' sizing rules.
  for (const [position, loss, left] of [
    [0.05, 0.6, 0.97],
    [0.1, 0.8, 0.92],
    [0.2, 0.8, 0.84],
  ]) {
    const nav = 10_000_000;
    t.ok(close(survivabilityRatio(nav, -nav * position * loss), left), `${position} of NAV losing ${loss}`);
  }
  t.throws(() => survivabilityRatio(0, 1), new RangeError('nav is 0; need a finite number > 0'));
});

t.test('four worked paths give every figure by hand', async (t) => {
  const paths = [
    [110, 121, 99, 105], // peak 121, drawdown 22/121, two days under water
    [95, 80, 90, 100], // breaches on day 2 at exactly the threshold, drawdown 0.2, three days (back at the peak on 4)
    [70, -10, 20, 30], // breaches on day 1, ruined on day 2, drawdown 1.1, four days
    [101, 102, 103, 104], // never under water
  ];
  const report = survivability(columnsOf(paths, 100, 0.8, null), settings);
  const onTheWire: Static<typeof Survivability> = report;
  t.equal(onTheWire.threshold, 0.8);
  t.equal(report.probability.value, 0.5);
  t.equal(report.ruin.value, 0.25);
  t.same(report.ratio, { mean: (100 + (5 + 0 - 70 + 4) / 4) / 100, p01: 0.3, worst: 0.3 });
  t.same(report.curve, [
    { day: 1, surviving: 0.75 },
    { day: 2, surviving: 0.5 },
    { day: 3, surviving: 0.5 },
    { day: 4, surviving: 0.5 },
  ]);
  t.same(report.breachDay, { p05: 1, p50: 1, p95: 2 });
  t.ok(close(report.maxDrawdown.mean, (22 / 121 + 0.2 + 1.1) / 4));
  t.ok(close(report.maxDrawdown.p95, 1.1));
  t.same(report.daysUnderWater, { mean: (2 + 3 + 4) / 4, p95: 4 });
  t.ok(close(report.recovery.requiredReturn.p50 ?? NaN, 22 / 99), 'median drawdown 22/121');
  t.ok(close(report.recovery.yearsAt10Percent.p50 ?? NaN, Math.log(121 / 99) / Math.log(1.1)));
  t.equal(report.recovery.requiredReturn.p99, null, 'more than everything was lost');
  t.equal(report.recovery.yearsAt10Percent.p99, null);
});

t.test('without a margin model margin calls and liquidations are exactly 0', async (t) => {
  const report = survivability(columnsOf([[100, 90, 90, 90]], 100, 0.8, null), settings);
  t.same(report.marginCall, { value: 0, standardError: 0, interval95: [0, 0] });
  t.same(report.forcedLiquidation, { value: 0, standardError: 0, interval95: [0, 0] });
});

t.test('with a margin model they are estimated like every other event', async (t) => {
  const columns = columnsOf(
    [
      [100, 90, 90, 90],
      [99, 98, 97, 96],
    ],
    100,
    0.8,
    null,
  );
  const report = survivability(
    { ...columns, marginCallDay: Uint16Array.of(2, 0), forcedLiquidationDay: Uint16Array.of(3, 4) },
    settings,
  );
  t.equal(report.marginCall.value, 0.5);
  t.equal(report.forcedLiquidation.value, 1);
});

t.test('where nothing breaches the days are null and the curve stays at 1', async (t) => {
  const report = survivability(columnsOf([[100, 101, 100, 101]], 100, 0.8, null), settings);
  t.same(report.breachDay, { p05: null, p50: null, p95: null });
  t.ok(report.curve.every(({ surviving }) => surviving === 1));
  t.equal(report.probability.value, 1);
  t.same(report.recovery.requiredReturn.p50?.toFixed(6), (1 / 100).toFixed(6));
});

t.test('the curve is exactly 1 until the first path breaches', async (t) => {
  // Ten days on which 1 of 11 paths breaches: shares of 1/11 do not add up to 1 in doubles.
  const paths = Array.from({ length: 11 }, (_, breach) =>
    Array.from({ length: 11 }, (_, day) => (day >= breach && breach > 0 ? 70 : 100)),
  );
  const { curve } = survivability(columnsOf(paths, 100, 0.8, null), { ...settings, days: 11 });
  t.same(
    curve.map(({ surviving }) => surviving),
    Array.from({ length: 11 }, (_, day) => (11 - day) / 11),
  );
});

t.test('where everything breaches the curve ends at exactly 0', async (t) => {
  const paths = Array.from({ length: 7 }, (_, i) => [90 - 11 * (i % 2), 70, 70, 70]);
  const report = survivability(columnsOf(paths, 100, 0.8, null), settings);
  t.equal(report.curve[3].surviving, 0);
  t.equal(report.probability.value, 0);
});

t.test('the curve never rises and ends at the probability of survival, weighted or not', async (t) => {
  const draws = normals(400 * 20, 6);
  const paths = Array.from({ length: 400 }, (_, i) => {
    let nav = 100;
    return Array.from({ length: 20 }, (_, day) => (nav *= 1 + 0.05 * draws[i * 20 + day]));
  });
  const weights = Float64Array.from(paths, (_, i) => 0.2 + (i % 5) / 3);
  for (const used of [null, oneStratum(weights)]) {
    const report = survivability(columnsOf(paths, 100, 0.8, used), { ...settings, days: 20, weighting: used });
    t.equal(report.curve.length, 20);
    t.ok(report.curve.every(({ surviving }, k) => k === 0 || surviving <= report.curve[k - 1].surviving));
    t.ok(close(report.curve[19].surviving, report.probability.value));
    t.ok(report.curve[0].surviving > report.curve[19].surviving);
  }
});

t.test('a whole-number weight equals that many copies of the path', async (t) => {
  const paths = [
    [95, 80, 90, 100],
    [70, -10, 20, 30],
    [101, 102, 103, 104],
  ];
  const weights = Float64Array.of(2, 1, 5);
  const weighting = oneStratum(weights);
  const copies = paths.flatMap((path, i) => Array.from({ length: weights[i] }, () => path));
  const weighted = survivability(columnsOf(paths, 100, 0.8, weighting), { ...settings, weighting });
  const repeated = survivability(columnsOf(copies, 100, 0.8, null), settings);
  t.ok(close(weighted.probability.value, repeated.probability.value));
  t.ok(close(weighted.ratio.mean, repeated.ratio.mean));
  t.ok(close(weighted.maxDrawdown.mean, repeated.maxDrawdown.mean));
  t.ok(close(weighted.daysUnderWater.mean, repeated.daysUnderWater.mean));
  t.same(weighted.breachDay, repeated.breachDay);
  t.same(weighted.recovery, repeated.recovery);
});

t.test('settings and columns that do not fit are refused', async (t) => {
  const columns = columnsOf([[100, 90, 90, 90]], 100, 0.8, null);
  t.throws(() => survivability(columns, { ...settings, nav: 0 }), RangeError);
  t.throws(() => survivability(columns, { ...settings, threshold: 1 }), RangeError);
  t.throws(() => survivability(columns, { ...settings, days: 0 }), RangeError);
  t.throws(
    () => survivability({ ...columns, breachDay: Uint16Array.of(9) }, settings),
    new RangeError('day column[0] is 9; need 0 to 4'),
  );
  t.throws(
    () => survivability({ ...columns, ruinDay: new Uint16Array(2) }, settings),
    new RangeError('ruinDay has length 2; need 1, one per path'),
  );
});

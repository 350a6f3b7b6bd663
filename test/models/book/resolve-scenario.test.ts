import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { prepareRun } from '../../../models/book/prepare-run.ts';
import { resolveMarket } from '../../../models/book/resolve-market.ts';
import { dailySpeed, resolveScenario } from '../../../models/book/resolve-scenario.ts';
import { FailureList } from '../../../models/failures.ts';
import { SHIPPED_SCENARIOS } from '../../../models/regimes/library.ts';
import type { Regime, RegimeOverride } from '../../../schemas/regime.ts';
import type { Scenario } from '../../../schemas/scenario.ts';
import type { MatrixRepair } from '../../../schemas/stress-result.ts';
import type { StressRunRequest } from '../../../schemas/stress-run.ts';
import { fillDefaults } from '../../../workers/fill-defaults.ts';
import { root } from '../../support/source-tree.ts';
import { smallRequest, type SmallRequest } from './small-request.ts';

const DT = 1 / 252;

/** The first scenario of a request resolved, and what was repaired. */
function planOf({ book, market: wire, scenarios, simulation }: SmallRequest) {
  const failures = new FailureList();
  const repairs: MatrixRepair[] = [];
  const market = resolveMarket(book, wire, failures);
  if (market === undefined) throw new Error(JSON.stringify(failures.items));
  const days = simulation.horizonDays as number;
  const context = { market, underlyings: wire.underlyings, days, at: '/scenarios/0', failures, repairs };
  const plan = resolveScenario(scenarios[0], context);
  if (plan === undefined) throw new Error(JSON.stringify(failures.items));
  return { plan, market, repairs };
}

/** Volatilities a year and correlations of a regime, taken back out of its scaled factor. */
function momentsOf(factor: Float64Array, count: number) {
  const row = (i: number) => factor.subarray((i * (i + 1)) / 2, ((i + 1) * (i + 2)) / 2);
  const covariance = (i: number, j: number) =>
    row(Math.min(i, j)).reduce((sum, value, k) => sum + value * row(Math.max(i, j))[k], 0);
  const vols = Array.from({ length: count }, (_, i) => Math.sqrt(covariance(i, i) / DT));
  const correlation = (i: number, j: number) => covariance(i, j) / Math.sqrt(covariance(i, i) * covariance(j, j));
  return { vols, correlation };
}

/** Volatility multiplier and drift a year of the names of a small request (A, B, C held) in its second regime. */
function levelsOf(regime: Omit<Regime, 'id'>, change: (request: SmallRequest) => void = () => {}) {
  const request = smallRequest();
  request.market.rate = 0.04;
  request.book.positions.push({ id: 'c', type: 'underlying', underlying: 'C', side: 'long', quantity: 1 });
  change(request);
  request.scenarios[0].regimes[1] = { id: 'crisis', ...regime };
  const { plan, market } = planOf(request);
  const { vols } = momentsOf(plan.factors[1], market.names.count);
  const round = (value: number) => Number(value.toFixed(9));
  return {
    vols: vols.map((vol, i) => round(vol / market.names.realisedVols[i])),
    drifts: vols.map((vol, i) => round(plan.drifts[1][i] / DT + 0.5 * vol * vol)),
  };
}
const override = (...overrides: RegimeOverride[]) => levelsOf({ volMultiplier: 2, drift: -0.1, overrides });

t.test('without anything else a regime is the market: its volatilities, its matrix, the rate', async (t) => {
  t.same(levelsOf({}), { vols: [1, 1, 1], drifts: [0.04, 0.04, 0.04] });
});

t.test('dividends leave the drift', async (t) => {
  const { drifts } = levelsOf({}, ({ market }) => (market.underlyings[1].dividendYield = 0.03));
  t.same(drifts, [0.04, 0.01, 0.04]);
});

t.test('realised volatility is what a regime multiplies, not the implied one', async (t) => {
  const { vols } = levelsOf({ volMultiplier: 2 }, ({ market }) => (market.underlyings[1].realisedVol = 0.1));
  t.same(vols, [2, 2, 2]);
  const request = smallRequest();
  request.market.underlyings[1].realisedVol = 0.1;
  const { plan } = planOf(request);
  t.ok(Math.abs(momentsOf(plan.factors[1], 2).vols[1] - 0.2) < 1e-12);
});

t.test('volMultipliers stand in place of volMultiplier, for the names they list', async (t) => {
  t.same(levelsOf({ volMultiplier: 2, volMultipliers: { C: 5 } }).vols, [2, 2, 5]);
});

t.test('overrides select by id, by sector or by weight, and later ones win', async (t) => {
  t.same(override({ underlyings: ['A', 'C'], volMultiplier: 3 }), { vols: [3, 2, 3], drifts: [-0.1, -0.1, -0.1] });
  t.same(override({ sector: 'semis', drift: -1 }), { vols: [2, 2, 2], drifts: [-1, -1, -0.1] });
  t.same(override({ heaviest: 1, drift: -1 }).drifts, [-1, -0.1, -0.1], 'ties go to the constituent that stands first');
  t.same(override({ heaviest: 2, drift: -1 }).drifts, [-1, -1, -0.1]);
  t.same(override({ heaviest: 9, drift: -1 }).drifts, [-1, -1, -0.1], 'no more than the index has');
  t.same(
    override({ underlyings: ['A'], volMultiplier: 3, drift: -1 }, { sector: 'semis', volMultiplier: 4 }),
    { vols: [4, 4, 2], drifts: [-1, -0.1, -0.1] },
    'a later override leaves what it does not name',
  );
  t.same(
    levelsOf({ volMultipliers: { A: 5 }, overrides: [{ underlyings: ['A'], volMultiplier: 6 }] }).vols,
    [6, 1, 1],
    'overrides come after volMultipliers',
  );
});

t.test('the heaviest are those of the index the book trades, else of the first, else the first names', async (t) => {
  const heaviest = (change: (request: SmallRequest) => void) =>
    levelsOf({ overrides: [{ heaviest: 1, drift: -1 }] }, change).drifts;
  const second = { id: 'J', spot: 1, constituents: [{ underlying: 'C', weight: 1 }] };
  t.same(
    heaviest(({ market }) => void market.indices.push(second)),
    [-1, 0.04, 0.04],
    'none traded',
  );
  t.same(
    heaviest(({ book, market }) => {
      market.indices.push(second);
      book.positions.push({ id: 'j', type: 'underlying', underlying: 'J', side: 'long', quantity: 1 });
      book.positions.push({ id: 'b', type: 'underlying', underlying: 'B', side: 'long', quantity: 1 });
    }),
    [0.04, 0.04, -1],
    'the second is traded',
  );
  t.same(
    heaviest(({ book, market }) => {
      market.indices.length = 0;
      book.positions.push({ id: 'b', type: 'underlying', underlying: 'B', side: 'long', quantity: 1 });
    }),
    [-1, 0.04, 0.04],
    'no index',
  );
  t.same(
    heaviest(({ market }) => {
      market.indices[0].constituents[0].weight = 0.4;
      market.indices[0].constituents[1].weight = 0.6;
    }),
    [0.04, -1, 0.04],
    'the heavier of two',
  );
});

t.test('correlations of a regime: calm, spiked, blended, or a matrix in an order of its own', async (t) => {
  const between = (correlation: Regime['correlation'] & object) => {
    const request = smallRequest();
    request.book.positions.push({ id: 'c', type: 'underlying', underlying: 'C', side: 'long', quantity: 1 });
    request.scenarios[0].regimes[1] = { id: 'crisis', correlation };
    const { plan } = planOf(request);
    const { correlation: of } = momentsOf(plan.factors[1], 3);
    return [of(0, 1), of(0, 2), of(1, 2), plan.averageCorrelations[1]].map((value) => Number(value.toFixed(12)));
  };
  t.same(between({ kind: 'calm' }), [0.4, 0.4, 0.4, 0.4]);
  t.same(between({ kind: 'spike', average: 0.9 }), [0.9, 0.9, 0.9, 0.9]);
  t.same(between({ kind: 'spike', average: 0.1 }), [0.1, 0.1, 0.1, 0.1]);
  t.same(between({ kind: 'blend', toward: 'one', weight: 0.5 }), [0.7, 0.7, 0.7, 0.7]);
  t.same(between({ kind: 'blend', toward: 'identity', weight: 0.5 }), [0.2, 0.2, 0.2, 0.2]);
  const values = [
    [1, 0.1, 0.2],
    [0.1, 1, 0.3],
    [0.2, 0.3, 1],
  ];
  t.same(between({ kind: 'matrix', order: ['C', 'A', 'B'], values }), [0.3, 0.1, 0.2, 0.2], 'A–B, A–C, B–C, mean');
});

t.test(
  'without an index in the book a spike is that of the whole market, whichever names the book holds',
  async (t) => {
    const values = [
      [1, 0.9, 0.1],
      [0.9, 1, 0.2],
      [0.1, 0.2, 1],
    ];
    // The market's mean is 0.4, so s = (0.7 - 0.4) / (1 - 0.4) = 0.5; a book of A and B alone has a mean of 0.9.
    for (const [held, expected] of [
      [['A', 'B'], 0.95],
      [['A', 'C'], 0.55],
      [['B', 'C'], 0.6],
      [['A', 'B', 'C'], 0.95],
    ] as const) {
      const request = smallRequest();
      request.market.correlation = { kind: 'matrix', order: ['A', 'B', 'C'], values };
      request.market.indices = [];
      request.book.positions = held.map((underlying) => ({
        id: underlying,
        type: 'underlying',
        underlying,
        side: 'long',
        quantity: 1,
      }));
      request.scenarios[0].regimes[1] = { id: 'crisis', correlation: { kind: 'spike', average: 0.7 } };
      const { plan } = planOf(request);
      const { correlation } = momentsOf(plan.factors[1], held.length);
      t.equal(Number(correlation(0, 1).toFixed(12)), expected, held.join(', '));
    }
  },
);

t.test('a matrix of a regime gets the residual from its own correlations, as the calm matrix does', async (t) => {
  const request = smallRequest();
  request.book.positions = [{ id: 'i', type: 'underlying', underlying: 'I', side: 'long', quantity: 1 }];
  request.market.indices[0].constituents = [
    { underlying: 'A', weight: 0.4 },
    { underlying: 'B', weight: 0.4 },
  ];
  request.market.indices[0].impliedVol = 0.32;
  const order = ['A', 'B', 'C'];
  const values = (rho: number) => order.map((_, i) => order.map((__, j) => (i === j ? 1 : rho)));
  request.scenarios[0].regimes[0].correlation = { kind: 'matrix', order, values: values(0.4) };
  request.scenarios[0].regimes[1].correlation = { kind: 'matrix', order, values: values(0.9) };
  request.scenarios[0].regimes[1].volMultiplier = 1;
  const { plan, market } = planOf(request);
  t.equal(market.names.count, 3, 'A, B and the rest; C is not needed');
  const calm = momentsOf(plan.factors[0], 3).correlation;
  const crisis = momentsOf(plan.factors[1], 3).correlation;
  for (const [i, j] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ]) {
    // Equal weights and one correlation: the residual is one more name with it (residual.ts).
    t.ok(Math.abs(calm(i, j) - 0.4) < 1e-12, `${i}, ${j}: ${calm(i, j)}`);
    t.ok(Math.abs(crisis(i, j) - 0.9) < 1e-12, `${i}, ${j}: ${crisis(i, j)}`);
  }
  t.ok(Math.abs(plan.averageCorrelations[1] - 0.9) < 1e-12, 'the average is that of the names');
});

t.test('a repaired matrix says where it was, how far it went and which pair changed most', async (t) => {
  const request = smallRequest();
  request.book.positions.push({ id: 'c', type: 'underlying', underlying: 'C', side: 'long', quantity: 1 });
  const values = [
    [1, -0.9, -0.9],
    [-0.9, 1, -0.9],
    [-0.9, -0.9, 1],
  ];
  request.scenarios[0].regimes[1].correlation = { kind: 'matrix', order: ['C', 'B', 'A'], values, repair: 'nearest' };
  request.scenarios[0].regimes[1].volMultiplier = 1;
  const { plan, repairs } = planOf(request);
  t.equal(repairs.length, 1);
  const [{ pointer, frobeniusDistance, largestChange }] = repairs;
  t.equal(pointer, '/scenarios/0/regimes/1/correlation/values');
  // By symmetry the nearest one is −1/2 for every pair, 0.4 away in each of six entries: 0.4 √6.
  t.ok(Math.abs(frobeniusDistance - 0.4 * Math.sqrt(6)) < 1e-6, `${frobeniusDistance}`);
  const { row, column, from, to } = largestChange;
  t.ok(['A', 'B', 'C'].includes(row) && ['A', 'B', 'C'].includes(column) && row !== column, `${row} with ${column}`);
  t.equal(from, -0.9);
  t.ok(Math.abs(to + 0.5) < 1e-6, `${to}`);
  t.ok(Math.abs(plan.averageCorrelations[1] + 0.5) < 1e-6);
});

t.test('a repair of the market is told once, beside those of scenarios', async (t) => {
  const request = smallRequest();
  request.market.correlation = { kind: 'sectors', within: -0.9, across: -0.9, repair: 'nearest' };
  request.market.indices.length = 0;
  request.scenarios[0].regimes[1] = { id: 'crisis' };
  const outcome = prepareRun(fillDefaults(request), '42', 1e9);
  t.same(outcome.ok && outcome.value.repairs.map(({ pointer }) => pointer), ['/market/correlation']);
});

t.test('windows force their regime on their days, both ends included, and are cut at the horizon', async (t) => {
  const request = smallRequest();
  request.simulation.horizonDays = 6;
  request.scenarios[0].forced = [
    { fromDay: 5, toDay: 100, regime: 'calm' },
    { fromDay: 2, toDay: 3, regime: 'crisis' },
  ];
  t.same([...planOf(request).plan.forced], [-1, -1, 1, 1, -1, 0, 0], 'days 0 to 6');
});

t.test('the chain starts in the first regime, in one named, by probabilities, or stationary', async (t) => {
  const initial = (given?: Scenario['initial']) => {
    const request = smallRequest();
    if (given !== undefined) request.scenarios[0].initial = given;
    return [...planOf(request).plan.initial];
  };
  t.same(initial(), [1, 0]);
  t.same(initial({ regime: 'crisis' }), [0, 1]);
  t.same(initial({ probabilities: [0.25, 0.75] }), [0.25, 0.75]);
  // π = (0.05, 0.01) / 0.06 by detailed balance
  const [calm, crisis] = initial('stationary');
  t.ok(Math.abs(calm - 5 / 6) < 1e-12 && Math.abs(crisis - 1 / 6) < 1e-12, `${calm}, ${crisis}`);
});

t.test('implied levels: multipliers as logarithms, correlations as at the start unless given', async (t) => {
  const request = smallRequest();
  request.scenarios[0].regimes[0].impliedVolMultiplier = 1;
  request.scenarios[0].regimes[1].impliedVolMultiplier = 1.8;
  request.scenarios[0].regimes[1].impliedCorrelation = 0.85;
  const { plan } = planOf(request);
  t.equal(plan.logImpliedMultipliers[0], 0);
  t.ok(Math.abs(plan.logImpliedMultipliers[1] - Math.log(1.8)) < 1e-15);
  t.ok(Math.abs(plan.impliedCorrelations[0] - 0.4) < 1e-12, 'calm: as derived from the market');
  t.equal(plan.impliedCorrelations[1], 0.85);
  t.same([plan.impliedVolSpeed, plan.impliedCorrelationSpeed], [1, 1], 'at once by default');
});

t.test('a gap is halved in its half-life', async (t) => {
  t.equal(dailySpeed(0), 1);
  for (const halfLife of [0.5, 1, 5, 250]) {
    const left = (1 - dailySpeed(halfLife)) ** halfLife;
    t.ok(Math.abs(left - 0.5) < 1e-12, `half-life ${halfLife}: ${left}`);
  }
  const request = smallRequest();
  request.scenarios[0].impliedVolHalfLifeDays = 1;
  request.scenarios[0].impliedCorrelationHalfLifeDays = 5;
  const { plan } = planOf(request);
  t.ok(Math.abs(plan.impliedVolSpeed - 0.5) < 1e-15);
  t.equal(plan.impliedCorrelationSpeed, dailySpeed(5));
});

t.test('every shipped scenario resolves for one name, whose correlation nothing can move', async (t) => {
  for (const scenario of SHIPPED_SCENARIOS) {
    const outcome = prepareRun(
      fillDefaults({
        book: { nav: 1, positions: [{ id: 'p', type: 'underlying', underlying: 'A', side: 'long', quantity: 1 }] },
        market: { underlyings: [{ id: 'A', spot: 1, impliedVol: 0.2 }] },
        scenarios: [scenario.id],
      }),
      '42',
      1e9,
    );
    t.equal(outcome.ok, true, scenario.id);
    if (!outcome.ok) continue;
    const [plan] = outcome.value.scenarios;
    for (const [r, { volMultiplier = 1, overrides = [] }] of scenario.regimes.entries()) {
      const multiplier = overrides[0]?.volMultiplier ?? volMultiplier;
      const [vol] = momentsOf(plan.factors[r], 1).vols;
      t.ok(Math.abs(vol - 0.2 * multiplier) < 1e-12, `${scenario.id}, regime ${r}: ${vol}`);
    }
  }
});

t.test('every shipped scenario resolves for every example', async (t) => {
  const folder = join(root, 'examples');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  t.ok(files.length > 0);
  for (const file of files) {
    const request = JSON.parse(readFileSync(join(folder, file), 'utf8')) as StressRunRequest;
    const all = { ...request, scenarios: SHIPPED_SCENARIOS.map(({ id }) => id) };
    const outcome = prepareRun(fillDefaults(all), '42', 1e15);
    t.same(outcome.ok ? [] : outcome.failures, [], file);
  }
});

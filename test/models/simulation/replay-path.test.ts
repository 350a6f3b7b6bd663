import fc from 'fast-check';
import t from 'tap';
import { simulateWithKernel } from '../../../models/kernel/simulate.ts';
import { normalsOfBlock, seedKey } from '../../../models/random/draws.ts';
import { allocateColumns, CHUNK_PATHS, type PathColumns } from '../../../models/simulation/columns.ts';
import type { RunPlan, ScenarioPlan } from '../../../models/simulation/plan.ts';
import { simulatePaths } from '../../../models/simulation/reference.ts';
import { onlyPath, type ReplayedPath, replayPath } from '../../../models/simulation/replay-path.ts';
import type { StressRunRequest } from '../../../schemas/stress-run.ts';
import type { ResolvedRequest } from '../../../models/book/prepare-run.ts';
import { arbitraryRequest } from '../../support/arbitraries.ts';
import { exampleRequest } from '../../support/examples.ts';
import { gross } from '../../support/gross.ts';
import { kernelOf } from '../../support/kernel.ts';
import { sampledBook } from '../../support/sampled-books.ts';
import { chooseHere, prepareRequest } from '../../support/simulate.ts';
import { matchesSchema } from '../../server/service.ts';
import { oneRegime, requestFor, singleName } from '../../support/wire.ts';

const strict = kernelOf('strict');

function resolved(request: StressRunRequest): ResolvedRequest {
  const outcome = prepareRequest(request);
  if (!outcome.ok) throw new RangeError(`refused: ${JSON.stringify(outcome.failures)}`);
  return outcome.value.request;
}

function columnsOf(plan: RunPlan, scenario: ScenarioPlan): PathColumns {
  const columns = allocateColumns(plan, scenario);
  simulatePaths(plan, scenario, 0, plan.paths, columns);
  return columns;
}

const last = <T>(all: readonly T[]): T => all[all.length - 1];
const orNull = (value: number) => (Number.isFinite(value) ? value : null);

/** Whatever of a replay is not what the columns have of the path, in words. */
function unlike(
  { plan }: Pick<ResolvedRequest, 'plan'>,
  scenario: ScenarioPlan,
  columns: PathColumns,
  replay: ReplayedPath,
): string[] {
  const { path, days } = replay;
  const inRegime = (id: string) => days.regime.flatMap((each, day) => (each === id ? [day] : []));
  const ofRegimes = (column: Uint16Array) => scenario.regimes.map((_, r) => column[r * plan.paths + path]);
  const ofIndices = (column: Float64Array) => plan.indices.map((_, k) => orNull(column[k * plan.paths + path]));
  const compared: readonly [what: string, got: unknown, expected: unknown][] = [
    ['pnl', replay.pnl, columns.pnl[path]],
    ['the last day', last(days.pnl), columns.pnl[path]],
    ['NAV', last(days.nav), plan.nav + columns.pnl[path]],
    ['drawdown', replay.maxDrawdown, columns.maxDrawdown[path]],
    ['the largest drawdown', Math.max(...days.drawdown.map(Number)), columns.maxDrawdown[path]],
    ['breach day', replay.breachDay ?? 0, columns.breachDay[path]],
    ['ruin day', replay.ruinDay ?? 0, columns.ruinDay[path]],
    ['days under water', replay.daysUnderWater, columns.daysUnderWater[path]],
    ['drawdowns', days.drawdown.filter((each) => each !== 0).length, columns.daysUnderWater[path]],
    ['weight', replay.weight, columns.weights?.[path] ?? 1],
    ['regime days', scenario.regimes.map((id) => inRegime(id).length), ofRegimes(columns.regimeDays)],
    ['first days', scenario.regimes.map((id) => inRegime(id)[0] ?? 0), ofRegimes(columns.regimeFirstDay)],
    ['basket', replay.indices.map((each) => last(each.realisedCorrelation)), ofIndices(columns.basketCorrelation)],
    ['pairwise', replay.indices.map((each) => last(each.realisedPairwise)), ofIndices(columns.pairwiseCorrelation)],
  ];
  return compared
    .filter(([, got, expected]) => JSON.stringify(got) !== JSON.stringify(expected))
    .map(
      ([what, got, expected]) =>
        `path ${path}: ${what} is ${JSON.stringify(got)}; the run has ${JSON.stringify(expected)}`,
    );
}

/** Largest difference of the P&L and the sum of the positions', over the days. */
function unexplained({ days, positions }: ReplayedPath): number {
  const off = days.pnl.map((pnl, day) =>
    Math.abs((pnl ?? Number.NaN) - positions.reduce((sum, position) => sum + (position.pnl[day] ?? Number.NaN), 0)),
  );
  return Math.max(...off);
}

function replayed(request: ResolvedRequest, scenario: ScenarioPlan, path: number): ReplayedPath {
  return replayPath({ ...request, scenario, path });
}

t.test('a replay ends where its run has the path, in every column to the bit, whatever the request', async (t) => {
  let compared = 0;
  let positions = 0;
  fc.assert(
    fc.property(arbitraryRequest({ names: 6, horizonDays: 12, paths: 12 }), (wire) => {
      const request = resolved(wire);
      for (const scenario of request.scenarios) {
        const columns = columnsOf(request.plan, scenario);
        for (let path = 0; path < request.plan.paths; path += 5) {
          const replay = replayed(request, scenario, path);
          const wrong = unlike(request, scenario, columns, replay);
          if (wrong.length > 0) throw new Error(wrong.join('\n'));
          const off = unexplained(replay);
          if (!(off <= 1e-9 * gross(wire))) throw new Error(`positions are ${off} off, gross ${gross(wire)}`);
          compared++;
          positions += replay.positions.length;
        }
      }
    }),
    { numRuns: 150, seed: 11 },
  );
  t.ok(compared > 300 && positions > 2 * compared, `${compared} paths, ${positions} positions`);
});

t.test('paths of the examples are replayed to the bit, and their positions add up', async (t) => {
  for (const name of ['ai-basket', 'sp20-variance', 'worst-case'] as const) {
    const example = exampleRequest(name);
    const wire = { ...example, simulation: { ...example.simulation, paths: 60, target: undefined, sampling: 'plain' } };
    const request = resolved(JSON.parse(JSON.stringify(wire)));
    for (const scenario of request.scenarios) {
      const columns = columnsOf(request.plan, scenario);
      for (const path of [0, 37, 59]) {
        const replay = replayed(request, scenario, path);
        t.same(unlike(request, scenario, columns, replay), [], `${name}, ${scenario.id}`);
        const off = unexplained(replay);
        t.ok(off <= 1e-9 * gross(example), `${name}, ${scenario.id}: ${off}`);
      }
    }
  }
});

t.test('paths of a tail-sampled run come from the law that the run drew them from', async (t) => {
  const wire = sampledBook('long dispersion', { paths: 4000, sampling: 'tail', levels: [0.99] });
  const request = resolved(wire);
  const { sampling } = chooseHere(request.plan, request.scenarios[0], 'tail', [0.99]);
  if (sampling === null) throw new RangeError('the book is drawn plainly');
  const scenario = { ...request.scenarios[0], sampling };
  const columns = columnsOf(request.plan, scenario);
  for (const path of [0, 1, 10, 256, 3999]) {
    const replay = replayed(request, scenario, path);
    t.same(unlike(request, scenario, columns, replay), []);
    t.equal(replay.law, path % 10 === 0 ? 'scenario' : 'tilted');
    t.not(replay.weight, 1, 'every path of a mixture has a weight');
  }
});

t.test(
  'one path alone leaves what the strict kernel leaves of it, and of a chunk its part of the variances',
  async (t) => {
    const request = resolved(sampledBook('long dispersion', { paths: CHUNK_PATHS, sampling: 'plain' }));
    const { plan, scenarios } = request;
    const [scenario] = scenarios;
    const all = allocateColumns(plan, scenario);
    simulateWithKernel(strict, plan, scenario, 0, plan.paths, all);
    const varianceSums = new Float64Array(all.varianceSums.length);
    for (let path = 0; path < plan.paths; path++) {
      const one = allocateColumns(onlyPath(plan, path), scenario);
      simulateWithKernel(strict, onlyPath(plan, path), scenario, 0, 1, one);
      if (!Object.is(one.pnl[0], all.pnl[path])) t.fail(`path ${path}: ${one.pnl[0]}, in the run ${all.pnl[path]}`);
      for (const [s, sum] of one.varianceSums.entries()) varianceSums[s] += sum;
    }
    t.strictSame([...varianceSums], [...all.varianceSums]);
    const seen = [0, 101, 255].map((path) => replayed(request, scenario, path).pnl);
    t.same(seen, [all.pnl[0], all.pnl[101], all.pnl[255]]);
  },
);

t.test('two days of one name are what the draws say, by hand', async (t) => {
  const wire = requestFor(
    [
      { id: 'shares', type: 'underlying', underlying: 'A', side: 'long', quantity: 10 },
      {
        id: 'swap',
        type: 'varianceSwap',
        underlying: 'A',
        side: 'short',
        varianceNotional: 2,
        strikeVol: 0.3,
        maturityDays: 2,
      },
    ],
    singleName({ impliedVol: 0.3 }, { rate: 0 }),
    oneRegime({}),
    { horizonDays: 2, paths: 8, seed: '42', sampling: 'plain' },
    1000,
  );
  const request = resolved(wire);
  const replay = replayed(request, request.scenarios[0], 3);
  const z = new Float64Array(4);
  const returns = [1, 2].map((day) => {
    normalsOfBlock(3, day, 0, seedKey('42'), z, 0);
    return -0.5 * 0.09 * (1 / 252) + 0.3 * Math.sqrt(1 / 252) * z[0];
  });
  const [x1, x2] = returns;
  const spots = [100, 100 * Math.exp(x1), 100 * Math.exp(x1 + x2)];
  const shares = spots.map((spot) => 10 * (spot - 100));
  // Day 1: half of the variance is realised, half is implied.
  const variances = [0.09, (252 * x1 * x1) / 2 + 0.045, (252 * (x1 * x1 + x2 * x2)) / 2];
  const swap = variances.map((variance) => -2e4 * (variance - 0.09));
  const pnl = spots.map((_, day) => shares[day] + swap[day]);
  const nav = pnl.map((each) => 1000 + each);
  const drawdown = nav.map((each, day) => 1 - each / Math.max(...nav.slice(0, day + 1)));
  const near = (got: readonly (number | null)[], expected: readonly number[], what: string) => {
    t.equal(got.length, expected.length, what);
    for (const [day, value] of expected.entries()) {
      t.ok(Math.abs((got[day] ?? Number.NaN) - value) < 1e-9, `${what} of day ${day}: ${got[day]}, by hand ${value}`);
    }
  };
  near(replay.underlyings[0].spot, spots, 'spot');
  near(replay.underlyings[0].impliedVol, [0.3, 0.3, 0.3], 'implied volatility');
  near(replay.positions[0].pnl, shares, 'P&L of the shares');
  near(replay.positions[1].pnl, swap, 'P&L of the swap');
  near(replay.days.pnl, pnl, 'P&L');
  near(replay.days.nav, nav, 'NAV');
  near(replay.days.drawdown, drawdown, 'drawdown');
  t.same(replay.days.regime, [null, 'only', 'only']);
  t.match(replay, { path: 3, weight: 1, law: 'scenario' });
  matchesSchema(t, 'PathReplay', { ...replay, seed: '42', recordedPnl: replay.pnl, arithmetic: 'strict' });
});

t.test('day 0 is the start: no P&L, no correlation realised, the prices and volatilities of the market', async (t) => {
  const wire = exampleRequest('ai-basket');
  const request = resolved(wire);
  const replay = replayed(request, request.scenarios[0], 5);
  t.equal(replay.days.pnl.length, request.plan.days + 1);
  t.same([replay.days.pnl[0], replay.days.drawdown[0], replay.days.nav[0]], [0, 0, wire.book?.nav]);
  t.ok(replay.positions.every(({ pnl }) => pnl[0] === 0));
  t.same(
    replay.positions.map(({ id }) => id),
    wire.book?.positions.map(({ id }) => id),
  );
  for (const { id, spot, impliedVol } of wire.market?.underlyings ?? []) {
    const found = replay.underlyings.find((each) => each.id === id);
    if (found === undefined) continue;
    t.equal(found.spot[0], spot, id);
    if (typeof impliedVol === 'number') t.equal(found.impliedVol[0], impliedVol, id);
  }
  t.ok(replay.indices.length > 0);
  for (const [k, index] of replay.indices.entries()) {
    t.equal(index.spot[0], request.plan.indices[k].spot);
    t.equal(index.impliedCorrelation[0], request.indices[k].impliedCorrelation);
    const expected = request.indices[k].impliedVol;
    t.ok(Math.abs((index.impliedVol[0] ?? Number.NaN) - expected) < 1e-12, `${index.impliedVol[0]}, given ${expected}`);
    t.same([index.realisedCorrelation[0], index.realisedPairwise[0], index.realisedPairwise[1]], [null, null, null]);
    t.type(index.realisedPairwise[2], 'number');
  }
});

t.test('correlation to date is the one of a run that ends on that day', async (t) => {
  const wire = exampleRequest('ai-basket');
  const of = (horizonDays: number) => {
    const request = resolved({ ...wire, simulation: { seed: '42', paths: 8, sampling: 'plain', horizonDays } });
    return replayed(request, request.scenarios[0], 2).indices[0];
  };
  const whole = of(20);
  for (const days of [2, 7, 19]) {
    t.equal(whole.realisedCorrelation[days], last(of(days).realisedCorrelation), `${days} days`);
    t.equal(whole.realisedPairwise[days], last(of(days).realisedPairwise), `${days} days`);
  }
});

t.test('a path whose prices leave the range of doubles is told as far as it has numbers', async (t) => {
  const wire = requestFor(
    [{ id: 'one', type: 'underlying', underlying: 'A', side: 'long', quantity: 1 }],
    singleName({ impliedVol: 1 }),
    oneRegime({ drift: 1e5 }),
    { horizonDays: 10, paths: 4, seed: '42', sampling: 'plain' },
  );
  const request = resolved(wire);
  const { days, pnl, underlyings } = replayed(request, request.scenarios[0], 0);
  t.equal(pnl, null);
  t.same([typeof days.pnl[1], last(days.pnl), last(underlyings[0].spot)], ['number', null, null]);
});

t.test('a path that the run does not have is refused', async (t) => {
  const request = resolved(exampleRequest('ai-basket'));
  for (const path of [-1, 0.5, request.plan.paths, Number.NaN]) {
    t.throws(() => replayed(request, request.scenarios[0], path), { message: new RegExp(`^path is ${path}; need`) });
  }
});

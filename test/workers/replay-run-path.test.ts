import t from 'tap';
import { allocateColumns } from '../../models/simulation/columns.ts';
import { simulatePaths } from '../../models/simulation/reference.ts';
import type { PathReplay } from '../../schemas/path-replay.ts';
import type { Simulation, StressRunRequest } from '../../schemas/stress-run.ts';
import type { PreparedRun } from '../../workers/engine.ts';
import { createStressEngine } from '../../workers/stress-engine.ts';
import { sampledBook } from '../support/sampled-books.ts';
import { chooseHere } from '../support/simulate.ts';

const engine = createStressEngine({ threads: 2 });
t.teardown(() => engine.close());

async function prepared(request: StressRunRequest): Promise<PreparedRun> {
  const outcome = await engine.prepare(request);
  if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
  return outcome.value;
}

async function replay(run: PreparedRun, path: number): Promise<PathReplay> {
  const choice = { scenario: 0, path, kernelHash: engine.kernelHashOf(run) };
  return JSON.parse(await engine.replay(run, choice, new AbortController().signal)) as PathReplay;
}

const tail: Simulation = { paths: 3000, sampling: 'tail', levels: [0.99] };

t.test('a path of a strict tail-sampled run is that of the run, with the law chosen again', async (t) => {
  const run = await prepared(sampledBook('long dispersion', { ...tail, arithmetic: 'strict' }));
  const { plan, scenarios } = run.request;
  const { sampling } = chooseHere(plan, scenarios[0], 'tail', [0.99]);
  t.not(sampling, null);
  const scenario = { ...scenarios[0], sampling };
  const columns = allocateColumns(plan, scenario);
  simulatePaths(plan, scenario, 0, plan.paths, columns);
  for (const path of [0, 7, 2999]) {
    const found = await replay(run, path);
    t.match(found, { path, arithmetic: 'strict', seed: '42', law: path === 0 ? 'scenario' : 'tilted' });
    t.equal(found.recordedPnl, columns.pnl[path]);
    t.equal(found.pnl, columns.pnl[path]);
    t.equal(found.weight, columns.weights?.[path]);
  }
});

t.test('the extremes of a run are among its replays, as its kernel computed them', async (t) => {
  const run = await prepared(sampledBook('short dispersion', { paths: 20, sampling: 'plain' }));
  const outcome = await engine.run(run, { signal: new AbortController().signal, onProgress: () => undefined });
  if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
  const replays = await Promise.all(Array.from({ length: 20 }, (_, path) => replay(run, path)));
  const recorded = replays.map(({ recordedPnl }) => recordedPnl ?? Number.NaN);
  const { min, max } = outcome.value.scenarios[0].pnl;
  t.same([Math.min(...recorded), Math.max(...recorded)], [min, max]);
  // The nav is of the size of what the book holds.
  const off = replays.map(({ pnl }, path) => Math.abs((pnl ?? Number.NaN) - recorded[path]) / run.request.plan.nav);
  t.ok(Math.max(...off) < 1e-11, `${Math.max(...off)} of the NAV`);
});

t.test('a replay is ended by its signal, also while its pilot is simulated', async (t) => {
  const run = await prepared(sampledBook('long dispersion', tail));
  const choice = { scenario: 0, path: 1, kernelHash: engine.kernelHashOf(run) };
  await t.rejects(engine.replay(run, choice, AbortSignal.abort()), { name: 'AbortError' });
  const stop = new AbortController();
  const asked = engine.replay(run, choice, stop.signal);
  stop.abort();
  await t.rejects(asked, { name: 'AbortError' });
  t.equal((await replay(run, 1)).path, 1);
});

t.test('the P&L by another kernel is not given for that of the run', async (t) => {
  const run = await prepared(sampledBook('long dispersion', { paths: 20 }));
  const choice = { scenario: 0, path: 1, kernelHash: 'fused-of-another-version' };
  const found = JSON.parse(await engine.replay(run, choice, new AbortController().signal)) as PathReplay;
  t.equal(found.recordedPnl, null);
  t.type(found.pnl, 'number');
});

t.test('a closed engine replays nothing', async (t) => {
  const closed = createStressEngine({ threads: 1 });
  await closed.close();
  const run = await prepared(sampledBook('long dispersion', { paths: 20 }));
  const choice = { scenario: 0, path: 1, kernelHash: 'any' };
  await t.rejects(closed.replay(run, choice, new AbortController().signal), { message: 'the engine is closed' });
});

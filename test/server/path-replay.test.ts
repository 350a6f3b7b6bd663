import { fastify } from 'fastify';
import t, { type Test } from 'tap';
import { NAMED_SCHEMAS } from '../../schemas/registry.ts';
import type { PathReplay } from '../../schemas/path-replay.ts';
import type { StressRun, StressRunRequest } from '../../schemas/stress-run.ts';
import { createPathReplays } from '../../server/jobs/path-replays.ts';
import { pathReplayRoutes } from '../../server/routes/path-replay.ts';
import { sqlRunStore } from '../../server/storage/sql-run-store.ts';
import { validatorCompiler } from '../../server/validation.ts';
import { createStressEngine } from '../../workers/stress-engine.ts';
import { memoryStorage } from '../support/database.ts';
import { insertRun } from '../support/stored-runs.ts';
import { example, longRequest, matchesSchema, problemOf, smallRequest, startService, until } from './service.ts';

const url = '/v1/stress-runs';
const { database, blobs } = await memoryStorage(t);
const { post, get } = await startService(t, {}, { storage: { database, blobs } });

async function finished(request: StressRunRequest): Promise<StressRun> {
  const response = await post(url, request, { prefer: 'wait=60' });
  t.equal(response.statusCode, 200, response.body.slice(0, 300));
  return response.json<StressRun>();
}

async function replay(id: string, path: number, query = ''): Promise<PathReplay> {
  const response = await get(`${url}/${id}/paths/${path}${query}`);
  t.equal(response.statusCode, 200, response.body.slice(0, 300));
  t.match(response.headers['content-type'], /^application\/json/);
  const body = response.json<PathReplay>();
  matchesSchema(t, 'PathReplay', body);
  return body;
}

t.test('a path of a strict run is replayed to the bit', async (t) => {
  const run = await finished(smallRequest({ arithmetic: 'strict', sampling: 'plain', paths: 3 }));
  const paths = await Promise.all([0, 1, 2].map((path) => replay(run.id, path)));
  const [scenario] = run.result?.scenarios ?? [];
  const pnl = paths.map((path) => path.pnl ?? Number.NaN);
  t.equal(Math.min(...pnl), scenario?.pnl.min);
  t.equal(Math.max(...pnl), scenario?.pnl.max);
  for (const [path, found] of paths.entries()) {
    t.match(found, { scenario: 'baseline', path, seed: '42', law: 'scenario', weight: 1, arithmetic: 'strict' });
    t.equal(found.pnl, found.recordedPnl);
    t.equal(found.days.pnl.length, 22);
    t.equal(found.days.pnl[21], found.pnl);
    t.same(
      found.positions.map(({ id }) => id),
      ['a'],
    );
  }
});

t.test('a path of a fused run has the P&L of its run, and of the replay up to roundings', async (t) => {
  const run = await finished({ ...example('ai-basket'), simulation: { seed: '42', paths: 2, sampling: 'plain' } });
  const query = `?scenario=${run.result?.scenarios[0].id}`;
  const found = [await replay(run.id, 0, query), await replay(run.id, 1, query)];
  const fused = run.engine.kernelHash.startsWith('fused');
  const recorded = found.map(({ recordedPnl }) => recordedPnl ?? Number.NaN);
  t.equal(Math.min(...recorded), run.result?.scenarios[0].pnl.min);
  t.equal(Math.max(...recorded), run.result?.scenarios[0].pnl.max);
  for (const { pnl, recordedPnl, arithmetic } of found) {
    t.equal(arithmetic, fused ? 'fused' : 'strict');
    t.ok(Math.abs((pnl ?? Number.NaN) - (recordedPnl ?? Number.NaN)) < 1e-5, `${pnl}, recorded ${recordedPnl}`);
  }
});

t.test('a tail-sampled run replays the worst of its paths, with its weight', async (t) => {
  const run = await finished({ ...example('ai-basket'), simulation: { seed: '7', paths: 2000, horizonDays: 10 } });
  const place = (run.result?.scenarios ?? []).findIndex(({ sampling }) => sampling.method === 'tail');
  const scenario = run.result?.scenarios[place];
  if (scenario === undefined) throw new RangeError('no scenario of the example is tail-sampled');
  const found = await replay(run.id, 1, `?scenario=${scenario.id}`);
  t.equal(found.law, 'tilted');
  t.not(found.weight, 1);
  t.ok((found.recordedPnl ?? -Infinity) >= scenario.pnl.min && (found.recordedPnl ?? Infinity) <= scenario.pnl.max);
});

t.test('a run of one scenario needs no name of it, one of several does', async (t) => {
  const one = await finished(smallRequest({ paths: 8 }));
  t.same(await replay(one.id, 3), await replay(one.id, 3, '?scenario=baseline'));
  const two = await finished({ ...smallRequest({ paths: 8 }), scenarios: ['baseline', 'grind'] });
  const missing = problemOf(t, await get(`${url}/${two.id}/paths/3`), 400);
  t.same(missing.failures, [
    {
      reason: 'required',
      pointer: 'scenario',
      message: `scenario is missing; run ${two.id} has 2 of them: "baseline", "grind"`,
    },
  ]);
  const [calm, grind] = [await replay(two.id, 3, '?scenario=baseline'), await replay(two.id, 3, '?scenario=grind')];
  t.same([calm.scenario, grind.scenario], ['baseline', 'grind']);
  t.not(calm.pnl, grind.pnl);
  const unknown = problemOf(t, await get(`${url}/${two.id}/paths/3?scenario=Grind`), 404);
  t.equal(unknown.detail, `run ${two.id} has no scenario "Grind"; it has "baseline", "grind"`);
});

t.test('a path that a run does not have is not found, and the range is named', async (t) => {
  const run = await finished(smallRequest({ paths: 8 }));
  const problem = problemOf(t, await get(`${url}/${run.id}/paths/8`), 404);
  t.equal(problem.detail, `scenario "baseline" of run ${run.id} has no path 8; its paths are 0 to 7`);
  for (const path of ['-1', '1.5', 'worst', '']) problemOf(t, await get(`${url}/${run.id}/paths/${path}`), 400);
  problemOf(t, await get(`${url}/none/paths/0`), 404);
});

t.test('a run with a target has the paths of its result', async (t) => {
  const target = { metric: 'var', level: 0.95, relativeError: 0.1, maxPaths: 5000 } as const;
  const run = await finished(smallRequest({ paths: 256, sampling: 'plain', target }));
  const paths = run.result?.scenarios[0].paths ?? 0;
  t.ok(paths >= 256 && paths < 5000, `${paths} paths`);
  t.equal((await replay(run.id, paths - 1)).path, paths - 1);
  problemOf(t, await get(`${url}/${run.id}/paths/${paths}`), 404);
});

t.test('a run that was cancelled can be replayed, up to the paths it would have had', async (t) => {
  const { id } = (await post(url, longRequest())).json();
  t.equal((await post(`${url}/${id}/cancel`, '')).statusCode, 200);
  const found = await replay(id, 4_999_999);
  t.equal(found.days.pnl.length, 1261);
  t.equal(found.recordedPnl === null, false);
  problemOf(t, await get(`${url}/${id}/paths/5000000`), 404);
});

t.test('a run whose prices left the range of doubles shows where', async (t) => {
  const extreme: StressRunRequest = {
    ...example('ai-basket'),
    scenarios: [{ id: 'absurd', regimes: [{ id: 'only', volMultiplier: 100, drift: -100 }] }],
    simulation: { seed: '42', paths: 8, horizonDays: 1260 },
  };
  const { id } = (await post(url, extreme, { prefer: 'wait=60' })).json();
  t.equal((await get(`${url}/${id}`)).json().status, 'failed');
  const found = await replay(id, 0);
  const [index] = found.indices;
  const worthless = index.spot.indexOf(0);
  t.ok(worthless > 1, `the index is worth nothing on day ${worthless}`);
  t.type(index.realisedCorrelation[worthless - 1], 'number');
  t.equal(index.realisedCorrelation[worthless], null);
});

t.test('a run that another kernel computed is replayed without the P&L it had', async (t) => {
  const run = await finished(smallRequest({ paths: 8 }));
  const store = sqlRunStore(database, () => new Date());
  const { result: _, ...stored } = run;
  const other: StressRun = {
    ...stored,
    id: 'older',
    engine: { version: '0.0.0', kernelHash: 'fused-0000' },
    seed: '43',
  };
  await insertRun(database, store, other, { request: JSON.stringify(smallRequest({ paths: 8 })) });
  const found = await replay('older', 2);
  t.equal(found.recordedPnl, null);
  t.equal(found.seed, '43', 'the seed that the run was given decides, whatever this version would derive');
  const request = JSON.stringify({ ...smallRequest(), scenarios: ['gone'] });
  await insertRun(database, store, { ...other, id: 'refused' }, { request });
  const problem = problemOf(t, await get(`${url}/refused/paths/2`), 409);
  t.match(problem.detail, /accepted by another version/);
  t.match(problem.failures, [{ pointer: '/scenarios/0' }]);
});

t.test('a replay that nobody waits for any more is ended, which is no error', async (t) => {
  const run = await finished(smallRequest({ paths: 8 }));
  const { asked, errors, address } = await routeWithoutEnd(t, run);
  const leave = new AbortController();
  const answer = fetch(`${address}${url}/${run.id}/paths/1`, { signal: leave.signal });
  const signal = await asked;
  leave.abort();
  await t.rejects(answer, { name: 'AbortError' });
  await until(async () => signal.aborted || undefined);
  t.same(errors, []);
});

/** The route over an engine whose replays end only when they are told to. */
async function routeWithoutEnd(t: Test, run: StressRun) {
  const engine = createStressEngine({ threads: 1 });
  const asked = Promise.withResolvers<AbortSignal>();
  const errors: unknown[] = [];
  const alone = fastify();
  alone.setValidatorCompiler(validatorCompiler());
  alone.setErrorHandler(async (error) => void errors.push(error));
  for (const schema of NAMED_SCHEMAS) alone.addSchema(schema);
  pathReplayRoutes(alone, {
    runs: { get: async () => run },
    replays: createPathReplays({
      store: { request: async () => JSON.stringify(smallRequest({ paths: 8 })), result: async () => undefined },
      engine: {
        prepare: async (request) => engine.prepare(request),
        replay: (_prepared, _choice, signal) => {
          asked.resolve(signal);
          return new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Error('ended')));
          });
        },
      },
    }),
  });
  t.teardown(async () => {
    await alone.close();
    await engine.close();
  });
  return { asked: asked.promise, errors, address: await alone.listen({ host: '127.0.0.1', port: 0 }) };
}

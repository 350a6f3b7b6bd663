import t from 'tap';
import type { StressRun } from '../../../schemas/stress-run.ts';
import { sqlRunStore } from '../../../server/storage/sql-run-store.ts';
import { memoryDatabase } from '../../support/database.ts';
import { longRequest, matchesSchema, smallRequest, startService } from '../service.ts';

const url = '/v1/stress-runs';

/** A database as a process left it that was killed: runs that wait or were at work, with their requests. */
async function leftBehind(runs: readonly { id: string; request: unknown; starts?: number }[]) {
  const database = await memoryDatabase();
  t.teardown(() => database.close());
  const retention = { kind: 'room', maxFinished: 100, maxBytes: 1e9 } as const;
  const store = sqlRunStore(database, { retention, clock: () => new Date() });
  for (const { id, request, starts = 0 } of runs) {
    const run: StressRun = {
      id,
      status: 'queued',
      createdAt: '2026-11-20T12:00:00.000Z',
      progress: { pathsDone: 0, paths: 500, secondsLeft: null },
      inputHash: 'of an older version',
      seed: '42',
      engine: { version: '0.0.0-older', kernelHash: 'older' },
    };
    await store.accept(run, JSON.stringify(request));
    if (starts > 0) await store.put({ ...run, status: 'running', startedAt: '2026-11-20T12:00:01.000Z' }, starts);
  }
  return database;
}

t.test('runs that had not ended are taken up in their order, and say what computed them', async (t) => {
  const database = await leftBehind([
    { id: 'at-work', request: smallRequest(), starts: 2 },
    { id: 'waiting', request: smallRequest({ seed: '7' }) },
  ]);
  const { post, get, untilStatus } = await startService(t, {}, { database });
  const first = await untilStatus('at-work', 'succeeded');
  const second = await untilStatus('waiting', 'succeeded');
  matchesSchema(t, 'StressRun', first);
  t.ok(Date.parse(first.finishedAt ?? '') <= Date.parse(second.startedAt ?? ''));
  t.equal(first.createdAt, '2026-11-20T12:00:00.000Z');
  const anew = (await post(url, smallRequest(), { prefer: 'wait=60' })).json<StressRun>();
  t.same(first.engine, anew.engine, 'what computed it is this version');
  t.equal(first.inputHash, anew.inputHash);
  const result = (await get(`${url}/at-work/result`)).json();
  t.same(result.scenarios, anew.result?.scenarios);
});

t.test('a run during which the server died three times has failed, and others go on', async (t) => {
  const database = await leftBehind([
    { id: 'poison', request: smallRequest(), starts: 3 },
    { id: 'other', request: smallRequest() },
  ]);
  const { get, untilStatus } = await startService(t, {}, { database });
  const run = (await get(`${url}/poison`)).json<StressRun>();
  matchesSchema(t, 'StressRun', run);
  t.match(run, {
    status: 'failed',
    failures: [{ reason: 'internal_error', pointer: '', message: /died 3 times while it simulated this run/ }],
  });
  await untilStatus('other', 'succeeded');
});

t.test('a run that this version refuses has failed for the reasons of the refusal', async (t) => {
  const { market, ...request } = smallRequest();
  const inconsistent = { ...request, market: { ...market, correlation: { kind: 'average', value: -1.5 } } };
  const database = await leftBehind([{ id: 'refused', request: inconsistent }]);
  const { untilStatus } = await startService(t, {}, { database });
  const run = await untilStatus('refused', 'failed');
  matchesSchema(t, 'StressRun', run);
  t.notMatch(run.failures, [{ reason: 'internal_error' }]);
  t.ok((run.failures?.length ?? 0) > 0);
});

t.test('stopping a server over and over does not make a run fail', async (t) => {
  const database = await leftBehind([{ id: 'long', request: longRequest() }]);
  for (let stop = 0; stop < 4; stop++) {
    const { app, untilStatus } = await startService(t, {}, { database });
    await untilStatus('long', 'running');
    await app.close();
    t.match(await database.query('SELECT status, starts FROM rho90.run'), [{ status: 'queued', starts: 0 }]);
  }
});

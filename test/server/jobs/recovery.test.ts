import { randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import type { StressRun, StressRunRequest } from '../../../schemas/stress-run.ts';
import { openJobQueue } from '../../../server/jobs/job-queue.ts';
import { queueRun, RUN_QUEUE } from '../../../server/jobs/queue-run.ts';
import type { Storage } from '../../../server/storage/open-database.ts';
import { sqlRunStore } from '../../../server/storage/sql-run-store.ts';
import { sqlTaskStore } from '../../../server/storage/sql-task-store.ts';
import { memoryStorage } from '../../support/database.ts';
import { at, isSet, queuedRun, started } from '../../support/stored-runs.ts';
import { longRequest, matchesSchema, smallRequest, startService } from '../service.ts';

const url = '/v1/stress-runs';
const older = { version: '0.0.0-older', kernelHash: 'older' };

interface LeftRun {
  readonly id: string;
  readonly request: StressRunRequest;
  /** How often processes have started it that died of it, the last one of them just now. */
  readonly starts?: number;
}

/** Opens what a process needs of runs, does something with it, and leaves it as a process that is killed. */
async function asProcess<T>({ database }: Storage, queues: readonly string[], work: Work<T>): Promise<T> {
  const onError = (error: unknown): never => {
    throw error;
  };
  const jobs = await openJobQueue(database, { queues: [RUN_QUEUE, ...queues], onError });
  const value = await work({ jobs, runs: sqlRunStore(database, () => at(0)), tasks: sqlTaskStore(database) });
  await jobs.stop();
  return value;
}
type Work<T> = (process: {
  readonly jobs: Awaited<ReturnType<typeof openJobQueue>>;
  readonly runs: ReturnType<typeof sqlRunStore>;
  readonly tasks: ReturnType<typeof sqlTaskStore>;
}) => Promise<T>;

/** A database as a process left it that was killed: runs that wait or were at work. */
async function leftBehind(t: Test, left: readonly LeftRun[]): Promise<Storage> {
  const storage = await memoryStorage(t);
  const { database } = storage;
  await asProcess(storage, [], async (stores) => {
    const { jobs, runs, tasks } = stores;
    for (const { id, request, starts = 0 } of left) {
      await database.transaction(async (tx) => {
        const more = { owner: 'anyone', cost: 1000, request: JSON.stringify(request) };
        const run = queuedRun(id, { engine: older, inputHash: 'of an older version' });
        const place = await runs.insert(tx, run, more);
        await queueRun(stores, tx, { place, cost: 1000, split: false });
      });
      const node = randomUUID();
      for (let start = 1; start <= starts; start++) {
        const claim = isSet(await jobs.fetch(RUN_QUEUE));
        const { runId } = isSet(await tasks.start(database, claim.id, node));
        if (runId !== id) throw new RangeError(`${runId} came before ${id}; runs with starts must be the first`);
        if (start === starts) break;
        await tasks.drop(database, claim.id, node);
        await database.transaction((tx) => jobs.giveBack(tx, claim));
      }
    }
  });
  return storage;
}

t.test('runs that had not ended are taken up, and say what computed them', async (t) => {
  const storage = await leftBehind(t, [
    { id: 'at-work', request: smallRequest(), starts: 2 },
    { id: 'waiting', request: smallRequest({ seed: '7' }) },
  ]);
  await sqlRunStore(storage.database, () => at(0)).start(storage.database, 'at-work', { ...started, engine: older });
  const { post, get, untilStatus } = await startService(t, {}, { storage });
  const run = await untilStatus('at-work', 'succeeded');
  matchesSchema(t, 'StressRun', run);
  t.match(run, { createdAt: at(0).toISOString(), startedAt: at(1).toISOString() });
  const anew = (await post(url, smallRequest(), { prefer: 'wait=60' })).json<StressRun>();
  t.same(run.engine, anew.engine, 'what computed it is this version');
  t.equal(run.inputHash, anew.inputHash);
  t.equal(run.resultHash, anew.resultHash);
  t.same((await get(`${url}/at-work/result`)).json().scenarios, anew.result?.scenarios);
  const other = await untilStatus('waiting', 'succeeded');
  t.not(other.resultHash, anew.resultHash);
});

t.test('a run during which the server died five times has failed, and others go on', async (t) => {
  const storage = await leftBehind(t, [
    { id: 'poison', request: smallRequest(), starts: 5 },
    { id: 'last-chance', request: smallRequest(), starts: 4 },
    { id: 'other', request: smallRequest() },
  ]);
  const { untilStatus } = await startService(t, {}, { storage });
  const run = await untilStatus('poison', 'failed');
  matchesSchema(t, 'StressRun', run);
  t.match(run.failures, [
    { reason: 'internal_error', pointer: '', message: /died 5 times while it simulated this run/ },
  ]);
  await untilStatus('last-chance', 'succeeded');
  await untilStatus('other', 'succeeded');
});

t.test('a run during which the server died before is simulated alone', async (t) => {
  const request = (seed: number) => smallRequest({ paths: 80_000, seed: String(seed) });
  const storage = await leftBehind(t, [
    { id: 'suspect', request: request(0), starts: 1 },
    { id: 'another', request: request(3), starts: 1 },
    { id: 'a', request: request(1) },
    { id: 'b', request: request(2) },
    { id: 'c', request: request(4) },
  ]);
  const { untilStatus } = await startService(t, {}, { storage });
  const spans = [];
  for (const id of ['suspect', 'a', 'b', 'another', 'c']) {
    const { startedAt = '', finishedAt = '' } = await untilStatus(id, 'succeeded');
    spans.push({ id, from: Date.parse(startedAt), to: Date.parse(finishedAt) });
  }
  for (const suspect of spans.filter(({ id }) => id === 'suspect' || id === 'another')) {
    for (const other of spans) {
      if (other === suspect) continue;
      t.ok(other.to <= suspect.from || other.from >= suspect.to, `${suspect.id} and ${other.id} are apart`);
    }
  }
});

t.test('a run that this version refuses has failed for the reasons of the refusal', async (t) => {
  const { market, ...request } = smallRequest();
  const inconsistent = { ...request, market: { ...market, correlation: { kind: 'average', value: -1.5 } } };
  const storage = await leftBehind(t, [{ id: 'refused', request: inconsistent as StressRunRequest }]);
  const { untilStatus } = await startService(t, {}, { storage });
  const run = await untilStatus('refused', 'failed');
  matchesSchema(t, 'StressRun', run);
  t.notMatch(run.failures, [{ reason: 'internal_error' }]);
  t.ok((run.failures?.length ?? 0) > 0);
});

t.test('stopping a server over and over does not make a run fail', async (t) => {
  // The one in one piece, of a few seconds, and the other in shards.
  const storage = await leftBehind(t, [
    { id: 'whole', request: smallRequest({ horizonDays: 1260, paths: 140_000 }) },
    { id: 'split', request: longRequest() },
  ]);
  for (let stop = 0; stop < 6; stop++) {
    const { app, untilStatus } = await startService(t, {}, { storage });
    await untilStatus('whole', 'running');
    await untilStatus('split', 'running');
    await app.close();
    t.same(
      await storage.database.query(
        'SELECT max(starts) AS starts, count(node) AS nodes, bool_or(done) AS done FROM rho90.task',
      ),
      [{ starts: 0, nodes: 0, done: false }],
    );
    t.match(await storage.database.query("SELECT status FROM rho90.run WHERE id = 'whole'"), [{ status: 'queued' }]);
    t.same(await storage.database.query('SELECT * FROM rho90.node'), []);
  }
});

t.test('a split run whose version is gone begins anew, of which nothing is left', async (t) => {
  const storage = await memoryStorage(t);
  const { database, blobs } = storage;
  const request = smallRequest({ paths: 600_000 });
  const queue = 'shard-0.0.0-older-older';
  await asProcess(storage, [queue], async ({ runs, tasks, jobs }) => {
    await database.transaction(async (tx) => {
      const more = { owner: 'anyone', cost: 1e8, request: JSON.stringify(request) };
      const place = await runs.insert(tx, queuedRun('stranded', { engine: older }), more);
      await runs.start(tx, 'stranded', { ...started, engine: older, paths: 600_000 });
      const shard = { queue, scenario: 0, batch: 1, priority: 9, kind: 'shard' as const };
      const shards = [0, 1].map((i) => ({
        ...shard,
        job: randomUUID(),
        fromPath: 300_000 * i,
        toPath: 300_000 * (i + 1),
      }));
      const join = { ...shard, job: randomUUID(), kind: 'join' as const, fromPath: 0, toPath: 600_000 };
      await tasks.add(tx, place, [...shards, join]);
      await jobs.sendJoined(tx, shards, join);
    });
    // One of its shards is done, the other was at work.
    const done = isSet(await jobs.fetch(queue));
    const { run, fromPath } = isSet(await tasks.start(database, done.id, randomUUID()));
    const staged = await blobs.stage([new Float64Array(300_000).fill(1e9)]);
    await database.transaction(async (tx) => {
      await jobs.complete(tx, done);
      await tasks.finish(tx, done.id, { pathsDone: 300_000, pilotPaths: 0, cpuSeconds: 1000 });
      await staged.insert(tx, { run, kind: 'shard', scenario: 0, fromPath });
    });
    await tasks.start(database, isSet(await jobs.fetch(queue)).id, randomUUID());
  });
  const { post, untilStatus } = await startService(t, {}, { storage });
  const run = await untilStatus('stranded', 'succeeded');
  const anew = (await post(url, request, { prefer: 'wait=60' })).json<StressRun>();
  t.equal(run.resultHash, anew.resultHash);
  t.same(run.engine, anew.engine);
  t.ok(Date.parse(run.startedAt ?? '') > at(1).getTime(), 'it has started again');
  t.same(await database.query("SELECT kind FROM rho90.blob WHERE kind = 'shard'"), []);
  t.same(await database.query('SELECT * FROM rho90.task'), []);
  t.same(
    await database.query(
      "SELECT state FROM rho90_jobs.job WHERE name = $1 AND state NOT IN ('completed', 'cancelled')",
      [queue],
    ),
    [],
  );
});

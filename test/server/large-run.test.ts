/** Runs that are simulated in shards. */
import { readdirSync } from 'node:fs';
import t, { type Test } from 'tap';
import type { StressRun, StressRunRequest } from '../../schemas/stress-run.ts';
import { resultHash } from '../../server/jobs/result-hash.ts';
import type { Storage } from '../../server/storage/open-database.ts';
import type { PathVectors, StressEngine } from '../../workers/engine.ts';
import { onBothDatabases } from '../support/both-databases.ts';
import { smallRequest, startService, until } from './service.ts';

const url = '/v1/stress-runs';

/** The request in one piece, without the service. */
async function inOnePiece(t: Test, engine: StressEngine, request: StressRunRequest) {
  const prepared = await engine.prepare(request);
  if (!prepared.ok) throw new RangeError(JSON.stringify(prepared.failures));
  t.ok(prepared.value.split, 'the service has it in shards');
  const vectors: PathVectors[] = [];
  const outcome = await engine.run(prepared.value, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onVectors: async (_, given) => void vectors.push(given),
  });
  if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
  return { hash: resultHash(outcome.value), result: outcome.value, vectors };
}

const count = async ({ database }: Storage, sql: string): Promise<number> =>
  (await database.query<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`))[0].n;

onBothDatabases(t, async (t, storage) => {
  const { folder } = storage;
  const { engine, runs, post, get, untilStatus } = await startService(t, {}, { storage });
  const jobsLeft = () => count(storage, "rho90_jobs.job WHERE state NOT IN ('completed', 'cancelled')");
  /** What comes after the end of a run is done, too. */
  const idle = () => until(async () => runs.busy() === 0 || undefined);
  const shards = () => count(storage, "rho90.blob WHERE kind = 'shard'");

  t.test('a run in shards gives what it gives in one piece, and leaves no shard', async (t) => {
    const request = { ...smallRequest({ paths: 300_000 }), scenarios: ['baseline', 'grind'] };
    const expected = await inOnePiece(t, engine, request);
    const run = (await post(url, request, { prefer: 'wait=60' })).json<StressRun>();
    t.equal(run.status, 'succeeded', JSON.stringify(run.failures));
    t.equal(run.resultHash, expected.hash);
    t.same({ ...run.result, timing: null }, JSON.parse(JSON.stringify({ ...expected.result, timing: null })));
    t.same(run.progress, { pathsDone: 600_000, paths: 600_000, secondsLeft: 0 });
    t.ok((run.result?.timing.cpuSeconds ?? 0) > 0);
    for (const [i, vector] of ((await runs.pnl(run.id)) ?? []).entries()) {
      let from = 0;
      for await (const { firstPath, pnl, weights } of vector.blocks()) {
        t.equal(firstPath, from);
        from += pnl.length;
        t.ok(Buffer.compare(bytes(pnl), bytes(expected.vectors[i].pnl.subarray(firstPath, from))) === 0, 'P&L');
        const part = expected.vectors[i].weights?.subarray(firstPath, from) ?? null;
        t.ok(weights === part || Buffer.compare(bytes(weights), bytes(part)) === 0, 'weights');
      }
      t.equal(from, 300_000);
    }
    t.equal(await shards(), 0);
    t.equal(await count(storage, 'rho90.task'), 0);
    t.equal(await jobsLeft(), 0);
    t.same(await storage.database.query('SELECT DISTINCT kind FROM rho90.run_part ORDER BY kind'), [
      { kind: 'request' },
      { kind: 'result' },
    ]);
    await idle();
    if (folder !== null) t.equal(readdirSync(folder).length, await count(storage, 'rho90.blob'));
  });

  t.test('a run with a target in shards simulates as many paths as in one piece', async (t) => {
    const target = { metric: 'var', level: 0.95, relativeError: 0.01, maxPaths: 600_000 } as const;
    const request = smallRequest({ paths: 1024, sampling: 'plain', target });
    const expected = await inOnePiece(t, engine, request);
    const run = (await post(url, request, { prefer: 'wait=60' })).json<StressRun>();
    t.equal(run.resultHash, expected.hash);
    const [scenario] = run.result?.scenarios ?? [];
    t.match(scenario, { target: { reached: true } });
    t.ok(scenario.paths > 1024 && scenario.paths < 600_000, `${scenario.paths} paths`);
    t.same(run.progress, { pathsDone: scenario.paths, paths: scenario.paths, secondsLeft: 0 });
    t.equal(await shards(), 0);
  });

  t.test('a run that is cancelled between its shards leaves nothing but itself', async (t) => {
    await idle();
    const before = folder === null ? [] : readdirSync(folder);
    const { id } = (await post(url, smallRequest({ paths: 5_000_000 }))).json<StressRun>();
    await until(async () => (await shards()) > 0 || undefined);
    const running = (await get(`${url}/${id}`)).json<StressRun>();
    t.match(running, { status: 'running', progress: { paths: 5_000_000 } });
    t.ok(running.progress.pathsDone > 0);
    t.match((await post(`${url}/${id}/cancel`, '')).json<StressRun>(), { status: 'cancelled' });
    t.equal(await shards(), 0);
    t.equal(await count(storage, 'rho90.task'), 0);
    t.equal(await jobsLeft(), 0);
    // Shards that were at work are told to stop, and take what they have written with them.
    await idle();
    t.equal(await shards(), 0);
    if (folder !== null) t.same(readdirSync(folder).toSorted(), before.toSorted());
    t.equal((await get(`${url}/${id}`)).json<StressRun>().status, 'cancelled');
  });

  t.test('a small run does not wait for the shards of a large one', async (t) => {
    const { id } = (await post(url, smallRequest({ paths: 10_000_000 }))).json<StressRun>();
    await untilStatus(id, 'running');
    t.equal((await post(url, smallRequest(), { prefer: 'wait=60' })).json<StressRun>().status, 'succeeded');
    t.equal((await get(`${url}/${id}`)).json<StressRun>().status, 'running');
    await post(`${url}/${id}/cancel`, '');
  });
});

function bytes(array: Float64Array | null): Uint8Array {
  return array === null ? new Uint8Array() : new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

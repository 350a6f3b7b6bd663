import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { StressResult } from '../../schemas/stress-result.ts';
import type { StressRun, StressRunRequest } from '../../schemas/stress-run.ts';
import { createStressEngine } from '../../workers/stress-engine.ts';
import { noPostgres, startPostgres } from '../support/postgres.ts';
import { startProgram } from '../support/program.ts';
import { smallRequest, until } from './service.ts';

/** Some tenths of a second each, so that a kill finds one at work, others waiting and others finished. */
const requests: StressRunRequest[] = ['1', '2', '3', '4', '5', '6'].map((seed) => ({
  ...smallRequest({ seed, paths: 300_000 }),
  label: seed,
}));
/** A run that is killed at its third start is given up, which another test is about. */
const kills = 2;

/** What must not depend on what happened to the server: everything but how long it took. */
function withoutTiming(result: string): string {
  const { timing, ...rest } = JSON.parse(result) as StressResult;
  if (timing === undefined) throw new RangeError('the result has no timing');
  return JSON.stringify(rest);
}

const undisturbed = new Map<string, string>();
t.before(async () => {
  const engine = createStressEngine({ threads: 1 });
  for (const request of requests) {
    const prepared = await engine.prepare(request);
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.failures));
    const outcome = await engine.run(prepared.value, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.failures));
    undisturbed.set(request.label ?? '', withoutTiming(JSON.stringify(outcome.value)));
  }
  await engine.close();
});

/** Kills the service at random moments while runs are posted and simulated, and then lets it finish. */
async function survives(t: Test, env: Record<string, string>): Promise<void> {
  const acknowledged = new Map<string, string>();
  const todo = [...requests];
  const post = async (base: string): Promise<void> => {
    for (let request = todo[0]; request !== undefined; request = todo[0]) {
      const response = await fetch(`${base}/v1/stress-runs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      });
      if (response.status !== 202) throw new Error(`POST answered ${response.status}: ${await response.text()}`);
      acknowledged.set(((await response.json()) as StressRun).id, request.label ?? '');
      todo.shift();
    }
  };
  for (let kill = 0; kill < kills; kill++) {
    const program = startProgram(t, env);
    const moment = Math.round(Math.random() * 1500);
    t.comment(`kill ${kill + 1}: ${moment} ms after it serves`);
    // The kill may come in the middle of a request, which then was not acknowledged.
    const posted = post(await program.base).catch((error: unknown) => t.comment(`posting ended: ${String(error)}`));
    await sleep(moment);
    program.child.kill('SIGKILL');
    t.same(await program.ended, [null, 'SIGKILL'], program.output.err);
    await posted;
  }
  const program = startProgram(t, env);
  const base = await program.base;
  await post(base);
  t.equal(todo.length, 0);
  const get = async (path: string) => (await fetch(`${base}/v1/stress-runs${path}`)).text();
  for (const [id, label] of acknowledged) {
    const run = await until(async () => {
      const seen = JSON.parse(await get(`/${id}`)) as StressRun;
      return seen.status === 'queued' || seen.status === 'running' ? undefined : seen;
    });
    t.match(run, { id, label, status: 'succeeded' });
    t.equal(withoutTiming(await get(`/${id}/result`)), undisturbed.get(label), `result of ${label}`);
  }
  const { items } = JSON.parse(await get('?limit=200')) as { items: StressRun[] };
  t.equal(new Set(items.map(({ id }) => id)).size, items.length);
  t.ok(items.length >= requests.length && items.length <= requests.length + kills, `${items.length} runs`);
  program.child.kill('SIGTERM');
  t.same(await program.ended, [0, null]);
  t.equal(program.output.err, '');
}

t.test('every acknowledged run ends once with its result, through kill -9, on the embedded database', async (t) => {
  const env = { RHO90_DATA_DIR: t.testdir({}) };
  // The very first start makes the database, and may be killed, too.
  const first = startProgram(t, env);
  await sleep(Math.random() * 3000);
  first.child.kill('SIGKILL');
  await first.ended;
  await survives(t, env);
});

t.test(
  'every acknowledged run ends once with its result, through kill -9, on PostgreSQL',
  { skip: noPostgres },
  async (t) => {
    const server = await startPostgres();
    t.teardown(() => server.remove());
    await survives(t, { DATABASE_URL: await server.createDatabase(), RHO90_DATA_DIR: t.testdir({}) });
  },
);

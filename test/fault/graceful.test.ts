import t from 'tap';
import { openStorage } from '../../server/storage/open-database.ts';
import { until } from '../server/service.ts';
import { dataDirectory } from '../support/database.ts';
import { noPostgres } from '../support/postgres.ts';
import { startProgram } from '../support/program.ts';
import { endsAsUndisturbed, stopCleanly } from './aftermath.ts';
import { listed, post } from './client.ts';
import { leavesNothingBehind } from './left-behind.ts';
import { startCluster, untilAtWork } from './nodes.ts';
import { split, type Undisturbed, undisturbed } from './undisturbed.ts';

const request = split('interrupted', 600_000);
let expected: ReadonlyMap<string, Undisturbed>;
t.before(async () => {
  expected = await undisturbed([request]);
});

/** Tasks that are not done, as a process has left them that stopped. */
const givenBack = 'SELECT kind, node, starts FROM rho90.task WHERE NOT done';

t.test('a process that is told to stop gives its tasks back, and the next one finishes them', async (t) => {
  const dataDir = await dataDirectory(t);
  const first = startProgram(t, { RHO90_DATA_DIR: dataDir, LOG_LEVEL: 'error' });
  const base = await first.base;
  const waiting = post(base, request, { prefer: 'wait=60' });
  const id = await until(async () => {
    const [run] = await listed(base);
    return run !== undefined && run.progress.pathsDone > 0 ? run.id : undefined;
  });
  const stopped = stopCleanly(t, first);
  const answer = await waiting;
  t.equal(answer.status, 202, 'whoever waits hears that the run goes on');
  t.match(await answer.json(), { id, label: 'interrupted' });
  await stopped;

  const { database } = await openStorage({ dataDir, now: new Date() });
  const left = await database.query<{ node: string | null; starts: number }>(givenBack);
  t.ok(left.length > 0);
  t.same(
    left.filter(({ node, starts }) => node !== null || starts !== 0),
    [],
    'as if they had not been started',
  );
  await database.close();

  const second = startProgram(t, { RHO90_DATA_DIR: dataDir, LOG_LEVEL: 'error' });
  await endsAsUndisturbed(t, await second.base, new Map([['interrupted', id]]), expected);
  await stopCleanly(t, second);
  await leavesNothingBehind(t, { dataDir });
});

t.test('a process of two that is told to stop gives its tasks to the other', { skip: noPostgres }, async (t) => {
  const cluster = await startCluster(t);
  const leaving = cluster.start('all');
  const base = await leaving.base;
  const waiting = post(base, request, { prefer: 'wait=60' });
  const { job, runId, pid } = await untilAtWork(cluster, 'shard');
  t.equal(pid, leaving.child.pid);
  const staying = cluster.start('all');
  const other = await staying.base;
  const stopped = stopCleanly(t, leaving);
  const answer = await waiting;
  t.ok(answer.status === 202 || answer.status === 200, `whoever waits was answered ${answer.status}`);
  await stopped;
  await endsAsUndisturbed(t, other, new Map([['interrupted', runId]]), expected);
  const [{ retries }] = await cluster.ask<{ retries: number }>(
    `SELECT retry_count AS retries FROM rho90_jobs.job WHERE id = '${job}'`,
  );
  t.comment(`a shard that was at work was taken ${retries + 1} times`);
  await stopCleanly(t, staying);
  await leavesNothingBehind(t, { dataDir: t.testdir({}), databaseUrl: cluster.databaseUrl });
});

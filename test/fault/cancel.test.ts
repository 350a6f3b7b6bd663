import t from 'tap';
import { until } from '../server/service.ts';
import { noPostgres } from '../support/postgres.ts';
import { stopCleanly } from './aftermath.ts';
import { accepted, look } from './client.ts';
import { leavesNothingBehind } from './left-behind.ts';
import { startCluster, untilAtWork } from './nodes.ts';
import { small, split } from './undisturbed.ts';

t.test(
  'cancelling on one process ends a run, split or not, that is at work on another',
  { skip: noPostgres },
  async (t) => {
    const cluster = await startCluster(t);
    const api = cluster.start('api');
    const worker = cluster.start('worker');
    const [base, workerBase] = await Promise.all([api.base, worker.base]);
    // Each far longer than the test is meant to take.
    for (const request of [split('split', 2_000_000), small('whole', 500_000)]) {
      const { id } = await accepted(base, request);
      const { pid, kind } = await untilAtWork(cluster, request.label === 'split' ? 'shard' : 'run');
      t.equal(pid, worker.child.pid);
      const asked = performance.now();
      const answer = await fetch(`${base}/v1/stress-runs/${id}/cancel`, { method: 'POST' });
      const answered = performance.now();
      t.match(await answer.json(), { id, status: 'cancelled' });
      t.equal(answer.status, 200);
      await until(async () => ((await busyThreads(workerBase)) === 0 ? true : undefined));
      const idle = performance.now();
      t.comment(
        `${request.label ?? ''} (${kind}): answered in ${Math.round(answered - asked)} ms, the other process idle ${Math.round(idle - answered)} ms later`,
      );
      t.match(await look(base, id), { status: 'cancelled' });
    }
    await stopCleanly(t, api, worker);
    await leavesNothingBehind(t, { dataDir: t.testdir({}), databaseUrl: cluster.databaseUrl });
  },
);

/** Threads of a process that are simulating. */
async function busyThreads(base: string): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text();
  const found = /^rho90_pool_busy_threads (\d+)/m.exec(text)?.[1];
  if (found === undefined) throw new Error(`no busy threads in ${text}`);
  return Number(found);
}

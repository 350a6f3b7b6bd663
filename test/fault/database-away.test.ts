import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { until } from '../server/service.ts';
import { noPostgres } from '../support/postgres.ts';
import { type Acknowledged, endsAsUndisturbed, stopCleanly } from './aftermath.ts';
import { accepted, post } from './client.ts';
import { leavesNothingBehind } from './left-behind.ts';
import { startCluster, untilAtWork } from './nodes.ts';
import { isLong } from './rounds.ts';
import { small, split, undisturbed } from './undisturbed.ts';

const awaySeconds = isLong ? 20 : 3;

t.test(
  'while PostgreSQL is away requests are answered 503, and runs go on once it is back',
  { skip: noPostgres },
  async (t) => {
    const requests = [split('split'), small('after')];
    const expected = await undisturbed(requests);
    const cluster = await startCluster(t);
    const program = cluster.start('all');
    const base = await program.base;
    const acknowledged: Acknowledged = new Map();
    const { id } = await accepted(base, requests[0]);
    acknowledged.set('split', id);
    await untilAtWork(cluster, 'shard');

    await cluster.server.crash();
    const until503 = performance.now() + awaySeconds * 1000;
    const taken: number[] = [];
    while (performance.now() < until503) {
      for (const ask of [() => fetch(`${base}/v1/stress-runs/${id}`), () => post(base, requests[1])]) {
        const asked = performance.now();
        const answer = await ask();
        taken.push(performance.now() - asked);
        t.match(answer.headers.get('retry-after'), /^\d+$/);
        t.match(await answer.json(), { status: 503, type: '/problems/database-away' });
        t.equal(answer.status, 503);
      }
      await sleep(200);
    }
    t.comment(`${taken.length} answers while it was away, the slowest after ${Math.round(Math.max(...taken))} ms`);
    await cluster.server.start();
    await until(async () => ((await fetch(`${base}/v1/stress-runs/${id}`)).status === 200 ? true : undefined));
    const after = await until(async () => {
      const answer = await post(base, requests[1]);
      return answer.status === 202 ? ((await answer.json()) as { id: string }) : undefined;
    });
    acknowledged.set('after', after.id);
    await endsAsUndisturbed(t, base, acknowledged, expected);
    await stopCleanly(t, program);
    await leavesNothingBehind(t, { dataDir: t.testdir({}), databaseUrl: cluster.databaseUrl });
  },
);

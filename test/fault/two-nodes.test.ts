import t from 'tap';
import { until } from '../server/service.ts';
import { noPostgres } from '../support/postgres.ts';
import { type Acknowledged, endsAsUndisturbed, stopCleanly } from './aftermath.ts';
import { accepted, look } from './client.ts';
import { leavesNothingBehind } from './left-behind.ts';
import { startCluster, tasksAtWork } from './nodes.ts';
import { isLong } from './rounds.ts';
import { split, undisturbed } from './undisturbed.ts';

/** Of each of two scenarios: six shards in the suite. */
const paths = isLong ? 4_000_000 : 600_000;

t.test(
  'two processes share the shards of a run, which gives what it gives in one piece',
  { skip: noPostgres },
  async (t) => {
    const request = split('shared', paths);
    const expected = await undisturbed([request]);
    const cluster = await startCluster(t);
    const nodes = [cluster.start('all'), cluster.start('all')];
    const [base] = await Promise.all(nodes.map((node) => node.base));
    const { id } = await accepted(base, request);
    const tookPart = new Set<number>();
    await until(async () => {
      for (const { kind, pid } of await tasksAtWork(cluster)) if (kind === 'shard') tookPart.add(pid);
      const { status } = await look(base, id);
      return status === 'queued' || status === 'running' ? undefined : true;
    });
    t.same(
      [...tookPart].toSorted((a, b) => a - b),
      nodes.map(({ child }) => child.pid ?? 0).toSorted((a, b) => a - b),
      'both were at work on shards',
    );
    const acknowledged: Acknowledged = new Map([['shared', id]]);
    await endsAsUndisturbed(t, await nodes[1].base, acknowledged, expected);
    await stopCleanly(t, ...nodes);
    await leavesNothingBehind(t, { dataDir: t.testdir({}), databaseUrl: cluster.databaseUrl });
  },
);

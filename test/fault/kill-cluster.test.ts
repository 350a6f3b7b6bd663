import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { noPostgres } from '../support/postgres.ts';
import type { Program } from '../support/program.ts';
import { type Acknowledged, endsAsUndisturbed, killHard, postAll, stopCleanly } from './aftermath.ts';
import { leavesNothingBehind } from './left-behind.ts';
import { startCluster, untilAtWork } from './nodes.ts';
import { chance, rounds } from './rounds.ts';
import { small, split, undisturbed } from './undisturbed.ts';

const roles = ['api', 'worker', 'worker'] as const;
/** A run during which processes die five times is given up, which another test is about. */
const killsOfBatch = 4;

t.test(
  'every acknowledged run ends once with its result, through kill -9 of any of three processes',
  { skip: noPostgres },
  async (t) => {
    const random = chance(t);
    const requests = [small('a'), split('split'), small('b', 100_000), small('c')];
    const expected = new Map(await undisturbed(requests));
    const cluster = await startCluster(t);
    const acknowledged: Acknowledged = new Map();

    // All at once on an empty database, which one of them fills, maybe the one that is killed.
    const nodes: Program[] = roles.map((role) => cluster.start(role));
    const kill = async (node: number, when: string): Promise<void> => {
      t.comment(`the ${roles[node]} ${node} is killed ${when}, ${acknowledged.size} runs acknowledged`);
      await killHard(t, nodes[node]);
    };
    const restart = async (node: number): Promise<void> => {
      await sleep(1000 * random());
      nodes[node] = cluster.start(roles[node]);
    };
    const firstKill = 1500 * random();
    await sleep(firstKill);
    const first = Math.floor(roles.length * random());
    await kill(first, `${Math.round(firstKill)} ms after all were started`);
    await restart(first);

    const kills = rounds(2);
    for (let done = 0; done < kills; done += killsOfBatch) {
      const ofBatch = requests.map((request) => ({ ...request, label: `${request.label ?? ''}-${done}` }));
      for (const { label } of requests) expected.set(`${label ?? ''}-${done}`, expected.get(label ?? '') as never);
      await Promise.all(nodes.map(({ base }) => base));
      const posted = postAll(ofBatch, () => nodes[0], acknowledged);
      // One at work on the join of a scenario's shards, then whichever at whatever moment.
      const { pid } = await untilAtWork(cluster, 'join');
      const joining = nodes.findIndex(({ child }) => child.pid === pid);
      await kill(joining, 'while it joins shards');
      await restart(joining);
      for (let i = 1; i < Math.min(killsOfBatch, kills - done); i++) {
        const moment = 2500 * random();
        await sleep(moment);
        const node = Math.floor(roles.length * random());
        await kill(node, `${Math.round(moment)} ms later`);
        await restart(node);
      }
      await posted;
      await endsAsUndisturbed(t, await nodes[0].base, acknowledged, expected);
    }
    await Promise.all(nodes.map(({ base }) => base));
    await stopCleanly(t, ...nodes);
    await leavesNothingBehind(t, { dataDir: t.testdir({}), databaseUrl: cluster.databaseUrl });
  },
);

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import t from 'tap';
import { sqlNodeStore } from '../../../server/storage/node-store.ts';
import { sqlRunStore } from '../../../server/storage/sql-run-store.ts';
import { sqlTaskStore } from '../../../server/storage/sql-task-store.ts';
import type { TaskKind } from '../../../server/storage/task-store.ts';
import { onBothDatabases } from '../../support/both-databases.ts';
import { at, insertRun, queuedRun } from '../../support/stored-runs.ts';

onBothDatabases(t, (t, { database, clear }) => {
  const facts = { role: 'worker', version: '1.2.3', threads: 4, queues: ['run', 'shard-new'] };
  t.beforeEach(async () => {
    await clear();
    await database.query('DELETE FROM rho90.node');
  });
  const nodes = () =>
    database.query<{ id: string }>('SELECT * FROM rho90.node ORDER BY started_at, id').then((rows) => [...rows]);

  t.test('a node is there from when it was first seen until it leaves, or is not seen any more', async (t) => {
    const [one, two] = [sqlNodeStore(database, facts), sqlNodeStore(database, { ...facts, role: 'api', queues: [] })];
    t.not(one.id, two.id);
    await one.seen(at(1));
    await two.seen(at(2));
    await one.seen(at(3));
    const { pid } = process;
    const common = { pid, host: hostname(), version: '1.2.3', threads: 4 };
    t.strictSame(await nodes(), [
      { ...common, id: one.id, role: 'worker', queues: ['run', 'shard-new'], started_at: at(1), seen_at: at(3) },
      { ...common, id: two.id, role: 'api', queues: [], started_at: at(2), seen_at: at(2) },
    ]);
    await one.forget(at(2));
    t.equal((await nodes()).length, 2);
    await one.forget(at(3));
    t.match(await nodes(), [{ id: one.id }]);
    await two.seen(at(5));
    t.match(await nodes(), [{ id: one.id }, { id: two.id, started_at: at(5) }], 'it was only away');
    await one.leave();
    t.match(await nodes(), [{ id: two.id }]);
  });

  t.test('a run is stranded when shards of it are in a queue that nobody seen lately takes jobs from', async (t) => {
    const runs = sqlRunStore(database, () => at(0));
    const tasks = sqlTaskStore(database);
    const add = async (id: string, queue: string, ...kinds: TaskKind[]): Promise<void> => {
      const place = await insertRun(database, runs, queuedRun(id));
      const of = { queue, scenario: 0, fromPath: 0, toPath: 9, batch: 1 };
      await tasks.add(
        database,
        place,
        kinds.map((kind) => ({ ...of, kind, job: randomUUID() })),
      );
    };
    await add('whole', 'another', 'run');
    await add('old', 'shard-old', 'shard', 'shard', 'join');
    await add('new', 'shard-new', 'shard', 'join');
    const node = sqlNodeStore(database, facts);
    await node.seen(at(10));
    t.same(await tasks.stranded(database, at(9)), ['old']);
    t.same((await tasks.stranded(database, at(10))).toSorted(), ['new', 'old'], 'nobody was seen after that');
    const old = sqlNodeStore(database, { ...facts, version: '1.2.2', queues: ['run', 'shard-old'] });
    await old.seen(at(10));
    t.same(await tasks.stranded(database, at(9)), []);
  });
});

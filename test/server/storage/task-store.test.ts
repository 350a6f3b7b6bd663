import { randomUUID } from 'node:crypto';
import t from 'tap';
import { sqlRunStore } from '../../../server/storage/sql-run-store.ts';
import { sqlTaskStore } from '../../../server/storage/sql-task-store.ts';
import type { Task } from '../../../server/storage/task-store.ts';
import { onBothDatabases } from '../../support/both-databases.ts';
import { at, insertRun, queuedRun, started } from '../../support/stored-runs.ts';

const shard = (more: Partial<Task> = {}): Task => ({
  job: randomUUID(),
  queue: 'shard-1',
  kind: 'shard',
  scenario: 0,
  fromPath: 0,
  toPath: 250,
  batch: 1,
  ...more,
});

onBothDatabases(t, (t, { database, clear }) => {
  const runs = sqlRunStore(database, () => at(2));
  const tasks = sqlTaskStore(database);
  const node = randomUUID();
  const another = randomUUID();
  t.beforeEach(clear);

  const runWith = async (...some: Task[]): Promise<number> => {
    const place = await insertRun(database, runs, queuedRun('a'));
    await tasks.add(database, place, some);
    await runs.start(database, 'a', started);
    return place;
  };
  const progress = async () => (await runs.get('a'))?.progress;
  const atWork = async () =>
    (await database.query<{ job: string }>('SELECT job FROM rho90.task WHERE node IS NOT NULL')).map(({ job }) => job);
  const countTasks = async () => (await database.query<{ n: number }>('SELECT count(*) AS n FROM rho90.task'))[0].n;

  t.test('a task that is started says all of it, counts its starts, and belongs to the node', async (t) => {
    const task = shard({ scenario: 3, fromPath: 2 ** 40, toPath: 2 ** 41, kind: 'join', batch: 7 });
    const place = await runWith(task);
    t.strictSame(await tasks.of(database, place), [task]);
    t.strictSame(await atWork(), []);
    t.strictSame(await tasks.start(database, task.job, node), { ...task, run: place, runId: 'a', starts: 1 });
    t.strictSame(await atWork(), [task.job]);
    t.match(await tasks.start(database, task.job, another), { starts: 2 });
    t.equal(await tasks.progress(task.job, node, { pathsDone: 1, pilotPaths: 0 }), false, 'it is the other one’s now');
    t.equal(await tasks.progress(task.job, another, { pathsDone: 1, pilotPaths: 0 }), true);
    t.equal(await tasks.start(database, randomUUID(), node), undefined);
    await tasks.delete(database, task.job);
    t.equal(await tasks.start(database, task.job, node), undefined);
  });

  t.test('the progress of a run is that of its tasks, of its end that of those', async (t) => {
    const [one, two] = [shard(), shard({ fromPath: 250, toPath: 500 })];
    await runWith(one, two);
    for (const { job } of [one, two]) await tasks.start(database, job, node);
    await tasks.progress(one.job, node, { pathsDone: 100, pilotPaths: 60 });
    await tasks.progress(two.job, node, { pathsDone: 50, pilotPaths: 0 });
    // 210 paths in one second, of which 150 count: 350 are left.
    t.same(await progress(), { pathsDone: 150, paths: 500, secondsLeft: 350 / 210 });
    await tasks.drop(database, two.job, node);
    t.match(await progress(), { pathsDone: 100 });
    await tasks.finish(database, one.job, { pathsDone: 250, pilotPaths: 60, cpuSeconds: 1.5 });
    t.match(await progress(), { pathsDone: 250 });
    await runs.end(database, 'a', { status: 'cancelled', finishedAt: at(3) });
    t.same(await progress(), { pathsDone: 250, paths: 500, secondsLeft: 0 });
    t.equal(await countTasks(), 0);
  });

  t.test('a task that is given back has not been started, one that is dropped has', async (t) => {
    const task = shard();
    await runWith(task);
    await tasks.start(database, task.job, node);
    await tasks.giveBack(database, task.job, another);
    t.equal((await atWork()).length, 1, 'only who has it can give it back');
    await tasks.giveBack(database, task.job, node);
    t.same(await atWork(), []);
    t.match(await tasks.start(database, task.job, node), { starts: 1 });
    await tasks.drop(database, task.job, another);
    t.equal((await atWork()).length, 1);
    await tasks.drop(database, task.job, node);
    t.same(await atWork(), []);
    t.match(await tasks.start(database, task.job, node), { starts: 2 });
    await tasks.dropAll(database);
    t.same(await atWork(), []);
    t.match(await tasks.start(database, task.job, another), { starts: 3 });
  });

  t.test('a task that is done stays so, and its processor time is counted', async (t) => {
    const [one, two] = [shard(), shard({ fromPath: 250, toPath: 500 })];
    const place = await runWith(one, two);
    t.equal(await tasks.cpuSeconds(database, place), 0);
    for (const [i, { job }] of [one, two].entries()) {
      await tasks.start(database, job, node);
      await tasks.finish(database, job, { pathsDone: 250, pilotPaths: 0, cpuSeconds: i + 0.25 });
    }
    t.equal(await tasks.cpuSeconds(database, place), 1.5);
    t.same(await atWork(), []);
    t.equal(await tasks.start(database, one.job, node), undefined);
    t.equal(await tasks.progress(one.job, node, { pathsDone: 1, pilotPaths: 0 }), false);
    for (const undo of ['giveBack', 'drop'] as const) await tasks[undo](database, one.job, node);
    t.match(await progress(), { pathsDone: 500 });
    t.equal((await tasks.of(database, place)).length, 2);
  });

  t.test('tasks go with their run, and with what makes it begin anew', async (t) => {
    const place = await runWith(shard(), shard({ kind: 'join' }));
    await runs.restart(database, place);
    t.same(await tasks.of(database, place), []);
    await tasks.add(database, place, [shard()]);
    await database.query('DELETE FROM rho90.run');
    t.equal(await countTasks(), 0);
    await t.rejects(tasks.add(database, place, [shard()]), { code: '23503' });
  });
});

import { PgBoss } from 'pg-boss';
import type { Database, Queryable, SqlValue } from '../storage/database.ts';
import type { Task } from '../storage/task-store.ts';

/** A job that was taken from its queue; `retryCount` tells this taking from others. */
export interface Claim {
  readonly id: string;
  readonly queue: string;
  readonly retryCount: number;
}

/** A task with what decides its turn. */
export interface QueuedTask extends Task {
  readonly priority: number;
}

export interface Priorities {
  readonly minPriority?: number;
  readonly maxPriority?: number;
}

/** Another process has taken the job meanwhile, or its run has ended. */
export class ClaimLost extends Error {}

/** Jobs, in the database that holds the runs. What is sent or settled in a transaction happens with that or not at all. */
export interface JobQueue {
  send(tx: Queryable, task: QueuedTask): Promise<void>;
  /** Jobs of which the last waits until all others are complete. */
  sendJoined(tx: Queryable, tasks: readonly QueuedTask[], join: QueuedTask): Promise<void>;
  /** The next job of a queue, whose priority is the highest, and of these the oldest. */
  fetch(queue: string, priorities?: Priorities): Promise<Claim | undefined>;
  /** @throws ClaimLost */
  complete(tx: Queryable, claim: Claim): Promise<void>;
  /** Puts a job back into its queue. It is at the head there, in case it should be. */
  giveBack(tx: Queryable, claim: Claim): Promise<void>;
  /** Puts back every job that somebody has taken. For the only process of a database, before it takes any. */
  takeBackAll(): Promise<void>;
  /** Takes jobs that wait or are at work off their queues, those of other versions of this program, too. */
  cancel(tx: Queryable, tasks: readonly Pick<Task, 'job' | 'queue'>[]): Promise<void>;
  /** Has to be called before a transaction that is to cancel jobs of a queue that this process does not use. */
  know(queues: readonly string[]): Promise<void>;
  /** Tells that these are still being worked on. */
  touch(claims: readonly Claim[]): Promise<void>;
  /** Lets jobs go whose others are complete. */
  release(): Promise<void>;
  stop(): Promise<void>;
}

export interface JobQueueOptions {
  /** Names of queues, made where they are not there. */
  readonly queues: readonly string[];
  readonly onError: (error: unknown) => void;
}

/** A process that has not said so for this long is taken to be dead, and its jobs are given to others. */
const heartbeatSeconds = 10;
/** How often somebody looks for such processes; with the ten seconds and a poll, their jobs go on within fifteen. */
const monitorSeconds = 2;
/** Bounds nothing: what is at work is told by its heartbeats, and how often it was started is counted by the task. */
const expireInSeconds = 23 * 3600;
const retryLimit = 10_000;
const year = 365 * 86_400;
/** Jobs that are over are kept for a look at them. */
const deleteAfterSeconds = 600;

/** Of the tables of pg-boss. */
const schema = 'rho90_jobs';

const noJob = '00000000-0000-0000-0000-000000000000';

/** pg-boss on a database that has the schema of this version. */
export async function openJobQueue(database: Database, { queues, onError }: JobQueueOptions): Promise<JobQueue> {
  const isEmbedded = database.kind === 'pglite';
  const boss = new PgBoss({
    db: adapter(database),
    backend: database.kind,
    schema,
    schedule: false,
    superviseIntervalSeconds: isEmbedded ? 60 : 1,
    monitorIntervalSeconds: isEmbedded ? 60 : monitorSeconds,
    flowIntervalSeconds: isEmbedded ? 5 : 1,
    maintenanceIntervalSeconds: 300,
    // The embedded database has no other session in which an index could be built, and no autovacuum to watch.
    reindex: !isEmbedded,
    monitorVacuum: !isEmbedded,
  });
  boss.on('error', onError);
  boss.on('warning', onError);
  await boss.start();
  const known = new Set<string>();
  const know = async (names: readonly string[]): Promise<void> => {
    for (const name of names) {
      if (known.has(name)) continue;
      // pg-boss reads what it knows of a queue on first use, on a connection of its own: inside of a transaction of the
      // embedded database, which has one, that would wait for ever.
      await boss.findJobs(name, { id: noJob });
      known.add(name);
    }
  };
  for (const name of queues) {
    await boss.createQueue(name, {
      expireInSeconds,
      retryLimit,
      retentionSeconds: year,
      deleteAfterSeconds,
      // The embedded database goes with its process, and whoever opens it takes back what that has left.
      ...(isEmbedded ? {} : { heartbeatSeconds }),
    });
  }
  await know(queues);

  const byQueue = (tasks: readonly Pick<Task, 'job' | 'queue'>[]) =>
    [...Map.groupBy(tasks, ({ queue }) => queue)].map(([queue, ofQueue]) => ({
      queue,
      ids: ofQueue.map(({ job }) => job),
    }));

  return {
    async send(tx, { job, queue, priority }) {
      const id = await boss.send(queue, null, { id: job, priority, db: adapter(tx) });
      if (id !== job) throw new Error(`job ${job} was not put into queue ${queue}`);
    },
    async sendJoined(tx, tasks, join) {
      const jobs = [...tasks, join].map(({ job, queue, priority }) => ({
        ref: job,
        name: queue,
        options: { id: job, priority },
        ...(job === join.job ? { dependsOn: tasks.map((one) => one.job) } : {}),
      }));
      await boss.flow(jobs, { db: adapter(tx) });
    },
    async fetch(queue, priorities = {}) {
      const [job] = await boss.fetch(queue, { ...priorities });
      return job === undefined ? undefined : { id: job.id, queue, retryCount: job.retryCount };
    },
    async complete(tx, { id, queue, retryCount }) {
      const settled = await boss.complete(queue, { id, retryCount }, null, { db: adapter(tx) });
      // Documented, but not in its types.
      const { affected } = settled as { readonly affected?: number };
      if (affected !== 1) throw new ClaimLost(`job ${id} of ${queue} is no longer this process's`);
    },
    async giveBack(tx, { id, queue, retryCount }) {
      await boss.fail(queue, { id, retryCount }, null, { db: adapter(tx) });
    },
    async takeBackAll() {
      const taken = await database.query<{ job: string; queue: string }>(
        `SELECT id AS job, name AS queue FROM ${schema}.job WHERE state = 'active'`,
      );
      for (const { queue, ids } of byQueue(taken)) await boss.fail(queue, ids);
    },
    async cancel(tx, tasks) {
      for (const { queue, ids } of byQueue(tasks)) await boss.cancel(queue, ids, { db: adapter(tx) });
    },
    know,
    async touch(claims) {
      for (const [queue, ofQueue] of Map.groupBy(claims, (claim) => claim.queue)) {
        await boss.touch(
          queue,
          ofQueue.map(({ id, retryCount }) => ({ id, retryCount })),
        );
      }
    },
    release: () => boss.resolveFlow(),
    stop: () => boss.stop({ graceful: false }),
  };
}

/** The database as pg-boss takes it. */
function adapter(to: Queryable) {
  return {
    async executeSql(text: string, values: unknown[] = []) {
      const rows = values.length > 0 ? await to.query(text, values as SqlValue[]) : await to.script(text);
      return { rows: rows as unknown[] };
    },
  };
}

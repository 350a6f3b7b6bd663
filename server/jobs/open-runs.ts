import type { StressEngine } from '../../workers/engine.ts';
import type { Role } from '../config.ts';
import type { Limits } from '../limits.ts';
import type { Database } from '../storage/database.ts';
import { sqlIdempotencyStore } from '../storage/idempotency-store.ts';
import { sqlNodeStore } from '../storage/node-store.ts';
import type { Storage } from '../storage/open-database.ts';
import { createCleaner } from '../storage/retention.ts';
import type { PnlSource } from '../storage/pnl-source.ts';
import type { RunStore } from '../storage/run-store.ts';
import { sqlRunStore } from '../storage/sql-run-store.ts';
import { storedPnl } from '../storage/stored-pnl.ts';
import { sqlTaskStore } from '../storage/sql-task-store.ts';
import { startHousekeeping } from './housekeeping.ts';
import { openJobQueue } from './job-queue.ts';
import { openNotices } from './notices.ts';
import { shardQueue, type TaskDependencies } from './task.ts';
import type { Observer } from './observer.ts';
import { createPersistence } from './persistence.ts';
import { createPreparedRuns } from './prepared-runs.ts';
import { RUN_QUEUE } from './queue-run.ts';
import { createRunService, type RunService } from './run-service.ts';
import { watchRuns } from './run-watch.ts';
import { startWorker } from './worker.ts';

export interface RunsDependencies extends Storage {
  readonly engine: StressEngine;
  readonly role: Role;
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly version: string;
  readonly limits: Limits;
  readonly observer: Observer;
}

export interface Runs extends RunService {
  readonly store: RunStore;
  readonly pnl: PnlSource;
  readonly connections: Database['connections'];
  /** Jobs at work on this process. */
  busy(): number;
  /** Gives back what is at work, and leaves the database open. */
  close(): Promise<void>;
}

/** Everything that runs need, on a database of this version's schema; runs left by processes that are gone go on. */
export async function openRuns(dependencies: RunsDependencies): Promise<Runs> {
  const { database, blobs, engine, role, clock, newId, version, limits, observer } = dependencies;
  const simulates = role !== 'api';
  const queues = [RUN_QUEUE, ...engine.kernelHashes.map((hash) => shardQueue(version, hash))];
  const { persist, giveUp } = createPersistence(observer.error);
  const jobs = await openJobQueue(database, { queues, onError: observer.error });
  const store = sqlRunStore(database, clock);
  const tasks: TaskDependencies = {
    observer,
    database,
    blobs,
    jobs,
    engine,
    clock,
    version,
    persist,
    runs: store,
    tasks: sqlTaskStore(database),
    notices: await openNotices(database),
    preparedRuns: createPreparedRuns(engine, store),
  };
  const idempotency = sqlIdempotencyStore(clock);
  const node = sqlNodeStore(database, { role, version, threads: engine.threads, queues: simulates ? queues : [] });
  const clean = createCleaner(database, blobs, limits.keepDays, clock);
  const housekeeping = await startHousekeeping({ ...tasks, node, idempotency, clean });
  const worker = simulates ? startWorker({ ...tasks, node }) : null;
  const watch = watchRuns(tasks, observer.error);
  const service = createRunService({
    ...tasks,
    idempotency,
    watch,
    newId,
    maxQueued: limits.queuedRuns,
    maxQueuedOfOwner: limits.queuedRunsOfOwner,
    maxQueuedBytes: limits.queuedBytes,
  });
  return Object.assign(service, {
    store,
    pnl: storedPnl(database, blobs, store),
    connections: database.connections,
    busy: () => worker?.busy ?? 0,
    async close() {
      service.drain();
      giveUp();
      await watch.close();
      await worker?.stop();
      await housekeeping.stop();
      await jobs.stop();
      try {
        await node.leave();
      } catch (error) {
        // Others see soon enough that it is gone.
        observer.error(error);
      }
    },
  });
}

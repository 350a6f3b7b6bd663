import type { StressEngine } from '../../workers/engine.ts';
import type { Role } from '../config.ts';
import type { Limits } from '../limits.ts';
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
import { RUN_QUEUE, shardQueue, type TaskDependencies } from './perform-task.ts';
import { createPersistence } from './persistence.ts';
import { createPreparedRuns } from './prepared-runs.ts';
import { createRunService, type RunService } from './run-service.ts';
import { startWorker } from './worker.ts';

export interface RunsDependencies extends Storage {
  readonly engine: StressEngine;
  readonly role: Role;
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly version: string;
  readonly limits: Limits;
  /** Told of errors that no client can be told of, with the run that they are about, if any. */
  readonly onError: (error: unknown, runId?: string) => void;
}

export interface Runs extends RunService {
  readonly store: RunStore;
  readonly pnl: PnlSource;
  /** Jobs at work on this process. */
  busy(): number;
  /** Gives back what is at work, and leaves the database open. */
  close(): Promise<void>;
}

/** Everything that runs need, on a database of this version's schema; runs left by processes that are gone go on. */
export async function openRuns(dependencies: RunsDependencies): Promise<Runs> {
  const { database, blobs, engine, role, clock, newId, version, limits, onError } = dependencies;
  const simulates = role !== 'api';
  const queues = [RUN_QUEUE, ...engine.kernelHashes.map((hash) => shardQueue(version, hash))];
  const { persist, giveUp } = createPersistence(onError);
  const jobs = await openJobQueue(database, { queues, onError });
  const store = sqlRunStore(database, clock);
  const tasks: TaskDependencies = {
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
  const housekeeping = await startHousekeeping({ ...tasks, node, idempotency, clean, onError });
  const worker = simulates ? startWorker({ ...tasks, node, onError }) : null;
  const service = createRunService({
    ...tasks,
    idempotency,
    newId,
    maxQueued: limits.queuedRuns,
    maxQueuedOfOwner: limits.queuedRunsOfOwner,
    maxQueuedBytes: limits.queuedBytes,
  });
  return Object.assign(service, {
    store,
    pnl: storedPnl(database, blobs, store),
    busy: () => worker?.busy ?? 0,
    async close() {
      service.drain();
      giveUp();
      await worker?.stop();
      await housekeeping.stop();
      await jobs.stop();
      try {
        await node.leave();
      } catch (error) {
        // Others see soon enough that it is gone.
        onError(error);
      }
    },
  });
}

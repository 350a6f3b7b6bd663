import type { BlobStore } from '../storage/blob-store.ts';
import type { Database, Queryable } from '../storage/database.ts';
import type { RunEnd, RunStore } from '../storage/run-store.ts';
import type { TaskStore } from '../storage/task-store.ts';
import type { JobQueue } from './job-queue.ts';
import type { Notices } from './notices.ts';
import type { Observer } from './observer.ts';

/** What storing and queueing go through; each belongs to the same database. */
export interface Stores {
  readonly observer: Observer;
  readonly database: Database;
  readonly runs: RunStore;
  readonly tasks: TaskStore;
  readonly blobs: BlobStore;
  readonly jobs: JobQueue;
  readonly notices: Notices;
}

/**
 * Ends a run with all that belongs to it, in a transaction.
 *
 * @returns to be called once that has committed; undefined when the run had ended before
 */
export async function endRun(
  { runs, tasks, blobs, jobs, notices, observer }: Stores,
  tx: Queryable,
  runId: string,
  end: RunEnd,
): Promise<(() => Promise<void>) | undefined> {
  const locked = await runs.lock(tx, runId);
  if (locked === undefined) return undefined;
  const left = await tasks.of(tx, locked.place);
  const place = await runs.end(tx, runId, end);
  if (place === undefined) return undefined;
  await jobs.cancel(tx, left);
  // Of a run that has not succeeded, scenarios that were measured go, too.
  const removed = await blobs.remove(tx, { runs: [place], ...(end.status === 'succeeded' ? { kind: 'shard' } : {}) });
  await notices.publish(tx, 'ended', runId);
  return async () => {
    observer.runEnded(runId, end.status);
    await removed();
  };
}

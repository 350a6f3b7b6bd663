import { randomUUID } from 'node:crypto';
import type { Queryable } from '../storage/database.ts';
import type { TaskStore } from '../storage/task-store.ts';
import type { JobQueue } from './job-queue.ts';
import { priorityOf } from './priority.ts';

/** Queue of whole runs, which any process can do; shards need the arithmetic and the version that the run began with. */
export const RUN_QUEUE = 'run';

/** A run that is to be computed from its beginning. */
export interface RunToQueue {
  readonly place: number;
  /** Asset-steps. */
  readonly cost: number;
  readonly split: boolean;
}

/** Gives a run that is stored its task and its job. */
export async function queueRun(
  { tasks, jobs }: { readonly tasks: TaskStore; readonly jobs: JobQueue },
  tx: Queryable,
  { place, cost, split }: RunToQueue,
): Promise<void> {
  const task = {
    job: randomUUID(),
    queue: RUN_QUEUE,
    kind: 'run' as const,
    scenario: 0,
    fromPath: 0,
    toPath: 0,
    batch: 1,
  };
  await tasks.add(tx, place, [task]);
  await jobs.send(tx, { ...task, priority: priorityOf({ cost, split }, 'work') });
}

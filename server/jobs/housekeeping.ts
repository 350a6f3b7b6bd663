import type { IdempotencyStore } from '../storage/idempotency-store.ts';
import type { NodeStore } from '../storage/node-store.ts';
import type { TaskDependencies } from './task.ts';
import { queueRun } from './queue-run.ts';
import { repeat } from './worker.ts';

export interface HousekeepingDependencies extends TaskDependencies {
  readonly node: NodeStore;
  readonly idempotency: IdempotencyStore;
  readonly clean: () => Promise<void>;
}

export interface Housekeeping {
  stop(): Promise<void>;
}

const seenMs = 5000;
const tidyMs = 60_000;
/** After which a process that has not been seen is taken to be gone for good. */
const goneMs = 60_000;
/** How long an Idempotency-Key is remembered. */
const idempotencyMs = 24 * 3_600_000;

/** What has to be done now and then, whatever the runs; once before anything else. */
export async function startHousekeeping(dependencies: HousekeepingDependencies): Promise<Housekeeping> {
  const { database, tasks, jobs, blobs, node, idempotency, clean, clock, observer } = dependencies;
  const stopping = new AbortController();
  const ago = (milliseconds: number): Date => new Date(clock().getTime() - milliseconds);

  const tidy = async (): Promise<void> => {
    await node.forget(ago(goneMs));
    await idempotency.forget(database, ago(idempotencyMs));
    await clean();
    for (const runId of await tasks.stranded(database, ago(goneMs))) await startAgain(dependencies, runId);
  };

  if (database.kind === 'pglite') {
    // The process before this one is gone, or this one would not have the database.
    await node.forget(clock());
    await tasks.dropAll(database);
    await jobs.takeBackAll();
    await blobs.sweep();
  }
  await node.seen(clock());
  await tidy();
  const loops = [
    repeat(seenMs, () => node.seen(clock()), stopping.signal, observer.error),
    repeat(tidyMs, tidy, stopping.signal, observer.error),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

/**
 * Has a split run begin anew, whose shards need an arithmetic or a version that no process has any more: those of
 * different ones must not be mixed.
 */
async function startAgain(
  { database, runs, tasks, jobs, blobs, notices }: TaskDependencies,
  runId: string,
): Promise<void> {
  const place = await runs.placeOf(runId);
  if (place === undefined) return;
  await jobs.know([...new Set((await tasks.of(database, place)).map(({ queue }) => queue))]);
  const afterwards = await database.transaction(async (tx) => {
    if ((await runs.lock(tx, runId))?.status !== 'running') return undefined;
    await jobs.cancel(tx, await tasks.of(tx, place));
    const cost = await runs.restart(tx, place);
    await queueRun({ tasks, jobs }, tx, { place, cost, split: true });
    await notices.publish(tx, 'queued', runId);
    return blobs.remove(tx, { runs: [place] });
  });
  await afterwards?.();
}

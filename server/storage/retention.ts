import type { BlobStore } from './blob-store.ts';
import type { Database } from './database.ts';

const millisecondsPerDay = 86_400_000;
/** Of one transaction, so that each stays small. */
const batch = 20;
/** What is deleted before its room is given to new runs: often enough that files do not grow, seldom enough to be cheap. */
const reclaimBytes = 64 * 1024 * 1024;
const reclaimRuns = 500;
/** Tables whose rows change all the time, the queue's among them. */
const busyTables = ['rho90.run_part', 'rho90.run', 'rho90.task', 'rho90.blob', 'rho90_jobs.job'];

/** @returns what deletes finished runs, with all that belongs to them, once they are older than a number of days */
export function createCleaner(
  database: Database,
  blobs: BlobStore,
  days: number,
  clock: () => Date,
): () => Promise<void> {
  let deletedRuns = 0;
  let deletedBytes = 0;

  const deleteSome = async (): Promise<readonly { readonly bytes: number }[]> => {
    const rows = await database.query<{ place: number; bytes: number }>(
      `SELECT place, request_bytes + result_bytes AS bytes FROM rho90.run
       WHERE finished_at < $1 ORDER BY finished_at LIMIT ${batch}`,
      [new Date(clock().getTime() - days * millisecondsPerDay)],
    );
    if (rows.length === 0) return rows;
    const runs = rows.map(({ place }) => place);
    const afterwards = await database.transaction(async (tx) => {
      const removed = await blobs.remove(tx, { runs });
      await tx.query('DELETE FROM rho90.run WHERE place = ANY ($1::bigint[])', [runs]);
      return removed;
    });
    await afterwards();
    return rows;
  };

  return async () => {
    for (;;) {
      const deleted = await deleteSome();
      deletedRuns += deleted.length;
      for (const { bytes } of deleted) deletedBytes += bytes;
      if (deleted.length < batch) break;
    }
    if (database.kind === 'postgres' || (deletedRuns < reclaimRuns && deletedBytes < reclaimBytes)) return;
    deletedRuns = 0;
    deletedBytes = 0;
    // A server does this by itself, in a process of its own, which the embedded database does not have.
    for (const table of busyTables) await database.query(`VACUUM ${table}`);
  };
}

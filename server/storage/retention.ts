import type { Database } from './database.ts';
import type { Retention } from './run-store.ts';

const finished = "status IN ('succeeded', 'failed', 'cancelled')";
const millisecondsPerDay = 86_400_000;
/** Of one statement, so that each stays small. */
const batch = 20;
/** What is deleted before its room is given to new runs: often enough that files do not grow, seldom enough to be cheap. */
const reclaimBytes = 64 * 1024 * 1024;
const reclaimRuns = 500;

/**
 * Deletes finished runs that are kept no longer, the one accepted first going first.
 *
 * @returns what does so; it takes the id of the run that has just finished, which stays in any case
 */
export function createCleaner(
  database: Database,
  retention: Retention,
  clock: () => Date,
): (justFinished: string | null) => Promise<void> {
  let deletedRuns = 0;
  let deletedBytes = 0;

  const deleteSome = (justFinished: string | null) =>
    retention.kind === 'days'
      ? database.query<{ bytes: number }>(
          `DELETE FROM rho90.run WHERE place IN (
             SELECT place FROM rho90.run
             WHERE ${finished} AND finished_at < $1 AND id IS DISTINCT FROM $2 ORDER BY place LIMIT ${batch}
           ) RETURNING request_bytes + result_bytes AS bytes`,
          [new Date(clock().getTime() - retention.days * millisecondsPerDay), justFinished],
        )
      : database.query<{ bytes: number }>(
          `DELETE FROM rho90.run WHERE place IN (
             SELECT place FROM (
               SELECT place, id, count(*) OVER newest AS runs, sum(request_bytes + result_bytes) OVER newest AS bytes
               FROM rho90.run WHERE ${finished}
               WINDOW newest AS (ORDER BY (id = $3) DESC NULLS LAST, place DESC ROWS UNBOUNDED PRECEDING)
             ) AS counted
             WHERE (runs > $1 OR bytes > $2) AND id IS DISTINCT FROM $3 ORDER BY place LIMIT ${batch}
           ) RETURNING request_bytes + result_bytes AS bytes`,
          [retention.maxFinished, retention.maxBytes, justFinished],
        );

  /**
   * Gives the room of deleted runs to new ones. PostgreSQL does so by itself, but in a process of its own, which the
   * embedded one does not have.
   */
  const reclaim = async (): Promise<void> => {
    deletedRuns = 0;
    deletedBytes = 0;
    await database.query('VACUUM rho90.run_part');
    await database.query('VACUUM rho90.run');
  };

  return async (justFinished) => {
    for (;;) {
      const deleted = await deleteSome(justFinished);
      deletedRuns += deleted.length;
      for (const { bytes } of deleted) deletedBytes += bytes;
      if (deleted.length < batch) break;
    }
    const due = deletedRuns >= reclaimRuns || deletedBytes >= reclaimBytes;
    if (due && database.kind === 'pglite') await reclaim();
  };
}

/** What may be left in a database once every run has ended and every process has stopped. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Database } from '../../server/storage/database.ts';
import { openStorage } from '../../server/storage/open-database.ts';

/**
 * Checks that nothing is: no task, no shard, no job that waits or is at work, and no file that no row names. Nothing may
 * be missing either.
 */
export async function leavesNothingBehind(
  t: Test,
  { dataDir, databaseUrl }: { readonly dataDir: string; readonly databaseUrl?: string },
): Promise<void> {
  const { database, blobs } = await openStorage({
    dataDir,
    now: new Date(),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  try {
    await rowsAreGone(t, database);
    if (database.kind === 'pglite') {
      // As the next start does: a kill between a row and its file leaves the file.
      await blobs.sweep();
      const named = await database.query<{ id: string }>('SELECT id FROM rho90.blob');
      const files = readdirSync(join(dataDir, 'blobs'));
      t.same(files.toSorted(), named.map(({ id }) => id).toSorted(), 'files of blobs are those that rows name');
    } else {
      const torn = await database.query(
        `SELECT b.id FROM rho90.blob AS b LEFT JOIN rho90.blob_part AS p ON p.blob = b.id
         GROUP BY b.id, b.bytes HAVING coalesce(sum(length(p.body)), 0) <> b.bytes`,
      );
      t.same(torn, [], 'blobs have all of their bytes');
    }
  } finally {
    await database.close();
  }
}

async function rowsAreGone(t: Test, database: Database): Promise<void> {
  t.same(await database.query('SELECT kind, starts, done FROM rho90.task'), [], 'tasks');
  t.same(await database.query("SELECT id FROM rho90.blob WHERE kind = 'shard'"), [], 'shards');
  t.same(
    await database.query("SELECT place FROM rho90.run_part WHERE kind LIKE 'scenario %'"),
    [],
    'results of single scenarios',
  );
  t.same(
    await database.query(
      "SELECT name, state::text AS state, blocked FROM rho90_jobs.job WHERE state NOT IN ('completed', 'cancelled', 'failed')",
    ),
    [],
    'jobs that wait or are at work',
  );
}

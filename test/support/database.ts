import type { PGlite } from '@electric-sql/pglite';
import type { Database } from '../../server/storage/database.ts';
import { migrate, shippedMigrations } from '../../server/storage/migrate.ts';
import { pgliteDatabase, startPglite } from '../../server/storage/pglite.ts';

/** Creating a database takes seconds and copying one does not: this process copies the first that it has made. */
let template: Promise<Blob> | undefined;

async function makeTemplate(): Promise<Blob> {
  const first = await startPglite({ dataDir: 'memory://' });
  await migrate(pgliteDatabase(first), shippedMigrations());
  const files = await first.dumpDataDir('none');
  await first.close();
  return files;
}

/** An empty embedded database of this version's schema, in memory. */
export async function memoryDatabase(): Promise<Database> {
  return pgliteDatabase(await memoryPglite());
}

async function memoryPglite(): Promise<PGlite> {
  template ??= makeTemplate();
  return startPglite({ dataDir: 'memory://', loadDataDir: await template });
}

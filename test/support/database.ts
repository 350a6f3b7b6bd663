import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { Test } from 'tap';
import type { Database } from '../../server/storage/database.ts';
import { migrate, shippedMigrations } from '../../server/storage/migrate.ts';
import { openDatabase } from '../../server/storage/open-database.ts';
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

/** A folder with an empty embedded database in it, as a start before has left it. */
export async function dataDirectory(t: Test): Promise<string> {
  templateDirectory ??= makeTemplateDirectory();
  const folder = t.testdir({});
  cpSync(await templateDirectory, folder, { recursive: true });
  return folder;
}

let templateDirectory: Promise<string> | undefined;

async function makeTemplateDirectory(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rho90-template-'));
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  const database = await openDatabase({ dataDir, now: new Date(), onTaken: () => undefined });
  await database.close();
  return dataDir;
}

/** An empty embedded database of this version's schema, in memory. */
export async function memoryDatabase(): Promise<Database> {
  return pgliteDatabase(await memoryPglite());
}

async function memoryPglite(): Promise<PGlite> {
  template ??= makeTemplate();
  return startPglite({ dataDir: 'memory://', loadDataDir: await template });
}

import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PGlite } from '@electric-sql/pglite';
import root, { type Test } from 'tap';
import { openJobQueue } from '../../server/jobs/job-queue.ts';
import { openFileBlobs } from '../../server/storage/file-blobs.ts';
import { migrate, shippedMigrations } from '../../server/storage/migrate.ts';
import type { Database } from '../../server/storage/database.ts';
import { openStorage, type Storage } from '../../server/storage/open-database.ts';
import { pgliteDatabase, startPglite } from '../../server/storage/pglite.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(checkout, 'node_modules', '.cache', 'rho90-test');
let template: Promise<Blob> | undefined;

/**
 * Creating a database takes seconds and copying one does not: the first test of all makes it and the others copy that,
 * until it would be made in another way.
 */
async function madeTemplate(): Promise<Blob> {
  const made = createHash('sha256').update(JSON.stringify(shippedMigrations()));
  for (const maker of ['@electric-sql/pglite', 'pg-boss']) {
    made.update(readFileSync(join(checkout, 'node_modules', maker, 'package.json')));
  }
  const place = join(cache, `${made.digest('hex')}.tar`);
  if (!existsSync(place)) {
    mkdirSync(cache, { recursive: true });
    const unfinished = `${place}.${process.pid}`;
    writeFileSync(unfinished, await (await makeTemplate()).bytes());
    renameSync(unfinished, place);
  }
  return new Blob([readFileSync(place)]);
}

async function makeTemplate(): Promise<Blob> {
  const first = await startPglite({ dataDir: 'memory://' });
  const database = pgliteDatabase(first);
  await migrate(database, shippedMigrations());
  // The queue makes its tables at its first start, which takes as long again.
  const queue = await openJobQueue(database, { queues: [], onError: fail });
  await queue.stop();
  const files = await first.dumpDataDir('none');
  await first.close();
  return files;
}

function fail(error: unknown): void {
  throw error;
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
  const { database } = await openStorage({ dataDir, now: new Date() });
  const queue = await openJobQueue(database, { queues: [], onError: fail });
  await queue.stop();
  await database.close();
  return dataDir;
}

/** Starting a database takes a second, emptying it does not: those of tests that are over are used again. */
const idle: Database[] = [];
root.teardown(async () => {
  for (const database of idle) await database.close();
});

/** An empty embedded database of this version's schema, in memory, with its blobs in a folder; both go with the test. */
export async function memoryStorage(t: Test): Promise<Storage & { readonly folder: string }> {
  const database = idle.pop() ?? pgliteDatabase(await memoryPglite());
  const folder = mkdtempSync(join(tmpdir(), 'rho90-blobs-'));
  t.teardown(async () => {
    await empty(database);
    idle.push(database);
    rmSync(folder, { recursive: true, force: true });
  });
  return { database, blobs: await openFileBlobs(database, folder), folder };
}

/** Deletes everything but the schema and the names of queues. */
async function empty(database: Database): Promise<void> {
  const tables = await database.query<{ name: string }>(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables
     WHERE (schemaname = 'rho90' AND tablename <> 'migration')
        OR (schemaname = 'rho90_jobs' AND tablename IN ('job_common', 'job_dependency'))`,
  );
  await database.script(`TRUNCATE ${tables.map(({ name }) => name).join(', ')} RESTART IDENTITY CASCADE`);
}

async function memoryPglite(): Promise<PGlite> {
  template ??= madeTemplate();
  return startPglite({ dataDir: 'memory://', loadDataDir: await template });
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobStore } from './blob-store.ts';
import { takeDataDirectory } from './data-directory.ts';
import type { Database } from './database.ts';
import { openFileBlobs } from './file-blobs.ts';
import { freeSpaceOf } from './free-space.ts';
import { migrate, shippedMigrations } from './migrate.ts';
import { openPglite, pglitePlace } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import { rowBlobs } from './row-blobs.ts';

export interface DatabaseSettings {
  /** Of PostgreSQL; without it the database is embedded, in the data directory. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  readonly now: Date;
}

/** A database and what is too large for its statements. */
export interface Storage {
  readonly database: Database;
  readonly blobs: BlobStore;
}

/** Whether there is a database to open; a server is asked for it when it is opened. */
export function hasDatabase({ databaseUrl, dataDir }: DatabaseSettings): boolean {
  return databaseUrl !== undefined || existsSync(pglitePlace(dataDir));
}

/**
 * The database of the settings, brought to the schema of this version. An embedded one is held by this process alone.
 *
 * @throws DatabaseRefused with what a person has to do
 */
export async function openStorage({ databaseUrl, dataDir, now }: DatabaseSettings): Promise<Storage> {
  const migrations = shippedMigrations();
  if (databaseUrl !== undefined) {
    const server = await openPostgres({ url: databaseUrl, migrations });
    return { database: server, blobs: rowBlobs(server) };
  }
  const directory = takeDataDirectory(dataDir, now);
  try {
    const space = freeSpaceOf(directory.path);
    const embedded = await openPglite(directory.path, space);
    await migrate(embedded, migrations);
    const database: Database = {
      ...embedded,
      close: async () => {
        await embedded.close();
        directory.release();
      },
    };
    return { database, blobs: await openFileBlobs(database, join(directory.path, 'blobs'), space) };
  } catch (error) {
    directory.release();
    throw error;
  }
}

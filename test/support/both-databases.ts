import type { Test } from 'tap';
import { openStorage, type Storage } from '../../server/storage/open-database.ts';
import { memoryStorage } from './database.ts';
import { noPostgres, startPostgres } from './postgres.ts';

/** An empty database of this version's schema, and its blobs. */
export interface OneOfBoth extends Storage {
  /** Where blobs are files. */
  readonly folder: string | null;
  /** The same database as another process has it, where several may have it at once; the embedded one itself. */
  readonly other: () => Promise<Storage>;
  /** Deletes every run with all that belongs to it. */
  readonly clear: () => Promise<void>;
}

/** Tests what has to be the same on the embedded database and on a server: where they differ, one is wrong. */
export function onBothDatabases(t: Test, suite: (t: Test, storage: OneOfBoth) => void | Promise<void>): void {
  t.test('PGlite', async (t) => {
    const storage = await memoryStorage(t);
    await suite(t, { ...storage, other: async () => storage, clear: () => clear(storage) });
  });
  t.test('PostgreSQL', { skip: noPostgres }, async (t) => {
    const server = await startPostgres();
    t.teardown(() => server.remove());
    const databaseUrl = await server.createDatabase();
    const open = async (): Promise<Storage> => {
      const storage = await openStorage({ databaseUrl, dataDir: '', now: new Date() });
      t.teardown(() => storage.database.close());
      return storage;
    };
    const storage = await open();
    await suite(t, { ...storage, folder: null, other: open, clear: () => clear(storage) });
  });
}

async function clear({ database, blobs }: Storage): Promise<void> {
  await database.query('DELETE FROM rho90.run');
  await blobs.sweep();
}

import { takeDataDirectory } from './data-directory.ts';
import type { Database } from './database.ts';
import { migrate, shippedMigrations } from './migrate.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

export interface DatabaseSettings {
  /** Of PostgreSQL; without it the database is embedded, in the data directory. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  readonly now: Date;
  /** Called once, when another process has had the database while it was away: this one must end. */
  readonly onTaken: () => void;
}

/**
 * The database of the settings, held by this process alone and brought to the schema of this version.
 *
 * @throws DatabaseRefused with what a person has to do
 */
export async function openDatabase({ databaseUrl, dataDir, now, onTaken }: DatabaseSettings): Promise<Database> {
  const migrations = shippedMigrations();
  if (databaseUrl !== undefined) return openPostgres({ url: databaseUrl, migrations, now, onTaken });
  const directory = takeDataDirectory(dataDir, now);
  try {
    const database = await openPglite(directory.path);
    await migrate(database, migrations);
    return {
      ...database,
      close: async () => {
        await database.close();
        directory.release();
      },
    };
  } catch (error) {
    directory.release();
    throw error;
  }
}

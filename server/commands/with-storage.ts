import { BackupRefused } from '../backup/backup-file.ts';
import { type Config, databaseSettings } from '../config.ts';
import { DatabaseInUse, DatabaseUnavailable } from '../storage/database.ts';
import { openStorage, type Storage } from '../storage/open-database.ts';
import { CommandRefused } from './command-refused.ts';

/**
 * Does something with the database of the settings.
 *
 * @throws DatabaseRefused, or CommandRefused
 */
export async function withStorage<T>(config: Config, work: (storage: Storage) => Promise<T>): Promise<T> {
  try {
    const storage = await openStorage(databaseSettings(config, new Date()));
    try {
      return await work(storage);
    } finally {
      await storage.database.close();
    }
  } catch (error) {
    if (error instanceof DatabaseInUse) {
      throw new CommandRefused(
        `the service has to be stopped for this, since an embedded database is for one process at a time: ${error.message}`,
        { cause: error },
      );
    }
    if (error instanceof BackupRefused) throw new CommandRefused(error.message, { cause: error });
    if (error instanceof DatabaseUnavailable) {
      throw new CommandRefused(`the database of DATABASE_URL is away: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

import { statSync } from 'node:fs';
import type { Contents } from '../backup/contents.ts';
import { writeBackup } from '../backup/write-backup.ts';
import { type Config, databaseSettings } from '../config.ts';
import { shippedMigrations } from '../storage/migrate.ts';
import { hasDatabase } from '../storage/open-database.ts';
import { VERSION } from '../version.ts';
import { CommandRefused } from './command-refused.ts';
import { inWords } from './in-words.ts';
import { withStorage } from './with-storage.ts';

/** Writes all that the database of the settings holds to a new file. @throws DatabaseRefused, or CommandRefused */
export async function backup(config: Config, file: string): Promise<void> {
  const now = new Date();
  // Opened, it would be made, and its backup would hold nothing.
  if (!hasDatabase(databaseSettings(config, now))) {
    throw new CommandRefused(
      `RHO90_DATA_DIR ${config.dataDir} has no database; set it to the directory of the service`,
    );
  }
  const contents = await withStorage<Contents>(config, (storage) =>
    writeBackup(storage, file, {
      schema: shippedMigrations().length,
      version: VERSION,
      now,
      onLeftOut: (why) => process.stderr.write(`rho90: left out, since it is damaged: ${why}\n`),
    }),
  );
  const megabytes = (statSync(file).size / 1e6).toFixed(1);
  process.stdout.write(`rho90 ${VERSION} · backed up ${inWords(contents)} to ${file} (${megabytes} MB)\n`);
}

import { type Restored, restoreBackup } from '../backup/restore-backup.ts';
import type { Config } from '../config.ts';
import { shippedMigrations } from '../storage/migrate.ts';
import { VERSION } from '../version.ts';
import { inWords } from './in-words.ts';
import { withStorage } from './with-storage.ts';

/** Reads a backup into the database of the settings, which must be empty. @throws DatabaseRefused, or CommandRefused */
export async function restore(config: Config, file: string): Promise<void> {
  const { header, ...contents } = await withStorage<Restored>(config, (storage) =>
    restoreBackup(storage, file, {
      schema: shippedMigrations().length,
      onError: (error) => process.stderr.write(`rho90: ${String(error)}\n`),
    }),
  );
  process.stdout.write(
    `rho90 ${VERSION} · restored ${inWords(contents)} from ${file}, written ${header.createdAt} by rho90 ${header.rho90}\n`,
  );
}

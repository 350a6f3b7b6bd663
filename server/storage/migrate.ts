import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { type Database, DatabaseRefused, type Queryable } from './database.ts';

export interface Migration {
  /** From 1, without a gap. */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

const folder = new URL('./migrations/', import.meta.url);

/** The schema as this version knows it, one step a file: `0001-runs.sql`. */
export function shippedMigrations(): readonly Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => ({
      number: Number(file.slice(0, 4)),
      name: file.slice(5, -4),
      sql: readFileSync(new URL(file, folder), 'utf8'),
    }));
}

/**
 * Brings a database to the schema of this version, one transaction a step. Whoever calls has the database for itself.
 *
 * @throws DatabaseRefused when the database is of a newer version, when a step that it has taken was another one, or
 *                         when it does not keep text as UTF-8
 */
export async function migrate(
  database: Pick<Database, 'query' | 'script' | 'transaction'>,
  migrations: readonly Migration[],
): Promise<void> {
  const [{ server_encoding: encoding }] = await database.query<{ server_encoding: string }>('SHOW server_encoding');
  if (encoding !== 'UTF8') throw new DatabaseRefused(`the database keeps text as ${encoding}; it must be UTF8`);
  await createLedger(database);
  const taken = await database.query<{ number: number; name: string; checksum: string }>(
    'SELECT number, name, checksum FROM rho90.migration ORDER BY number',
  );
  for (const { number, name, checksum } of taken) {
    const known = migrations.find((migration) => migration.number === number);
    if (known === undefined) {
      throw new DatabaseRefused(
        `the database has schema ${taken.length} (${name}), this version of rho90 knows ${migrations.length}: a newer version has used it; run that one, or restore a backup`,
      );
    }
    if (checksumOf(known) !== checksum) {
      throw new DatabaseRefused(
        `step ${number} (${name}) of the database's schema is not the one of this version of rho90; run the version that made it`,
      );
    }
  }
  for (const migration of migrations.slice(taken.length)) {
    await database.transaction(async (tx) => {
      await tx.script(migration.sql);
      await tx.query('INSERT INTO rho90.migration (number, name, checksum) VALUES ($1, $2, $3)', [
        migration.number,
        migration.name,
        checksumOf(migration),
      ]);
    });
  }
}

/** A schema of its own, since the database may be shared. It is looked for first: creating it takes more rights. */
async function createLedger(database: Queryable): Promise<void> {
  const [{ found }] = await database.query<{ found: boolean }>("SELECT to_regnamespace('rho90') IS NOT NULL AS found");
  if (!found) await database.script('CREATE SCHEMA rho90');
  await database.script(
    `CREATE TABLE IF NOT EXISTS rho90.migration (
       number integer PRIMARY KEY,
       name text NOT NULL,
       checksum text NOT NULL,
       applied_at timestamptz NOT NULL DEFAULT now()
     )`,
  );
}

function checksumOf({ sql }: Migration): string {
  return createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex');
}

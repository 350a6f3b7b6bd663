import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as letOthersProceed } from 'node:timers/promises';
import { PGlite, types } from '@electric-sql/pglite';
import type { Transaction } from '@electric-sql/pglite';
import { type Database, DatabaseRefused, type Queryable, safeInteger, type SqlValue } from './database.ts';
import { endlessSpace, type FreeSpace, StorageFull } from './free-space.ts';

const parsers = { [types.INT8]: safeInteger };

/**
 * PostgreSQL inside this process, in the folder `pglite` of the data directory. Every statement blocks the event loop
 * while it runs, so statements must stay small.
 *
 * @param dataDirectory  exists, and is locked by this process: two writers would destroy it
 * @param space          of its file system
 * @throws DatabaseRefused when the files are there and cannot be opened, or when there is no room to
 */
export async function openPglite(dataDirectory: string, space: FreeSpace): Promise<Database> {
  try {
    space.forDatabase();
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error;
    throw new DatabaseRefused(`${error.message}; make room, or set RHO90_DATA_DIR to another disk`, { cause: error });
  }
  const place = pglitePlace(dataDirectory);
  if (!existsSync(place)) await createAt(place);
  try {
    return pgliteDatabase(await started(new PGlite({ dataDir: place, parsers })), space);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DatabaseRefused(
      `the database in ${place} cannot be opened (${why}); restore it from a backup, or move it away to start anew`,
      { cause: error },
    );
  }
}

/** Where the database of a data directory is. */
export function pglitePlace(dataDirectory: string): string {
  return join(dataDirectory, 'pglite');
}

/**
 * What is written between two checkpoints, characters. The processes that do them in PostgreSQL are not there: without
 * ours the log of changes would grow for ever, and be read through after a crash.
 */
const checkpointLength = 32 * 1024 * 1024;
const checkpointStatements = 5000;

/** @param pglite  started */
export function pgliteDatabase(pglite: PGlite, space: FreeSpace = endlessSpace): Database {
  const written = { length: 0, statements: 0 };
  const session = queryable(pglite, written, space);
  const checkpointIfDue = async (): Promise<void> => {
    if (written.length < checkpointLength && written.statements < checkpointStatements) return;
    written.length = 0;
    written.statements = 0;
    await pglite.query('CHECKPOINT');
  };
  return {
    kind: 'pglite',
    connections: () => null,
    query: async <R>(sql: string, parameters?: readonly SqlValue[]) => {
      const rows = await session.query<R>(sql, parameters);
      await checkpointIfDue();
      return rows;
    },
    script: async <R>(sql: string) => {
      try {
        return await session.script<R>(sql);
      } catch (error) {
        // The script may have begun a transaction, and there is one session for all.
        await pglite.exec('ROLLBACK');
        throw error;
      }
    },
    listen: async (channel, onMessage) => {
      await pglite.listen(channel, onMessage);
    },
    transaction: async (work) => {
      const value = await pglite.transaction((tx) => work(queryable(tx, written, space)));
      await checkpointIfDue();
      return value;
    },
    close: () => pglite.close(),
  };
}

/** The way it is opened here, for a database that is kept elsewhere, such as in memory. */
export async function startPglite(options: ConstructorParameters<typeof PGlite>[0]): Promise<PGlite> {
  return started(new PGlite({ ...(options as object), parsers }));
}

/** What changes nothing, or hardly anything. */
const reading = /^\s*(?:SELECT|SHOW)\b/i;

function queryable(
  to: PGlite | Transaction,
  written: { length: number; statements: number },
  space: FreeSpace,
): Queryable {
  return {
    query: async <R>(sql: string, parameters: readonly SqlValue[] = []) => {
      if (!reading.test(sql)) space.forDatabase();
      const { rows } = await to.query<R>(sql, [...parameters]).catch(withoutParameters);
      written.statements++;
      for (const parameter of parameters) if (typeof parameter === 'string') written.length += parameter.length;
      // It answers without ever leaving this turn of the event loop: a hundred statements in a row would block it as one.
      await letOthersProceed();
      return rows;
    },
    script: async <R>(sql: string) => {
      if (!reading.test(sql)) space.forDatabase();
      const results = await to.exec(sql);
      await letOthersProceed();
      return results.flatMap(({ rows }) => rows as R[]);
    },
  };
}

/** Of PostgreSQL: disk_full, where something else took the space between the look at it and the statement. */
const diskFull = '53100';

/** An error carries what was to be stored, which is a book and has no place in a log. */
function withoutParameters(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  Reflect.deleteProperty(error, 'params');
  if ((error as NodeJS.ErrnoException).code === diskFull) throw new StorageFull(error.message, { cause: error });
  throw error;
}

/**
 * Creating it takes seconds, and a process killed meanwhile would leave files that are no database: they are made under
 * another name, which they keep until they are complete.
 */
async function createAt(place: string): Promise<void> {
  const unfinished = `${place}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  const pglite = await started(new PGlite({ dataDir: unfinished }));
  // Its 1 GB by default would be most of the disk that a service like this one takes, and a slow start after a crash.
  await pglite.query("ALTER SYSTEM SET max_wal_size = '128MB'");
  await pglite.query("ALTER SYSTEM SET min_wal_size = '32MB'");
  await pglite.close();
  renameSync(unfinished, place);
}

async function started(pglite: PGlite): Promise<PGlite> {
  await pglite.waitReady;
  return pglite;
}

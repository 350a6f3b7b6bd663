import { openJobQueue } from '../jobs/job-queue.ts';
import { queueRun, RUN_QUEUE } from '../jobs/queue-run.ts';
import { BlobDamaged, type StoredBlob } from '../storage/blob-store.ts';
import type { Queryable } from '../storage/database.ts';
import type { Storage } from '../storage/open-database.ts';
import { sqlTaskStore } from '../storage/sql-task-store.ts';
import { BackupRefused, type BackupHeader, type BackupRow, type BackupValue, openBackup } from './backup-file.ts';
import { type Contents, contentsOf, isEmpty } from './contents.ts';
import { BACKUP_TABLES, type BackupTable, BLOB_TABLE, BYTES_ROW, columnsOf } from './tables.ts';

export interface RestoreOptions {
  /** Number of the database's schema. */
  readonly schema: number;
  /** Told of errors of the queue that its own work brings up. */
  readonly onError: (error: unknown) => void;
}

export interface Restored extends Contents {
  readonly header: BackupHeader;
}

/** What is written between two checkpoints of the embedded database, whose log would else grow by all that is restored. */
const checkpointLength = 64 * 1024 * 1024;

/**
 * Reads a backup into a database that is empty. All of it or, whatever goes wrong, nothing: the file is read to its end
 * before anything is changed, and then restored in one transaction.
 *
 * @throws BackupRefused when the file is damaged or of another schema, or the database is not empty
 */
export async function restoreBackup(storage: Storage, file: string, options: RestoreOptions): Promise<Restored> {
  const { database } = storage;
  await refuseUnlessEmpty(database);
  const { header, rows } = await openBackup(file, options.schema);
  for await (const _ of rows);
  // What a restoration that was killed has left takes room that nothing else would give back.
  await reclaim(storage);
  const jobs = await openJobQueue(database, { queues: [RUN_QUEUE], onError: options.onError });
  const queue = { jobs, tasks: sqlTaskStore(database) };
  try {
    const contents = await database.transaction(async (tx) => {
      // Whoever wants to store something meanwhile waits, and finds its place behind what is restored.
      await tx.script('LOCK TABLE rho90.run, rho90.document IN EXCLUSIVE MODE');
      await refuseUnlessEmpty(tx);
      await insertRows(storage, tx, (await openBackup(file, options.schema)).rows);
      await moveNumbers(tx);
      const waiting = await tx.query<{ place: number; cost: number }>(
        "SELECT place, cost FROM rho90.run WHERE status = 'queued' ORDER BY place",
      );
      // Whether it is split comes out when it is prepared; as if it were, a cheap one comes soon, too.
      for (const run of waiting) await queueRun(queue, tx, { ...run, split: true });
      return contentsOf(tx);
    });
    return { header, ...contents };
  } catch (error) {
    await reclaim(storage);
    throw restorationError(file, error);
  } finally {
    await jobs.stop();
  }
}

/** What the database or the disk refused, such as for want of room; the text is about no one's book. */
function restorationError(file: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof BlobDamaged || typeof code === 'string') {
    return new BackupRefused(`${file} was not restored, and nothing of it is left: ${message}`, { cause: error });
  }
  return error;
}

async function refuseUnlessEmpty(tx: Queryable): Promise<void> {
  const contents = await contentsOf(tx);
  if (isEmpty(contents)) return;
  throw new BackupRefused(
    `the database is not empty: it has ${contents.runs} runs and ${contents.documents} stored documents; restore into a new one`,
  );
}

/** Gives back the room of rows and files that no transaction has made visible. */
async function reclaim({ database, blobs }: Storage): Promise<void> {
  // A server does this by itself.
  if (database.kind === 'postgres') return;
  await blobs.sweep();
  for (const { name } of BACKUP_TABLES) await database.query(`VACUUM rho90.${name}`);
}

async function insertRows({ database, blobs }: Storage, tx: Queryable, rows: AsyncIterable<BackupRow>): Promise<void> {
  const iterator = rows[Symbol.asyncIterator]();
  let table: BackupTable | undefined;
  let held: BackupRow[] = [];
  let written = 0;
  const flush = async (): Promise<void> => {
    if (table === undefined || held.length === 0) return;
    written += await insert(tx, table, held);
    held = [];
    if (database.kind === 'postgres' || written < checkpointLength) return;
    written = 0;
    await tx.query('CHECKPOINT');
  };
  try {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      const row = next.value;
      if (row.table !== table?.name) {
        await flush();
        table = tableOf(row);
      }
      if (row.values.length !== columnsOf(table).length) throw new BackupRefused(`a row of ${row.table} is damaged`);
      if (row.table === BLOB_TABLE) {
        const blob = storedBlob(table, row.values);
        await blobs.copyIn(tx, blob, bytesOf(iterator, blob.bytes));
        continue;
      }
      held.push(row);
      if (held.length === table.rows) await flush();
    }
    await flush();
  } finally {
    await iterator.return?.();
  }
}

function tableOf({ table: name }: BackupRow): BackupTable {
  const table = BACKUP_TABLES.find((one) => one.name === name);
  if (table === undefined) throw new BackupRefused(`the backup has rows of ${JSON.stringify(name)}, which is no table`);
  return table;
}

/** @returns characters written */
async function insert(tx: Queryable, table: BackupTable, rows: readonly BackupRow[]): Promise<number> {
  const columns = columnsOf(table);
  const parameters = rows.flatMap(({ values }) => values);
  let parameter = 0;
  const tuples = rows.map(() => `(${columns.map(() => `$${++parameter}`).join(', ')})`);
  await tx.query(
    `INSERT INTO rho90.${table.name} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE VALUES ${tuples.join(', ')}`,
    parameters,
  );
  return parameters.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0);
}

function storedBlob(table: BackupTable, values: readonly BackupValue[]): StoredBlob {
  const { from_path: fromPath, ...blob } = Object.fromEntries(columnsOf(table).map((name, i) => [name, values[i]]));
  return { ...blob, fromPath } as unknown as StoredBlob;
}

/** The bytes of a blob, from the rows that come next. */
async function* bytesOf(iterator: AsyncIterator<BackupRow>, bytes: number): AsyncGenerator<Uint8Array> {
  for (let found = 0; found < bytes; ) {
    const next = await iterator.next();
    if (next.done === true || next.value.table !== BYTES_ROW)
      throw new BackupRefused('a blob of the backup is cut off');
    const piece = Buffer.from(String(next.value.values[0]), 'base64');
    found += piece.byteLength;
    yield piece;
  }
}

/** The next row of each table comes behind those that were restored. */
async function moveNumbers(tx: Queryable): Promise<void> {
  for (const { name, numbered } of BACKUP_TABLES) {
    if (numbered !== true) continue;
    await tx.query(
      `SELECT setval(pg_get_serial_sequence('rho90.${name}', 'place'), max(place)) FROM rho90.${name} HAVING count(*) > 0`,
    );
  }
}

import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { BlobDamaged, type BlobStore, type StoredBlob } from '../storage/blob-store.ts';
import type { Queryable, Row, SqlValue } from '../storage/database.ts';
import type { Storage } from '../storage/open-database.ts';
import { BackupRefused, backupLines } from './backup-file.ts';
import { type Contents, contentsOf, isEmpty } from './contents.ts';
import { BACKUP_TABLES, type BackupTable, BLOB_TABLE, BYTES_ROW, columnsOf } from './tables.ts';

export interface WriteOptions {
  /** Number of the database's schema. */
  readonly schema: number;
  /** Version of rho90. */
  readonly version: string;
  readonly now: Date;
  /** Told of a vector of P&L that is left out, since its bytes are not those that were stored. */
  readonly onLeftOut: (why: string) => void;
}

/** Most of the bytes are random in their lower halves: to try harder takes four times as long and saves little. */
const compression = { level: 1 };

/**
 * Writes all that a database holds, as it is at one moment, to a new file, which has its name only once it is complete.
 *
 * @throws BackupRefused when there is nothing to write, or the file cannot be written
 */
export async function writeBackup(
  { database, blobs }: Storage,
  file: string,
  { schema, version, now, onLeftOut }: WriteOptions,
): Promise<Contents> {
  if (existsSync(file)) throw new BackupRefused(`${file} is there already; name a new file`);
  return database.transaction(async (tx) => {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const contents = await contentsOf(tx);
    if (isEmpty(contents)) throw new BackupRefused('the database is empty: it has no runs and no stored documents');
    const header = { schema, rho90: version, createdAt: now.toISOString() };
    await writeLines(file, backupLines(header, rowsOf(tx, blobs, onLeftOut)));
    return contents;
  });
}

async function writeLines(file: string, lines: AsyncIterable<string>): Promise<void> {
  const unfinished = `${file}.unfinished`;
  try {
    // Books are nobody else's business.
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      await pipeline(Readable.from(lines), createGzip(compression), handle.createWriteStream({ flush: true }));
      await rename(unfinished, file);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  } catch (error) {
    const { code = '', path, message, syscall } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && path === unfinished) {
      throw new BackupRefused(
        `${unfinished} is there: another backup is writing it, or was cut off; remove it in that case`,
        { cause: error },
      );
    }
    if (syscall === undefined) throw error;
    throw new BackupRefused(`${file} cannot be written: ${message}`, { cause: error });
  }
}

async function* rowsOf(
  tx: Queryable,
  blobs: BlobStore,
  onLeftOut: WriteOptions['onLeftOut'],
): AsyncGenerator<{ readonly table: string; readonly values: readonly unknown[] }> {
  for (const table of BACKUP_TABLES) {
    const columns = columnsOf(table);
    for await (const row of inPages(tx, table)) {
      const values = columns.map((column) => row[column]);
      if (table.name !== BLOB_TABLE) {
        yield { table: table.name, values };
        continue;
      }
      const blob = storedBlob(row);
      const damage = await damageOf(blobs, tx, blob);
      if (damage !== null) {
        const [{ id }] = await tx.query<{ id: string }>('SELECT id FROM rho90.run WHERE place = $1', [blob.run]);
        onLeftOut(`of run ${id}: ${damage}`);
        continue;
      }
      yield { table: table.name, values };
      for await (const piece of blobs.copyOut(tx, blob)) {
        const { buffer, byteOffset, byteLength } = piece;
        yield { table: BYTES_ROW, values: [Buffer.from(buffer, byteOffset, byteLength).toString('base64')] };
      }
    }
  }
}

/** Rows of a table in the order of its key, read some at a time. */
async function* inPages(tx: Queryable, { name, columns, key, where, rows }: BackupTable): AsyncGenerator<Row> {
  const kept = Object.entries(columns).map(([column, value]) => (value === null ? column : `${value} AS ${column}`));
  let after: SqlValue[] = [];
  for (;;) {
    const behind = `(${key.join(', ')}) > (${key.map((_, i) => `$${i + 1}`).join(', ')})`;
    const conditions = [...(where === undefined ? [] : [where]), ...(after.length === 0 ? [] : [behind])];
    const page = await tx.query(
      `SELECT ${kept.join(', ')} FROM rho90.${name} ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
       ORDER BY ${key.join(', ')} LIMIT ${rows}`,
      after,
    );
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < rows) return;
    after = key.map((column) => last[column] as SqlValue);
  }
}

/** Read once more, since what has been written to a file cannot be taken back. */
async function damageOf(blobs: BlobStore, tx: Queryable, blob: StoredBlob): Promise<string | null> {
  try {
    for await (const _ of blobs.copyOut(tx, blob));
    return null;
  } catch (error) {
    if (error instanceof BlobDamaged) return error.message;
    throw error;
  }
}

function storedBlob(row: Row): StoredBlob {
  const { from_path: fromPath, ...blob } = row;
  return { ...blob, fromPath } as unknown as StoredBlob;
}

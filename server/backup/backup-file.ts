import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A backup or its restoration cannot be, in words for whoever asked. */
export class BackupRefused extends Error {}

/** Changes with the shape of the lines; what the tables are is told by the number of the schema. */
const formatVersion = 1;
/** The longest line is half a megabyte of a blob in base64, or as much text with every character escaped. */
const longestLine = 32 * 1024 * 1024;

export interface BackupHeader {
  /** Version of the format. */
  readonly rho90Backup: number;
  /** Number of the database's schema. */
  readonly schema: number;
  /** Version of rho90 that wrote it. */
  readonly rho90: string;
  readonly createdAt: string;
}

export type BackupValue = string | number | boolean | null;

/** Of a table, with its columns in their order; the rows of `bytes` are a piece of the blob before them, in base64. */
export interface BackupRow {
  readonly table: string;
  readonly values: readonly BackupValue[];
}

interface Trailer {
  readonly end: true;
  readonly rows: Readonly<Record<string, number>>;
  /** Hex, of all lines before this one. */
  readonly sha256: string;
}

/**
 * The lines of a backup, JSON each: a header, a row a line as `["run", 1, …]`, and a trailer by which a file that was
 * damaged or cut off is told.
 */
export async function* backupLines(
  header: Omit<BackupHeader, 'rho90Backup'>,
  rows: AsyncIterable<{ readonly table: string; readonly values: readonly unknown[] }>,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  const line = (value: unknown): string => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  };
  yield line({ rho90Backup: formatVersion, ...header });
  for await (const { table, values } of rows) {
    counts[table] = (counts[table] ?? 0) + 1;
    yield line([table, ...values]);
  }
  yield `${JSON.stringify({ end: true, rows: counts, sha256: hash.digest('hex') } satisfies Trailer)}\n`;
}

export interface BackupReader {
  readonly header: BackupHeader;
  /** @throws BackupRefused at the latest at its end, when the file is not what was written */
  readonly rows: AsyncIterable<BackupRow>;
}

/** @throws BackupRefused when it cannot be read, is no backup, or one of another format or schema */
export async function openBackup(file: string, schema: number): Promise<BackupReader> {
  const lines = linesOf(file);
  try {
    const first = await lines.next();
    const header = first.done === true ? undefined : parsed(file, first.value);
    if (!isHeader(header)) throw new BackupRefused(`${file} is no backup of rho90`);
    if (header.rho90Backup !== formatVersion) {
      throw new BackupRefused(
        `${file} has format ${header.rho90Backup}, this version of rho90 knows ${formatVersion}; use rho90 ${header.rho90}, which wrote it`,
      );
    }
    if (header.schema !== schema) {
      throw new BackupRefused(
        `${file} has schema ${header.schema}, this version of rho90 has ${schema}: restore it with rho90 ${header.rho90}, which wrote it, and start this version on that database`,
      );
    }
    const hash = createHash('sha256')
      .update(first.value as Buffer)
      .update('\n');
    return { header, rows: rowsOf(file, lines, hash) };
  } catch (error) {
    await lines.return(undefined);
    throw error;
  }
}

async function* rowsOf(
  file: string,
  lines: AsyncIterable<Buffer>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<BackupRow> {
  const counts: Record<string, number> = {};
  let trailer: Trailer | undefined;
  for await (const line of lines) {
    if (trailer !== undefined) throw new BackupRefused(`${file} is damaged: it goes on behind its end`);
    const value = parsed(file, line);
    if (isRow(value)) {
      hash.update(line).update('\n');
      const [table, ...values] = value;
      counts[table] = (counts[table] ?? 0) + 1;
      yield { table, values };
    } else if (isTrailer(value)) trailer = value;
    else throw new BackupRefused(`${file} is damaged: one of its lines is no row`);
  }
  if (trailer === undefined) throw new BackupRefused(`${file} is cut off: its end is missing`);
  if (trailer.sha256 !== hash.digest('hex')) {
    throw new BackupRefused(`${file} is damaged: it is not what its checksum was made of`);
  }
  for (const table of Object.keys({ ...counts, ...trailer.rows })) {
    if (counts[table] !== trailer.rows[table]) {
      throw new BackupRefused(
        `${file} is damaged: it has ${counts[table] ?? 0} rows of ${table}, and says ${trailer.rows[table] ?? 0}`,
      );
    }
  }
}

/** Lines without their ends. */
async function* linesOf(file: string): AsyncGenerator<Buffer, undefined> {
  let pieces: Buffer[] = [];
  let length = 0;
  try {
    const stream = pipeline(createReadStream(file), createGunzip(), () => undefined);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
        yield Buffer.concat([...pieces, chunk.subarray(start, end)]);
        pieces = [];
        length = 0;
        start = end + 1;
      }
      pieces.push(chunk.subarray(start));
      length += chunk.length - start;
      if (length > longestLine) throw new BackupRefused(`${file} is damaged: one of its lines does not end`);
    }
  } catch (error) {
    throw readError(file, error);
  }
  if (length > 0) throw new BackupRefused(`${file} is cut off: its last line does not end`);
  return undefined;
}

function readError(file: string, error: unknown): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const refused = (why: string): BackupRefused => new BackupRefused(`${file} ${why}`, { cause: error });
  if (code === 'ENOENT') return refused('is not there');
  if (code === 'Z_BUF_ERROR') return refused('is cut off: its end is missing');
  if (code.startsWith('Z_')) return refused(`is damaged, or no backup of rho90: ${message}`);
  return /^E[A-Z]+$/.test(code) ? refused(`cannot be read: ${message}`) : error;
}

function parsed(file: string, line: Buffer): unknown {
  try {
    return JSON.parse(line.toString()) as unknown;
  } catch (error) {
    throw new BackupRefused(`${file} is damaged: one of its lines is no JSON`, { cause: error });
  }
}

function isHeader(value: unknown): value is BackupHeader {
  const { rho90Backup, schema, rho90 } = Object(value) as Partial<BackupHeader>;
  return Number.isInteger(rho90Backup) && Number.isInteger(schema) && typeof rho90 === 'string';
}

function isRow(value: unknown): value is [string, ...BackupValue[]] {
  return (
    Array.isArray(value) &&
    typeof value[0] === 'string' &&
    value.every((one) => one === null || typeof one !== 'object')
  );
}

function isTrailer(value: unknown): value is Trailer {
  const { end, rows, sha256 } = Object(value) as Partial<Trailer>;
  return end === true && typeof rows === 'object' && typeof sha256 === 'string';
}

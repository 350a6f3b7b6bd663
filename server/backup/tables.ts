/** A table as a backup holds it. */
export interface BackupTable {
  readonly name: string;
  /** Every column, with what is kept of it where that is not its value. */
  readonly columns: Readonly<Record<string, string | null>>;
  /** Columns that order it and tell its rows apart; there is an index of them. */
  readonly key: readonly string[];
  /** Which rows are kept. */
  readonly where?: string;
  /** Rows of one statement, so that it stays in the size of a megabyte. */
  readonly rows: number;
  /** Whether the database numbers its rows itself, in `place`. */
  readonly numbered?: boolean;
}

const same = (...names: string[]): Record<string, null> => Object.fromEntries(names.map((name) => [name, null]));
const isUnfinished = "status IN ('queued', 'running')";
/** A run that has not ended is kept as one that waits. */
const waits = (name: string, value: string): Record<string, string> => ({
  [name]: `CASE WHEN ${isUnfinished} THEN ${value} ELSE ${name} END`,
});

/** Rows of blobs, which rows with their bytes follow. */
export const BLOB_TABLE = 'blob';
/** A row with a piece of the blob before it, in base64. */
export const BYTES_ROW = 'bytes';

/**
 * What a backup holds, in an order in which no row refers to a later one. What there is beside it belongs to work under
 * way, which begins anew, and to processes.
 */
export const BACKUP_TABLES: readonly BackupTable[] = [
  { name: 'document', columns: same('place', 'kind', 'id'), key: ['place'], rows: 500, numbered: true },
  {
    name: 'document_version',
    columns: same('place', 'document', 'version', 'hash', 'created_at', 'deleted_at', 'bytes', 'summary'),
    key: ['place'],
    rows: 500,
    numbered: true,
  },
  { name: 'document_part', columns: same('place', 'part', 'body'), key: ['place', 'part'], rows: 4 },
  {
    name: 'run',
    columns: {
      ...same('place', 'id', 'owner'),
      ...waits('status', "'queued'"),
      // As it grows whenever a client has something new to see.
      revision: "CASE WHEN status = 'running' THEN revision + 1 ELSE revision END",
      ...same('label', 'book_id', 'schedule_id', 'created_at'),
      ...waits('started_at', 'NULL'),
      ...same('finished_at', 'paths'),
      ...waits('paths_done', '0'),
      ...waits('pilot_paths', '0'),
      ...same('cost', 'request_bytes'),
      ...waits('result_bytes', '0'),
      ...same('body'),
    },
    key: ['place'],
    rows: 200,
    numbered: true,
  },
  {
    name: 'run_part',
    columns: same('place', 'kind', 'part', 'body'),
    key: ['place', 'kind', 'part'],
    where: "kind IN ('request', 'result')",
    rows: 4,
  },
  {
    name: 'idempotency',
    columns: same('owner', 'key', 'request', 'run', 'created_at'),
    key: ['owner', 'key'],
    rows: 500,
  },
  {
    name: BLOB_TABLE,
    columns: same('run', 'kind', 'scenario', 'from_path', 'id', 'bytes', 'checksum'),
    key: ['run', 'kind', 'scenario', 'from_path'],
    where: `kind <> 'shard' AND run NOT IN (SELECT place FROM rho90.run WHERE ${isUnfinished})`,
    rows: 200,
  },
];

/** What is left out: the state of work and of processes, and the bytes of blobs, which come with these. */
export const TABLES_LEFT_OUT: readonly string[] = ['blob_part', 'migration', 'node', 'task'];

export function columnsOf({ columns }: BackupTable): readonly string[] {
  return Object.keys(columns);
}

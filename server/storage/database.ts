/** What can be a parameter of a statement. JSON goes as text with a cast (`$1::jsonb`). */
export type SqlValue = string | number | boolean | null | Date | Uint8Array | readonly string[] | readonly number[];

/**
 * What a statement gives, by column. Both databases give the same: int8 is a number, timestamptz a Date, jsonb what it
 * stands for, bytea a Uint8Array.
 */
export type Row = Readonly<Record<string, unknown>>;

/** Where statements go: a database, or one transaction of it. */
export interface Queryable {
  /** One statement; its parameters are $1, $2 and so on. */
  query<R = Row>(sql: string, parameters?: readonly SqlValue[]): Promise<readonly R[]>;
  /** Several statements without parameters. @returns the rows of all of them, in order */
  script<R = Row>(sql: string): Promise<readonly R[]>;
}

/** PostgreSQL, embedded or not. */
export interface Database extends Queryable {
  readonly kind: 'pglite' | 'postgres';
  /** Connections to a server; null where the database is embedded. */
  readonly connections: () => { readonly open: number; readonly idle: number; readonly waiting: number } | null;
  /**
   * Runs `work` in a transaction, which is undone when it throws.
   *
   * The embedded database has one session: whoever awaits the database itself inside of `work` waits for ever. Pass `tx`
   * on.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /**
   * Hears what transactions of this or another process have sent with `pg_notify`, once they have committed.
   *
   * @param onMessage  given the text, or null when the connection was lost and messages may have been missed
   */
  listen(channel: string, onMessage: (text: string | null) => void): Promise<void>;
  close(): Promise<void>;
}

/** The database cannot be reached just now; what was asked of it may or may not have happened. */
export class DatabaseUnavailable extends Error {}

/** Something about the database that only a person can put right, in words for that person. */
export class DatabaseRefused extends Error {}

/** Another process has the embedded database. */
export class DatabaseInUse extends DatabaseRefused {}

/**
 * An int8, which the drivers give as text or as a bigint where they are not told otherwise.
 *
 * @throws RangeError when a double cannot hold it
 */
export function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 is ${text}; need at most 2^53 - 1 in size`);
  return value;
}

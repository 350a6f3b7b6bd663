import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  type Database,
  DatabaseRefused,
  DatabaseUnavailable,
  oneAtATime,
  type Queryable,
  safeInteger,
  type SqlValue,
} from './database.ts';
import { migrate, type Migration } from './migrate.ts';

export interface PostgresOptions {
  /** Never shown or logged: it may hold a password. */
  readonly url: string;
  readonly migrations: readonly Migration[];
  /** When this process took the database, for whoever is refused. */
  readonly now: Date;
  /** Called once, when another process has had the database while it was away: this one must end. */
  readonly onTaken: () => void;
}

const oldestVersion = 15;
/** Key of the advisory lock: "rho90" in ASCII. One process at a time has a database. */
const lockKey = 0x72_68_6f_39_30;
/** A database that is away refuses at once or, behind a dead network, not at all. */
const connectionTimeout = 5000;
/** Statements are small: the largest writes 256 kB. */
const statementTimeout = 10_000;
/** So many requests in a row fail at once, rather than each wait for a connection that was just refused. */
const pauseAfterFailure = 1000;
/** A server may need a moment to see that a killed process is gone. */
const lockPatience = 5000;
const lockInterval = 200;

const int8: number = pg.types.builtins.INT8;
const bytea: number = pg.types.builtins.BYTEA;
const parseBytea = pg.types.getTypeParser(bytea, 'text') as (text: string) => Buffer;
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown => {
    if (oid === int8) return safeInteger;
    if (oid === bytea) return (text: string) => new Uint8Array(parseBytea(text));
    return pg.types.getTypeParser(oid, format);
  },
};

/**
 * A PostgreSQL server, brought to the schema of this version. All goes through one session, which holds the lock that
 * keeps other processes away: a statement never runs without it. A session that breaks is opened again by the next
 * statement, unless another process has had the database in between.
 *
 * @throws DatabaseRefused when it cannot be used: away, too old, no rights, in use by another process, of a newer schema
 */
export async function openPostgres({ url, migrations, now, onTaken }: PostgresOptions): Promise<Database> {
  const instance = randomUUID();
  const turn = oneAtATime();
  let current: pg.Client | null = null;
  let state: 'opening' | 'open' | 'closed' | 'taken' = 'opening';
  let failedAt = Number.NEGATIVE_INFINITY;

  const drop = (client: pg.Client): void => {
    if (current === client) current = null;
    // It is broken, or about to be; what it says on its way out helps nobody.
    client.end().catch(() => undefined);
  };

  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'rho90',
      connectionTimeoutMillis: connectionTimeout,
      query_timeout: statementTimeout,
      keepAlive: true,
      types,
    });
    client.on('error', () => drop(client));
    try {
      await client.connect();
      // The server then sees within half a minute that this machine is gone, and lets another process in.
      await client.query(
        'SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET client_min_messages = warning',
      );
      return client;
    } catch (error) {
      drop(client);
      throw error;
    }
  };

  /** The session again, after it broke: with the lock, and as this process left the database. */
  const reconnect = async (): Promise<pg.Client> => {
    const client = await connect();
    try {
      if (!(await lock(client, 0))) throw new DatabaseUnavailable('the database is locked by another session');
      const { rows } = await client.query<{ instance: string }>('SELECT instance FROM rho90.holder');
      if (rows[0]?.instance === instance) return client;
    } catch (error) {
      drop(client);
      throw error;
    }
    drop(client);
    state = 'taken';
    onTaken();
    throw new DatabaseUnavailable('another process has taken the database');
  };

  const session = async (): Promise<pg.Client> => {
    if (current !== null) return current;
    if (state !== 'open') throw new DatabaseUnavailable(`the database is ${state}`);
    const since = performance.now() - failedAt;
    if (since < pauseAfterFailure) throw new DatabaseUnavailable('the database was away a moment ago');
    try {
      current = await reconnect();
      return current;
    } catch (error) {
      failedAt = performance.now();
      throw isAway(error) ? unavailable(error) : error;
    }
  };

  /** Statements of a session that fail because of it end it. */
  const on = (client: pg.Client): Queryable => {
    const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        if (!isAway(error)) throw error;
        drop(client);
        throw unavailable(error);
      }
    };
    return {
      query: async <R>(sql: string, parameters: readonly SqlValue[] = []) =>
        guarded(async () => (await client.query(sql, [...parameters])).rows as R[]),
      script: async (sql) => {
        await guarded(() => client.query(sql));
      },
    };
  };

  const database: Database = {
    kind: 'postgres',
    query: (sql, parameters) => turn(async () => on(await session()).query(sql, parameters)),
    script: (sql) => turn(async () => on(await session()).script(sql)),
    transaction: (work) =>
      turn(async () => {
        const client = await session();
        const tx = on(client);
        await tx.script('BEGIN');
        try {
          const value = await work(tx);
          await tx.script('COMMIT');
          return value;
        } catch (error) {
          if (current === client) await tx.script('ROLLBACK');
          throw error;
        }
      }),
    close: () =>
      turn(async () => {
        state = 'closed';
        const client = current;
        current = null;
        await client?.end();
      }),
  };

  try {
    current = await connect();
    const { rows } = await current.query<{ version: string }>(
      "SELECT current_setting('server_version_num') AS version",
    );
    const version = Math.floor(Number(rows[0]?.version) / 10_000);
    if (version < oldestVersion)
      throw new DatabaseRefused(`it is PostgreSQL ${version}; need ${oldestVersion} or newer`);
    if (!(await lock(current, lockPatience))) throw new DatabaseRefused(await holderOf(current));
    await migrate(database, migrations);
    await database.query(
      `INSERT INTO rho90.holder (instance, pid, host, since) VALUES ($1, $2, $3, $4)
       ON CONFLICT (only_one) DO UPDATE SET instance = $1, pid = $2, host = $3, since = $4`,
      [instance, process.pid, hostname(), now],
    );
    state = 'open';
    return database;
  } catch (error) {
    await database.close();
    throw new DatabaseRefused(`the database of DATABASE_URL cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

/** @param patience  how long to try, milliseconds */
async function lock(client: pg.Client, patience: number): Promise<boolean> {
  const until = performance.now() + patience;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [lockKey]);
    if (rows[0]?.taken) return true;
    if (performance.now() >= until) return false;
    await sleep(lockInterval);
  }
}

async function holderOf(client: pg.Client): Promise<string> {
  const { rows: tables } = await client.query<{ found: boolean }>(
    "SELECT to_regclass('rho90.holder') IS NOT NULL AS found",
  );
  const { rows } = tables[0]?.found
    ? await client.query<{ pid: number; host: string; since: Date }>('SELECT pid, host, since FROM rho90.holder')
    : { rows: [] };
  const [holder] = rows;
  const who =
    holder === undefined ? '' : `: pid ${holder.pid} on host ${holder.host}, since ${holder.since.toISOString()}`;
  return `it is in use by another rho90${who}; stop that one, or use another database`;
}

/** Whether a failure is of the connection or of the server as a whole, not of the statement. */
function isAway(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  if (error instanceof RangeError || error instanceof TypeError || error instanceof DatabaseRefused) return false;
  if (!(error instanceof pg.DatabaseError)) return true;
  // Connection exceptions, shutting down or starting, no resources (connections, disk, memory), a standby after a switch.
  return /^(?:08|57P0[123]|53|25006)/.test(error.code ?? '');
}

function unavailable(error: unknown): DatabaseUnavailable {
  return error instanceof DatabaseUnavailable ? error : new DatabaseUnavailable(messageOf(error), { cause: error });
}

/** An attempt on several addresses fails with a list of errors, whose own message is empty. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  type Database,
  DatabaseRefused,
  DatabaseUnavailable,
  type Queryable,
  safeInteger,
  type SqlValue,
} from './database.ts';
import { migrate, type Migration } from './migrate.ts';

export interface PostgresOptions {
  /** Never shown or logged: it may hold a password. */
  readonly url: string;
  readonly migrations: readonly Migration[];
}

const oldestVersion = 15;
/** Key of the advisory lock under which the schema is changed: "rho90" in ASCII. */
const migrationLock = 0x72_68_6f_39_30;
/** Of one process, besides the one that listens. */
const connections = 10;
/** A database that is away refuses at once or, behind a dead network, not at all. */
const connectionTimeout = 5000;
/** Statements are small: the largest writes half a megabyte. */
const statementTimeout = 10_000;
/** So many requests in a row fail at once, rather than each wait for a connection that was just refused. */
const pauseAfterFailure = 1000;
/** How long a start waits for another one that is changing the schema, and how often it looks. */
const lockPatience = 60_000;
const lockInterval = 100;
/** A listening connection says nothing by itself, so a dead network would go unnoticed. */
const listenerCheck = 10_000;
const listenerPause = 500;
/** The server then sees within half a minute that this machine is gone. */
const sessionSettings =
  'SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET client_min_messages = warning';

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
 * A PostgreSQL server, brought to the schema of this version; any number of processes may use it at the same time.
 *
 * @throws DatabaseRefused when it cannot be used: away, too old, no rights, of a newer schema
 */
export async function openPostgres({ url, migrations }: PostgresOptions): Promise<Database> {
  const settings: pg.ClientConfig = {
    connectionString: url,
    application_name: 'rho90',
    connectionTimeoutMillis: connectionTimeout,
    query_timeout: statementTimeout,
    keepAlive: true,
    types,
  };
  try {
    await bringUpToDate(settings, migrations);
  } catch (error) {
    throw new DatabaseRefused(`the database of DATABASE_URL cannot be used: ${messageOf(error)}`, { cause: error });
  }
  return pooled(settings);
}

function pooled(settings: pg.ClientConfig): Database {
  const pool = new pg.Pool({ ...settings, max: connections });
  // A connection that breaks while nobody uses it is replaced by the next one.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    // One that breaks in use says so beside the failure of its statement, or before there is one; unheard, that would
    // end the process.
    client.on('error', () => undefined);
    // Whoever is given this connection meets its failure with a first statement.
    client.query(sessionSettings).catch(() => undefined);
  });
  const closing = new AbortController();
  const listeners: Promise<void>[] = [];
  let failedAt = Number.NEGATIVE_INFINITY;

  const connect = async (): Promise<pg.PoolClient> => {
    if (performance.now() - failedAt < pauseAfterFailure) {
      throw new DatabaseUnavailable('the database was away a moment ago');
    }
    try {
      return await pool.connect();
    } catch (error) {
      // A pool whose connections are all in use says so in its own words, and is no database that is away.
      if (pool.totalCount < connections) failedAt = performance.now();
      throw isAway(error) ? unavailable(error) : error;
    }
  };

  /** A connection for some statements; one that fails because of it is not used again. */
  const using = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await connect();
    let broken = false;
    try {
      return await work(client);
    } catch (error) {
      broken = isAway(error);
      throw broken ? unavailable(error) : error;
    } finally {
      client.release(broken);
    }
  };

  return {
    kind: 'postgres',
    connections: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    query: (sql, parameters) => using((client) => on(client).query(sql, parameters)),
    script: (sql) => using((client) => undoneWhenItThrows(client, () => on(client).script(sql))),
    transaction: (work) => using((client) => inTransaction(client, work)),
    listen: async (channel, onMessage) => {
      const listener = await listening(settings, channel, onMessage);
      listeners.push(keepListening(listener, () => listening(settings, channel, onMessage), onMessage, closing.signal));
    },
    close: async () => {
      closing.abort();
      await Promise.all(listeners);
      await pool.end();
    },
  };
}

function on(client: pg.ClientBase): Queryable {
  return {
    query: async <R>(sql: string, parameters: readonly SqlValue[] = []) =>
      (await client.query(sql, [...parameters])).rows as R[],
    script: async <R>(sql: string) => {
      // Several statements give a list of results, which the types of the driver do not know.
      const results = (await client.query(sql)) as pg.QueryResult | pg.QueryResult[];
      return [results].flat().flatMap(({ rows }) => rows as R[]);
    },
  };
}

async function inTransaction<T>(client: pg.ClientBase, work: (tx: Queryable) => Promise<T>): Promise<T> {
  return undoneWhenItThrows(client, async () => {
    await client.query('BEGIN');
    const value = await work(on(client));
    await client.query('COMMIT');
    return value;
  });
}

/** Leaves no transaction open, be it one that a script began. */
async function undoneWhenItThrows<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A connection that is gone has undone it already.
    if (!isAway(error)) await client.query('ROLLBACK');
    throw error;
  }
}

/** A connection that hears a channel. */
async function listening(
  settings: pg.ClientConfig,
  channel: string,
  onMessage: (text: string | null) => void,
): Promise<pg.Client> {
  const client = await connected(settings);
  client.on('notification', ({ payload }) => onMessage(payload ?? ''));
  await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
  return client;
}

/** Opens a listening connection again whenever it has broken, until the database is closed. */
async function keepListening(
  first: pg.Client,
  again: () => Promise<pg.Client>,
  onMessage: (text: string | null) => void,
  closing: AbortSignal,
): Promise<void> {
  let client: pg.Client | null = first;
  let gone = ended(first);
  while (!closing.aborted) {
    try {
      if (client === null) {
        client = await again();
        gone = ended(client);
        onMessage(null);
      }
      await sleep(listenerCheck, undefined, { signal: AbortSignal.any([closing, gone]) }).catch(ignoreAbort);
      if (!closing.aborted) await client.query('SELECT 1');
    } catch (error) {
      if (!isAway(error)) throw error;
      client?.end().catch(() => undefined);
      client = null;
      await sleep(listenerPause, undefined, { signal: closing }).catch(ignoreAbort);
    }
  }
  await client?.end();
}

/** To be asked for once of a connection: each time adds a listener to it. */
function ended(client: pg.Client): AbortSignal {
  const over = new AbortController();
  client.once('end', () => over.abort());
  return over.signal;
}

function ignoreAbort(error: Error): void {
  if (error.name !== 'AbortError') throw error;
}

async function connected(settings: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(settings);
  // Its statements fail by themselves.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(sessionSettings);
    return client;
  } catch (error) {
    client.end().catch(() => undefined);
    throw error;
  }
}

/** Changes the schema under a lock, since processes may start at the same time. */
async function bringUpToDate(settings: pg.ClientConfig, migrations: readonly Migration[]): Promise<void> {
  const client = await connected(settings);
  try {
    const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version");
    const version = Math.floor(Number(rows[0]?.version) / 10_000);
    if (version < oldestVersion) {
      throw new DatabaseRefused(`it is PostgreSQL ${version}; need ${oldestVersion} or newer`);
    }
    await lock(client);
    await migrate({ ...on(client), transaction: (work) => inTransaction(client, work) }, migrations);
  } finally {
    // The lock goes with the session.
    await client.end();
  }
}

async function lock(client: pg.Client): Promise<void> {
  const until = performance.now() + lockPatience;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
      migrationLock,
    ]);
    if (rows[0]?.taken) return;
    if (performance.now() >= until) {
      throw new DatabaseRefused(
        `another rho90 has been changing its schema for ${lockPatience / 1000} s; wait for it, or end its session`,
      );
    }
    await sleep(lockInterval);
  }
}

/** Whether a failure is of the connection or of the server as a whole, not of the statement. */
function isAway(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  if (error instanceof pg.DatabaseError) {
    // Connection exceptions, shutting down or starting, no resources (connections, disk, memory), a standby after a switch.
    return /^(?:08|57P0[1-5]|53|25006)/.test(error.code ?? '');
  }
  if (error instanceof AggregateError) return error.errors.some(isAway);
  const { code = '', message } = error as NodeJS.ErrnoException;
  return NETWORK_FAILURES.has(code) || DRIVER_FAILURES.test(message);
}

const NETWORK_FAILURES = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN ENOTFOUND EAI_AGAIN'.split(
    ' ',
  ),
);

/** What the driver says of a connection that is gone or silent, in errors of no class of their own. */
const DRIVER_FAILURES =
  /^(?:Connection terminated|Client has encountered a connection error|Query read timeout|timeout e|Client was closed|Client has already been|Cannot use a pool)/;

function unavailable(error: unknown): DatabaseUnavailable {
  return error instanceof DatabaseUnavailable ? error : new DatabaseUnavailable(messageOf(error), { cause: error });
}

/** An attempt on several addresses fails with a list of errors, whose own message is empty. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

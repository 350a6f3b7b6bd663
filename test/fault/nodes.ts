/** Processes on one PostgreSQL. */
import type { Test } from 'tap';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { type Program, startProgram } from '../support/program.ts';
import { until } from '../server/service.ts';

export interface Cluster {
  readonly server: PostgresServer;
  readonly databaseUrl: string;
  readonly start: (role: 'all' | 'api' | 'worker') => Program;
  /** What the database says, whatever the processes do. */
  readonly ask: <R extends pg.QueryResultRow>(sql: string) => Promise<readonly R[]>;
}

/** A server with an empty database; both go with the test. */
export async function startCluster(t: Test): Promise<Cluster> {
  const server = await startPostgres();
  t.teardown(() => server.remove());
  const databaseUrl = await server.createDatabase();
  return {
    server,
    databaseUrl,
    start: (role) =>
      startProgram(t, { DATABASE_URL: databaseUrl, RHO90_ROLE: role, LOG_LEVEL: 'error', RHO90_THREADS: '1' }),
    ask: async <R extends pg.QueryResultRow>(sql: string) => {
      const client = new pg.Client({ connectionString: databaseUrl });
      client.on('error', () => undefined);
      await client.connect();
      try {
        return (await client.query<R>(sql)).rows;
      } finally {
        await client.end();
      }
    },
  };
}

export interface AtWork {
  readonly job: string;
  readonly kind: string;
  readonly pid: number;
  readonly starts: number;
  readonly runId: string;
}

/** Tasks that some process is at work on. */
export function tasksAtWork(
  { ask }: Pick<Cluster, 'ask'>,
  kind: 'run' | 'shard' | 'join' | 'any' = 'any',
): Promise<readonly AtWork[]> {
  return ask<{ job: string; kind: string; pid: number; starts: number; runId: string }>(
    `SELECT t.job, t.kind, n.pid, t.starts, r.id AS "runId" FROM rho90.task AS t
     JOIN rho90.node AS n ON n.id = t.node JOIN rho90.run AS r ON r.place = t.run
     WHERE '${kind}' IN (t.kind, 'any')`,
  );
}

/** The first task of a kind that is found at work, by whichever process. */
export function untilAtWork(cluster: Pick<Cluster, 'ask'>, kind: 'run' | 'shard' | 'join' | 'any'): Promise<AtWork> {
  return until(async () => (await tasksAtWork(cluster, kind))[0]);
}

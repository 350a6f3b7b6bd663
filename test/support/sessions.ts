import pg from 'pg';
import {
  type Database,
  oneAtATime,
  type Queryable,
  safeInteger,
  type SqlValue,
} from '../../server/storage/database.ts';

const int8: number = pg.types.builtins.INT8;
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown =>
    oid === int8 ? safeInteger : pg.types.getTypeParser(oid, format),
};

/**
 * Sessions of one server beside each other, as those of several processes are.
 *
 * @param url  of a database that has the schema of this version
 */
export async function separateSessions(url: string, count: number): Promise<Database[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const client = new pg.Client({ connectionString: url, types });
      await client.connect();
      return sessionOf(client);
    }),
  );
}

function sessionOf(client: pg.Client): Database {
  const turn = oneAtATime();
  const now: Queryable = {
    query: async <R>(sql: string, parameters: readonly SqlValue[] = []) =>
      (await client.query(sql, [...parameters])).rows as R[],
    script: async (sql) => {
      await client.query(sql);
    },
  };
  return {
    kind: 'postgres',
    query: (sql, parameters) => turn(() => now.query(sql, parameters)),
    script: (sql) => turn(() => now.script(sql)),
    transaction: (work) =>
      turn(async () => {
        await client.query('BEGIN');
        try {
          const value = await work(now);
          await client.query('COMMIT');
          return value;
        } catch (error) {
          await client.query('ROLLBACK');
          throw error;
        }
      }),
    close: () => client.end(),
  };
}

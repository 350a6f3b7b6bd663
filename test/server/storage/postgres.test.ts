/** What only a server can do: go away, come back, and be used by two at once. */
import pg from 'pg';
import t, { type Test } from 'tap';
import type { Database } from '../../../server/storage/database.ts';
import { shippedMigrations } from '../../../server/storage/migrate.ts';
import { openPostgres } from '../../../server/storage/postgres.ts';
import { noPostgres, startPostgres } from '../../support/postgres.ts';
import { problemOf, smallRequest, startService, until } from '../service.ts';

const url = '/v1/stress-runs';
const now = new Date('2026-11-20T12:00:00.000Z');

const open = (databaseUrl: string, onTaken: () => void = () => undefined): Promise<Database> =>
  openPostgres({ url: databaseUrl, migrations: shippedMigrations(), now, onTaken });

t.test('PostgreSQL', { skip: noPostgres }, async (t: Test) => {
  const server = await startPostgres();
  t.teardown(() => server.remove());

  t.test('a second process is refused, naming the first, until that lets go', async (t) => {
    const databaseUrl = await server.createDatabase();
    const first = await open(databaseUrl);
    await t.rejects(open(databaseUrl), {
      message: new RegExp(`in use by another rho90: pid ${process.pid} on host .+, since 2026-11-20T12:00:00.000Z`),
    });
    await first.close();
    await (await open(databaseUrl)).close();
  });

  t.test('a database that is not there, or not to be reached, is refused without its password', async (t) => {
    const databaseUrl = await server.createDatabase();
    const missing = databaseUrl.replace('test@', 'test:secret@').replace(/[^/]+$/, 'missing');
    const refused = await open(missing).catch((error: Error) => error.message);
    t.match(refused, /the database of DATABASE_URL cannot be used: database "missing" does not exist/);
    const closed = await open(missing.replace(/:\d+\//, ':1/')).catch((error: Error) => error.message);
    t.match(closed, /cannot be used: .*ECONNREFUSED/);
    t.notMatch(JSON.stringify([refused, closed]), /secret/);
  });

  t.test('while it is away every answer says so, and when it is back the run at work is stored', async (t) => {
    const database = await open(await server.createDatabase());
    const { post, get, untilStatus } = await startService(t, {}, { database });
    const { id } = (await post(url, smallRequest({ paths: 400_000 }))).json();
    await untilStatus(id, 'running');
    await server.crash();
    for (const answer of [
      await get(url),
      await get(`${url}/another`),
      await get(`${url}/another/result`),
      await post(url, smallRequest()),
      await post(`${url}/${id}/cancel`, ''),
    ]) {
      t.match(problemOf(t, answer, 503), { type: '/problems/database-away' });
      t.equal(answer.headers['retry-after'], '5');
    }
    const readiness = await get('/readyz');
    t.equal(readiness.statusCode, 503);
    t.equal(readiness.json().status, 'notReady');
    t.equal((await get('/healthz')).statusCode, 200);
    await server.start();
    await until(async () => (await get('/readyz')).statusCode === 200 || undefined);
    await untilStatus(id, 'succeeded');
    t.equal((await get(`${url}/${id}/result`)).statusCode, 200);
  });

  t.test('a process that was cut off learns that another has had the database, and touches it no more', async (t) => {
    const databaseUrl = await server.createDatabase();
    let taken = 0;
    const first = await open(databaseUrl, () => taken++);
    const other = new pg.Client({ connectionString: databaseUrl });
    await other.connect();
    await other.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rho90' AND datname = current_database()",
    );
    await other.end();
    const second = await open(databaseUrl);
    await second.close();
    await until(async () => {
      await t.rejects(first.query('SELECT 1'));
      return taken > 0 || undefined;
    });
    t.equal(taken, 1);
    await t.rejects(first.query('SELECT 1'), { message: /taken/ });
    await first.close();
  });
});

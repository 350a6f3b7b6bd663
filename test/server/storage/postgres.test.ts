/** What only a server can do: go away, come back, and be used by several processes at once. */
import t, { type Test } from 'tap';
import type { StressRun } from '../../../schemas/stress-run.ts';
import { DatabaseUnavailable } from '../../../server/storage/database.ts';
import { openStorage, type Storage } from '../../../server/storage/open-database.ts';
import { noPostgres, startPostgres } from '../../support/postgres.ts';
import { longRequest, problemOf, smallRequest, startService, until } from '../service.ts';

const url = '/v1/stress-runs';

t.test('PostgreSQL', { skip: noPostgres }, async (t: Test) => {
  const server = await startPostgres();
  t.teardown(() => server.remove());
  const open = async (t: Test, databaseUrl: string): Promise<Storage> => {
    const storage = await openStorage({ databaseUrl, dataDir: '', now: new Date() });
    t.teardown(() => storage.database.close());
    return storage;
  };

  t.test('a database that is not there, or not to be reached, is refused without its password', async (t) => {
    const databaseUrl = await server.createDatabase();
    const missing = databaseUrl.replace('test@', 'test:secret@').replace(/[^/]+$/, 'missing');
    const refused = await open(t, missing).catch((error: Error) => error.message);
    t.match(refused, /the database of DATABASE_URL cannot be used: database "missing" does not exist/);
    const closed = await open(t, missing.replace(/:\d+\//, ':1/')).catch((error: Error) => error.message);
    t.match(closed, /cannot be used: .*ECONNREFUSED/);
    t.notMatch(JSON.stringify([refused, closed]), /secret/);
  });

  t.test('of processes that start at once on an empty database one makes the schema, and all go on', async (t) => {
    const databaseUrl = await server.createDatabase();
    const storages = await Promise.all(Array.from({ length: 4 }, () => open(t, databaseUrl)));
    const [{ database }] = storages;
    const steps = await database.query<{ number: number }>('SELECT number FROM rho90.migration ORDER BY number');
    t.same(
      steps.map(({ number }) => number),
      steps.map((_, i) => i + 1),
    );
    for (const { database } of storages)
      t.same(await database.query('SELECT count(*) AS n FROM rho90.run'), [{ n: 0 }]);
  });

  t.test('several processes have it at once: one accepts, another simulates, and each sees all of it', async (t) => {
    const databaseUrl = await server.createDatabase();
    const accepting = await startService(t, {}, { role: 'api', storage: await open(t, databaseUrl) });
    const working = await startService(t, {}, { role: 'worker', storage: await open(t, databaseUrl) });
    const looking = await startService(t, {}, { role: 'api', storage: await open(t, databaseUrl) });
    const done = (await accepting.post(url, smallRequest(), { prefer: 'wait=60' })).json<StressRun>();
    t.equal(done.status, 'succeeded', 'whoever waits at one hears of the end at the other');
    const { result, ...shown } = done;
    t.same((await looking.get(`${url}/${done.id}`)).json(), shown);
    t.same((await looking.get(`${url}/${done.id}/result`)).json(), result);

    const { id } = (await accepting.post(url, longRequest())).json<StressRun>();
    await looking.untilStatus(id, 'running');
    t.equal((await looking.post(`${url}/${id}/cancel`, '')).statusCode, 200);
    t.equal((await accepting.get(`${url}/${id}`)).json<StressRun>().status, 'cancelled');
    await until(async () => working.runs.busy() === 0 || undefined);
  });

  t.test('while it is away every answer says so, and when it is back the run at work is stored', async (t) => {
    const { post, get, untilStatus } = await startService(
      t,
      {},
      { storage: await open(t, await server.createDatabase()) },
    );
    const { id } = (await post(url, smallRequest({ paths: 400_000 }))).json<StressRun>();
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

  t.test('a connection that breaks within a transaction fails that, and nothing else', async (t) => {
    const databaseUrl = await server.createDatabase();
    const [{ database }, { database: other }] = [await open(t, databaseUrl), await open(t, databaseUrl)];
    const failed = database.transaction(async (tx) => {
      const [{ pid }] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await other.query('SELECT pg_terminate_backend($1)', [pid]);
      // The connection has no statement at work when it breaks.
      await until(async () => {
        const left = await other.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid]);
        return left.length === 0 || undefined;
      });
      await tx.query('SELECT 1');
    });
    const error: unknown = await failed.catch((error: unknown) => error);
    t.ok(error instanceof DatabaseUnavailable, String(error));
    t.same(await database.query('SELECT 1 AS one'), [{ one: 1 }]);
  });

  t.test('whoever listens hears that it may have missed something, and then goes on hearing', async (t) => {
    const databaseUrl = await server.createDatabase();
    const [{ database }, { database: other }] = [await open(t, databaseUrl), await open(t, databaseUrl)];
    const heard: (string | null)[] = [];
    await database.listen('probe', (text) => heard.push(text));
    await other.query("SELECT pg_notify('probe', 'before')");
    await until(async () => heard.length === 1 || undefined);
    await other.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND query ILIKE 'LISTEN%' AND pid <> pg_backend_pid()`,
    );
    await until(async () => heard.length === 2 || undefined);
    t.same(heard, ['before', null]);
    await other.query("SELECT pg_notify('probe', 'after')");
    await until(async () => heard.length === 3 || undefined);
    t.same(heard, ['before', null, 'after']);
  });
});

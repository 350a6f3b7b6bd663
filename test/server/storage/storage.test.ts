/** The whole of the storage on each database: what one does and the other does not is a defect. */
import t, { type Test } from 'tap';
import type { StressRun } from '../../../schemas/stress-run.ts';
import type { Database } from '../../../server/storage/database.ts';
import { migrate, shippedMigrations } from '../../../server/storage/migrate.ts';
import { openPostgres } from '../../../server/storage/postgres.ts';
import type { Retention, RunStore } from '../../../server/storage/run-store.ts';
import { sqlRunStore } from '../../../server/storage/sql-run-store.ts';
import { memoryDatabase } from '../../support/database.ts';
import { noPostgres, startPostgres } from '../../support/postgres.ts';

const epoch = Date.parse('2026-11-20T12:00:00.000Z');
const at = (seconds: number): string => new Date(epoch + 1000 * seconds).toISOString();
const plenty: Retention = { kind: 'room', maxFinished: 1000, maxBytes: 1e9 };

const queued = (id: string, more: Partial<StressRun> = {}): StressRun => ({
  id,
  status: 'queued',
  createdAt: at(0),
  progress: { pathsDone: 0, paths: 500, secondsLeft: null },
  inputHash: '9f86',
  seed: '42',
  engine: { version: '0.0.0-test', kernelHash: 'fused-1' },
  ...more,
});
const ended = (run: StressRun, status: StressRun['status'], finishedAt = at(9)): StressRun => ({
  ...run,
  status,
  finishedAt,
});

t.test('PGlite', (t) => suite(t, memoryDatabase));

t.test('PostgreSQL', { skip: noPostgres }, async (t) => {
  const server = await startPostgres();
  t.teardown(() => server.remove());
  await suite(t, async () =>
    openPostgres({
      url: await server.createDatabase(),
      migrations: shippedMigrations(),
      now: new Date(),
      onTaken: () => t.fail('nobody takes it'),
    }),
  );
});

async function suite(t: Test, open: () => Promise<Database>): Promise<void> {
  const database = await open();
  t.teardown(() => database.close());
  /** An empty store; the tables are those of the test before. */
  const emptyStore = async (retention = plenty, clock = () => new Date(epoch)): Promise<RunStore> => {
    await database.query('DELETE FROM rho90.run');
    return sqlRunStore(database, { retention, clock });
  };
  const idsOf = async (store: RunStore): Promise<string[]> =>
    ((await store.list({}, { limit: 200 }))?.items ?? []).map(({ id }) => id);

  t.test('values come back as the same values', async (t) => {
    const bytes = new Uint8Array([0, 1, 127, 128, 255]);
    const instant = new Date('2026-11-20T22:30:00.123Z');
    const [row] = await database.query(
      `SELECT 9007199254740991::int8 AS int8, $1::timestamptz AS instant, $2::jsonb AS json, $3::bytea AS bytes,
              $4::text AS text, $5::boolean AS yes, $6::integer AS int4, $7::float8 AS float8, count(*) AS count,
              NULL::int8 AS nothing`,
      [instant, '{"b":[1,{"c":null}]}', bytes, 'Σ "\\ \n𝜌', true, -7, 0.1],
    );
    t.strictSame(row, {
      int8: 9007199254740991,
      instant,
      json: { b: [1, { c: null }] },
      bytes,
      text: 'Σ "\\ \n𝜌',
      yes: true,
      int4: -7,
      float8: 0.1,
      count: 1,
      nothing: null,
    });
    await t.rejects(database.query('SELECT 9007199254740993::int8 AS big'), RangeError);
  });

  t.test('a transaction that throws leaves nothing, and the session goes on', async (t) => {
    await database.script('CREATE TABLE rho90.probe (n integer PRIMARY KEY)');
    const insert = 'INSERT INTO rho90.probe VALUES ($1)';
    await t.rejects(
      database.transaction(async (tx) => {
        await tx.query(insert, [1]);
        throw new Error('changed my mind');
      }),
      { message: 'changed my mind' },
    );
    await t.rejects(
      database.transaction(async (tx) => {
        await tx.query(insert, [2]);
        await tx.query(insert, [2]);
      }),
      { code: '23505' },
    );
    await Promise.all([3, 4, 5].map((n) => database.transaction((tx) => tx.query(insert, [n]))));
    t.same(await database.query('SELECT n FROM rho90.probe ORDER BY n'), [{ n: 3 }, { n: 4 }, { n: 5 }]);
    await database.script('DROP TABLE rho90.probe');
  });

  t.test('a run comes back as it was put, with its request and its result to the byte', async (t) => {
    const store = await emptyStore();
    const run = queued('a', { label: 'a "\\\u0000 Σ𝜌' });
    // Fields out of order, a negative zero, and numbers that jsonb would write differently.
    const request = '{"z":1,"a":-0,"b":1e400,"c":1.0,"a2":"\\u0000𝜌"}';
    await store.accept(run, request);
    t.strictSame(await store.get('a'), run);
    t.equal(await store.request('a'), request);
    t.equal(await store.result('a'), undefined);
    const running = { ...run, status: 'running', startedAt: at(1) } as const;
    t.equal(await store.put(running, 1), true);
    t.strictSame(await store.get('a'), running);
    t.strictSame(await store.unfinished(), [{ run: running, starts: 1, bytes: Buffer.byteLength(request) }]);
    // Longer than a part, with the boundary of parts inside of a character of two units.
    const result = `"x${'𝜌'.repeat(600_000)}"`;
    const done = ended(running, 'succeeded');
    t.equal(await store.putSucceeded(done, result), true);
    t.equal(await store.result('a'), result);
    t.strictSame(await store.get('a'), done);
    t.strictSame(await store.unfinished(), []);
    t.equal(await store.get('b'), undefined);
    t.equal(await store.request('b'), undefined);
    t.equal(await store.result('b'), undefined);
  });

  t.test('a run ends once: what comes later changes nothing, and the same again is no contradiction', async (t) => {
    const store = await emptyStore();
    const run = queued('a');
    await store.accept(run, '{}');
    const cancelled = ended(run, 'cancelled');
    t.equal(await store.put(cancelled), true);
    t.equal(await store.put(cancelled), true, 'the answer to the first attempt may have been lost');
    t.equal(await store.putSucceeded(ended(run, 'succeeded'), '{}'), false);
    t.equal(await store.put({ ...run, status: 'running' }, 2), false);
    t.strictSame(await store.get('a'), cancelled);
    t.equal(await store.result('a'), undefined);
  });

  t.test('a run that is accepted twice, or discarded, leaves no trace', async (t) => {
    const store = await emptyStore();
    await store.accept(queued('a'), '{"first":true}');
    await t.rejects(store.accept(queued('a'), '{"second":true}'), { code: '23505' });
    t.equal(await store.request('a'), '{"first":true}');
    await store.discard('a');
    await store.discard('never there');
    t.equal(await store.get('a'), undefined);
    t.same(await database.query('SELECT count(*) AS parts FROM rho90.run_part'), [{ parts: 0 }]);
  });

  t.test('the list is newest first, narrowed by each filter, in pages that survive a deletion', async (t) => {
    const store = await emptyStore();
    for (const [index, label] of ['x', 'y', 'x', 'y', 'x\u0000'].entries()) {
      await store.accept(queued(String(index), { label, createdAt: at(index) }), '{}');
    }
    await store.put({ ...queued('1', { label: 'y', createdAt: at(1) }), status: 'running' }, 1);
    const list = async (
      ...[filter, page = { limit: 9 }]: [Parameters<RunStore['list']>[0], { limit: number; cursor?: string }?]
    ) => {
      const found = await store.list(filter, page);
      return { ids: found?.items.map(({ id }) => id).join(''), next: found?.nextCursor ?? null };
    };
    t.same(await list({}), { ids: '43210', next: null });
    t.same(await list({ label: 'x' }), { ids: '20', next: null });
    t.same(await list({ label: 'x\u0000' }), { ids: '4', next: null });
    t.same(await list({ status: 'queued', label: 'y' }), { ids: '3', next: null });
    t.same(await list({ createdAfter: new Date(at(1)), createdBefore: new Date(at(4)) }), { ids: '32', next: null });
    const first = await list({}, { limit: 2 });
    t.equal(first.ids, '43');
    await store.discard('3');
    await store.discard('2');
    t.same(await list({}, { limit: 2, cursor: first.next ?? '' }), { ids: '10', next: null });
    t.equal(await store.list({}, { limit: 2, cursor: 'abc' }), null);
  });

  t.test('runs without an end come back in the order of their acceptance, whatever the clock said', async (t) => {
    const store = await emptyStore();
    for (const [id, seconds] of [
      ['c', 3],
      ['a', 1],
      ['b', 2],
    ] as const) {
      await store.accept(queued(id, { createdAt: at(seconds) }), '{}');
    }
    await store.put({ ...queued('a'), status: 'running' }, 2);
    await store.put(ended(queued('b'), 'failed'));
    t.same(
      (await store.unfinished()).map(({ run, starts }) => [run.id, starts]),
      [
        ['c', 0],
        ['a', 2],
      ],
    );
  });

  t.test('finished runs go when there are too many, the first accepted first, the latest never', async (t) => {
    const store = await emptyStore({ kind: 'room', maxFinished: 2, maxBytes: 1e9 });
    for (const id of ['waits', 'a', 'b', 'c', 'd']) await store.accept(queued(id), '{}');
    for (const id of ['d', 'c', 'b', 'a']) await store.put(ended(queued(id), 'cancelled'));
    t.same(await idsOf(store), ['d', 'a', 'waits'], 'a has just finished, and d is the newest of the others');
    const none = await emptyStore({ kind: 'room', maxFinished: 0, maxBytes: 0 });
    for (const id of ['a', 'b']) {
      await none.accept(queued(id), '{}');
      await none.putSucceeded(ended(queued(id), 'succeeded'), '"result"');
    }
    t.same(await idsOf(none), ['b']);
    t.equal(await none.result('b'), '"result"');
    await none.clean();
    t.same(await idsOf(none), []);
  });

  t.test('finished runs go when their requests and results take too much room', async (t) => {
    const store = await emptyStore({ kind: 'room', maxFinished: 100, maxBytes: 50 });
    for (const id of ['a', 'b', 'c']) {
      await store.accept(queued(id), '{}');
      await store.putSucceeded(ended(queued(id), 'succeeded'), JSON.stringify('x'.repeat(18)));
    }
    t.same(await idsOf(store), ['c', 'b'], 'each has 22 bytes');
  });

  t.test('with a number of days, finished runs go by their age alone, many at a time', async (t) => {
    let now = epoch;
    const store = await emptyStore({ kind: 'days', days: 2 }, () => new Date(now));
    const day = 86_400;
    await store.accept(queued('waits'), '{}');
    for (let i = 0; i < 50; i++) {
      await store.accept(queued(`old ${i}`), '{}');
      await store.put(ended(queued(`old ${i}`), 'cancelled', at(0)));
    }
    await store.accept(queued('new'), '{}');
    await store.put(ended(queued('new'), 'cancelled', at(day)));
    now = epoch + 2000 * day;
    await store.clean();
    t.equal((await idsOf(store)).length, 52, 'two days are not over');
    now++;
    await store.clean();
    t.same(await idsOf(store), ['new', 'waits']);
  });

  t.test('a schema that is up to date stays as it is, and a step that fails leaves nothing', async (t) => {
    const shipped = shippedMigrations();
    t.same(
      shipped.map(({ number }) => number),
      shipped.map((_, index) => index + 1),
    );
    const taken = () =>
      database.query('SELECT number, name, checksum, applied_at FROM rho90.migration ORDER BY number');
    const before = await taken();
    t.equal(before.length, shipped.length);
    await migrate(database, shipped);
    t.strictSame(await taken(), before);
    const next = { number: shipped.length + 1, name: 'next', sql: 'CREATE TABLE rho90.next (n int); SELECT 1 / 0' };
    await t.rejects(migrate(database, [...shipped, next]), { code: '22012' });
    t.strictSame(await taken(), before);
    t.same(await database.query("SELECT to_regclass('rho90.next') IS NULL AS gone"), [{ gone: true }]);
  });

  t.test('a schema that is newer, or was made otherwise, is refused', async (t) => {
    const shipped = shippedMigrations();
    const [first, ...rest] = shipped;
    await t.rejects(migrate(database, shipped.slice(0, -1)), {
      message: /the database has schema \d+ \(.+\), this version of rho90 knows \d+: a newer version has used it/,
    });
    await t.rejects(migrate(database, [{ ...first, sql: `${first.sql} ` }, ...rest]), {
      message: /step 1 \(runs\) of the database's schema is not the one of this version/,
    });
  });
}

import t from 'tap';
import { migrate, shippedMigrations } from '../../../server/storage/migrate.ts';
import { onBothDatabases } from '../../support/both-databases.ts';
import { until } from '../service.ts';

onBothDatabases(t, (t, { database, other }) => {
  t.test('values come back as the same values', async (t) => {
    const bytes = new Uint8Array([0, 1, 127, 128, 255]);
    const instant = new Date('2026-11-20T22:30:00.123Z');
    const [row] = await database.query(
      `SELECT 9007199254740991::int8 AS int8, $1::timestamptz AS instant, $2::jsonb AS json, $3::bytea AS bytes,
              $4::text AS text, $5::boolean AS yes, $6::integer AS int4, $7::float8 AS float8, count(*) AS count,
              NULL::int8 AS nothing, $8::text[] AS texts, $9::bigint[] = ARRAY[1, 2]::bigint[] AS same`,
      [instant, '{"b":[1,{"c":null}]}', bytes, 'Σ "\\ \n𝜌', true, -7, 0.1, ['a,b', '{"'], [1, 2]],
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
      texts: ['a,b', '{"'],
      same: true,
    });
    await t.rejects(database.query('SELECT 9007199254740993::int8 AS big'), RangeError);
  });

  t.test('a script gives the rows of all of its statements, in order', async (t) => {
    t.same(
      await database.script("SELECT 1 AS n; SET application_name = 'x'; SELECT 2 AS n UNION SELECT 3 ORDER BY n"),
      [{ n: 1 }, { n: 2 }, { n: 3 }],
    );
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

  t.test('a script that fails leaves no transaction open that it began', async (t) => {
    const failing = 'BEGIN; CREATE TABLE rho90.half (n integer); SELECT 1 / 0; COMMIT';
    // As often as a pool has connections, and once more.
    for (let i = 0; i < 11; i++) await t.rejects(database.script(failing), { code: '22012' });
    await database.script('CREATE TABLE rho90.whole (n integer)');
    const there = "SELECT to_regclass('rho90.half') IS NULL AS gone, to_regclass('rho90.whole') IS NOT NULL AS made";
    const { database: elsewhere } = await other();
    t.same(await elsewhere.query(there), [{ gone: true, made: true }]);
    t.same(await database.query('SELECT pg_current_xact_id_if_assigned() IS NULL AS alone'), [{ alone: true }]);
    await database.script('DROP TABLE rho90.whole');
  });

  t.test('what a transaction sends is heard once it has committed, in order, on its channel only', async (t) => {
    const heard: (string | null)[] = [];
    const { database: elsewhere } = await other();
    await elsewhere.listen('rho90_probe', (text) => heard.push(text));
    const send = 'SELECT pg_notify($1, $2)';
    await t.rejects(
      database.transaction(async (tx) => {
        await tx.query(send, ['rho90_probe', 'never']);
        throw new Error('undone');
      }),
    );
    await database.transaction(async (tx) => {
      await tx.query(send, ['rho90_other', 'another channel']);
      await tx.query(send, ['rho90_probe', 'first Σ𝜌']);
      await tx.query(send, ['rho90_probe', '']);
    });
    await database.query(send, ['rho90_probe', 'last']);
    await until(async () => heard.includes('last') || undefined);
    t.same(heard, ['first Σ𝜌', '', 'last']);
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
});

import t from 'tap';
import { sqlIdempotencyStore } from '../../../server/storage/idempotency-store.ts';
import { sqlRunStore } from '../../../server/storage/sql-run-store.ts';
import { onBothDatabases } from '../../support/both-databases.ts';
import { at, insertRun, queuedRun } from '../../support/stored-runs.ts';

onBothDatabases(t, (t, { database, clear }) => {
  const clock = () => at(0);
  const runs = sqlRunStore(database, clock);
  const keys = sqlIdempotencyStore(clock);
  t.beforeEach(clear);

  t.test('a key leads to the run that it has started, of its owner only', async (t) => {
    const run = queuedRun('a', { label: 'a\u0000' });
    const place = await insertRun(database, runs, run);
    await keys.insert(database, { owner: 'me', key: 'k', request: 'hash', run: place, now: at(0) });
    t.strictSame(await keys.find(database, 'me', 'k'), { request: 'hash', run });
    t.equal(await keys.find(database, 'you', 'k'), undefined);
    t.equal(await keys.find(database, 'me', 'K'), undefined);
    const again = { owner: 'me', key: 'k', request: 'other', run: place, now: at(1) };
    await t.rejects(keys.insert(database, again), { code: '23505' });
    await keys.insert(database, { ...again, owner: 'you' });
    t.match(await keys.find(database, 'you', 'k'), { request: 'other' });
  });

  t.test('a key is forgotten by its age, and with its run', async (t) => {
    const [first, second] = [
      await insertRun(database, runs, queuedRun('a')),
      await insertRun(database, runs, queuedRun('b')),
    ];
    for (const [key, seconds, run] of [
      ['old', 1, first],
      ['new', 2, first],
      ['other', 2, second],
    ] as const) {
      await keys.insert(database, { owner: 'me', key, request: 'hash', run, now: at(seconds) });
    }
    const there = async () =>
      (await database.query<{ key: string }>('SELECT key FROM rho90.idempotency ORDER BY key')).map(({ key }) => key);
    await keys.forget(database, at(1));
    t.same(await there(), ['new', 'old', 'other']);
    await keys.forget(database, at(2));
    t.same(await there(), ['new', 'other']);
    await database.query("DELETE FROM rho90.run WHERE id = 'a'");
    t.same(await there(), ['other']);
  });
});

import t from 'tap';
import type { RunFilter, RunStore } from '../../../server/storage/run-store.ts';
import { sqlRunStore } from '../../../server/storage/sql-run-store.ts';
import { onBothDatabases } from '../../support/both-databases.ts';
import { at, insertRun, isSet, queuedRun, started } from '../../support/stored-runs.ts';
import { until } from '../service.ts';

onBothDatabases(t, (t, { database, clear }) => {
  const store = sqlRunStore(database, () => at(0));
  const insert = (...more: Parameters<typeof insertRun> extends [unknown, unknown, ...infer R] ? R : never) =>
    insertRun(database, store, ...more);
  const tx = <T>(work: Parameters<typeof database.transaction<T>>[0]): Promise<T> => database.transaction(work);
  t.beforeEach(clear);

  t.test('a run comes back as it was put, with its request and its result to the byte', async (t) => {
    const run = queuedRun('a', { label: 'a "\\\u0000 Σ𝜌', bookId: 'desk', scheduleId: 'nightly' });
    // Fields out of order, a negative zero, and numbers that jsonb would write differently.
    const request = '{"z":1,"a":-0,"b":1e400,"c":1.0,"a2":"\\u0000𝜌"}';
    const place = await insert(run, { request });
    t.equal(await store.placeOf('a'), place);
    t.strictSame(await store.get('a'), run);
    t.equal(await store.request('a'), request);
    t.equal(await store.result('a'), undefined);

    const engine = { version: '0.0.1-test', kernelHash: 'fused-2' };
    t.equal(await tx((tx) => store.start(tx, 'a', { ...started, engine, paths: 600 })), place);
    const running = {
      ...run,
      status: 'running' as const,
      startedAt: at(1).toISOString(),
      progress: { ...run.progress, paths: 600 },
      engine,
    };
    t.strictSame(await store.get('a'), running);

    // Longer than a part, with the boundary of parts inside of a character of two units.
    const result = `"x${'𝜌'.repeat(600_000)}"`;
    const shown = { resultHash: 'abc', summary: { survives: null } as never };
    const end = { status: 'succeeded', finishedAt: at(9), result, ...shown } as const;
    t.equal(await tx((tx) => store.end(tx, 'a', end)), place);
    t.ok((await store.result('a')) === result, 'the result to the byte');
    t.strictSame(await store.get('a'), {
      ...running,
      status: 'succeeded',
      finishedAt: at(9).toISOString(),
      progress: { pathsDone: 600, paths: 600, secondsLeft: 0 },
      ...shown,
    });
    for (const read of ['get', 'request', 'result', 'placeOf'] as const) t.equal(await store[read]('b'), undefined);
  });

  t.test('an id that text cannot hold is one that no run has', async (t) => {
    for (const id of ['\u0000', 'a\u0000', "'; DROP TABLE rho90.run; --", '\u{1f4c8}']) {
      for (const read of ['get', 'request', 'result', 'placeOf'] as const) t.equal(await store[read](id), undefined);
      t.equal(await tx((tx) => store.lock(tx, id)), undefined);
    }
    for (const filter of [{ bookId: 'a\u0000' }, { scheduleId: '\u0000' }]) {
      t.same(await store.list(filter, { limit: 9 }), { items: [], nextCursor: null });
    }
  });

  t.test('a run ends once: what comes later changes nothing', async (t) => {
    await insert(queuedRun('a'));
    const end = (status: 'cancelled' | 'failed' | 'succeeded') =>
      tx((tx) => store.end(tx, 'a', { status, finishedAt: at(9), ...(status === 'succeeded' ? { result: '1' } : {}) }));
    t.type(await end('cancelled'), 'number');
    const cancelled = await store.get('a');
    for (const status of ['cancelled', 'succeeded', 'failed'] as const) t.equal(await end(status), undefined);
    t.equal(await tx((tx) => store.start(tx, 'a', started)), undefined);
    await tx(async (tx) => store.giveBack(tx, isSet(await store.lock(tx, 'a')).place));
    t.strictSame(await store.get('a'), cancelled);
    t.equal(await store.result('a'), undefined);
    t.equal(await tx((tx) => store.end(tx, 'never there', { status: 'failed', finishedAt: at(9) })), undefined);
  });

  t.test('an id is taken once, and a refused run leaves no part of its request', async (t) => {
    await insert(queuedRun('a'), { request: '{"first":true}' });
    await t.rejects(insert(queuedRun('a'), { request: '{"second":true}' }), { code: '23505' });
    t.equal(await store.request('a'), '{"first":true}');
    t.same(await database.query('SELECT count(*) AS parts FROM rho90.run_part'), [{ parts: 1 }]);
  });

  t.test('whoever locks a run decides how it ends', async (t) => {
    await insert(queuedRun('a'));
    let second: Promise<number | undefined> | undefined;
    const first = await tx(async (tx) => {
      t.match(await store.lock(tx, 'a'), { status: 'queued' });
      let secondIsOver = false;
      second = database
        .transaction((tx) => store.end(tx, 'a', { status: 'failed', finishedAt: at(2) }))
        .finally(() => (secondIsOver = true));
      // The embedded database has one session, which is this transaction's.
      if (database.kind === 'postgres') {
        await until(async () => {
          const [{ waiting }] = await tx.query<{ waiting: boolean }>(
            'SELECT count(*) > 0 AS waiting FROM pg_locks WHERE NOT granted',
          );
          return waiting || secondIsOver || undefined;
        });
      }
      t.notOk(secondIsOver);
      return store.end(tx, 'a', { status: 'cancelled', finishedAt: at(1) });
    });
    t.type(first, 'number');
    t.equal(await second, undefined);
    t.match(await store.get('a'), { status: 'cancelled' });
  });

  t.test('a run that is given back or begins anew is as it was before it started', async (t) => {
    const run = queuedRun('a');
    const place = await insert(run, { cost: 12_345 });
    await tx((tx) => store.start(tx, 'a', started));
    await tx((tx) => store.giveBack(tx, place));
    t.strictSame(await store.get('a'), run);

    await tx((tx) => store.start(tx, 'a', started));
    await tx(async (tx) => {
      await store.plan(tx, place, 100);
      await store.writeScenario(tx, place, 1, '"one"');
      await store.countBytes(tx, place, 99);
    });
    t.match(await store.get('a'), { progress: { paths: 600 } });
    t.same(await store.scenarios(database, place, 3), [undefined, '"one"', undefined]);
    t.match(await store.timing(database, place), { startedAt: at(1), paths: 600 });
    t.equal(await tx((tx) => store.restart(tx, place)), 12_345);
    t.same(await store.scenarios(database, place, 3), [undefined, undefined, undefined]);
    t.match(await store.get('a'), { status: 'queued', startedAt: undefined });
    await tx((tx) => store.start(tx, 'a', started));
    t.match(await store.get('a'), { progress: { pathsDone: 0, paths: 500 } }, 'planned anew');
    t.same(await database.query('SELECT result_bytes AS bytes FROM rho90.run'), [{ bytes: 0 }]);
  });

  t.test('results of scenarios are replaced, and go with the end of the run', async (t) => {
    const place = await insert(queuedRun('a'));
    const long = `"${'x'.repeat(700_000)}"`;
    await tx((tx) => store.writeScenario(tx, place, 0, long));
    t.ok((await store.scenarios(database, place, 1))[0] === long);
    await tx((tx) => store.writeScenario(tx, place, 0, '"again"'));
    t.same(await store.scenarios(database, place, 1), ['"again"']);
    await tx((tx) => store.end(tx, 'a', { status: 'succeeded', finishedAt: at(9), result: '{}' }));
    t.same(await store.scenarios(database, place, 1), [undefined]);
    t.equal(await store.result('a'), '{}');
  });

  t.test('what waits is counted, of all and of one owner', async (t) => {
    for (const [id, owner] of ['a', 'b', 'b', 'c'].entries()) {
      await insert(queuedRun(String(id), { createdAt: at(id).toISOString() }), { owner, request: '"1234567"' });
    }
    await tx((tx) => store.start(tx, '0', started));
    await tx((tx) => store.end(tx, '3', { status: 'cancelled', finishedAt: at(9) }));
    t.same(await store.waiting(database), { runs: 2, bytes: 18 });
    t.same(await store.waiting(database, 'a'), { runs: 0, bytes: 0 });
    t.same(await store.waiting(database, 'b'), { runs: 2, bytes: 18 });
    t.same(await store.counts(), { queued: 2, running: 1, oldestQueued: at(1) });
  });

  t.test('the list is newest first, narrowed by each filter, in pages that survive a deletion', async (t) => {
    for (const [index, label] of ['x', 'y', 'x', 'y', 'x\u0000'].entries()) {
      // Accepted in this order, whatever the clock said.
      const createdAt = at(10 - index).toISOString();
      const stored = { bookId: index % 2 === 0 ? 'even' : 'odd', ...(index === 3 ? { scheduleId: 'nightly' } : {}) };
      await insert(queuedRun(String(index), { label, createdAt, ...stored }));
    }
    await tx((tx) => store.start(tx, '1', started));
    const list = async (filter: RunFilter, page: Parameters<RunStore['list']>[1] = { limit: 9 }) => {
      const found = await store.list(filter, page);
      return { ids: found?.items.map(({ id }) => id).join(''), next: found?.nextCursor ?? null };
    };
    t.same(await list({}), { ids: '43210', next: null });
    t.same(await list({ label: 'x' }), { ids: '20', next: null });
    t.same(await list({ label: 'x\u0000' }), { ids: '4', next: null });
    t.same(await list({ status: 'queued', label: 'y' }), { ids: '3', next: null });
    t.same(await list({ bookId: 'even' }), { ids: '420', next: null });
    t.same(await list({ scheduleId: 'nightly' }), { ids: '3', next: null });
    t.same(await list({ scheduleId: 'nightly', bookId: 'even' }), { ids: '', next: null });
    t.same(await list({ createdAfter: at(6), createdBefore: at(9) }), { ids: '32', next: null });
    const first = await list({}, { limit: 2 });
    t.equal(first.ids, '43');
    await database.query("DELETE FROM rho90.run WHERE id IN ('3', '2')");
    t.same(await list({}, { limit: 2, cursor: first.next ?? '' }), { ids: '10', next: null });
    t.equal(await store.list({}, { limit: 2, cursor: 'abc' }), null);
  });

  t.test('the database says that it answers', async (t) => {
    await t.resolves(store.check());
  });
});

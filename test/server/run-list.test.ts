import t from 'tap';
import type { StressRun } from '../../schemas/stress-run.ts';
import { sqlRunStore } from '../../server/storage/sql-run-store.ts';
import { memoryStorage } from '../support/database.ts';
import { insertRun, queuedRun } from '../support/stored-runs.ts';
import { matchesSchema, problemOf, smallRequest, startService } from './service.ts';

const url = '/v1/stress-runs';
const storage = await memoryStorage(t);
const { app, post, get } = await startService(t, {}, { storage });

t.test('the list is newest first, in pages, and can be narrowed', async (t) => {
  const ids: string[] = [];
  for (const label of ['a', 'b', 'a', 'b', 'a']) {
    ids.unshift((await post(url, { ...smallRequest(), label }, { prefer: 'wait=60' })).json().id);
  }
  const all = (await get(url)).json();
  t.equal(all.nextCursor, null);
  matchesSchema(t, 'StressRunList', all);
  t.same(
    all.items.map((run: StressRun) => run.id),
    ids,
  );

  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: StressRun[]; nextCursor: string | null } = (
      await get(`${url}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
    ).json();
    seen.push(...page.items.map((run) => run.id));
    cursor = page.nextCursor;
  }
  t.same(seen, ids);

  t.equal((await get(`${url}?label=b`)).json().items.length, 2);
  t.equal((await get(`${url}?label=c`)).json().items.length, 0);
  t.equal((await get(`${url}?status=succeeded&limit=200`)).json().items.length, 5);
  t.equal((await get(`${url}?status=running`)).json().items.length, 0);
  const third = encodeURIComponent(all.items[2].createdAt);
  t.equal((await get(`${url}?createdAfter=${third}`)).json().items.length, 2);
  t.equal((await get(`${url}?createdBefore=${third}`)).json().items.length, 2);
});

t.test('a list parameter that is wrong is named, with what is allowed', async (t) => {
  const cases: [query: string, failure: { reason: string; pointer: string; message: RegExp }][] = [
    ['limit=0', { reason: 'out_of_range', pointer: 'limit', message: /limit is 0; it must be from 1 to 200/ }],
    ['limit=many', { reason: 'wrong_type', pointer: 'limit', message: /limit is "many"; it must be a whole number/ }],
    ['state=queued', { reason: 'unknown_field', pointer: 'state', message: /did you mean "status"/ }],
    ['status=done', { reason: 'not_allowed', pointer: 'status', message: /"queued", "running"/ }],
    ['cursor=abc', { reason: 'wrong_format', pointer: 'cursor', message: /nextCursor/ }],
    ['createdAfter=2026-02-30T00:00:00Z', { reason: 'wrong_format', pointer: 'createdAfter', message: /an instant/ }],
    ['createdAfter=yesterday', { reason: 'wrong_format', pointer: 'createdAfter', message: /an instant/ }],
    ['createdBefore=2026-11-20T00:00:00', { reason: 'wrong_format', pointer: 'createdBefore', message: /an instant/ }],
  ];
  for (const [query, failure] of cases) {
    t.match(problemOf(t, await get(`${url}?${query}`), 400).failures, [failure], query);
  }
});

t.test('the list can be narrowed to the runs of a stored book, or of a schedule', async (t) => {
  const { book, market } = smallRequest();
  const headers = { 'content-type': 'application/json' };
  await app.inject({ method: 'PUT', url: '/v1/books/desk', headers, payload: JSON.stringify(book) });
  const { id } = (await post(url, { bookId: 'desk', market, simulation: { paths: 8 } })).json<StressRun>();
  const store = sqlRunStore(storage.database, () => new Date());
  await insertRun(storage.database, store, queuedRun('scheduled', { scheduleId: 'nightly', bookId: 'other' }));
  const idsOf = async (query: string): Promise<string[]> => {
    const { items } = (await get(`${url}?${query}`)).json<{ items: StressRun[] }>();
    return items.map((run) => run.id);
  };
  t.same(await idsOf('bookId=desk'), [id]);
  t.same(await idsOf('scheduleId=nightly'), ['scheduled']);
  t.same(await idsOf('scheduleId=nightly&bookId=desk'), []);
  for (const nowhere of ['bookId=nothing', 'bookId=%00', 'scheduleId=a%00']) t.same(await idsOf(nowhere), []);
});

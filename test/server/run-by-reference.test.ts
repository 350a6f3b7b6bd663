import t from 'tap';
import type { Book } from '../../schemas/book.ts';
import type { Failure } from '../../schemas/failure.ts';
import type { Market } from '../../schemas/market.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import type { StressRun, StressRunRequest } from '../../schemas/stress-run.ts';
import { sqlRunStore } from '../../server/storage/sql-run-store.ts';
import { memoryStorage } from '../support/database.ts';
import { matchesSchema, problemOf, smallRequest, startService } from './service.ts';

const runs = '/v1/stress-runs';
const { book, market } = smallRequest() as { book: Book; market: Market };
const { seed: _, ...simulation } = smallRequest().simulation ?? {};
const crisis: Scenario = { id: 'my crisis', regimes: [{ id: 'only', correlation: { kind: 'spike', average: 0.9 } }] };

const storage = await memoryStorage(t);
const { app, post, get } = await startService(t, { bodyBytes: 20_000 }, { storage });
const put = async (path: string, body: unknown) => {
  const response = await app.inject({
    method: 'PUT',
    url: `/v1/${path}`,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  return response.json() as { id: string; version: number; hash: string };
};
const remove = (path: string) => app.inject({ method: 'DELETE', url: `/v1/${path}` });
const failuresOf = ({ failures }: { failures: Failure[] }) => failures.map(({ reason, pointer }) => [reason, pointer]);
/** Not every order of failures is promised. */
const sorted = (failures: string[][]): string[][] => failures.toSorted((a, b) => (a.join(' ') < b.join(' ') ? -1 : 1));
const finished = async (request: StressRunRequest): Promise<StressRun> => {
  const response = await post(runs, request, { prefer: 'wait=60' });
  if (response.statusCode !== 200) throw new Error(response.body);
  matchesSchema(t, 'StressRun', response.json());
  return response.json();
};

t.test('a run by ids is the run of what is stored under them', async (t) => {
  const stored = {
    book: await put('books/desk', book),
    market: await put('markets/close', market),
    scenario: await put('scenarios/my%20crisis', crisis),
  };
  const inFull = await finished({ book, market, scenarios: ['baseline', crisis], simulation });
  const byIds = await finished({ bookId: 'desk', marketId: 'close', scenarios: ['baseline', 'my crisis'], simulation });
  t.equal(byIds.inputHash, inFull.inputHash);
  t.equal(byIds.seed, inFull.seed, 'which is derived from the content');
  t.same(byIds.result?.scenarios, inFull.result?.scenarios);
  const { result: _, ...run } = byIds;
  t.match(run, {
    bookId: 'desk',
    bookVersion: 1,
    bookHash: stored.book.hash,
    marketId: 'close',
    marketVersion: 1,
    marketHash: stored.market.hash,
    storedScenarios: [{ id: 'my crisis', version: 1, hash: stored.scenario.hash }],
  });
  t.same((await get(`${runs}/${run.id}`)).json(), run);
  for (const field of ['bookId', 'marketId', 'storedScenarios']) t.notOk(field in inFull);
  const mixed = await finished({ bookId: 'desk', market, scenarios: [crisis, 'baseline'], simulation });
  t.equal(mixed.bookVersion, 1);
  t.notOk('marketId' in mixed);
});

t.test('what is kept of a run does not depend on what becomes of its book', async (t) => {
  await put('books/passing', book);
  const { id } = await finished({ bookId: 'passing', market, simulation });
  const store = sqlRunStore(storage.database, () => new Date());
  const request = JSON.parse((await store.request(id)) ?? '') as StressRunRequest;
  t.same(request, { book, market, simulation }, 'by value, without ids');
  await remove('books/passing');
  t.match((await get(`${runs}/${id}`)).json(), { bookId: 'passing', bookVersion: 1 });
  t.equal((await get(`${runs}/${id}/result`)).statusCode, 200);
});

t.test('a run takes the newest version, or the one it names', async (t) => {
  await put('books/versions', book);
  await put('books/versions', { ...book, nav: 2_000_000 });
  const [newest, first] = [
    await finished({ bookId: 'versions', market, simulation }),
    await finished({ bookId: 'versions', bookVersion: 1, market, simulation }),
  ];
  t.same([newest.bookVersion, first.bookVersion], [2, 1]);
  t.not(newest.inputHash, first.inputHash);
  t.equal(first.inputHash, (await finished({ book, market, simulation })).inputHash);
});

t.test('references that lead nowhere are refused with everything else, naming what there is', async (t) => {
  await put('markets/close', market);
  const nowhere = problemOf(
    t,
    await post(runs, {
      bookId: 'dsek',
      marketId: 'close',
      scenarios: ['baseline', 'gone', { ...crisis, initial: { regime: 'other' } }],
      simulation: { ...simulation, seed: '99999999999999999999' },
    }),
    400,
  );
  t.same(failuresOf(nowhere), [
    ['unknown_reference', '/bookId'],
    ['unknown_reference', '/scenarios/1'],
    ['unknown_reference', '/scenarios/2/initial/regime'],
    ['out_of_range', '/simulation/seed'],
  ]);
  t.equal(nowhere.failures[0].message, 'bookId is "dsek", which is no stored book; stored are "desk", "versions"');
  t.match(
    nowhere.failures[1].message,
    /^the scenario is "gone", which is no shipped or stored scenario; stored are "my crisis"\. Shipped are "baseline", /,
  );

  const noVersion = problemOf(t, await post(runs, { bookId: 'desk', bookVersion: 7, marketId: 'none' }), 422);
  t.match(noVersion.failures, [
    {
      reason: 'unknown_reference',
      pointer: '/bookVersion',
      message: 'bookVersion is 7; book "desk" has the versions 1 to 1',
    },
    {
      reason: 'unknown_reference',
      pointer: '/marketId',
      message: /^marketId is "none", which is no stored market; stored are /,
    },
  ]);
  t.equal(noVersion.failures.length, 2);
  const hostile = problemOf(t, await post(runs, { bookId: 'desk', market, scenarios: ['\u0000', "';"] }), 422);
  t.same(failuresOf(hostile), [
    ['unknown_reference', '/scenarios/0'],
    ['unknown_reference', '/scenarios/1'],
  ]);
});

t.test('a stored book that does not fit the market is refused where it says so', async (t) => {
  const [position] = book.positions;
  await put('books/elsewhere', { ...book, positions: [{ ...position, underlying: 'NVDIA' }] });
  const problem = problemOf(t, await post(runs, { bookId: 'elsewhere', market }), 422);
  t.same(failuresOf(problem), [['unknown_reference', '/book/positions/0/underlying']]);
});

t.test('one of a book in full and its id is given, and a version only with an id', async (t) => {
  const cases: [unknown, number, string[][]][] = [
    [{ book, bookId: 'desk', market }, 400, [['exactly_one', '/bookId']]],
    [{ book, bookId: 'nothing', bookVersion: 3, market }, 400, [['exactly_one', '/bookId']]],
    [{ book, bookVersion: 3, market }, 422, [['unused_field', '/bookVersion']]],
    [
      { bookVersion: 3, market },
      400,
      [
        ['required', '/book'],
        ['unused_field', '/bookVersion'],
      ],
    ],
    [{ book, market, marketId: 'close' }, 400, [['exactly_one', '/marketId']]],
    [
      { book, marketVersion: 1, bookId: 'x' },
      400,
      [
        ['exactly_one', '/bookId'],
        ['required', '/market'],
        ['unused_field', '/marketVersion'],
      ],
    ],
    [{ bookId: 'desk', bookVersion: 0, market }, 400, [['out_of_range', '/bookVersion']]],
    [{ bookId: 'desk', bookVersion: 2_147_483_648, market }, 400, [['out_of_range', '/bookVersion']]],
    [{ bookId: 'de\u0000sk', market }, 400, [['wrong_format', '/bookId']]],
  ];
  for (const [request, status, expected] of cases) {
    t.same(sorted(failuresOf(problemOf(t, await post(runs, request), status))), sorted(expected));
  }
});

t.test('what has been deleted starts no run, in no version, until it is stored again', async (t) => {
  await put('books/old', book);
  await put('scenarios/old', { ...crisis, id: 'old' });
  await remove('books/old');
  await remove('scenarios/old');
  for (const version of [{}, { bookVersion: 1 }]) {
    const problem = problemOf(t, await post(runs, { bookId: 'old', ...version, market, scenarios: ['old'] }), 422);
    t.same(failuresOf(problem), [
      ['unknown_reference', '/bookId'],
      ['unknown_reference', '/scenarios/0'],
    ]);
    t.match(
      problem.failures[0].message,
      /^bookId is "old", which was deleted on .+; store it again, or give the book in full/,
    );
  }
  await put('books/old', book);
  t.match(await finished({ bookId: 'old', bookVersion: 1, market, simulation }), { bookVersion: 1 });
  t.match(await finished({ bookId: 'old', market, simulation }), { bookVersion: 2 });
});

t.test('the documents of a run together have at most what a run in full may have', async (t) => {
  const long = (id: string): Scenario => ({ ...crisis, id, description: 'x'.repeat(4000) });
  for (const id of ['a', 'b', 'c', 'd', 'e']) await put(`scenarios/${id}`, long(id));
  const problem = problemOf(t, await post(runs, { bookId: 'desk', market, scenarios: ['a', 'b', 'c', 'd', 'e'] }), 422);
  t.same(failuresOf(problem), [['too_much_work', '']]);
  t.match(problem.detail, /^the stored documents of the run have 2\d{4} bytes together; at most 20000 are allowed/);
  t.equal((await finished({ bookId: 'desk', market, scenarios: ['a', 'b', 'c'], simulation })).status, 'succeeded');
});

import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import t from 'tap';
import { SHIPPED_SCENARIOS } from '../../models/regimes/library.ts';
import type { Book } from '../../schemas/book.ts';
import type { Failure } from '../../schemas/failure.ts';
import type { Market } from '../../schemas/market.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import { matchesSchema, problemOf, smallRequest, startService } from './service.ts';

const { book, market } = smallRequest() as { book: Book; market: Market };
const scenario = (id: string): Scenario => ({ id, regimes: [{ id: 'only' }] });
const navOf = (nav: number): Book => ({ ...book, nav });
interface Item {
  readonly id: string;
}
interface Page {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
/** One of each kind, for what all of them do. */
const kinds = [
  { kind: 'book', plural: 'books', stored: 'StoredBook', list: 'BookList', first: book, second: navOf(2) },
  {
    kind: 'market',
    plural: 'markets',
    stored: 'StoredMarket',
    list: 'MarketList',
    first: market,
    second: { ...market, rate: 0.01 },
  },
  {
    kind: 'scenario',
    plural: 'scenarios',
    stored: 'StoredScenario',
    list: 'ScenarioList',
    first: scenario('mine'),
    second: { ...scenario('mine'), description: 'changed' },
  },
] as const;

const noon = Date.parse('2026-11-20T12:00:00.000Z');
let now = noon;
const { app, get } = await startService(t, { bodyBytes: 3_000_000 }, { clock: () => new Date(now) });
const send = (
  method: 'PUT' | 'DELETE' | 'GET' | 'HEAD',
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
) =>
  app.inject({
    method,
    url,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
const put = (url: string, body: unknown, headers?: Record<string, string>) => send('PUT', url, body, headers);
const failuresOf = ({ failures }: { failures: Failure[] }) => failures.map(({ reason, pointer }) => [reason, pointer]);

/** Not every order of failures is promised. */
const sorted = (failures: string[][]): string[][] => failures.toSorted((a, b) => (a.join(' ') < b.join(' ') ? -1 : 1));

for (const { kind, plural, stored, list, first, second } of kinds) {
  t.test(`a ${kind} is stored, changed, read in every version, deleted and brought back`, async (t) => {
    now = noon;
    const url = `/v1/${plural}/mine`;
    const hash = createHash('sha256')
      .update(canonicalize(first) ?? '')
      .digest('hex');
    const created = await put(url, first);
    t.equal(created.statusCode, 201, created.body);
    t.equal(created.headers.location, url);
    t.equal(created.headers.etag, `"1-${hash}"`);
    matchesSchema(t, stored, created.json());
    t.same(created.json(), { id: 'mine', version: 1, hash, createdAt: '2026-11-20T12:00:00.000Z', [kind]: first });

    now += 1000;
    const same = await put(url, Object.fromEntries(Object.entries(first).toReversed()));
    t.equal(same.statusCode, 200, 'the order of fields is no change');
    t.equal(same.headers.etag, created.headers.etag);
    t.notOk('location' in same.headers);
    t.same(same.json(), created.json());

    const changed = await put(url, second);
    t.equal(changed.statusCode, 200);
    t.match(changed.json(), { version: 2, createdAt: '2026-11-20T12:00:01.000Z', [kind]: second });
    t.match(changed.headers.etag, /^"2-[0-9a-f]{64}"$/);

    const newest = await get(url);
    t.equal(newest.statusCode, 200);
    t.equal(newest.headers.etag, changed.headers.etag);
    t.match(newest.headers['content-type'], 'application/json');
    t.same(newest.json(), changed.json());
    t.same((await get(`${url}/versions/1`)).json(), created.json());
    t.equal((await send('HEAD', url)).headers.etag, changed.headers.etag);

    const versions = (await get(`${url}/versions`)).json();
    matchesSchema(t, list, versions);
    t.match(versions, { items: [{ version: 2 }, { version: 1, hash, counts: Object }], nextCursor: null });
    t.notOk(kind in versions.items[0], 'without the content');

    now += 1000;
    for (const time of ['first', 'second']) {
      const deleted = await send('DELETE', url);
      t.equal(deleted.statusCode, 204, `${time} time`);
      t.equal(deleted.body, '');
    }
    t.match(problemOf(t, await get(url), 404), {
      detail: `${kind} "mine" was deleted on 2026-11-20T12:00:02.000Z; its versions 1 to 2 remain under ${url}/versions`,
    });
    const gone = await get(`${url}/versions/2`);
    t.same(gone.json(), { ...changed.json(), deletedAt: '2026-11-20T12:00:02.000Z' });
    matchesSchema(t, stored, gone.json());
    t.not(gone.headers.etag, changed.headers.etag, 'another answer has another tag');
    t.same((await get(`${url}/versions/1`)).json(), created.json());
    const idsIn = async (query: string) =>
      (await get(`/v1/${plural}?limit=200${query}`)).json().items.map(({ id }: Item) => id);
    t.notOk((await idsIn('')).includes('mine'));
    t.ok((await idsIn('&deleted=true')).includes('mine'));

    const revived = await put(url, second);
    t.equal(revived.statusCode, 201, 'with what it was before');
    t.match(revived.json(), { version: 3, hash: changed.json().hash });
    t.ok((await idsIn('')).includes('mine'));
    t.same((await get(`${url}/versions/2`)).json(), gone.json(), 'it was deleted then');
  });

  t.test(`a ${kind} changes only in the version that the client has seen`, async (t) => {
    const url = `/v1/${plural}/guarded`;
    const [one, two] = [first, second].map((body) => ('id' in body ? { ...body, id: 'guarded' } : body));
    problemOf(t, await put(url, one, { 'if-match': '*' }), 412);
    problemOf(t, await get(url), 404);
    const tag = String((await put(url, one, { 'if-none-match': '*' })).headers.etag);
    const taken = await put(url, two, { 'if-none-match': '*' });
    t.match(problemOf(t, taken, 412), { type: '/problems/precondition-failed', detail: /is in version 1/ });
    t.equal(taken.headers.etag, tag, 'the answer says what there is');
    problemOf(t, await put(url, two, { 'if-match': `W/${tag}` }), 412);
    problemOf(t, await put(url, one, { 'if-match': '"1-other"' }), 412);
    const changed = await put(url, two, { 'if-match': `"1-other", ${tag}` });
    t.equal(changed.statusCode, 200);
    t.equal(changed.json().version, 2);
    problemOf(t, await put(url, one, { 'if-match': tag }), 412);
    problemOf(t, await send('DELETE', url, undefined, { 'if-match': tag }), 412);
    t.match(failuresOf(problemOf(t, await put(url, one, { 'if-match': '1' }), 400)), [['wrong_format', 'If-Match']]);

    const current = String(changed.headers.etag);
    for (const known of [current, `W/${current}`, `"x", ${current}`, '*']) {
      const unchanged = await send('GET', url, undefined, { 'if-none-match': known });
      t.equal(unchanged.statusCode, 304, known);
      t.equal(unchanged.body, '');
      t.equal(unchanged.headers.etag, current);
    }
    t.equal((await send('GET', url, undefined, { 'if-none-match': tag })).statusCode, 200);
    t.equal((await send('GET', `${url}/versions/1`, undefined, { 'if-none-match': tag })).statusCode, 304);

    for (const time of ['first', 'second']) {
      t.equal((await send('DELETE', url, undefined, { 'if-match': current })).statusCode, 204, `${time} time`);
    }
    problemOf(t, await send('DELETE', url, undefined, { 'if-match': tag }), 412);
    problemOf(t, await put(url, one, { 'if-match': current }), 412);
    problemOf(t, await put(url, one, { 'if-match': '*' }), 412);
    t.equal((await put(url, one, { 'if-none-match': '*' })).statusCode, 201, 'nothing is there');
  });
}

t.test('what was never stored is not found, in words', async (t) => {
  for (const { kind, plural } of kinds) {
    for (const path of ['', '/versions', '/versions/1']) {
      t.match(problemOf(t, await get(`/v1/${plural}/nothing${path}`), 404).detail, `there is no ${kind} "nothing"`);
    }
    problemOf(t, await send('DELETE', `/v1/${plural}/nothing`), 404);
    problemOf(t, await send('DELETE', `/v1/${plural}/nothing`, undefined, { 'if-match': '*' }), 404);
  }
  await put('/v1/books/two', navOf(1));
  await put('/v1/books/two', navOf(2));
  t.match(
    problemOf(t, await get('/v1/books/two/versions/3'), 404).detail,
    'book "two" has the versions 1 to 2, and no version 3',
  );
  for (const version of ['0', '-1', '1.5', 'x', '2147483648', '1e99', '%00']) {
    t.match(
      failuresOf(problemOf(t, await get(`/v1/books/two/versions/${version}`), 400)),
      [[String, 'version']],
      version,
    );
  }
});

t.test('ids are the identifiers of the contract, however hostile', async (t) => {
  for (const id of [
    'a b',
    'desk/eu:1',
    '^SPX',
    'a&b',
    'a..b',
    'versions',
    'x/versions',
    '0',
    'constructor',
    'x'.repeat(64),
  ]) {
    const url = `/v1/books/${encodeURIComponent(id)}`;
    const created = await put(url, book);
    t.equal(created.statusCode, 201, id);
    t.equal(created.headers.location, url);
    t.equal((await get(String(created.headers.location))).json().id, id);
    t.equal((await get(`${url}/versions/1`)).json().id, id);
    t.equal((await send('DELETE', url)).statusCode, 204);
  }
  const refused = [
    '\u0000',
    'a\u0000',
    ' a',
    '.',
    '..%2f..',
    '-a',
    "a';--",
    'é',
    '\u{1f4c8}',
    'x'.repeat(65),
    '<b>',
    '%',
  ];
  for (const id of refused) {
    const url = `/v1/books/${encodeURIComponent(id)}`;
    for (const response of [
      await put(url, book),
      await get(url),
      await get(`${url}/versions`),
      await send('DELETE', url),
    ]) {
      if (id === '.') t.ok([400, 404, 405].includes(response.statusCode), 'a path of dots is resolved by clients');
      else t.match(failuresOf(problemOf(t, response, 400)), [[/wrong_format|wrong_length/, 'id']], JSON.stringify(id));
    }
  }
});

t.test('a book is checked as far as it can be without a market, all at once', async (t) => {
  const [position] = book.positions;
  const body = {
    ...book,
    positions: [position, position, { ...position, id: 'dated', maturityDays: undefined, maturityDate: '2027-02-30' }],
    limits: [{ id: 'odd', expression: 'es(2) <' }],
    margin: { model: 'regT' },
  };
  const problem = problemOf(t, await put('/v1/books/wrong', body), 422);
  t.same(sorted(failuresOf(problem)), [
    ['duplicate_id', '/positions/1/id'],
    ['expression_invalid', '/limits/0/expression'],
    ['invalid_date', '/positions/2/maturityDate'],
    ['unsupported', '/margin/model'],
  ]);
  problemOf(t, await get('/v1/books/wrong'), 404);
  const elsewhere = { ...book, positions: [{ ...position, underlying: 'NOWHERE' }] };
  t.equal((await put('/v1/books/elsewhere', elsewhere)).statusCode, 201, 'only a market can tell');
  t.same(failuresOf(problemOf(t, await put('/v1/books/wrong', { ...book, id: 'wrong', nav: -1 }), 400)), [
    ['out_of_range', '/nav'],
    ['unknown_field', '/id'],
  ]);
});

t.test('a market is checked to its matrix and its indices, all at once', async (t) => {
  const names = ['A', 'B', 'C'];
  const values = [
    [1, 0.9, -0.9],
    [0.9, 1, 0.9],
    [-0.9, 0.9, 1],
  ];
  const indefinite = {
    underlyings: names.map((id) => ({ id, spot: 1, impliedVol: 0.2 })),
    indices: [
      {
        id: 'I',
        spot: 1,
        constituents: [
          { underlying: 'A', weight: 1.1 / 2 },
          { underlying: 'B', weight: 1.1 / 2 },
        ],
      },
    ],
    correlation: { kind: 'matrix', order: names, values },
  };
  t.same(failuresOf(problemOf(t, await put('/v1/markets/wrong', indefinite), 422)), [
    ['weights_exceed_one', '/indices/0/constituents'],
    ['matrix_indefinite', '/correlation/values'],
  ]);
  const mended = { ...indefinite, indices: [], correlation: { ...indefinite.correlation, repair: 'nearest' } };
  t.equal((await put('/v1/markets/mended', mended)).statusCode, 201);
  const tooLoud = {
    ...market,
    indices: [
      {
        id: 'I',
        spot: 1,
        impliedVol: 0.9,
        constituents: [
          { underlying: 'A', weight: 0.5 },
          { underlying: 'B', weight: 0.5 },
        ],
      },
    ],
  };
  t.same(failuresOf(problemOf(t, await put('/v1/markets/wrong', tooLoud), 422)), [
    ['impossible_index_volatility', '/indices/0/impliedVol'],
  ]);
});

t.test('a scenario is checked, and has the id of its path', async (t) => {
  const body = {
    id: 'other',
    regimes: [
      { id: 'calm' },
      {
        id: 'calm',
        correlation: {
          kind: 'matrix',
          order: ['A', 'B'],
          values: [
            [1, 2],
            [2, 1],
          ],
        },
      },
    ],
    transition: {
      kind: 'daily',
      matrix: [
        [0.9, 0.2],
        [0, 1],
      ],
    },
  };
  t.same(sorted(failuresOf(problemOf(t, await put('/v1/scenarios/wrong', body), 422))), [
    ['conflict', '/id'],
    ['duplicate_id', '/regimes/1/id'],
    ['matrix_out_of_range', '/regimes/1/correlation/values/0/1'],
    ['matrix_out_of_range', '/regimes/1/correlation/values/1/0'],
    ['sum_not_one', '/transition/matrix/0'],
  ]);
  const stuck = {
    id: 'wrong',
    initial: 'stationary',
    regimes: [{ id: 'a' }, { id: 'b' }],
    transition: {
      kind: 'daily',
      matrix: [
        [1, 0],
        [0, 1],
      ],
    },
  };
  t.same(failuresOf(problemOf(t, await put('/v1/scenarios/wrong', stuck), 422)), [['conflict', '/initial']]);
});

t.test('shipped scenarios cannot be changed, and are what they were', async (t) => {
  for (const [i, shipped] of SHIPPED_SCENARIOS.entries()) {
    const url = `/v1/scenarios/${shipped.id}`;
    for (const response of [await put(url, { ...shipped, description: 'mine' }), await send('DELETE', url)]) {
      t.match(problemOf(t, response, 409), {
        type: '/problems/read-only',
        detail: `scenario "${shipped.id}" comes with the service and cannot be changed; choose another id`,
      });
    }
    const response = await get(url);
    t.same(response.json(), shipped);
    matchesSchema(t, 'ScenarioAnswer', response.json());
    const tag = String(response.headers.etag);
    t.equal((await send('GET', url, undefined, { 'if-none-match': tag })).statusCode, 304, `${i}`);
    t.match(problemOf(t, await get(`${url}/versions`), 404).detail, /comes with the service and has no versions/);
  }
  const copied = { ...SHIPPED_SCENARIOS[0], id: 'copied' };
  t.equal((await put('/v1/scenarios/copied', copied)).statusCode, 201);
  t.same((await get('/v1/scenarios/copied')).json().scenario, copied);
});

t.test('shipped and stored scenarios are one list in pages of any size', async (t) => {
  const stored = (await get('/v1/scenarios?limit=200')).json().items.slice(SHIPPED_SCENARIOS.length);
  t.ok(stored.length > 1);
  matchesSchema(t, 'ScenarioList', { items: stored, nextCursor: null });
  const expected = [...SHIPPED_SCENARIOS.map(({ id }) => id), ...stored.map(({ id }: Item) => id)];
  for (const limit of [1, 3, SHIPPED_SCENARIOS.length, SHIPPED_SCENARIOS.length + 1, 200]) {
    const ids: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null; pages++) {
      const page: Page = (await get(`/v1/scenarios?limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`)).json();
      t.ok(pages <= expected.length && page.items.length <= limit);
      ids.push(...page.items.map(({ id }: Item) => id));
      cursor = page.nextCursor;
    }
    t.same(ids, expected, `by ${limit}`);
  }
  for (const cursor of [
    'baseline',
    Buffer.from('shipped:gone').toString('base64url'),
    Buffer.from('shipped:').toString('base64url'),
  ]) {
    t.match(failuresOf(problemOf(t, await get(`/v1/scenarios?cursor=${cursor}`), 400)), [['wrong_format', 'cursor']]);
  }
  for (const cursor of ['x', Buffer.from('shipped:baseline').toString('base64url')]) {
    problemOf(t, await get(`/v1/books?cursor=${cursor}`), 400);
    problemOf(t, await get(`/v1/books/two/versions?cursor=${cursor}`), 400);
  }
});

t.test('pages neither repeat nor leave out a book while others come and go', async (t) => {
  const ids = Array.from({ length: 30 }, (_, i) => `page-${String(i).padStart(2, '0')}`);
  await Promise.all(ids.map((id) => put(`/v1/books/${id}`, book)));
  const seen: string[] = [];
  let cursor: string | null = '';
  for (let round = 0; cursor !== null; round++) {
    const page: Page = (await get(`/v1/books?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`)).json();
    seen.push(...page.items.map(({ id }: Item) => id));
    cursor = page.nextCursor;
    await put(`/v1/books/page-${String(round * 6).padStart(2, '0')}-new`, book);
    await put('/v1/books/A-first', navOf(round + 1));
    await send('DELETE', `/v1/books/${ids[round * 2]}`);
  }
  const deleted = (await get('/v1/books?limit=200&deleted=true'))
    .json()
    .items.filter(({ deletedAt = '' }) => deletedAt !== '');
  const gone = new Set(deleted.map(({ id }: Item) => id));
  for (const id of ids.filter((one) => !gone.has(one))) t.equal(seen.filter((one) => one === id).length, 1, id);
  t.equal(new Set(seen).size, seen.length, 'nothing twice');
});

t.test('twenty clients at once get twenty versions, each its own', async (t) => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => put('/v1/books/contested', navOf(i + 1))));
  const versions = answers.map((response) => response.json());
  t.same(
    versions.map(({ version }) => version).toSorted((a, b) => a - b),
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
  t.equal(new Set(answers.map(({ headers }) => headers.etag)).size, 20);
  t.equal(answers.filter(({ statusCode }) => statusCode === 201).length, 1);
  for (const [i, { version }] of versions.entries()) {
    t.equal((await get(`/v1/books/contested/versions/${version}`)).json().book.nav, i + 1);
  }
});

t.test('of clients at once that have seen the same version one changes it', async (t) => {
  const etag = String((await put('/v1/books/seen', navOf(1))).headers.etag);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => put('/v1/books/seen', navOf(i + 2), { 'if-match': etag })),
  );
  t.same(
    answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b),
    [200, ...Array<number>(19).fill(412)],
  );
  t.equal((await get('/v1/books/seen')).json().version, 2);
  const created = await Promise.all(
    Array.from({ length: 20 }, (_, i) => put('/v1/books/new', navOf(i + 1), { 'if-none-match': '*' })),
  );
  t.same(
    created.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b),
    [201, ...Array<number>(19).fill(412)],
  );
});

t.test('a large document is stored whole, and one beyond the limit is refused', async (t) => {
  const names = Array.from({ length: 350 }, (_, i) => `N${i}`);
  const values = names.map((_, i) => names.map((_other, j) => (i === j ? 1 : 0.3 + ((i + j) % 7) / 1e12)));
  const large = {
    underlyings: names.map((id) => ({ id, spot: 100, impliedVol: 0.2 })),
    correlation: { kind: 'matrix', order: names, values },
  };
  const text = JSON.stringify(large);
  t.ok(text.length > 1_500_000, `${text.length} bytes`);
  const stored = await put('/v1/markets/large', text);
  t.equal(stored.statusCode, 201, stored.body.slice(0, 300));
  t.same((await get('/v1/markets/large')).json().market, large);
  problemOf(t, await put('/v1/markets/large', `${text}${' '.repeat(3_000_000)}`), 413);
  const named = { ...book, name: 'NUL \u0000, quotes " and \u{1f4c8}' };
  t.equal((await put('/v1/books/named', named)).statusCode, 201);
  t.same((await get('/v1/books/named')).json().book, named);
  t.equal((await get('/v1/books?limit=200')).json().items.find(({ id }: Item) => id === 'named').name, named.name);
});

t.test('a body that is none, or no JSON, is refused as elsewhere', async (t) => {
  t.match(failuresOf(problemOf(t, await put('/v1/books/x', ''), 400)), [['empty_body', '']]);
  t.match(failuresOf(problemOf(t, await put('/v1/books/x', '{"nav":1,"nav":2}'), 400)), [['malformed_json', '/nav']]);
  problemOf(t, await put('/v1/books/x', 'nav=1', { 'content-type': 'text/plain' }), 415);
  const wrongMethod = await app.inject({ method: 'POST', url: '/v1/books/x' });
  problemOf(t, wrongMethod, 405);
  t.match(wrongMethod.headers.allow, 'PUT');
});

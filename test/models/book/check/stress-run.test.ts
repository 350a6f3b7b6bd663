import t from 'tap';
import { checkBookInMarket } from '../../../../models/book/check/stress-run.ts';
import { SHIPPED_SCENARIOS } from '../../../../models/regimes/library.ts';
import type { StressRunRequest } from '../../../../schemas/stress-run.ts';
import { type Case, checkedFailures, smallRequest, testCases } from '../small-request.ts';

const rule = (when: string, change: (request: StressRunRequest) => unknown, ...found: Case['found']): Case => ({
  when,
  change: (request) => void change(request),
  found,
});

t.test('the shortest request is a book of one position and a market of one name', async (t) => {
  t.same(
    checkedFailures({
      book: { nav: 1, positions: [{ id: 'p', type: 'underlying', underlying: 'A', side: 'long', quantity: 1 }] },
      market: { underlyings: [{ id: 'A', spot: 1, impliedVol: 0.2 }] },
    }),
    [],
  );
});

const missingBook = 'book is missing; give it in full, or by bookId the id of a stored one';
const missingMarket = 'market is missing; give it in full, or by marketId the id of a stored one';

t.test('the book and the market are given once; an id that is still there stands for nothing', async (t) => {
  const cases: Case[] = [
    rule('no book', (request) => delete request.book, ['required', '/book', missingBook]),
    rule('no market', (request) => delete request.market, ['required', '/market', missingMarket]),
    rule(
      'a stored book',
      (request) => {
        delete request.book;
        request.bookId = 'ai-dispersion';
        request.bookVersion = 3;
      },
      ['unknown_reference', '/bookId', 'bookId is "ai-dispersion", which is no stored book'],
    ),
    rule('a stored book beside one in full', (request) => (request.bookId = 'ai-dispersion'), [
      'exactly_one',
      '/bookId',
      'book and bookId, "ai-dispersion", are given; give exactly one',
    ]),
    rule('a version of a book in full', (request) => (request.bookVersion = 3), [
      'unused_field',
      '/bookVersion',
      'bookVersion is 3, but there is no bookId; leave it out',
    ]),
    rule(
      'a version of no book',
      (request) => {
        delete request.book;
        request.bookVersion = 3;
      },
      ['required', '/book', missingBook],
      ['unused_field', '/bookVersion', 'bookVersion is 3, but there is no bookId; give both'],
    ),
    rule(
      'a stored market',
      (request) => {
        delete request.market;
        request.marketId = 'close';
      },
      ['unknown_reference', '/marketId', 'marketId is "close", which is no stored market'],
    ),
    rule('a version of a market in full', (request) => (request.marketVersion = 1), [
      'unused_field',
      '/marketVersion',
      'marketVersion is 1, but there is no marketId; leave it out',
    ]),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('without a market nothing is said about what refers to it', async (t) => {
  const request = smallRequest();
  const { expiryDays: _, ...dated } = request.book.positions[0] as {
    expiryDays?: number;
  } & (typeof request.book.positions)[0];
  request.book.positions = [
    { ...dated, underlying: 'X', expiryDate: '2027-01-15' } as (typeof request.book.positions)[0],
  ];
  request.scenarios[0].regimes[1] = { id: 'crisis', volMultipliers: { X: 2 }, overrides: [{ sector: 'X', drift: 0 }] };
  delete (request as StressRunRequest).market;
  t.same(checkedFailures(request), [{ reason: 'required', pointer: '/market', message: missingMarket }]);
});

t.test('scenarios are shipped ones or given in full, each id once', async (t) => {
  const ids = SHIPPED_SCENARIOS.map(({ id }) => `"${id}"`).join(', ');
  const unknown = (id: string) =>
    `"${id}" is no shipped scenario; there are ${ids}. A scenario of your own is stored before, or given in full`;
  const cases: Case[] = [
    rule('every shipped one at once', (request) => (request.scenarios = SHIPPED_SCENARIOS.map(({ id }) => id))),
    rule(
      'unknown ones',
      (request) => (request.scenarios = ['baseline', 'Baseline', 'constructor']),
      ['unknown_reference', '/scenarios/1', unknown('Baseline')],
      ['unknown_reference', '/scenarios/2', unknown('constructor')],
    ),
    rule('one twice', (request) => (request.scenarios = ['baseline', 'grind', 'baseline']), [
      'duplicate_id',
      '/scenarios/2',
      'the id is "baseline", as of scenario 0; the ids of scenarios must be unique',
    ]),
    rule(
      'one in full under the id of a shipped one, beside it',
      (request) => {
        request.scenarios = ['grind', { id: 'grind', regimes: [{ id: 'only' }] }];
      },
      ['duplicate_id', '/scenarios/1', 'the id is "grind", as of scenario 0; the ids of scenarios must be unique'],
    ),
    rule('one in full under the id of a shipped one, alone', (request) => {
      request.scenarios = [{ id: 'grind', regimes: [{ id: 'only' }] }];
    }),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('the seed is a uint64, and sampling is plain or of the tail', async (t) => {
  const cases: Case[] = [
    rule('the largest seed', ({ simulation }) => (simulation!.seed = '18446744073709551615')),
    rule('one more', ({ simulation }) => (simulation!.seed = '18446744073709551616'), [
      'out_of_range',
      '/simulation/seed',
      'seed is 18446744073709551616; it may be at most 18446744073709551615',
    ]),
    rule('tail sampling', ({ simulation }) => (simulation!.sampling = 'tail')),
    rule('plain sampling', ({ simulation }) => (simulation!.sampling = 'plain')),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('a target has a level where its figure has one, and room for its first batch', async (t) => {
  const ruin = { metric: 'probabilityOfRuin', relativeError: 0.1, maxPaths: 1000 } as const;
  const cases: Case[] = [
    rule('a probability', ({ simulation }) => (simulation!.target = ruin)),
    rule('a shortfall at no level', ({ simulation }) => (simulation!.target = { ...ruin, metric: 'es' })),
    rule('as many paths as the first batch', ({ simulation }) => (simulation!.target = { ...ruin, maxPaths: 64 })),
    rule('no first batch, of which the default is larger', ({ simulation }) => {
      delete simulation!.paths;
      simulation!.target = ruin;
    }),
    rule(
      'a probability at a level, and fewer paths',
      ({ simulation }) => (simulation!.target = { ...ruin, level: 0.99, maxPaths: 63 }),
      ['unused_field', '/simulation/target/level', 'level is 0.99, but probabilityOfRuin is of no level; leave it out'],
      [
        'conflict',
        '/simulation/target/maxPaths',
        'maxPaths is 63; it must be at least paths, the 64 of the first batch',
      ],
    ),
  ];
  testCases(t, cases, checkedFailures);
});

t.test(
  'everything that is wrong is said at once, the market first, then the book, then scenarios and settings',
  async (t) => {
    const request = smallRequest();
    request.market.underlyings[1].borrowCost = 0.01;
    request.market.indices[0].constituents[0].underlying = 'X';
    request.book.hedging = { policy: 'threshold' };
    request.book.positions.push({ ...request.book.positions[0] });
    request.scenarios[0].regimes[1].jumps = { intensity: 1, mean: 0, stdev: 0.1 };
    request.scenarios[0].forced = [{ fromDay: 1, toDay: 2, regime: 'X' }];
    request.simulation.seed = '18446744073709551616';
    t.same(
      checkedFailures(request).map(({ reason, pointer }) => [reason, pointer]),
      [
        ['unsupported', '/market/underlyings/1/borrowCost'],
        ['unknown_reference', '/market/indices/0/constituents/0/underlying'],
        ['duplicate_id', '/book/positions/1/id'],
        ['unsupported', '/book/hedging/policy'],
        ['unsupported', '/scenarios/0/regimes/1/jumps'],
        ['unknown_reference', '/scenarios/0/forced/0/regime'],
        ['out_of_range', '/simulation/seed'],
      ],
    );
    t.same(
      checkBookInMarket(request).items.map(({ pointer }) => pointer),
      [
        '/market/underlyings/1/borrowCost',
        '/market/indices/0/constituents/0/underlying',
        '/book/positions/1/id',
        '/book/hedging/policy',
      ],
      'a book in a market, without scenarios, is checked alike',
    );
  },
);

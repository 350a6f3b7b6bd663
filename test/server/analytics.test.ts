import t, { type Test } from 'tap';
import { example, matchesSchema, problemOf, startService } from './service.ts';

const { post } = await startService(t);
const answerOf = async (t: Test, path: string, body: unknown, schema: string) => {
  const response = await post(`/v1/analytics/${path}`, body);
  t.equal(response.statusCode, 200, response.body);
  matchesSchema(t, schema, response.json());
  return response.json();
};
const refusalOf = async (t: Test, path: string, body: unknown) =>
  problemOf(t, await post(`/v1/analytics/${path}`, body), 422).failures;
const equal = (n: number, vol: number) => Array.from({ length: n }, () => ({ weight: 1 / n, vol }));
const close = (t: Test, got: number, expected: number, tolerance: number) =>
  t.ok(Math.abs(got - expected) <= tolerance, `got ${got}, expected ${expected} within ${tolerance}`);

t.test('implied correlation of equal names is the hand calculation', async (t) => {
  // (0.2² − 0.35²/10) / (0.9 · 0.35²) = 0.02775 / 0.11025.
  const ten = await answerOf(
    t,
    'implied-correlation',
    { indexVol: 0.2, constituents: equal(10, 0.35) },
    'ImpliedCorrelation',
  );
  close(t, ten.impliedCorrelation, 0.02775 / 0.11025, 1e-12);
  close(t, ten.indexVolAtOne, 0.35, 1e-15);
  close(t, ten.indexVolAtZero, 0.35 / Math.sqrt(10), 1e-15);
  close(t, ten.diversification, 1 - 0.2 / 0.35, 1e-15);
});

t.test('an index volatility at the very bound has a correlation of exactly one', async (t) => {
  const bound = { indexVol: 0.35, constituents: equal(10, 0.35) };
  t.equal((await answerOf(t, 'implied-correlation', bound, 'ImpliedCorrelation')).impliedCorrelation, 1);
  const none = { indexVol: 0, constituents: equal(2, 0.3) };
  t.equal((await answerOf(t, 'implied-correlation', none, 'ImpliedCorrelation')).impliedCorrelation, -1);
});

t.test('quotes that no correlation explains are refused with the range that is possible', async (t) => {
  t.match(await refusalOf(t, 'implied-correlation', { indexVol: 0.36, constituents: equal(10, 0.35) }), [
    {
      reason: 'impossible_index_volatility',
      pointer: '/indexVol',
      message: /from -0\.111111 to 1, which is all that 10 names can have, it is from \S+ to 0\.35/,
    },
  ]);
  const lopsided = [
    { weight: 0.9, vol: 0.4 },
    { weight: 0.1, vol: 0.2 },
  ];
  t.match(await refusalOf(t, 'implied-correlation', { indexVol: 0.1, constituents: lopsided }), [
    { reason: 'impossible_index_volatility', pointer: '/indexVol' },
  ]);
  for (const constituents of [
    [
      { weight: 0.5, vol: 0.3 },
      { weight: 0.5, vol: 0 },
    ],
    [
      { weight: 1, vol: 0.3 },
      { weight: 1e-320, vol: 0.3 },
    ],
  ]) {
    t.match(await refusalOf(t, 'implied-correlation', { indexVol: 0.1, constituents }), [
      { reason: 'impossible_correlation', pointer: '/constituents' },
    ]);
  }
});

t.test('weights that do not sum to one are refused with their sum', async (t) => {
  const constituents = [
    { weight: 0.5, vol: 0.3 },
    { weight: 0.4, vol: 0.3 },
  ];
  for (const [path, body] of [
    ['implied-correlation', { indexVol: 0.2, constituents }],
    ['index-vol', { correlation: 0.2, constituents }],
  ] as const) {
    t.match(await refusalOf(t, path, body), [
      { reason: 'sum_not_one', pointer: '/constituents', message: /sum to 0\.9; they must sum to 1/ },
    ]);
  }
});

t.test('index volatility is the hand calculation, a year and over days', async (t) => {
  const constituents = [
    { weight: 0.5, vol: 0.22 },
    { weight: 0.5, vol: 0.23 },
  ];
  // ¼ (0.22² + 0.23² + 2 · 0.75 · 0.22 · 0.23).
  const expected = Math.sqrt(0.25 * (0.22 ** 2 + 0.23 ** 2 + 1.5 * 0.22 * 0.23));
  const year = await answerOf(t, 'index-vol', { correlation: 0.75, constituents }, 'IndexVol');
  close(t, year.indexVol, expected, 1e-15);
  t.notOk('overDays' in year);
  const days = await answerOf(t, 'index-vol', { correlation: 0.75, constituents, days: 179 }, 'IndexVol');
  close(t, days.overDays.vol, expected * Math.sqrt(179 / 365), 1e-15);
  const trading = await answerOf(
    t,
    'index-vol',
    { correlation: 0.75, constituents, days: 63, daysPerYear: 252 },
    'IndexVol',
  );
  close(t, trading.overDays.vol, expected / 2, 1e-15);
});

t.test('a correlation that so many names cannot share, and a field without effect, are refused', async (t) => {
  const constituents = equal(5, 0.3);
  t.match(await refusalOf(t, 'index-vol', { correlation: -0.3, constituents, daysPerYear: 252 }), [
    { reason: 'impossible_correlation', pointer: '/correlation', message: /5 names cannot have less than -0\.25/ },
    { reason: 'unused_field', pointer: '/daysPerYear' },
  ]);
});

t.test('the way back from a loss is the hand calculation', async (t) => {
  const back = await answerOf(t, 'recovery', { start: 500, after: 407, annualReturn: 0.1 }, 'Recovery');
  close(t, back.requiredReturn, 500 / 407 - 1, 1e-15);
  close(t, back.years, Math.log(500 / 407) / Math.log(1.1), 1e-12);
  t.equal(back.survivability, 407 / 500);
  t.match(await answerOf(t, 'recovery', { start: 5, after: 6, annualReturn: 0.1 }, 'Recovery'), {
    requiredReturn: 0,
    years: 0,
  });
  t.match(await refusalOf(t, 'recovery', { start: 1e15, after: 1e-300, annualReturn: 0.1 }), [
    { reason: 'conflict', pointer: '/after' },
  ]);
});

t.test('sensitivities of a book add up over its positions', async (t) => {
  const { book, market } = example('ai-basket');
  const greeks = await answerOf(t, 'greeks', { book, market }, 'BookGreeks');
  for (const measure of ['vega', 'theta'] as const) {
    const sum = greeks.positions.reduce(
      (total: number, one: { greeks: Record<string, number> }) => total + one.greeks[measure],
      0,
    );
    close(t, greeks.book[measure], sum, 1e-9 * Math.abs(sum));
  }
  t.same(
    Object.keys(greeks.impliedCorrelation),
    market?.indices?.map(({ id }) => id),
  );
});

t.test('the break-even of a variance book is between the correlations it could have', async (t) => {
  const { book, market } = example('sp20-variance');
  const { indices } = await answerOf(t, 'break-even', { book, market }, 'BreakEven');
  t.ok(
    indices.some(
      ({ strikeCorrelation }: { strikeCorrelation: number | null }) =>
        strikeCorrelation !== null && strikeCorrelation > -1 && strikeCorrelation < 1,
    ),
  );
});

t.test('a book that does not fit its market is refused with every failure', async (t) => {
  const { book, market } = example('ai-basket');
  const positions = book?.positions.map((position) => ({ ...position, underlying: 'GONE' }));
  for (const path of ['greeks', 'break-even']) {
    const failures = await refusalOf(t, path, { book: { ...book, positions }, market });
    t.equal(failures.length, positions?.length);
    t.match(failures[0], { reason: 'unknown_reference', pointer: '/book/positions/0/underlying' });
  }
});

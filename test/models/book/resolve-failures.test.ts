/** Failures that only resolution can find: of matrices, index volatilities, levels of correlation, strikes and work. */
import t from 'tap';
import { prepareRun } from '../../../models/book/prepare-run.ts';
import { maximumFindings } from '../../../models/correlation/matrix.ts';
import type { Correlation } from '../../../schemas/market.ts';
import type { StressRunRequest } from '../../../schemas/stress-run.ts';
import { fillDefaults } from '../../../workers/fill-defaults.ts';
import { type Case, checkedFailures, failuresOf, smallRequest, type SmallRequest, testCases } from './small-request.ts';

const rule = (when: string, change: (request: SmallRequest) => unknown, ...found: Case['found']): Case => ({
  when,
  change: (request) => void change(request),
  found,
});
const order = ['A', 'B', 'C'];
/** No three names can be correlated like this: the eigenvalues are 1.9, 1.9 and −0.8. */
const impossible = [
  [1, -0.9, -0.9],
  [-0.9, 1, -0.9],
  [-0.9, -0.9, 1],
];

t.test('the small request resolves', async (t) => {
  t.same(failuresOf(smallRequest()), []);
});

t.test('a seed beyond uint64 is refused, together with what only resolution finds', async (t) => {
  const request = smallRequest();
  request.simulation.seed = '18446744073709551616';
  const found = () => {
    const outcome = prepareRun(fillDefaults(request), request.simulation.seed!, 1e15);
    return outcome.ok ? [] : outcome.failures.map(({ pointer }) => pointer);
  };
  t.same(found(), ['/simulation/seed']);
  request.market.correlation = { kind: 'matrix', order, values: impossible };
  t.same(found(), ['/simulation/seed', '/market/correlation/values']);
});

t.test('a matrix of the market must be a correlation matrix', async (t) => {
  const at = '/market/correlation';
  const given = (when: string, correlation: Correlation, ...found: Case['found']) =>
    rule(when, ({ market }) => (market.correlation = correlation), ...found);
  const indefinite =
    'the matrix is indefinite: its smallest eigenvalue is -0.8; it must be at least 0. "repair": "nearest" replaces it by the nearest correlation matrix';
  const cases = [
    given('an average too low for three names', { kind: 'average', value: -0.6 }, [
      'matrix_indefinite',
      `${at}/value`,
      'value is -0.6, for which the matrix of 3 underlyings has the eigenvalue -0.2; it must be at least -0.5',
    ]),
    given('sectors against each other', { kind: 'sectors', within: -0.9, across: -0.9 }, [
      'matrix_indefinite',
      at,
      indefinite,
    ]),
    given('an indefinite matrix', { kind: 'matrix', order, values: impossible }, [
      'matrix_indefinite',
      `${at}/values`,
      indefinite,
    ]),
    given('the same, to be refused', { kind: 'matrix', order, values: impossible, repair: 'none' }, [
      'matrix_indefinite',
      `${at}/values`,
      indefinite,
    ]),
    given(
      'entries that no correlation matrix has',
      {
        kind: 'matrix',
        order,
        values: [
          [1, 1.5, 0.2],
          [1.5, 0.9, 0],
          [0.3, 0, 1],
        ],
      },
      ['matrix_out_of_range', `${at}/values/0/1`, 'values[0][1] ("A" with "B") is 1.5; it must be within [-1, 1]'],
      [
        'matrix_not_symmetric',
        `${at}/values/0/2`,
        'values[0][2] ("A" with "C") is 0.2, but values[2][0] is 0.3; they must be equal',
      ],
      ['matrix_out_of_range', `${at}/values/1/0`, 'values[1][0] ("B" with "A") is 1.5; it must be within [-1, 1]'],
      ['matrix_not_unit_diagonal', `${at}/values/1/1`, 'values[1][1] ("B" with "B") is 0.9; it must be 1'],
    ),
    given(
      'a number too large for a double',
      {
        kind: 'matrix',
        order,
        values: [
          [1, 0, 0],
          [0, Infinity, 0],
          [0, 0, 1],
        ],
      },
      ['not_finite', `${at}/values/1/1`, 'values[1][1] ("B" with "B") is Infinity; it must be a finite number'],
    ),
  ];
  testCases(t, cases, failuresOf);
});

t.test('the lowest average and a single name are no failures', async (t) => {
  const cases = [
    rule('−1/(n − 1)', (request) => {
      request.market.correlation = { kind: 'average', value: -0.5 };
      request.market.indices.length = 0;
    }),
    rule('−1 between one name and none', (request) => {
      request.market.underlyings.length = 1;
      request.market.indices.length = 0;
      request.market.correlation = { kind: 'average', value: -1 };
    }),
  ];
  for (const each of cases) {
    const { change } = each;
    testCases(
      t,
      [
        {
          ...each,
          change: (request) => (change(request), request.scenarios[0].regimes.splice(1, 1, { id: 'crisis' })),
        },
      ],
      failuresOf,
    );
  }
});

t.test('of many wrong entries the first are listed and the rest counted', async (t) => {
  const request = smallRequest();
  const values = Array.from({ length: 3 }, () => [2, 2, 2]);
  request.market.correlation = { kind: 'matrix', order, values };
  t.equal(failuresOf(request).length, 9, 'nine entries, all of them listed');
  const ids = Array.from({ length: 5 }, (_, i) => `N${i}`);
  request.market.underlyings = ids.map((id) => ({ id, spot: 1, impliedVol: 0.2 }));
  request.market.indices.length = 0;
  request.book.positions = [{ id: 'one', type: 'underlying', underlying: 'N0', side: 'long', quantity: 1 }];
  request.market.correlation = { kind: 'matrix', order: ids, values: ids.map(() => ids.map(() => 2)) };
  const found = failuresOf(request);
  t.equal(found.length, maximumFindings + 1);
  t.same(found.at(-1), {
    reason: 'matrix_not_unit_diagonal',
    pointer: '/market/correlation/values',
    message: `${25 - maximumFindings} more entries of values cannot stand in a correlation matrix`,
  });
});

t.test('a matrix of a regime is judged like that of the market', async (t) => {
  const cases = [
    rule(
      'indefinite',
      ({ scenarios }) => (scenarios[0].regimes[1].correlation = { kind: 'matrix', order, values: impossible }),
      [
        'matrix_indefinite',
        '/scenarios/0/regimes/1/correlation/values',
        'the matrix is indefinite: its smallest eigenvalue is -0.8; it must be at least 0. "repair": "nearest" replaces it by the nearest correlation matrix',
      ],
    ),
  ];
  testCases(t, cases, failuresOf);
});

t.test('an index volatility must be one that its constituents can have', async (t) => {
  const at = '/market/indices/0/impliedVol';
  const cases = [
    // σ_I above Σ w σ = 0.35: ρ = (0.16 − 0.0625) / 0.06 by equation (2).
    rule('above the average of its names', ({ market }) => (market.indices[0].impliedVol = 0.4), [
      'impossible_index_volatility',
      at,
      'impliedVol of "I" is 0.4, which needs an implied correlation of 1.625 between its 2 members; it must be within [-1, 1]. Their weighted average volatility is 0.35, the most the index can have',
    ]),
    // ρ = (0.0004 − 0.0625) / 0.06
    rule('below what two names can cancel', ({ market }) => (market.indices[0].impliedVol = 0.02), [
      'impossible_index_volatility',
      at,
      'impliedVol of "I" is 0.02, which needs an implied correlation of -1.035 between its 2 members; it must be within [-1, 1]. Their weighted average volatility is 0.35, the most the index can have',
    ]),
    rule(
      'of one name only',
      ({ market }) => {
        market.indices[0].constituents = [{ underlying: 'A', weight: 1 }];
        market.indices[0].impliedVol = 0.2;
      },
      [
        'impossible_index_volatility',
        at,
        'impliedVol of "I" is 0.2, but only one of its members moves, so it can only be 0.3',
      ],
    ),
    rule('of one name, as it is', ({ market }) => {
      market.indices[0].constituents = [{ underlying: 'A', weight: 1 }];
      market.indices[0].impliedVol = 0.3;
    }),
    rule(
      'of names that stand still',
      ({ market }) => {
        market.underlyings[0].impliedVol = 0;
        market.underlyings[1].impliedVol = 0;
        market.indices[0].impliedVol = 0.2;
      },
      [
        'impossible_index_volatility',
        at,
        'impliedVol of "I" is 0.2, but none of its members moves, so it can only be 0',
      ],
    ),
    rule('missing, where a rest is left', ({ market }) => (market.indices[0].constituents[0].weight = 0.4), [
      'residual_undetermined',
      at,
      'impliedVol of "I" is missing, and the weights sum to 0.9, so nothing says how the rest moves; give impliedVol, or weights that sum to 1',
    ]),
    // The names alone have √(0.12² + 0.2² + 2 · 0.4 · 0.12 · 0.2) = 0.271293.
    rule(
      'less than the names alone, where a rest is left',
      ({ market }) => {
        market.indices[0].constituents[0].weight = 0.4;
        market.indices[0].impliedVol = 0.25;
      },
      [
        'impossible_index_volatility',
        at,
        'impliedVol of "I" does not fit its constituents: the index volatility is 0.25, but with the names given it is at least 0.271293 at any volatility of the rest of the index',
      ],
    ),
  ];
  testCases(t, cases, failuresOf);
});

t.test('levels of correlation must be within reach', async (t) => {
  const at = '/scenarios/0/regimes/1';
  const cases = [
    rule(
      'a spike below 0 from a calm above it',
      ({ scenarios }) => (scenarios[0].regimes[1].correlation = { kind: 'spike', average: -0.1 }),
      [
        'impossible_correlation',
        `${at}/correlation/average`,
        'the target average correlation is -0.1, below the calm average 0.4; correlations can only fall toward 0, so it must be at least 0',
      ],
    ),
    rule(
      'an implied correlation lower than three members can have',
      ({ market, scenarios }) => {
        market.indices[0].constituents = market.underlyings.map(({ id }) => ({ underlying: id, weight: 1 / 3 }));
        scenarios[0].regimes[1].impliedCorrelation = -0.6;
      },
      [
        'impossible_correlation',
        `${at}/impliedCorrelation`,
        'impliedCorrelation is -0.6; between the 3 members of "I" it must be at least -0.5',
      ],
    ),
    rule('two members can have −1', ({ scenarios }) => (scenarios[0].regimes[1].impliedCorrelation = -1)),
    rule(
      'a chain that stays where it starts has no law of its own',
      ({ scenarios }) => {
        scenarios[0].initial = 'stationary';
        scenarios[0].transition = {
          kind: 'daily',
          matrix: [
            [1, 0],
            [0, 1],
          ],
        };
      },
      [
        'conflict',
        '/scenarios/0/initial',
        'initial is "stationary", but the chain has more than one stationary law; give a regime or probabilities',
      ],
    ),
  ];
  testCases(t, cases, failuresOf);
});

t.test('a delta must be one that some strike has', async (t) => {
  const cases = [
    // e^{−0.5 · 126/252} = 0.778801
    rule(
      'above that of the underlying without its dividends',
      ({ book, market }) => {
        market.underlyings[0].dividendYield = 0.5;
        book.positions = [
          {
            id: 'one',
            type: 'strangle',
            underlying: 'A',
            side: 'long',
            quantity: 1,
            multiplier: 1,
            putStrike: { delta: 0.25 },
            callStrike: { delta: 0.8 },
            expiryDays: 126,
          },
        ];
      },
      [
        'impossible_strike',
        '/book/positions/0/callStrike/delta',
        'delta is 0.8, but that of a call on "A" over 126 days is always below 0.778800783071',
      ],
    ),
    // e^{½ · 100 · 50} is beyond 1e308, and the smallest double's percentage of a cent is below it.
    rule(
      'so far up or down that no double is the strike',
      ({ book, market }) => {
        market.underlyings[0].impliedVol = 10;
        market.underlyings[0].spot = 0.01;
        market.indices = [];
        const option = {
          type: 'option',
          right: 'call',
          underlying: 'A',
          side: 'long',
          quantity: 1,
          multiplier: 1,
        } as const;
        book.positions = [
          { ...option, id: 'delta', strike: { delta: 0.25 }, expiryDays: 12_600 },
          { ...option, id: 'percent', strike: { percentOfSpot: 5e-324 }, expiryDays: 12 },
        ];
      },
      [
        'impossible_strike',
        '/book/positions/0/strike/delta',
        'this strike on "A" comes to Infinity in double precision; it must be a positive price',
      ],
      [
        'impossible_strike',
        '/book/positions/1/strike/percentOfSpot',
        'this strike on "A" comes to 0 in double precision; it must be a positive price',
      ],
    ),
  ];
  testCases(t, cases, failuresOf);
});

t.test('a run that costs too much is refused with its cost', async (t) => {
  // 64 paths × 21 days × (2 names of the index + 1 leg) × 1 scenario = 4032
  t.same(failuresOf(smallRequest(), 4032), []);
  t.same(failuresOf(smallRequest(), 4031), [
    {
      reason: 'too_much_work',
      pointer: '/simulation/paths',
      message:
        'the run costs 4,032 asset-steps (paths × days × (underlyings + legs) × scenarios); at most 4,031 are allowed: use fewer paths, days or scenarios',
    },
  ]);
});

t.test('what resolution finds joins what the checks found, where the parts it needs are sound', async (t) => {
  const request = smallRequest();
  request.book.hedging = { policy: 'threshold' };
  request.market.correlation = { kind: 'matrix', order, values: impossible };
  t.same(
    failuresOf(request).map(({ pointer }) => pointer),
    ['/book/hedging/policy', '/market/correlation/values'],
    'the market is judged beside a book with failures',
  );
  const both = smallRequest();
  both.book.hedging = { policy: 'threshold' };
  both.scenarios[0].regimes[1].correlation = { kind: 'spike', average: -0.1 };
  t.same(
    failuresOf(both).map(({ pointer }) => pointer),
    ['/book/hedging/policy', '/scenarios/0/regimes/1/correlation/average'],
    'and so are scenarios',
  );
  const unsound = smallRequest();
  unsound.market.underlyings[0].borrowCost = 1;
  unsound.scenarios[0].regimes[1].correlation = { kind: 'spike', average: -0.1 };
  t.same(failuresOf(unsound), checkedFailures(unsound), 'a market with failures is not resolved');
});

t.test('a book that names nothing of the market leaves no names to resolve scenarios for', async (t) => {
  const request = smallRequest();
  request.market.indices = [];
  request.book.positions[0] = { ...request.book.positions[0], underlying: 'X' } as (typeof request.book.positions)[0];
  t.same(failuresOf(request), checkedFailures(request));
  t.match(failuresOf(request), [{ reason: 'unknown_reference', pointer: '/book/positions/0/underlying' }]);
});

t.test('a matrix is judged beside other failures of the market', async (t) => {
  const request = smallRequest();
  request.market.indices = [
    {
      id: 'over',
      spot: 1,
      constituents: request.market.underlyings.map(({ id }) => ({ underlying: id, weight: 0.9 })),
    },
  ];
  request.market.correlation = {
    kind: 'matrix',
    order: ['A', 'B', 'C'],
    values: [
      [1, 0.9, -0.9],
      [0.9, 1, 0.9],
      [-0.9, 0.9, 1],
    ],
  };
  request.book.positions = [{ id: 'a', type: 'underlying', underlying: 'A', side: 'long', quantity: 1 }];
  const outcome = prepareRun(fillDefaults(request), '1', 1e12);
  t.ok(!outcome.ok);
  if (!outcome.ok)
    t.same(
      outcome.failures.map(({ reason }) => reason),
      ['weights_exceed_one', 'matrix_indefinite'],
    );
});

t.test('an impossible volatility is refused of an index that the book does not trade, too', async (t) => {
  const request = smallRequest();
  const [first] = request.market.underlyings;
  request.market.indices = [
    ...(request.market.indices ?? []),
    { id: 'alone', spot: 1, impliedVol: 9, constituents: [{ underlying: first.id, weight: 1 }] },
  ];
  const outcome = prepareRun(fillDefaults(request), '1', 1e12);
  t.match(outcome, { ok: false, failures: [{ reason: 'impossible_index_volatility', message: /"alone" is 9/ }] });
});

t.test('more matrices than a thread should factor are too much work', async (t) => {
  const ids = Array.from({ length: 600 }, (_, i) => `N${i}`);
  const row = Array.from({ length: 8 }, () => 0.125);
  const request: StressRunRequest = {
    book: {
      nav: 1,
      positions: ids.map((id) => ({ id, type: 'underlying', underlying: id, side: 'long', quantity: 1 })),
    },
    market: {
      underlyings: ids.map((id) => ({ id, spot: 1, impliedVol: 0.2 })),
      correlation: { kind: 'average', value: 0.3 },
    },
    scenarios: Array.from({ length: 32 }, (_, s) => ({
      id: `s${s}`,
      regimes: row.map((__, r) => ({ id: `r${r}` })),
      transition: { kind: 'daily', matrix: row.map(() => row) },
    })),
  };
  t.match(prepareRun(fillDefaults(request), '1', 1e12), {
    ok: false,
    failures: [
      { reason: 'too_much_work', pointer: '/scenarios', message: /256 regimes of 600 underlyings .* at most 138 / },
    ],
  });
});

import t from 'tap';
import { LONGEST_TENOR_DAYS } from '../../../../models/book/tenor.ts';
import { type Position, StraddlePosition, VarianceSwapPosition } from '../../../../schemas/position.ts';
import { type Case, checkedFailures, smallRequest, straddle as atTheMoney, testCases } from '../small-request.ts';

const LATER = 'which is part of the contract, but this version does not compute it yet; allowed now';

const straddle = (changes: Partial<StraddlePosition> = {}) => atTheMoney({ id: 'two', ...changes });
const varianceSwap = (changes: object = {}): Position => ({
  id: 'two',
  type: 'varianceSwap',
  underlying: 'A',
  side: 'long',
  vegaNotional: 1000,
  strikeVol: 0.3,
  maturityDays: 63,
  ...changes,
});
/** A straddle that expires on a date instead of after days. */
const expiring = (expiryDate: string): Position => {
  const { expiryDays: _, ...rest } = straddle();
  return { ...rest, expiryDate };
};

const unsupportedTypes = '"straddle", "strangle", "riskReversal", "option", "varianceSwap", "underlying"';

/** A second position is put into the book. */
function position(when: string, second: Position, found: Case['found']): Case {
  return { when, change: ({ book }) => book.positions.push(second), found };
}

t.test('the small request itself has nothing wrong with it', async (t) => {
  t.same(checkedFailures(smallRequest()), []);
});

t.test('ids and references of positions are checked', async (t) => {
  const cases: Case[] = [
    position('an id is used twice', straddle({ id: 'one' }), [
      ['duplicate_id', '/book/positions/1/id', 'id is "one", as of position 0; the ids of positions must be unique'],
    ]),
    position('an underlying is unknown', straddle({ underlying: 'NVDA' }), [
      [
        'unknown_reference',
        '/book/positions/1/underlying',
        'underlying is "NVDA", which is no underlying or index of the market; the market has "A", "B", "C", "I"',
      ],
    ]),
    position('an underlying is called like a property of every object', straddle({ underlying: 'constructor' }), [
      [
        'unknown_reference',
        '/book/positions/1/underlying',
        'underlying is "constructor", which is no underlying or index of the market; the market has "A", "B", "C", "I"',
      ],
    ]),
    position('an index is a fine underlying', straddle({ underlying: 'I' }), []),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('a long list of known ids is cut after a dozen', async (t) => {
  const request = smallRequest();
  const more = Array.from({ length: 12 }, (_, i) => ({ id: `N${i}`, spot: 1, impliedVol: 0.2 }));
  request.market.underlyings.push(...more);
  request.book.positions.push(straddle({ underlying: 'X' }));
  t.same(
    checkedFailures(request).map(({ message }) => message),
    [
      'underlying is "X", which is no underlying or index of the market; the market has "A", "B", "C", "N0", "N1", ' +
        '"N2", "N3", "N4", "N5", "N6", "N7", "N8" and 4 more',
    ],
  );
});

t.test('positions that are not computed yet are refused once, where they say what they are', async (t) => {
  const volatilitySwap: Position = {
    id: 'two',
    type: 'volatilitySwap',
    underlying: 'A',
    side: 'long',
    vegaNotional: 1,
    strikeVol: 0.3,
    maturityDays: 21,
  };
  const correlationSwap: Position = {
    id: 'two',
    type: 'correlationSwap',
    basket: 'I',
    side: 'short',
    notionalPerPoint: 1,
    strikeCorrelation: 0.5,
    estimator: 'pairwise',
    maturityDays: 21,
  };
  const option: Position = {
    id: 'two',
    type: 'option',
    right: 'call',
    underlying: 'A',
    side: 'long',
    quantity: 1,
    multiplier: 1,
    strike: { absolute: 100 },
    expiryDays: 21,
  };
  const notComputed = (type: string) =>
    ['unsupported', '/book/positions/1/type', `type is "${type}", ${LATER}: ${unsupportedTypes}`] as const;
  const cases: Case[] = [
    position('volatility swap', volatilitySwap, [notComputed('volatilitySwap')]),
    position('correlation swap', correlationSwap, [notComputed('correlationSwap')]),
    position('correlation swap on an unknown basket', { ...correlationSwap, basket: 'A' }, [
      [
        'unknown_reference',
        '/book/positions/1/basket',
        'basket is "A", which is no index of the market; the market has "I"',
      ],
      notComputed('correlationSwap'),
    ]),
    {
      when: 'correlation swap in a market without indices',
      change: ({ book, market }) => {
        market.indices.length = 0;
        book.positions.push(correlationSwap);
      },
      found: [
        [
          'unknown_reference',
          '/book/positions/1/basket',
          'basket is "I", which is no index of the market; the market has none',
        ],
        notComputed('correlationSwap'),
      ],
    },
    position('American option', { ...option, exercise: 'american' }, [
      ['unsupported', '/book/positions/1/exercise', `exercise is "american", ${LATER}: "european"`],
    ]),
    position('European option', { ...option, exercise: 'european' }, []),
    position('option without a style', option, []),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('of two notionals and of two tenors exactly one is given', async (t) => {
  const { vegaNotional: _, ...noNotional } = varianceSwap() as VarianceSwapPosition;
  const { expiryDays: __, ...noExpiry } = straddle();
  const at = '/book/positions/1';
  const cases: Case[] = [
    position('no notional', noNotional, [
      ['exactly_one', at, 'none of vegaNotional and varianceNotional is given; give exactly one'],
    ]),
    position('two notionals', varianceSwap({ varianceNotional: 10 }), [
      ['exactly_one', at, 'vegaNotional and varianceNotional are given; give exactly one'],
    ]),
    position('the other notional', { ...noNotional, varianceNotional: 10 }, []),
    position('no expiry', noExpiry, [
      ['exactly_one', at, 'none of expiryDays and expiryDate is given; give exactly one'],
    ]),
    position('two expiries', straddle({ expiryDate: '2027-01-15' }), [
      ['exactly_one', at, 'expiryDays and expiryDate are given; give exactly one'],
    ]),
    position('two maturities', varianceSwap({ maturityDate: '2027-01-15' }), [
      ['exactly_one', at, 'maturityDays and maturityDate are given; give exactly one'],
    ]),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('dates exist and lie after the valuation date, but not by more than 50 years', async (t) => {
  const at = '/book/positions/1/expiryDate';
  const noAsOf: Case = {
    when: 'there is no valuation date to count from',
    change: ({ book, market }) => {
      delete (market as { asOf?: string }).asOf;
      book.positions.push(expiring('2027-01-15'));
    },
    found: [
      [
        'required',
        at,
        'expiryDate is 2027-01-15, but market.asOf, to count days from, is missing; give asOf, or expiryDays instead',
      ],
    ],
  };
  const cases: Case[] = [
    noAsOf,
    position('a day that no calendar has', expiring('2027-02-30'), [
      ['invalid_date', at, 'expiryDate is 2027-02-30; there is no such date'],
    ]),
    position('the valuation date itself', expiring('2026-11-20'), [
      ['expired', at, 'expiryDate is 2026-11-20; it must be at least one trading day after asOf, 2026-11-20'],
    ]),
    position('a date before it', expiring('2025-11-20'), [
      ['expired', at, 'expiryDate is 2025-11-20; it must be at least one trading day after asOf, 2026-11-20'],
    ]),
    position('the Saturday after a Friday has no close of its own', expiring('2026-11-21'), [
      ['expired', at, 'expiryDate is 2026-11-21; it must be at least one trading day after asOf, 2026-11-20'],
    ]),
    position('the next Monday', expiring('2026-11-23'), []),
    position('a Saturday a week on counts as its Friday', expiring('2026-11-28'), []),
    position('more than 50 years on', expiring('2077-11-20'), [
      ['out_of_range', at, 'expiryDate is 2077-11-20; it must be at most 12600 trading days after asOf, 2026-11-20'],
    ]),
    position('the last of all dates', expiring('9999-12-31'), [
      ['out_of_range', at, 'expiryDate is 9999-12-31; it must be at most 12600 trading days after asOf, 2026-11-20'],
    ]),
    position('the first of all dates', expiring('0001-01-01'), [
      ['expired', at, 'expiryDate is 0001-01-01; it must be at least one trading day after asOf, 2026-11-20'],
    ]),
    {
      when: 'the valuation date is none: that alone is said',
      change: ({ book, market }) => {
        market.asOf = '2026-02-29';
        book.positions.push(expiring('2027-01-15'));
      },
      found: [['invalid_date', '/market/asOf', 'asOf is 2026-02-29; there is no such date']],
    },
  ];
  testCases(t, cases, checkedFailures);
});

t.test('days and dates have one longest tenor', async (t) => {
  t.match(StraddlePosition.properties.expiryDays, { maximum: LONGEST_TENOR_DAYS });
  t.match(VarianceSwapPosition.properties.maturityDays, { maximum: LONGEST_TENOR_DAYS });
});

t.test(
  'rules that this version does not compute are refused once each, and accepted where they do nothing',
  async (t) => {
    const rule = (when: string, change: Case['change'], ...found: Case['found']): Case => ({ when, change, found });
    const cases: Case[] = [
      rule('hedging every n days', ({ book }) => (book.hedging = { policy: 'interval', everyDays: 5 }), [
        'unsupported',
        '/book/hedging/policy',
        `policy is "interval", ${LATER}: "none"`,
      ]),
      rule('hedging by threshold', ({ book }) => (book.hedging = { policy: 'threshold' }), [
        'unsupported',
        '/book/hedging/policy',
        `policy is "threshold", ${LATER}: "none"`,
      ]),
      rule('no hedging', ({ book }) => (book.hedging = { policy: 'none' })),
      rule('no hedging, with a setting', ({ book }) => (book.hedging = { policy: 'none', everyDays: 5 }), [
        'unused_field',
        '/book/hedging/everyDays',
        'everyDays has no effect when policy is "none"; leave it out',
      ]),
      rule(
        'costs',
        ({ book }) => (book.costs = { hedgeBps: 2, exitVolPoints: 0, exitPercentOfValue: 0.5 }),
        ['unsupported', '/book/costs/hedgeBps', `hedgeBps is 2, ${LATER}: 0`],
        ['unsupported', '/book/costs/exitPercentOfValue', `exitPercentOfValue is 0.5, ${LATER}: 0`],
      ),
      rule('costs of nothing', ({ book }) => (book.costs = { hedgeBps: 0, exitVolPoints: 0, exitPercentOfValue: 0 })),
      rule('margin', ({ book }) => (book.margin = { model: 'regT' }), [
        'unsupported',
        '/book/margin/model',
        `model is "regT", ${LATER}: "none"`,
      ]),
      rule('no margin', ({ book }) => (book.margin = { model: 'none' })),
      rule('no margin, with settings', ({ book }) => (book.margin = { model: 'none', graceDays: 1 }), [
        'unused_field',
        '/book/margin/graceDays',
        'graceDays has no effect when model is "none"; leave it out',
      ]),
      rule(
        'exit rules',
        ({ book }) => {
          book.exitRules = [
            { type: 'stopLoss', fraction: 0.3 },
            { type: 'timeStop', fractionElapsed: 0.5 },
          ];
        },
        ['unsupported', '/book/exitRules/0', `type is "stopLoss", ${LATER}: no exit rules`],
        ['unsupported', '/book/exitRules/1', `type is "timeStop", ${LATER}: no exit rules`],
      ),
      rule('no exit rules', ({ book }) => (book.exitRules = [])),
      rule(
        'staged entry',
        ({ book }) => {
          book.tranches = [
            { day: 0, fraction: 0.5 },
            { day: 21, fraction: 0.5 },
          ];
        },
        ['unsupported', '/book/tranches', `tranches enter 0.5 on day 0, 0.5 on day 21, ${LATER}: 1 on day 0`],
      ),
      rule('partial entry', ({ book }) => (book.tranches = [{ day: 0, fraction: 0.5 }]), [
        'unsupported',
        '/book/tranches',
        `tranches enter 0.5 on day 0, ${LATER}: 1 on day 0`,
      ]),
      rule('everything at once', ({ book }) => (book.tranches = [{ day: 0, fraction: 1 }])),
      rule('everything at once, in parts that sum to 1 but for rounding', ({ book }) => {
        book.tranches = [0.7, 0.1, 0.2].map((fraction) => ({ day: 0, fraction }));
      }),
    ];
    testCases(t, cases, checkedFailures);
  },
);

t.test('limits have ids of their own and expressions that compile', async (t) => {
  const request = smallRequest();
  request.book.limits = [
    { id: 'survive', expression: 'survivability(0.99) >= 0.80' },
    { id: 'survive', expression: 'es(0.99) <=' },
  ];
  const [id, ...expression] = checkedFailures(request);
  t.same(id, {
    reason: 'duplicate_id',
    pointer: '/book/limits/1/id',
    message: 'id is "survive", as of limit 0; the ids of limits must be unique',
  });
  t.ok(expression.length > 0, 'the wording is that of compileLimit, tested there');
  for (const { reason, pointer } of expression) {
    t.same({ reason, pointer }, { reason: 'expression_invalid', pointer: '/book/limits/1/expression' });
  }
});

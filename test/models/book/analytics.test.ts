import t from 'tap';
import { bookGreeks, breakEven } from '../../../models/book/analytics.ts';
import { optionGreeks } from '../../../models/pricing/black-scholes.ts';
import type { BookInMarket } from '../../../schemas/analytics.ts';
import type { Position } from '../../../schemas/position.ts';
import type { Outcome } from '../../../models/outcome.ts';
import { smallRequest } from './small-request.ts';

const MEASURES = ['delta', 'gamma', 'vega', 'theta', 'correlationVega'] as const;

function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failures));
  return outcome.value;
}
/** The small market with positions of every kind that is computed. */
function mixedBook(): BookInMarket {
  const { market } = smallRequest();
  market.rate = 0.03;
  const strike = { percentOfSpot: 105 };
  const terms = { side: 'long', quantity: 2, multiplier: 100, expiryDays: 63 } as const;
  const wings = { putStrike: { delta: 0.25 }, callStrike: { delta: 0.25 } };
  const positions: Position[] = [
    { id: 'straddle', type: 'straddle', underlying: 'A', strike, ...terms },
    { id: 'index', type: 'straddle', underlying: 'I', strike, ...terms, side: 'short' },
    { id: 'strangle', type: 'strangle', underlying: 'B', ...wings, ...terms },
    { id: 'reversal', type: 'riskReversal', underlying: 'A', ...wings, ...terms },
    { id: 'put', type: 'option', right: 'put', underlying: 'C', strike, ...terms },
    {
      id: 'swap',
      type: 'varianceSwap',
      underlying: 'A',
      side: 'short',
      vegaNotional: 500,
      strikeVol: 0.3,
      maturityDays: 63,
    },
    { id: 'shares', type: 'underlying', underlying: 'B', side: 'short', quantity: 40 },
  ];
  return { book: { nav: 2_000_000, positions }, market };
}
const near = (got: number, expected: number, size = 1) => Math.abs(got - expected) <= 1e-12 * Math.max(1, size);

t.test('the sums by position, by underlying and of the book are one', async (t) => {
  const { book, positions, underlyings } = value(bookGreeks(mixedBook()));
  t.same(
    positions.map(({ id }) => id),
    ['straddle', 'index', 'strangle', 'reversal', 'put', 'swap', 'shares'],
  );
  t.same(
    underlyings.map(({ id }) => id),
    ['A', 'B', 'C', 'I'],
    'in market order, indices last',
  );
  for (const measure of MEASURES) {
    const byPosition = positions.reduce((sum, { greeks }) => sum + greeks[measure], 0);
    const byUnderlying = underlyings.reduce((sum, { greeks }) => sum + greeks[measure], 0);
    const size = positions.reduce((sum, { greeks }) => sum + Math.abs(greeks[measure]), 0);
    t.ok(near(byPosition, byUnderlying, size), `${measure}: ${byPosition} by position, ${byUnderlying} by underlying`);
    if (measure === 'delta' || measure === 'gamma') continue;
    t.ok(near(book[measure], byPosition, size), `${measure} of the book is ${book[measure]}`);
  }
  const worth = positions.reduce((sum, { initialValue }) => sum + initialValue, 0);
  t.ok(near(book.initialValue, worth, 1e6), `initial value ${book.initialValue}; by position ${worth}`);
});

t.test('delta and gamma of a book are money: Σ delta S, and Σ gamma S² for a move of 1 %', async (t) => {
  const body = mixedBook();
  const { book, underlyings } = value(bookGreeks(body));
  const spot = new Map([...body.market.underlyings, ...(body.market.indices ?? [])].map(({ id, spot }) => [id, spot]));
  const of = (id: string) => spot.get(id) as number;
  const delta = underlyings.reduce((sum, { id, greeks }) => sum + greeks.delta * of(id), 0);
  const gamma = underlyings.reduce((sum, { id, greeks }) => sum + (greeks.gamma * of(id) ** 2) / 100, 0);
  t.ok(near(book.dollarDelta, delta, 1e6), `${book.dollarDelta}; need ${delta}`);
  t.ok(near(book.dollarGamma, gamma, 1e6), `${book.dollarGamma}; need ${gamma}`);
});

t.test('the scale of desks is per 100,000 of NAV', async (t) => {
  const { book, perHundredThousandOfNav: scaled } = value(bookGreeks(mixedBook()));
  t.ok(near(scaled.vega, book.vega / 20, 1e3), 'a NAV of 2,000,000');
  t.ok(near(scaled.gamma, book.dollarGamma / 20, 1e3));
  t.ok(near(scaled.theta, book.theta / 20, 1e3));
});

t.test('a position on one call has the Greeks of its formula, times its size', async (t) => {
  const body = mixedBook();
  const call: Position = {
    id: 'call',
    type: 'option',
    right: 'call',
    underlying: 'B',
    side: 'short',
    quantity: 3,
    multiplier: 10,
    strike: { absolute: 55 },
    expiryDays: 126,
  };
  body.book.positions = [call];
  const [{ greeks, initialValue }] = value(bookGreeks(body)).positions;
  const terms = { right: 'call', spot: 50, strike: 55, rate: 0.03, dividendYield: 0, vol: 0.4, years: 0.5 } as const;
  const one = optionGreeks(terms);
  const tomorrow = optionGreeks({ ...terms, years: 125 / 252 });
  t.ok(near(initialValue, -30 * one.value, 1e3));
  t.ok(near(greeks.delta, -30 * one.delta, 1e3));
  t.ok(near(greeks.gamma, -30 * one.gamma, 1e3));
  t.ok(near(greeks.vega, -0.3 * one.vega, 1e3), 'per volatility point');
  t.ok(near(greeks.theta, -30 * (tomorrow.value - one.value), 1e3), 'per trading day');
  t.equal(greeks.correlationVega, 0, 'a name has no correlation');
});

t.test('only index legs have correlation vega: vega times dσ_I/dρ', async (t) => {
  const { positions } = value(bookGreeks(mixedBook()));
  for (const { id, greeks } of positions) if (id !== 'index') t.equal(Math.abs(greeks.correlationVega), 0, id);
  // dσ_I/dρ = ((Σ w σ)² − Σ w² σ²) / (2 σ_I) = (0.35² − 0.0625) / (2 √0.0865)
  const slope = 0.06 / (2 * Math.sqrt(0.0865));
  const { greeks } = positions[1];
  t.ok(near(greeks.correlationVega, greeks.vega * slope, 1e3), `${greeks.correlationVega}; vega ${greeks.vega}`);
});

t.test('implied correlations stand beside the Greeks, by index, whatever it is called', async (t) => {
  const body = mixedBook();
  body.book.positions.length = 1;
  body.market.indices = [
    { ...(body.market.indices ?? [])[0], id: 'constructor' },
    { id: 'alone', spot: 1, constituents: [{ underlying: 'C', weight: 1 }] },
  ];
  const { impliedCorrelation } = value(bookGreeks(body));
  t.same(Object.keys(impliedCorrelation), ['constructor', 'alone']);
  t.ok(Math.abs((impliedCorrelation.constructor as unknown as number) - 0.4) < 1e-12);
  t.equal(impliedCorrelation.alone, null, 'one constituent has no correlation');
});

/** Variance swaps on the small market's index and on both its names. */
function varianceBook(...strikes: readonly (readonly [underlying: string, strikeVol: number])[]): BookInMarket {
  const { market } = smallRequest();
  const positions = strikes.map(
    ([underlying, strikeVol], i): Position => ({
      id: `s${i}`,
      type: 'varianceSwap',
      underlying,
      side: underlying === 'I' ? 'short' : 'long',
      varianceNotional: 1,
      strikeVol,
      maturityDays: 63,
    }),
  );
  return { book: { nav: 1, positions }, market };
}

t.test('break-even is equation (2) at the strikes traded, not the formula with the wrong numerator', async (t) => {
  const { indices, premiumPoints } = value(breakEven(varianceBook(['I', 0.3], ['A', 0.32], ['B', 0.42])));
  const [w, a, b] = [0.5, 0.32, 0.42];
  const across = 2 * w * w * a * b;
  const expected = (0.3 ** 2 - w * w * (a * a + b * b)) / across;
  const folk = ((w * a + w * b) ** 2 - 0.3 ** 2) / across;
  const got = indices[0].strikeCorrelation as number;
  t.ok(near(got, expected), `${got}; need ${expected}`);
  t.ok(Math.abs(got - folk) > 0.1, `the folk formula says ${folk}`);
  t.equal(indices[0].indexStrikeVol, 0.3);
  t.ok(Math.abs((indices[0].impliedCorrelation as number) - 0.4) < 1e-12, 'what the market implies stands beside it');
  t.ok(near(premiumPoints as number, 100 * (expected - 0.4), 100), 'over the calm 0.40, in points');
});

t.test('ten names at 35 % against an index at 20 % break even at 0.251701', async (t) => {
  // (0.04 − 0.01225) / 0.11025, the standard example of implied correlation
  const ids = Array.from({ length: 10 }, (_, i) => `N${i}`);
  const { book } = varianceBook(['I', 0.2]);
  const { indices } = value(
    breakEven({
      book,
      market: {
        underlyings: ids.map((id) => ({ id, spot: 1, impliedVol: 0.35 })),
        indices: [{ id: 'I', spot: 1, constituents: ids.map((underlying) => ({ underlying, weight: 0.1 })) }],
        correlation: { kind: 'average', value: 0.4 },
      },
    }),
  );
  t.ok(Math.abs((indices[0].strikeCorrelation as number) - 0.251701) < 5e-7, `${indices[0].strikeCorrelation}`);
});

t.test(
  'a name without a swap counts with its volatility, and two swaps on one thing with their mean variance',
  async (t) => {
    const { indices } = value(breakEven(varianceBook(['I', 0.28], ['I', 0.32], ['A', 0.3])));
    const strike = Math.sqrt((0.28 ** 2 + 0.32 ** 2) / 2);
    t.ok(near(indices[0].indexStrikeVol as number, strike), `${indices[0].indexStrikeVol}`);
    // A at its strike 0.30, B at its volatility 0.40
    const expected = (strike ** 2 - 0.25 * (0.09 + 0.16)) / (0.5 * 0.3 * 0.4);
    t.ok(near(indices[0].strikeCorrelation as number, expected), `${indices[0].strikeCorrelation}; need ${expected}`);
  },
);

t.test('without a swap on the index there is no break-even', async (t) => {
  t.same(value(breakEven(varianceBook(['A', 0.3]))), {
    indices: [
      {
        id: 'I',
        impliedCorrelation: value(bookGreeks(varianceBook(['A', 0.3]))).impliedCorrelation.I,
        strikeCorrelation: null,
        indexStrikeVol: null,
      },
    ],
    premiumPoints: null,
  });
});

t.test('failures come back as data, from checks and from resolution', async (t) => {
  const unsupported = mixedBook();
  unsupported.book.hedging = { policy: 'threshold' };
  const impossible = mixedBook();
  (impossible.market.indices ?? [])[0].impliedVol = 0.9;
  const noStrike = mixedBook();
  noStrike.market.underlyings[1].dividendYield = 1;
  noStrike.book.positions = [
    {
      id: 'p',
      type: 'straddle',
      underlying: 'B',
      side: 'long',
      quantity: 1,
      multiplier: 1,
      strike: { delta: 0.9 },
      expiryDays: 252,
    },
  ];
  for (const analyse of [bookGreeks, breakEven]) {
    const reasons = (body: BookInMarket) => {
      const outcome = analyse(body);
      return outcome.ok ? [] : outcome.failures.map(({ reason, pointer }) => [reason, pointer]);
    };
    t.same(reasons(unsupported), [['unsupported', '/book/hedging/policy']]);
    t.same(reasons(impossible), [['impossible_index_volatility', '/market/indices/0/impliedVol']]);
    t.same(reasons(noStrike), [['impossible_strike', '/book/positions/0/strike/delta']]);
  }
});

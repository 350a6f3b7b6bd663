import t from 'tap';
import { resolveLegs } from '../../../models/book/resolve-legs.ts';
import { resolveMarket } from '../../../models/book/resolve-market.ts';
import { FailureList } from '../../../models/failures.ts';
import { optionGreeks } from '../../../models/pricing/black-scholes.ts';
import type { Position, Strike } from '../../../schemas/position.ts';
import { smallRequest } from './small-request.ts';

/** Legs of some positions in the small market, at a rate of 4 %, over a horizon of 21 days. */
function legsOf(...positions: Position[]) {
  const { market: wire } = smallRequest();
  wire.rate = 0.04;
  const book = { nav: 1, positions };
  const failures = new FailureList();
  const market = resolveMarket(book, wire, failures);
  if (market === undefined) throw new Error(JSON.stringify(failures.items));
  const legs = resolveLegs(book, market, 21, failures);
  return { market, legs, failures: failures.items };
}
const common = { id: 'p', underlying: 'B', side: 'long', quantity: 3, multiplier: 10, expiryDays: 63 } as const;
const rows = (...columns: ArrayLike<number>[]) =>
  Array.from({ length: columns[0].length }, (_, i) => columns.map((of) => of[i]));

t.test('options become legs of signed calls and puts, multiplier included', async (t) => {
  const at: Strike = { absolute: 40 };
  const pair = { putStrike: { absolute: 45 }, callStrike: { absolute: 55 } };
  const of = (position: Position) => {
    const { options } = legsOf(position).legs;
    return rows(options.calls, options.puts, options.strikes);
  };
  t.same(of({ ...common, type: 'straddle', strike: at }), [[30, 30, 40]]);
  t.same(of({ ...common, type: 'straddle', side: 'short', strike: at }), [[-30, -30, 40]]);
  t.same(of({ ...common, type: 'option', right: 'call', strike: at }), [[30, 0, 40]]);
  t.same(of({ ...common, type: 'option', right: 'put', side: 'short', strike: at }), [[0, -30, 40]]);
  t.same(of({ ...common, type: 'strangle', ...pair }), [
    [0, 30, 45],
    [30, 0, 55],
  ]);
  t.same(
    of({ ...common, type: 'riskReversal', ...pair }),
    [
      [0, 30, 45],
      [-30, 0, 55],
    ],
    'long is long the put and short the call',
  );
  t.same(of({ ...common, type: 'riskReversal', side: 'short', ...pair }), [
    [0, -30, 45],
    [30, 0, 55],
  ]);
});

t.test('strikes are prices, percents of the spot, or have a delta', async (t) => {
  const strikeOf = (right: 'call' | 'put', strike: Strike) =>
    legsOf({ ...common, type: 'option', right, strike }).legs.options.strikes[0];
  t.equal(strikeOf('call', { absolute: 61.5 }), 61.5);
  t.equal(strikeOf('call', { percentOfSpot: 110 }), 55, 'spot 50');
  for (const right of ['call', 'put'] as const) {
    for (const delta of [0.1, 0.25, 0.5, 0.9]) {
      const strike = strikeOf(right, { delta });
      const terms = { right, strike, spot: 50, rate: 0.04, dividendYield: 0, vol: 0.4, years: 63 / 252 };
      const got = Math.abs(optionGreeks(terms).delta);
      t.ok(Math.abs(got - delta) < 1e-12, `${right}: strike ${strike} has delta ${got}; need ${delta}`);
    }
  }
});

t.test('legs know their position, slot and expiry, and share tables by slot and expiry', async (t) => {
  const strike: Strike = { percentOfSpot: 100 };
  const { legs, market } = legsOf(
    { ...common, id: 'a', type: 'straddle', strike },
    { ...common, id: 'b', type: 'underlying', underlying: 'A' },
    { ...common, id: 'c', type: 'straddle', strike: { percentOfSpot: 90 } },
    { ...common, id: 'd', type: 'straddle', strike, expiryDays: 10 },
    { ...common, id: 'e', type: 'straddle', underlying: 'I', strike },
  );
  const { options, units } = legs;
  t.same(market.names.ids, ['A', 'B']);
  t.same(rows(options.positions, options.slots, options.expiries, options.tenorRows), [
    [0, 1, 63, 0],
    [2, 1, 63, 0],
    [3, 1, 10, 1],
    [4, 2, 63, 2],
  ]);
  t.same(rows(units.positions, units.slots, units.quantities), [[1, 0, 3]]);
  const { discounts, rootYears } = options.tenors;
  t.equal(discounts.length, 3 * 22, 'rows × days 0 to 21');
  t.ok(Math.abs(discounts[21] - Math.exp((-0.04 * (63 - 21)) / 252)) < 1e-15, 'day 21 of the first row');
  t.equal(rootYears[22 + 10], 0, 'on the day of expiry nothing is left');
  t.equal(discounts[22 + 10], 1);
});

t.test('a vega notional is money per point, N/(2 · 100 K) per squared point; 10⁴ of these are 1', async (t) => {
  const swap = {
    id: 's',
    type: 'varianceSwap',
    underlying: 'B',
    side: 'long',
    strikeVol: 0.2,
    maturityDays: 63,
  } as const;
  const of = (position: Position) => {
    const { swaps } = legsOf(position).legs;
    return rows(swaps.notionals, swaps.maturities, swaps.accruedDays, swaps.accruedSquares, swaps.capMultiples)[0];
  };
  // Vega notional 1 at strike 0.20 pays 250 · (RV − 0.04).
  t.same(of({ ...swap, vegaNotional: 1 }), [250, 63, 0, 0, Infinity]);
  t.same(of({ ...swap, side: 'short', varianceNotional: 0.025 }), [-250, 63, 0, 0, Infinity]);
  // 21 days at 40 % have squares that sum to 0.16 · 21/252.
  const [, , days, squares, cap] = of({
    ...swap,
    vegaNotional: 1,
    capMultiple: 2.5,
    accrued: { days: 21, realisedVol: 0.4 },
  });
  t.equal(days, 21);
  t.ok(Math.abs(squares - (0.16 * 21) / 252) < 1e-16, `${squares}`);
  t.equal(cap, 2.5);
});

t.test('maturities given as dates count closes from the valuation date', async (t) => {
  // 2026-11-20 is a Friday; the 26th is Thanksgiving, so the closes are those of the 23rd, 24th, 25th and 27th.
  const { expiryDays: _, ...undated } = common;
  const { options } = legsOf({
    ...undated,
    type: 'straddle',
    strike: { percentOfSpot: 100 },
    expiryDate: '2026-11-28',
  }).legs;
  t.same([...options.expiries], [4]);
});

t.test('a position that the market was not resolved for is a mistake of the caller', async (t) => {
  const { market } = legsOf({ ...common, type: 'straddle', strike: { absolute: 50 } });
  const stranger: Position = { id: 'x', type: 'underlying', underlying: 'C', side: 'long', quantity: 1 };
  t.throws(() => resolveLegs({ nav: 1, positions: [stranger] }, market, 21, new FailureList()), {
    name: 'RangeError',
    message: 'position x names C, which the market was not resolved for',
  });
});

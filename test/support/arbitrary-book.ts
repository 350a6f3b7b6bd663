/** Random positions of every type this version computes. */
import fc from 'fast-check';
import type { Market } from '../../schemas/market.ts';
import type { Position, Strike } from '../../schemas/position.ts';
import { decimal } from './arbitrary-market.ts';

const side = fc.constantFrom('long' as const, 'short' as const);

/** One position to five, of every type this version computes, ids unique. */
export function arbitraryPositions(market: Market, days: number): fc.Arbitrary<Position[]> {
  const position = arbitraryPosition(market, days);
  return fc
    .array(position, { minLength: 1, maxLength: 5 })
    .map((positions) => positions.map((each, i) => ({ ...each, id: `p${i + 1}` })));
}

/** Absolute strikes go from a tenth to ten times the spot, deltas up to 0.6, which dividends here leave possible. */
function arbitraryStrike(spot: number): fc.Arbitrary<Strike> {
  return fc.oneof(
    decimal(-1, 1).map((exponent) => ({ absolute: spot * 10 ** exponent })),
    fc.constantFrom(80, 100, 120).map((percentOfSpot) => ({ percentOfSpot })),
    decimal(0.05, 0.6).map((delta) => ({ delta })),
  );
}

function arbitraryPosition(market: Market, days: number): fc.Arbitrary<Position> {
  const priced = [...market.underlyings, ...(market.indices ?? [])];
  return fc.constantFrom(...priced).chain(({ id: underlying, spot }) => {
    const common = { id: fc.constant('p'), underlying: fc.constant(underlying), side };
    const sized = { ...common, quantity: decimal(0.5, 500), multiplier: fc.constantFrom(1, 100) };
    const strike = arbitraryStrike(spot);
    // Before, at and after the horizon, or on a date (the last one a Saturday).
    const tenor = (word: 'expiry' | 'maturity') =>
      fc.oneof(
        fc
          .oneof(fc.integer({ min: 1, max: 2 * days }), fc.constant(days))
          .map((tenorDays) => ({ [`${word}Days`]: tenorDays })),
        fc.constantFrom('2026-11-23', '2026-12-18', '2027-06-19').map((date) => ({ [`${word}Date`]: date })),
      );
    const withExpiry = <T extends object>(position: fc.Arbitrary<T>) =>
      fc.tuple(position, tenor('expiry')).map(([terms, when]) => ({ ...terms, ...when }));
    const twoStrikes = { ...sized, putStrike: strike, callStrike: strike };
    const swap = fc.record(
      {
        ...common,
        type: fc.constant('varianceSwap' as const),
        strikeVol: decimal(0.05, 0.8),
        capMultiple: fc.constantFrom(0.5, 1, 2.5),
        accrued: fc.record({ days: fc.integer({ min: 1, max: 250 }), realisedVol: decimal(0, 0.8) }),
      },
      { requiredKeys: ['id', 'underlying', 'side', 'type', 'strikeVol'] },
    );
    const notional = fc.oneof(
      decimal(1, 1e5).map((vegaNotional) => ({ vegaNotional })),
      decimal(0.01, 1e3).map((varianceNotional) => ({ varianceNotional })),
    );
    return fc.oneof(
      withExpiry(fc.record({ ...sized, type: fc.constant('straddle' as const), strike })),
      withExpiry(fc.record({ ...twoStrikes, type: fc.constantFrom('strangle' as const, 'riskReversal' as const) })),
      withExpiry(
        fc.record({
          ...sized,
          type: fc.constant('option' as const),
          right: fc.constantFrom('call' as const, 'put' as const),
          strike,
        }),
      ),
      fc
        .tuple(swap, notional, tenor('maturity'))
        .map(([terms, size, when]) => ({ ...terms, ...size, ...when })) as fc.Arbitrary<Position>,
      fc.record({ ...common, type: fc.constant('underlying' as const), quantity: decimal(0.5, 500) }),
    );
  });
}

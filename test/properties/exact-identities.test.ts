import fc from 'fast-check';
import t from 'tap';
import type { Market } from '../../schemas/market.ts';
import type { Position } from '../../schemas/position.ts';
import type { StressRunRequest } from '../../schemas/stress-run.ts';
import { arbitraryRequest } from '../support/arbitraries.ts';
import { arbitraryMarket } from '../support/arbitrary-market.ts';
import { arbitraryScenario } from '../support/arbitrary-scenario.ts';
import { gross } from '../support/gross.ts';
import { simulateAll } from '../support/simulate.ts';

/** Identities that hold path by path, whatever the request. */
const small = { names: 4, horizonDays: 12, paths: 30 };

const pnlOf = (request: StressRunRequest) => simulateAll(request).map(({ columns }) => columns.pnl);

function withPositions(request: StressRunRequest, change: (positions: Position[]) => Position[]): StressRunRequest {
  const book = request.book as NonNullable<StressRunRequest['book']>;
  return { ...request, book: { ...book, positions: change(book.positions) } };
}

function scaled(position: Position, factor: number): Position {
  if ('quantity' in position) return { ...position, quantity: factor * position.quantity };
  if (position.type === 'varianceSwap' && position.vegaNotional !== undefined) {
    return { ...position, vegaNotional: factor * position.vegaNotional };
  }
  if (position.type === 'varianceSwap') {
    return { ...position, varianceNotional: factor * (position.varianceNotional as number) };
  }
  throw new RangeError(`no size in a ${position.type}`);
}

/** Largest difference of two sets of columns, in units of the rounding of `size`. */
function apart(a: readonly Float64Array[], b: readonly Float64Array[], size: number): number {
  let largest = 0;
  for (const [i, column] of a.entries()) {
    for (let path = 0; path < column.length; path++) {
      largest = Math.max(largest, Math.abs(column[path] - b[i][path]));
    }
  }
  return largest / (size * 2 ** -52);
}

/** A day rounds each value a few times, at prices far below 30 times the start's on nearly all paths. */
const ROUNDINGS = 2;

t.test('the P&L is odd in the side of the book, to the last bit', async (t) => {
  let paths = 0;
  fc.assert(
    fc.property(arbitraryRequest(small), (request) => {
      const given = pnlOf(request);
      const mirrored = pnlOf(
        withPositions(request, (positions) =>
          positions.map((position) => ({ ...position, side: position.side === 'long' ? 'short' : 'long' })),
        ),
      );
      for (const [i, column] of given.entries()) {
        for (let path = 0; path < column.length; path++, paths++) {
          if (column[path] !== -mirrored[i][path]) throw new Error(`${column[path]} and ${mirrored[i][path]}`);
        }
      }
    }),
    { numRuns: 80, seed: 1 },
  );
  t.ok(paths > 1000, `${paths} paths`);
});

t.test('a book twice the size has twice the P&L to the last bit, thrice within rounding', async (t) => {
  let worst = 0;
  fc.assert(
    fc.property(arbitraryRequest(small), (request) => {
      const grown = (factor: number) =>
        pnlOf(withPositions(request, (positions) => positions.map((position) => scaled(position, factor))));
      const given = pnlOf(request);
      const twice = given.map((column) => column.map((pnl) => 2 * pnl));
      const thrice = given.map((column) => column.map((pnl) => 3 * pnl));
      if (apart(twice, grown(2), 1) !== 0) throw new Error('doubling changes bits');
      worst = Math.max(worst, apart(thrice, grown(3), 3 * gross(request)));
    }),
    { numRuns: 80, seed: 2 },
  );
  t.ok(worst < ROUNDINGS, `${worst} roundings`);
});

t.test('the order of the positions changes nothing beyond rounding', async (t) => {
  let worst = 0;
  fc.assert(
    fc.property(arbitraryRequest(small), (request) => {
      const reversed = withPositions(request, (positions) => positions.toReversed());
      worst = Math.max(worst, apart(pnlOf(request), pnlOf(reversed), gross(request)));
    }),
    { numRuns: 80, seed: 3 },
  );
  t.ok(worst < ROUNDINGS, `${worst} roundings`);
});

t.test('an underlying that nothing refers to changes no bit', async (t) => {
  let compared = 0;
  fc.assert(
    fc.property(arbitraryRequest(small), (request) => {
      const market = request.market as Market;
      const indices = new Set(market.indices?.map(({ id }) => id));
      // An index weighs a spike only if two of its constituents move.
      const weighs =
        market.indices?.every(({ constituents }) => constituents.length > 1) === true &&
        market.underlyings.every(({ impliedVol, realisedVol = impliedVol }) => realisedVol !== 0);
      const tradesIndex =
        weighs &&
        request.book?.positions.some((position) => 'underlying' in position && indices.has(position.underlying));
      // Sectors and averages speak of pairs of all underlyings; a matrix has to name the new one.
      if (market.correlation?.kind !== 'sectors') return;
      const underlyings = [...market.underlyings, { id: 'stranger', spot: 1, impliedVol: 3 }];
      const scenarios = (request.scenarios ?? []).filter(
        (scenario) =>
          // A book without an index is spiked from the average of the whole market, which a stranger changes.
          (tradesIndex === true && typeof scenario === 'string') ||
          (typeof scenario !== 'string' &&
            scenario.regimes.every(
              ({ correlation }) =>
                correlation?.kind !== 'matrix' && (tradesIndex === true || correlation?.kind !== 'spike'),
            )),
      );
      if (scenarios.length === 0) return;
      const before = pnlOf({ ...request, scenarios });
      const after = pnlOf({ ...request, scenarios, market: { ...market, underlyings } });
      if (apart(before, after, 1) !== 0) throw new Error('a stranger changes bits');
      compared++;
    }),
    { numRuns: 200, seed: 4 },
  );
  t.ok(compared > 10, `${compared} requests`);
});

/** Market, something in it with a price, a scenario, strikes and an expiry, for books that must be worth nothing. */
const parityCase = fc
  .record({ market: arbitraryMarket(4), days: fc.integer({ min: 1, max: 12 }) })
  .chain(({ market, days }) =>
    fc.record({
      market: fc.constant(market),
      days: fc.constant(days),
      priced: fc.constantFrom(...market.underlyings, ...(market.indices ?? [])),
      scenario: arbitraryScenario(market, days),
      expiryDays: fc.integer({ min: 1, max: 25 }),
      percents: fc.tuple(fc.integer({ min: 40, max: 200 }), fc.integer({ min: 40, max: 200 })),
      seed: fc.nat().map(String),
    }),
  );

t.test('a box of two calls and two puts gains nothing on any path: put–call parity', async (t) => {
  let worst = 0;
  fc.assert(
    fc.property(parityCase, ({ market, days, priced, scenario, expiryDays, percents, seed }) => {
      const option = (right: 'call' | 'put', side: 'long' | 'short', percentOfSpot: number): Position => ({
        id: `${side}-${right}-${percentOfSpot}`,
        type: 'option',
        right,
        side,
        underlying: priced.id,
        quantity: 1,
        multiplier: 1,
        strike: { percentOfSpot },
        expiryDays,
      });
      const [low, high] = percents[0] === percents[1] ? [percents[0], percents[0] + 1] : percents;
      const request: StressRunRequest = {
        book: {
          nav: 1e6,
          positions: [
            option('call', 'long', low),
            option('put', 'short', low),
            option('call', 'short', high),
            option('put', 'long', high),
          ],
        },
        market,
        scenarios: [scenario],
        simulation: { horizonDays: days, paths: 30, seed },
      };
      const pnl = pnlOf(request);
      worst = Math.max(worst, apart(pnl, [new Float64Array(30)], gross(request)));
    }),
    { numRuns: 150, seed: 5 },
  );
  t.ok(worst < ROUNDINGS, `${worst} roundings`);
});

t.test('a call less a put less the share is a loan where no dividends are paid', async (t) => {
  let worst = 0;
  fc.assert(
    fc.property(parityCase, ({ market, days, priced, scenario, expiryDays, percents, seed }) => {
      const underlyings = market.underlyings.map((name) => ({ ...name, dividendYield: 0 }));
      const strike = { percentOfSpot: percents[0] };
      const option = { type: 'option', underlying: priced.id, quantity: 1, multiplier: 1, strike } as const;
      // Held to the horizon the share would outlive the options, so they expire at it or later.
      const positions: Position[] = [
        { ...option, id: 'call', right: 'call', side: 'long', expiryDays: Math.max(days, expiryDays) },
        { ...option, id: 'put', right: 'put', side: 'short', expiryDays: Math.max(days, expiryDays) },
        { id: 'share', type: 'underlying', underlying: priced.id, side: 'short', quantity: 1 },
      ];
      const request: StressRunRequest = {
        book: { nav: 1e6, positions },
        market: { ...market, underlyings },
        scenarios: [scenario],
        simulation: { horizonDays: days, paths: 30, seed },
      };
      worst = Math.max(worst, apart(pnlOf(request), [new Float64Array(30)], gross(request)));
    }),
    { numRuns: 150, seed: 6 },
  );
  t.ok(worst < ROUNDINGS, `${worst} roundings`);
});

t.test('straddle, strangle and risk reversal are the options they stand for', async (t) => {
  let worst = 0;
  fc.assert(
    fc.property(arbitraryRequest(small), (request) => {
      const expanded = withPositions(request, (positions) => positions.flatMap(expand));
      worst = Math.max(worst, apart(pnlOf(request), pnlOf(expanded), gross(request)));
    }),
    { numRuns: 80, seed: 7 },
  );
  t.ok(worst < ROUNDINGS, `${worst} roundings`);
});

function expand(position: Position): Position[] {
  if (position.type !== 'straddle' && position.type !== 'strangle' && position.type !== 'riskReversal') {
    return [position];
  }
  const { id, underlying, side, quantity, multiplier, expiryDays, expiryDate } = position;
  const common = {
    type: 'option' as const,
    underlying,
    quantity,
    multiplier,
    ...(expiryDays === undefined ? {} : { expiryDays }),
    ...(expiryDate === undefined ? {} : { expiryDate }),
  };
  const opposite = side === 'long' ? 'short' : 'long';
  const put = position.type === 'straddle' ? position.strike : position.putStrike;
  const call = position.type === 'straddle' ? position.strike : position.callStrike;
  // The delta of a straddle's strike is its call's.
  if (position.type === 'straddle' && put.delta !== undefined) return [position];
  return [
    { ...common, id: `${id}-put`, right: 'put', side, strike: put },
    {
      ...common,
      id: `${id}-call`,
      right: 'call',
      side: position.type === 'riskReversal' ? opposite : side,
      strike: call,
    },
  ];
}

t.test('scenarios of one run see the same random numbers', async () => {
  fc.assert(
    fc.property(arbitraryRequest(small), (request) => {
      const scenario = request.scenarios?.at(-1);
      if (scenario === undefined || typeof scenario === 'string') throw new Error('no inline scenario');
      const [first, second] = pnlOf({ ...request, scenarios: [scenario, { ...scenario, id: 'again' }] });
      if (apart([first], [second], 1) !== 0) throw new Error('the same scenario twice differs');
    }),
    { numRuns: 30, seed: 8 },
  );
});

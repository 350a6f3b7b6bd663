import t from 'tap';
import type { Market } from '../../schemas/market.ts';
import type { Position } from '../../schemas/position.ts';
import { near } from '../support/close.ts';
import { simulate, simulateAll } from '../support/simulate.ts';
import { equalNames, oneRegime, requestFor, singleName, still } from '../support/wire.ts';

/** The ends of what a request may say: the engine is finite there, and right where a pencil knows the answer. */
const straddle = {
  type: 'straddle',
  side: 'long',
  quantity: 1,
  multiplier: 1,
  strike: { percentOfSpot: 100 },
} as const;
const swap = { type: 'varianceSwap', side: 'long', varianceNotional: 1e-4, strikeVol: 0.2 } as const;
const share = { type: 'underlying', side: 'long', quantity: 1 } as const;

function everything(underlying: string, days: number): Position[] {
  const strikes = { putStrike: { percentOfSpot: 90 }, callStrike: { percentOfSpot: 110 } };
  return [
    { ...straddle, id: 'straddle', underlying, expiryDays: days },
    { ...straddle, ...strikes, id: 'strangle', type: 'strangle', side: 'short', underlying, expiryDays: days + 1 },
    { ...straddle, ...strikes, id: 'reversal', type: 'riskReversal', underlying, expiryDays: 2 * days },
    { ...straddle, id: 'put', type: 'option', right: 'put', underlying, expiryDays: 2 * days },
    { ...swap, id: 'swap', underlying, maturityDays: days },
    { ...swap, id: 'capped', underlying, maturityDays: 2 * days, capMultiple: 2.5 },
    { ...share, id: 'share', underlying },
  ];
}

function allFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(allFinite);
}

t.test('without volatility every path is the forward, and nothing is gained or lost', async (t) => {
  const market = equalNames(3, { vol: 0, correlation: 0.5, rate: 0.05 });
  for (const underlying of ['N1', 'I']) {
    const { result } = simulate(
      requestFor(
        everything(underlying, 5).filter(({ type }) => type !== 'varianceSwap'),
        market,
        still,
        { paths: 3, horizonDays: 8, seed: '1' },
      ),
    );
    near(t, 'best', result.pnl.max, 0, 1e-12);
    near(t, 'worst', result.pnl.min, 0, 1e-12);
    t.equal(result.pnl.skewness === null || Number.isFinite(result.pnl.skewness), true);
    t.equal(result.correlation['I'].impliedAtStart, null, 'nothing moves, so nothing is correlated');
    t.equal(result.correlation['I'].impliedVolAtStart, 0);
  }
});

t.test('one path, one day, one name', async (t) => {
  const { result, columns } = simulate(
    requestFor(everything('A', 1), singleName(), still, { paths: 1, horizonDays: 1, seed: '0' }),
  );
  t.ok(allFinite(result));
  t.equal(result.pnl.mean.value, columns.pnl[0]);
  t.equal(result.pnl.mean.standardError, null);
  t.equal(result.pnl.min, result.pnl.max);
  for (const { value, standardError } of [...result.lossDistribution.var, ...result.lossDistribution.es]) {
    t.equal(value, -columns.pnl[0]);
    t.equal(standardError, null, 'one path tells no error');
  }
  t.ok(result.warnings.length > 0, 'and the reader is told');
});

t.test('a name that is its own index', async (t) => {
  const market: Market = {
    ...singleName({ impliedVol: 0.3 }),
    indices: [{ id: 'I', spot: 7, constituents: [{ underlying: 'A', weight: 1 }] }],
  };
  const { result } = simulate(
    requestFor(
      [
        { ...share, id: 'index', underlying: 'I', quantity: 100 },
        { ...share, id: 'name', underlying: 'A', side: 'short', quantity: 7 },
        { ...straddle, id: 'straddle', underlying: 'I', quantity: 100, expiryDays: 10 },
        { ...straddle, id: 'same', underlying: 'A', side: 'short', quantity: 7, expiryDays: 10 },
      ],
      market,
      oneRegime({ volMultiplier: 2, correlation: { kind: 'spike', average: 0.9 }, impliedVolMultiplier: 2 }),
      { paths: 50, horizonDays: 8, seed: '5' },
    ),
  );
  near(t, 'best', result.pnl.max, 0, 1e-10);
  near(t, 'worst', result.pnl.min, 0, 1e-10);
  t.equal(result.correlation['I'].impliedAtStart, null);
  t.equal(result.correlation['I'].realised.mean, null);
  near(
    t,
    'variance',
    result.correlation['I'].realisedVariance['index'] / result.correlation['I'].realisedVariance['A'],
    1,
    1e-12,
  );
});

t.test('money is proportional to the spot from 1e-8 to 1e8', async (t) => {
  const relative = [1e-8, 1, 1e8].map((spot) => {
    const market = equalNames(2, { vol: 0.3, correlation: 0.5, rate: 0.02 });
    const scaled: Market = {
      ...market,
      underlyings: market.underlyings.map((name) => ({ ...name, spot })),
      indices: (market.indices ?? []).map((index) => ({ ...index, spot })),
    };
    const book = ['N1', 'I'].flatMap((id) =>
      everything(id, 6)
        .filter(({ type }) => type !== 'varianceSwap')
        .map((position) => ({ ...position, id: `${id}-${position.id}` })),
    );
    const { columns } = simulate(requestFor(book, scaled, still, { paths: 40, horizonDays: 9, seed: '8' }, spot));
    return columns.pnl.map((pnl) => pnl / spot);
  });
  for (const other of [relative[0], relative[2]]) {
    const apart = relative[1].map((pnl, path) => Math.abs(pnl - other[path]));
    t.ok(Math.max(...apart) < 1e-11, `${Math.max(...apart)}`);
  }
});

t.test('at a correlation of 1 everywhere the basket is one asset and stays finite', async (t) => {
  const market = equalNames(6, { vol: 0.4, correlation: 1 });
  const { result } = simulate(
    requestFor([...everything('I', 5)], market, still, { paths: 100, horizonDays: 8, seed: '3' }),
  );
  t.ok(allFinite(result));
  near(t, 'implied', result.correlation['I'].impliedAtStart as number, 1, 1e-12);
  near(t, 'realised', result.correlation['I'].realised.mean as number, 1, 1e-12);
});

t.test('two names that undo each other make an index that does not move', async (t) => {
  const market = equalNames(2, { vol: 1e-4, correlation: -1 });
  const { result } = simulate(
    requestFor([{ ...straddle, id: 'straddle', underlying: 'I', expiryDays: 30 }], market, still, {
      paths: 20,
      horizonDays: 8,
      seed: '3',
    }),
  );
  t.equal(result.correlation['I'].impliedVolAtStart, 0);
  near(t, 'value of its volatility', result.pnl.max, 0, 1e-6);
  near(t, 'realised correlation', result.correlation['I'].realised.mean as number, -1, 1e-6);
});

t.test('strikes far away: a call is a share or nothing', async (t) => {
  const call = { ...straddle, type: 'option', right: 'call', underlying: 'A', expiryDays: 30 } as const;
  const market = singleName({}, { rate: 0.03 });
  const settings = { paths: 200, horizonDays: 20, seed: '4' };
  const run = (positions: Position[]) => simulate(requestFor(positions, market, still, settings)).result.pnl;
  const nothing = run([{ ...call, id: 'far', strike: { absolute: 1e12 } }]);
  t.equal(nothing.max, 0);
  t.equal(nothing.min, 0);
  const loan = run([
    { ...call, id: 'deep', strike: { absolute: 1e-6 } },
    { ...share, id: 'share', underlying: 'A', side: 'short' },
  ]);
  near(t, 'best', loan.max, 0, 1e-10);
  near(t, 'worst', loan.min, 0, 1e-10);
});

t.test('an option of one day is its payoff after it', async (t) => {
  const rate = 0.05;
  const { columns, request } = simulate(
    requestFor(
      [
        { ...straddle, id: 'straddle', underlying: 'A', expiryDays: 1 },
        { ...straddle, id: 'back', underlying: 'A', side: 'short', expiryDays: 1, strike: { percentOfSpot: 300 } },
      ],
      singleName({}, { rate }),
      still,
      { paths: 50, horizonDays: 1, seed: '9' },
    ),
  );
  const shares = simulate(
    requestFor([{ ...share, id: 'share', underlying: 'A' }], singleName({}, { rate }), still, {
      paths: 50,
      horizonDays: 1,
      seed: '9',
    }),
  ).columns.pnl;
  const growth = Math.exp(rate / 252);
  const initial = request.plan.financing.initialValue;
  for (const [path, pnl] of columns.pnl.entries()) {
    const spot = shares[path] + 100 * growth;
    near(t, `path ${path}`, pnl, Math.abs(spot - 100) - (300 - spot) - initial * growth, 1e-10);
  }
});

t.test('a tiny cap pays the cap, a huge one is none', async (t) => {
  const settings = { paths: 100, horizonDays: 10, seed: '2' };
  const pnl = (terms: { capMultiple?: number }) =>
    simulate(
      requestFor(
        [{ ...swap, ...terms, id: 'swap', underlying: 'A', maturityDays: 21, varianceNotional: 1 }],
        singleName(),
        still,
        settings,
      ),
    ).columns.pnl;
  const tiny = pnl({ capMultiple: 1e-6 });
  t.ok(
    tiny.every((value) => Math.abs(value) < 1e-8),
    'worth −K² before and after',
  );
  const free = pnl({});
  const largest = Math.max(...free.map(Math.abs));
  // Uncapped swaps are added up in another order.
  const off = Math.max(...pnl({ capMultiple: 100 }).map((value, path) => Math.abs(value - free[path])));
  t.ok(off < 1e-13 * largest, `${off} of ${largest}`);
});

t.test('five years of days in a chain of crises stay finite', async (t) => {
  const market = equalNames(4, { vol: 0.5, correlation: 0.6, rate: 0.04 });
  const results = simulateAll({
    book: {
      nav: 1000,
      positions: [...everything('I', 1260), { ...share, id: 'short', underlying: 'N1', side: 'short' }],
    },
    market,
    scenarios: [
      'systemic-crisis-2008',
      'baseline',
      oneRegime({ volMultiplier: 10, drift: -5, impliedVolMultiplier: 50 }),
    ],
    simulation: { paths: 30, horizonDays: 1260, seed: '18446744073709551615' },
  });
  for (const { result } of results) {
    t.ok(allFinite(result), result.id);
    t.equal(result.survivability.curve.length, 1260);
  }
});

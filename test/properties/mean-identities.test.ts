import t from 'tap';
import { optionValue } from '../../models/pricing/black-scholes.ts';
import { expectedRealisedVariance } from '../../models/regimes/chain.ts';
import type { Market } from '../../schemas/market.ts';
import type { Position } from '../../schemas/position.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import { agrees, near } from '../support/close.ts';
import { meanOf, simulate } from '../support/simulate.ts';
import { oneRegime, requestFor, singleName, still } from '../support/wire.ts';

const rate = 0.05;
const dividendYield = 0.03;
const market = singleName({ impliedVol: 0.3, dividendYield }, { rate });
const horizonDays = 10;
const sized = { underlying: 'A', quantity: 1, multiplier: 1 } as const;

t.test('with one regime, risk-neutral drift and realised = implied volatility nothing gains on average', async (t) => {
  // Before, at and after the horizon; the share with its dividends.
  const strikes = { putStrike: { delta: 0.25 }, callStrike: { delta: 0.25 } };
  const positions: Position[] = [5, 10, 40].flatMap((expiryDays): Position[] => [
    { ...sized, id: 'call', type: 'option', right: 'call', side: 'long', strike: { absolute: 103 }, expiryDays },
    { ...sized, id: 'put', type: 'option', right: 'put', side: 'long', strike: { absolute: 97 }, expiryDays },
    { ...sized, id: 'straddle', type: 'straddle', side: 'short', strike: { percentOfSpot: 100 }, expiryDays },
    { ...sized, id: 'strangle', type: 'strangle', side: 'long', ...strikes, expiryDays },
    { ...sized, id: 'reversal', type: 'riskReversal', side: 'long', ...strikes, expiryDays },
  ]);
  positions.push({ id: 'share', type: 'underlying', underlying: 'A', side: 'long', quantity: 1 });
  for (const position of positions) {
    const expiry = 'expiryDays' in position ? ` ${position.expiryDays} days` : '';
    const { columns } = simulate(requestFor([position], market, still, { paths: 12_000, horizonDays, seed: '0' }));
    const { mean, error } = meanOf(columns.pnl);
    t.ok(error < 0.06, `${error}`);
    agrees(t, `${position.type}${expiry}`, { value: mean, expected: 0, error });
  }
});

t.test('a variance swap gains only the square of the drift', async (t) => {
  // Realised variance does not remove the mean: E[RV] = σ² + c²/252, c = r − q − σ²/2. Money arrives at maturity.
  const c = rate - dividendYield - 0.045;
  for (const maturityDays of [5, 10, 40]) {
    const { columns } = simulate(
      requestFor(
        [
          {
            id: 'swap',
            type: 'varianceSwap',
            underlying: 'A',
            side: 'long',
            varianceNotional: 1,
            strikeVol: 0.35,
            maturityDays,
          },
        ],
        market,
        still,
        { paths: 12_000, horizonDays, seed: '0' },
      ),
    );
    const days = Math.min(maturityDays, horizonDays);
    const { mean, error } = meanOf(columns.pnl);
    agrees(t, `${maturityDays} days`, {
      value: mean,
      expected: 1e4 * (days / maturityDays) * (c ** 2 / 252) * Math.exp((rate * (horizonDays - maturityDays)) / 252),
      error,
    });
  }
});

t.test('a capped swap gains no more than the error its valuation states', async (t) => {
  // With 63 days left the cap is valued to 1.1e-4 of the cap, K² (1.2 · 0.3)² here; at the horizon it is exact.
  const cap = (1.2 * 0.3) ** 2;
  const { columns } = simulate(
    requestFor(
      [
        {
          id: 'swap',
          type: 'varianceSwap',
          underlying: 'A',
          side: 'long',
          varianceNotional: 1e-4,
          strikeVol: 0.3,
          maturityDays: 63,
          capMultiple: 1.2,
        },
      ],
      market,
      still,
      { paths: 12_000, horizonDays: 63, seed: '0' },
    ),
  );
  const { mean, error } = meanOf(columns.pnl);
  agrees(t, 'mean', { value: mean, expected: 0, error, bias: 1.1e-4 * cap + 1e-6 });
});

t.test(
  'realised against implied volatility: a straddle gains what its total variance says, ½ΓS²(RV − IV²)dt a day',
  async (t) => {
    // At implied volatility v with τ to go, a lognormal price of variance s² t is worth the option of s² t + v² τ.
    const value = (right: 'call' | 'put', variance: number, years: number) =>
      optionValue({ right, spot: 100, strike: 100, rate, dividendYield, vol: Math.sqrt(variance / years), years });
    const years = 126 / 252;
    for (const days of [1, 10]) {
      for (const realisedVol of [0.1, 0.4]) {
        const { columns, request } = simulate(
          requestFor(
            [
              { ...sized, id: 'straddle', type: 'straddle', side: 'long', strike: { absolute: 100 }, expiryDays: 126 },
              // Fair on its own, it takes the noise of the straddle's delta away.
              { id: 'hedge', type: 'underlying', underlying: 'A', side: 'short', quantity: 0.14 },
            ],
            singleName({ impliedVol: 0.3, realisedVol, dividendYield }, { rate }),
            still,
            { paths: days === 1 ? 60_000 : 12_000, horizonDays: days, seed: '5' },
          ),
        );
        const lived = days / 252;
        const variance = realisedVol ** 2 * lived + 0.09 * (years - lived);
        const gain = (right: 'call' | 'put') => value(right, variance, years) - value(right, 0.09 * years, years);
        const exact = Math.exp(rate * lived) * (gain('call') + gain('put'));
        const { mean, error } = meanOf(columns.pnl);
        agrees(t, `${days} days at ${realisedVol}`, { value: mean, expected: exact, error });
        if (days === 1) {
          const { gamma } = request.positions[0].greeks;
          const byGamma = (0.5 * gamma * 100 ** 2 * (realisedVol ** 2 - 0.09)) / 252;
          near(t, 'by gamma, but for terms of the next order', byGamma, exact, 0.01 * Math.abs(exact));
          t.ok(error < 0.05 * Math.abs(exact), `${error} of ${exact}`);
        }
      }
    }
  },
);

t.test('a variance swap earns the expected variance of the regime chain', async (t) => {
  const scenario: Scenario = {
    id: 'three',
    regimes: [
      { id: 'calm', volMultiplier: 0.8 },
      { id: 'wild', volMultiplier: 2, drift: -3, volMultipliers: { A: 1.5 } },
      { id: 'crash', volMultiplier: 3, overrides: [{ underlyings: ['A'], drift: -8 }], impliedVolMultiplier: 2 },
    ],
    transition: {
      kind: 'durations',
      meanDays: [12, 5, 3],
      next: [
        [0, 0.7, 0.3],
        [0.5, 0, 0.5],
        [1, 0, 0],
      ],
    },
    initial: { probabilities: [0.5, 0.25, 0.25] },
    forced: [{ fromDay: 8, toDay: 11, regime: 'crash' }],
  };
  const days = 30;
  const { columns, request } = simulate(
    requestFor(
      [
        {
          id: 'swap',
          type: 'varianceSwap',
          underlying: 'A',
          side: 'long',
          varianceNotional: 1e-4,
          strikeVol: 0.3,
          maturityDays: days,
        },
      ],
      market,
      scenario,
      { paths: 20_000, horizonDays: days, seed: '3' },
    ),
  );
  const { transition, initial, forced } = request.scenarios[0];
  const expected = expectedRealisedVariance({
    transition,
    initial,
    forced,
    days,
    vols: Float64Array.of(0.24, 0.45, 0.9),
    drift: { rates: Float64Array.of(rate, -3, -8).map((drift) => drift - dividendYield), daysPerYear: 252 },
  });
  const { mean, error } = meanOf(columns.pnl);
  t.ok(error < 0.01 * expected, `${error} of ${expected}`);
  agrees(t, 'E[RV]', { value: mean + 0.09, expected, error });
});

t.test('the order of the underlyings changes nothing beyond Monte Carlo error', async (t) => {
  const names = [0.2, 0.3, 0.5].map((vol, i) => ({ id: `N${i + 1}`, spot: 100, impliedVol: vol }));
  const values = [
    [1, 0.6, 0.2],
    [0.6, 1, 0.4],
    [0.2, 0.4, 1],
  ];
  const given: Market = {
    underlyings: names,
    indices: [
      {
        id: 'I',
        spot: 50,
        constituents: names.map(({ id }, i) => ({ underlying: id, weight: [0.5, 0.3, 0.2][i] })),
      },
    ],
    correlation: { kind: 'matrix', order: ['N1', 'N2', 'N3'], values },
  };
  const swap = { type: 'varianceSwap', vegaNotional: 1, strikeVol: 0.3, maturityDays: 21 } as const;
  const book: Position[] = [
    { ...swap, id: 'index', underlying: 'I', side: 'short' },
    { ...swap, id: 'name', underlying: 'N3', side: 'long' },
    { id: 'share', type: 'underlying', underlying: 'N1', side: 'long', quantity: 1 },
  ];
  const crisis = oneRegime({ volMultiplier: 1.5, correlation: { kind: 'spike', average: 0.8 } });
  const run = (market: Market) => {
    const { columns, result, request } = simulate(
      requestFor(book, market, crisis, { paths: 15_000, horizonDays: 21, seed: '61' }),
    );
    return { ...meanOf(columns.pnl), deviation: result.pnl.standardDeviation, positions: request.positions };
  };
  const first = run(given);
  const second = run({ ...given, underlyings: names.toReversed() });
  t.not(first.mean, second.mean, 'other draws');
  agrees(t, 'mean', {
    value: first.mean - second.mean,
    expected: 0,
    error: Math.hypot(first.error, second.error),
  });
  near(t, 'standard deviation', first.deviation / second.deviation, 1, 0.05);
  for (const [i, { initialValue }] of first.positions.entries()) {
    near(t, `value of ${i}`, second.positions[i].initialValue, initialValue, 1e-9);
  }
});

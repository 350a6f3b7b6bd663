import t from 'tap';
import { callAndPut } from '../../models/pricing/black-scholes.ts';
import type { Position } from '../../schemas/position.ts';
import type { Regime } from '../../schemas/regime.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import { near } from '../support/close.ts';
import { simulate } from '../support/simulate.ts';
import { equalNames, oneRegime, requestFor, singleName, still } from '../support/wire.ts';

/**
 * The conventions of the contract that decide numbers, on paths without volatility, which a pencil can follow: at a
 * drift of g a day's return is g / 252 and nothing else.
 */
const unmoved = { realisedVol: 0 };
const onePath = (horizonDays: number) => ({ paths: 1, horizonDays, seed: '1' });
const unit: Position = { id: 'unit', type: 'underlying', underlying: 'A', side: 'long', quantity: 1 };
/** Annual drift that moves a price by a factor in a day. */
const daily = (factor: number) => 252 * Math.log(factor);
const swap = { id: 'swap', type: 'varianceSwap', underlying: 'A', side: 'long', strikeVol: 0.2 } as const;
const call = {
  id: 'call',
  type: 'option',
  right: 'call',
  underlying: 'A',
  side: 'long',
  quantity: 1,
  multiplier: 1,
} as const;

t.test('a vega notional of 1 at a strike of 20 % pays 250 · (RV − 0.04)', async (t) => {
  // Returns of 10 / 252 every day: RV = 252 · (10/252)² = 100 / 252.
  const realised = 100 / 252;
  const pays = (position: Position) => {
    const { result, request } = simulate(
      requestFor([position], singleName(unmoved), oneRegime({ drift: 10 }), onePath(5)),
    );
    return result.pnl.mean.value + request.plan.financing.initialValue;
  };
  const expected = 250 * (realised - 0.04);
  near(t, 'long', pays({ ...swap, vegaNotional: 1, maturityDays: 5 }), expected, 1e-11);
  near(t, 'short', pays({ ...swap, side: 'short', vegaNotional: 1, maturityDays: 5 }), -expected, 1e-11);
  near(t, 'variance notional', pays({ ...swap, varianceNotional: 0.025, maturityDays: 5 }), expected, 1e-11);
  near(
    t,
    'a strike of 45 % divides by 2 · 100 · 0.45',
    pays({ ...swap, strikeVol: 0.45, vegaNotional: 1, maturityDays: 5 }),
    (1e4 / 90) * (realised - 0.2025),
    1e-11,
  );
});

t.test('the initial regime is that of day 1, and the chain steps once a day', async (t) => {
  const alternating: Scenario = {
    id: 'alternating',
    regimes: [
      { id: 'up', drift: daily(1.1) },
      { id: 'down', drift: daily(0.8) },
    ],
    transition: {
      kind: 'daily',
      matrix: [
        [0, 1],
        [1, 0],
      ],
    },
    initial: { regime: 'down' },
  };
  const levels = [80, 88, 70.4];
  for (const [at, level] of levels.entries()) {
    const { result } = simulate(requestFor([unit], singleName(unmoved), alternating, onePath(at + 1)));
    near(t, `day ${at + 1}`, result.pnl.mean.value, level - 100, 1e-10);
  }
  const first = simulate(
    requestFor([unit], singleName(unmoved), { ...alternating, initial: { probabilities: [1, 0] } }, onePath(1)),
  );
  near(t, 'initial probabilities are those of day 1', first.result.pnl.mean.value, 10, 1e-10);
  const { initial: _, ...withoutInitial } = alternating;
  const fallback = simulate(requestFor([unit], singleName(unmoved), withoutInitial, onePath(1)));
  near(t, 'the first regime is the default', fallback.result.pnl.mean.value, 10, 1e-10);
});

t.test('a forced window includes both its days, and the chain goes on from it', async (t) => {
  const regimes: Regime[] = [
    { id: 'flat', drift: 0 },
    { id: 'up', drift: daily(1.1) },
  ];
  const forced = [{ fromDay: 3, toDay: 5, regime: 'up' }];
  const returning: Scenario = {
    id: 'returning',
    regimes,
    transition: {
      kind: 'daily',
      matrix: [
        [1, 0],
        [1, 0],
      ],
    },
    forced,
  };
  const { result } = simulate(requestFor([unit], singleName(unmoved), returning, onePath(10)));
  t.equal(result.regimes[1].meanDays, 3);
  t.equal(result.regimes[1].firstDay.p50, 3);
  near(t, 'three days up', result.pnl.mean.value, 100 * 1.1 ** 3 - 100, 1e-10);

  const staying: Scenario = {
    ...returning,
    transition: {
      kind: 'daily',
      matrix: [
        [1, 0],
        [0, 1],
      ],
    },
  };
  const stayed = simulate(requestFor([unit], singleName(unmoved), staying, onePath(10)));
  t.equal(stayed.result.regimes[1].meanDays, 8, 'from day 3 to day 10');
});

t.test('an option that expires inside the horizon is cash that earns the rate', async (t) => {
  const rate = 0.05;
  const spot = 100 * 1.01 ** 10;
  const { result, request } = simulate(
    requestFor(
      [{ ...call, strike: { absolute: 100 }, expiryDays: 10 }],
      singleName(unmoved, { rate }),
      oneRegime({ drift: daily(1.01) }),
      onePath(20),
    ),
  );
  const initial = request.plan.financing.initialValue;
  near(
    t,
    'P&L',
    result.pnl.mean.value,
    (spot - 100) * Math.exp((rate * 10) / 252) - initial * Math.exp((rate * 20) / 252),
    1e-10,
  );
});

t.test('a position that outlives the horizon is valued there at the implied volatility of the day', async (t) => {
  const rate = 0.05;
  const dividendYield = 0.03;
  const out = new Float64Array(4);
  const price = (spot: number, days: number, vol: number) => {
    const years = days / 252;
    const [er, eq] = [Math.exp(-rate * years), Math.exp(-dividendYield * years)];
    callAndPut(Math.log(spot / 95), spot, 95, er, eq, vol * Math.sqrt(years), (rate - dividendYield) * years, out);
    return out[0];
  };
  const { result, request } = simulate(
    requestFor(
      [{ ...call, quantity: 3, multiplier: 100, strike: { percentOfSpot: 95 }, expiryDays: 30 }],
      singleName({ ...unmoved, dividendYield }, { rate }),
      oneRegime({ drift: 1, impliedVolMultiplier: 1.5 }),
      onePath(20),
    ),
  );
  const start = 300 * price(100, 30, 0.2);
  near(t, 'at the start', request.plan.financing.initialValue, start, 1e-10);
  const end = 300 * price(100 * Math.exp(((1 - dividendYield) * 20) / 252), 10, 0.3);
  near(t, 'P&L', result.pnl.mean.value, end - start * Math.exp((rate * 20) / 252), 1e-9);
});

t.test('what a share pays and what it costs to carry cancel at the risk-neutral drift', async (t) => {
  const market = equalNames(3, { vol: 0.2, correlation: 0.5, rate: 0.07 });
  const yields = [0.01, 0.05, -0.02];
  const paying = {
    ...market,
    underlyings: market.underlyings.map((name, i) => ({ ...name, ...unmoved, dividendYield: yields[i] })),
  };
  for (const underlying of ['N2', 'I']) {
    for (const side of ['long', 'short'] as const) {
      const { result } = simulate(requestFor([{ ...unit, underlying, side }], paying, still, onePath(252)));
      near(t, `${side} ${underlying}`, result.pnl.mean.value, 0, 1e-11);
    }
  }
});

t.test('NAV, breach, drawdown and recovery follow the path', async (t) => {
  // Up, down, down, up, up by 1.1 and 0.8: 110, 88, 70.4, 77.44, 85.184. With a NAV of 100 and one share NAV is the
  // price: under 80 first on day 3, worst 70.4 after a peak of 110, under water on the last four days.
  const up = { id: 'up', drift: daily(1.1) };
  const down = { id: 'down', drift: daily(0.8) };
  const path: Scenario = {
    id: 'path',
    regimes: [up, down],
    transition: {
      kind: 'daily',
      matrix: [
        [1, 0],
        [1, 0],
      ],
    },
    forced: [{ fromDay: 2, toDay: 3, regime: 'down' }],
  };
  const { result } = simulate(requestFor([unit], singleName(unmoved), path, onePath(5), 100));
  const { survivability } = result;
  near(t, 'P&L', result.pnl.mean.value, -14.816, 1e-12);
  t.equal(survivability.probability.value, 0);
  t.equal(survivability.breachDay.p50, 3);
  t.same(
    survivability.curve.map(({ surviving }) => surviving),
    [1, 1, 0, 0, 0],
  );
  near(t, 'ratio', survivability.ratio.p01, 0.85184, 1e-14);
  near(t, 'drawdown', survivability.maxDrawdown.p99, 1 - 70.4 / 110, 1e-14);
  t.equal(survivability.daysUnderWater.mean, 4);
  near(t, 'required return', survivability.recovery.requiredReturn.p50 as number, 110 / 70.4 - 1, 1e-13);
  near(
    t,
    'years at 10 %',
    survivability.recovery.yearsAt10Percent.p50 as number,
    Math.log(110 / 70.4) / Math.log(1.1),
    1e-12,
  );
  t.equal(survivability.ruin.value, 0);

  // Five shares: NAV 150, 40, -48, -12.8, 25.92. Ruin is NAV at or under 0 on some day, whatever comes after.
  const ruined = simulate(requestFor([{ ...unit, quantity: 5 }], singleName(unmoved), path, onePath(5), 100)).result;
  t.equal(ruined.survivability.ruin.value, 1);
  t.equal(ruined.survivability.breachDay.p50, 2);
  near(t, 'drawdown beyond the peak', ruined.survivability.maxDrawdown.mean, 1 + 48 / 150, 1e-13);
  t.equal(ruined.survivability.recovery.requiredReturn.p50, null);
});

t.test('a NAV exactly at the threshold is a breach', async (t) => {
  // Struck and quoted at 100 %, so worth 0; then nothing is realised in the one day it lasts: 10⁴ (0 − 1).
  const { result } = simulate(
    requestFor(
      [{ ...swap, strikeVol: 1, varianceNotional: 1, maturityDays: 1 }],
      singleName({ ...unmoved, impliedVol: 1 }),
      still,
      onePath(1),
      5e4,
    ),
  );
  t.equal(result.pnl.mean.value, -1e4);
  t.equal(result.survivability.ratio.worst, 0.8);
  t.equal(result.survivability.probability.value, 0, 'survival needs more than the threshold');
});

t.test('implied volatility and correlation move half the way in a half-life', async (t) => {
  // Nothing is realised, so with half the days gone a swap is worth 10⁴ N (½ IV² − K²): it shows the implied variance.
  const implied = (underlying: string, horizonDays: number, scenario: Omit<Scenario, 'id' | 'regimes'>) => {
    const market = equalNames(4, { vol: 0.2, correlation: 0.3 });
    const calm = {
      ...market,
      underlyings: market.underlyings.map((name, i) => ({ ...name, ...unmoved, impliedVolBeta: i === 0 ? 0.5 : 1 })),
    };
    const { result, request } = simulate(
      requestFor(
        [{ ...swap, underlying, varianceNotional: 1e-4, maturityDays: 2 * horizonDays }],
        calm,
        { id: 'shift', regimes: [{ id: 'after', impliedVolMultiplier: 4, impliedCorrelation: 0.7 }], ...scenario },
        onePath(horizonDays),
      ),
    );
    return 2 * (result.pnl.mean.value + request.plan.financing.initialValue + 0.04);
  };
  const halfLife = { impliedVolHalfLifeDays: 5, impliedCorrelationHalfLifeDays: 10 };
  near(t, 'at once by default', implied('N2', 1, {}), 0.64, 1e-14);
  near(t, 'ln M is half-way after a half-life: M = √4', implied('N2', 5, halfLife), 0.04 * 2 ** 2, 1e-14);
  near(t, 'and three quarters after two', implied('N2', 10, halfLife), 0.04 * 4 ** 1.5, 1e-13);
  near(t, 'raised to the name’s beta', implied('N1', 5, halfLife), 0.04 * 2, 1e-14);

  // Day 10: correlation half-way from 0.3 to 0.7, volatilities 0.2 M and for the first 0.2 √M, M = 4^{3/4}.
  const m = 4 ** 0.75;
  const vols = [0.2 * Math.sqrt(m), 0.2 * m, 0.2 * m, 0.2 * m];
  const sum = vols.reduce((total, vol) => total + vol / 4, 0);
  const own = vols.reduce((total, vol) => total + (vol / 4) ** 2, 0);
  near(t, 'of an index by equation (1)', implied('I', 10, halfLife), own + 0.5 * (sum * sum - own), 1e-14);
});

t.test('the implied state follows the regime of the same day', async (t) => {
  const { result, request } = simulate(
    requestFor(
      [{ ...swap, varianceNotional: 1e-4, maturityDays: 6 }],
      singleName(unmoved),
      {
        id: 'last-day',
        regimes: [{ id: 'calm' }, { id: 'crisis', impliedVolMultiplier: 3 }],
        transition: {
          kind: 'daily',
          matrix: [
            [1, 0],
            [0, 1],
          ],
        },
        forced: [{ fromDay: 3, toDay: 3, regime: 'crisis' }],
      },
      onePath(3),
    ),
  );
  near(
    t,
    'half the days left at 3 × 20 %',
    result.pnl.mean.value + request.plan.financing.initialValue + 0.04,
    0.18,
    1e-14,
  );
});

t.test('VaR and ES take the worst paths: the lower order statistic and the mean up to it', async (t) => {
  const { result, columns } = simulate(
    requestFor([unit], singleName(), still, { paths: 1000, horizonDays: 5, seed: '10', levels: [0.99, 0.9975] }),
  );
  const sorted = columns.pnl.toSorted();
  const [at99, at9975] = result.lossDistribution.var;
  t.equal(at99.value, -sorted[9], 'the tenth of 1000');
  t.equal(at9975.value, -sorted[2], 'the third: two and a half observations lie in the tail');
  const [es99, es9975] = result.lossDistribution.es;
  near(t, 'mean of the ten worst', es99.value, -sorted.slice(0, 10).reduce((sum, pnl) => sum + pnl, 0) / 10, 1e-12);
  near(t, 'two and a half observations', es9975.value, -(sorted[0] + sorted[1] + 0.5 * sorted[2]) / 2.5, 1e-12);
  t.equal(result.survivability.ratio.p01, (1e6 + sorted[9]) / 1e6);
});

import t from 'tap';
import { callAndPut } from '../../models/pricing/black-scholes.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import { agrees, near } from '../support/close.ts';
import { meanOf, simulate } from '../support/simulate.ts';
import { requestFor, singleName } from '../support/wire.ts';

/** Black–Scholes call of a total variance: spot and strike 100, a year at 5 %. */
function callOfVariance(variance: number): number {
  const out = new Float64Array(4);
  callAndPut(0, 100, 100, Math.exp(-0.05), 1, Math.sqrt(variance), 0.05, out);
  return out[0];
}

/**
 * Price when the chain steps daily: the call given the days in the second state, averaged over their exact law (by
 * recursion over days, state and count).
 */
function dailyPrice(stay: number, first: 0 | 1): number {
  let law = [new Float64Array(253), new Float64Array(253)];
  law[first][first] = 1;
  for (let day = 2; day <= 252; day++) {
    const next = [new Float64Array(253), new Float64Array(253)];
    for (let count = 0; count <= 252; count++) {
      for (const from of [0, 1]) {
        next[0][count] += law[from][count] * (from === 0 ? stay : 1 - stay);
        if (count < 252) next[1][count + 1] += law[from][count] * (from === 1 ? stay : 1 - stay);
      }
    }
    law = next;
  }
  let price = 0;
  for (let count = 0; count <= 252; count++) {
    const variance = ((252 - count) * 0.15 ** 2 + count * 0.25 ** 2) / 252;
    price += (law[0][count] + law[1][count]) * callOfVariance(variance);
  }
  return price;
}

/** Probability of the same state a day later when each is left 0.5 times a year. */
const stay = 0.5 * (1 + Math.exp(-1 / 252));

/** Exact, continuous-time chain: two states left 0.5 times a year, σ 15 and 25 %, r 5 %, a year, strike at the spot. */
const calls = [
  { initial: 'low', price: 9.33925, first: 0 },
  { initial: 'high', price: 11.705072, first: 1 },
] as const;

t.test('a call under two regimes costs what the characteristic function says', async (t) => {
  const paths = 12_000;
  for (const { initial, price, first } of calls) {
    // The regime of a day is that of its beginning, so the occupation of the other state lacks half a day times the
    // probability to be there at the end: 0.04 / 252 / 2 · 0.32 of variance, 0.0026 of price.
    const daily = dailyPrice(stay, first);
    near(t, `${initial}: a daily chain against a continuous one`, daily, price, 0.003);

    const scenario: Scenario = {
      id: 'switching',
      regimes: [{ id: 'low' }, { id: 'high', volMultiplier: 25 / 15 }],
      transition: {
        kind: 'daily',
        matrix: [
          [stay, 1 - stay],
          [1 - stay, stay],
        ],
      },
      initial: { regime: initial },
    };
    const { request, columns } = simulate(
      requestFor(
        [
          {
            id: 'call',
            type: 'option',
            right: 'call',
            underlying: 'A',
            side: 'long',
            quantity: 1,
            multiplier: 1,
            strike: { absolute: 100 },
            expiryDays: 252,
          },
          { id: 'hedge', type: 'underlying', underlying: 'A', side: 'short', quantity: 0.65 },
        ],
        singleName({ impliedVol: 0.2, realisedVol: 0.15 }, { rate: 0.05 }),
        scenario,
        { paths, horizonDays: 252, seed: '1989' },
      ),
    );
    // The mean of value_T − value_0 e^{rT}, discounted, is the price less the model value at the start.
    const { mean, error } = meanOf(columns.pnl);
    const discount = Math.exp(-0.05);
    t.ok(error < 0.09, `${error}`);
    agrees(t, `${initial}: price`, {
      value: request.positions[0].initialValue + discount * mean,
      expected: daily,
      error: discount * error,
    });
  }
});

/**
 * Regime-switching lognormal model with two states, monthly, 12 months, stationary start; parameters of Hardy's fit to
 * the TSE (M. Hardy, "A Regime-Switching Model of Long-Term Stock Returns", NAAJ 5, 2001). Exact quantiles of the
 * accumulation factor, and its means below them.
 */
const hardy = {
  means: [0.0123, -0.0157],
  vols: [0.0347, 0.0778],
  leave: [0.0371, 0.2101],
  tail: [
    { probability: 0.01, quantile: 0.653509, meanBelow: 0.587088 },
    { probability: 0.025, quantile: 0.735081, meanBelow: 0.654269 },
    { probability: 0.05, quantile: 0.808461, meanBelow: 0.714709 },
    { probability: 0.1, quantile: 0.889979, meanBelow: 0.784063 },
  ],
};

t.test('twelve months of the regime-switching lognormal model have its quantiles and tail means', async (t) => {
  const [calm, rough] = hardy.vols.map((vol) => vol * Math.sqrt(12));
  // The log-return of a month is (µ − v²/2)/12 on average.
  const [calmDrift, roughDrift] = hardy.means.map((mean, r) => 12 * mean + [calm, rough][r] ** 2 / 2);
  const [leaveCalm, leaveRough] = hardy.leave;
  const levels = hardy.tail.map(({ probability }) => 1 - probability);
  const { result } = simulate(
    requestFor(
      [{ id: 'fund', type: 'underlying', underlying: 'A', side: 'long', quantity: 1 }],
      singleName({ spot: 1, impliedVol: 0.2, realisedVol: calm }, { daysPerYear: 12 }),
      {
        id: 'hardy',
        regimes: [
          { id: 'calm', drift: calmDrift },
          { id: 'rough', volMultiplier: rough / calm, drift: roughDrift },
        ],
        transition: {
          kind: 'daily',
          matrix: [
            [1 - leaveCalm, leaveCalm],
            [leaveRough, 1 - leaveRough],
          ],
        },
        initial: 'stationary',
      },
      { paths: 150_000, horizonDays: 12, seed: '2001', levels },
    ),
  );
  for (const [i, { probability, quantile, meanBelow }] of hardy.tail.entries()) {
    const { value, standardError } = result.lossDistribution.var[i];
    agrees(t, `quantile at ${probability}`, { value: 1 - value, expected: quantile, error: standardError as number });
    const es = result.lossDistribution.es[i];
    agrees(t, `mean below it at ${probability}`, {
      value: 1 - es.value,
      expected: meanBelow,
      error: es.standardError as number,
    });
    t.ok((es.standardError as number) < 0.004, `${es.standardError}`);
  }
  // Of the stationary law 0.0371 / (0.0371 + 0.2101) is rough, on every day.
  agrees(t, 'share of rough months', {
    value: result.regimes[1].meanDays / 12,
    expected: leaveCalm / (leaveCalm + leaveRough),
    error: 0.36 / Math.sqrt(150_000),
  });
});

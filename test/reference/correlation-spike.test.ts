import t from 'tap';
import type { Scenario } from '../../schemas/scenario.ts';
import { agrees } from '../support/close.ts';
import { meanOf, simulate } from '../support/simulate.ts';
import { equalNames, requestFor } from '../support/wire.ts';

/**
 * Exact: two regimes that switch daily with 0.01 and 0.05, 252 days from a calm first one; calm volatility 20 % and
 * correlation 0.3, in stress 45 % and 0.8; ten names of equal, fixed weights, in the limit of small steps.
 */
const exact = { stressShare: 0.1556437408, single: 0.0652921079, index: 0.0383411158 };
/**
 * The engine's weights drift with the prices and its returns are logarithms. Both are effects of second order in the
 * size of a return, so volatilities a hundredth as large give the limit: the diversification that drift loses in a year
 * is of the order of variance × time, 7 · 10⁻⁶ of the index variance, the drift −σ²/2 adds σ²/1008, and the largest
 * Monte Carlo error below is twenty times as much. Variances are scaled back by 10⁴.
 */
const scale = 0.01;
const paths = 3000;

const spike: Scenario = {
  id: 'two-state',
  regimes: [{ id: 'calm' }, { id: 'stress', volMultiplier: 2.25, correlation: { kind: 'spike', average: 0.8 } }],
  transition: {
    kind: 'daily',
    matrix: [
      [0.99, 0.01],
      [0.05, 0.95],
    ],
  },
  initial: { regime: 'calm' },
};

t.test('a correlation spike gives the exact time in stress and the exact variances of names and index', async (t) => {
  const market = equalNames(10, { vol: 0.2 * scale, correlation: 0.3 });
  // N_var = 1 a squared point is 10⁴ a unit of variance, which undoes the scale. Ten names at a tenth are their mean.
  const names = market.underlyings.map(({ id }) => ({ id: `swap-${id}`, underlying: id, varianceNotional: 0.1 }));
  const swap = { type: 'varianceSwap', side: 'long', strikeVol: 0.2 * scale, maturityDays: 252 } as const;
  const settings = { paths, horizonDays: 252, seed: '90' };
  const single = simulate(
    requestFor(
      // The index swap of next to nothing makes the index the one that the spike refers to.
      [
        ...names.map((name) => ({ ...swap, ...name })),
        { ...swap, id: 'trace', underlying: 'I', varianceNotional: 1e-12 },
      ],
      market,
      spike,
      settings,
    ),
  );
  const stressDays = single.columns.regimeDays.subarray(paths, 2 * paths);
  const share = meanOf(Array.from(stressDays, (days) => days / 252));
  t.ok(share.error < 0.004, `${share.error}`);
  agrees(t, 'share of stress days', { value: share.mean, expected: exact.stressShare, error: share.error });

  const ofNames = meanOf(single.columns.pnl);
  t.ok(ofNames.error < 0.001, `${ofNames.error}`);
  agrees(t, 'E[RV] of a name', { value: ofNames.mean + 0.04, expected: exact.single, error: ofNames.error });

  const index = simulate(
    requestFor([{ ...swap, id: 'index', underlying: 'I', varianceNotional: 1 }], market, spike, settings),
  );
  const { mean, error } = meanOf(index.columns.pnl);
  t.ok(error < 0.001, `${error}`);
  const impliedVariance = 0.04 * (0.1 + 0.9 * 0.3);
  agrees(t, 'E[RV] of the index', { value: mean + impliedVariance, expected: exact.index, error });
  agrees(t, 'the same as reported', {
    value: index.result.correlation['I'].realisedVariance['index'] / scale ** 2,
    expected: exact.index,
    error,
  });
  t.equal(single.result.averageCorrelation[1].value?.toFixed(12), '0.800000000000');

  // Given the days in stress the mean is linear in them; taking it out leaves a sixth of the error.
  const stress = 0.2025 * (0.1 + 0.9 * 0.8);
  const rest = Array.from(index.columns.pnl, (pnl, path) => {
    const inStress = index.columns.regimeDays[paths + path] / 252;
    return pnl + impliedVariance - ((1 - inStress) * impliedVariance + inStress * stress);
  });
  const given = meanOf(rest);
  t.ok(given.error < 0.00015, `${given.error}`);
  agrees(t, 'E[RV] of the index less what the days in stress explain', {
    value: given.mean,
    expected: 0,
    error: given.error,
  });
});

import t from 'tap';
import type { Static } from 'typebox';
import { lossDistribution, QUANTILE_PROBABILITIES } from '../../../models/risk/loss-distribution.ts';
import { moments } from '../../../models/risk/moments.ts';
import { sortSample } from '../../../models/risk/sample.ts';
import type { LossDistribution, Pnl } from '../../../schemas/stress-result.ts';
import { DEFAULT_LEVELS } from '../../../schemas/stress-run.ts';
import { normals, uniforms } from './fixtures/draws.ts';

t.test('a loss distribution has every level, quantile and bin, and is in order', async (t) => {
  const result = lossDistribution(sortSample(normals(20_000, 2), null), DEFAULT_LEVELS);
  t.same(
    result.var.map(({ level }) => level),
    [0.95, 0.975, 0.99, 0.995, 0.999],
  );
  t.same(
    result.quantiles.map(({ probability }) => probability),
    QUANTILE_PROBABILITIES,
  );
  for (let k = 1; k < result.quantiles.length; k++) {
    t.ok(result.quantiles[k].value > result.quantiles[k - 1].value);
  }
  for (const [k, { value }] of result.es.entries()) t.ok(value > result.var[k].value, 'ES is beyond VaR');
  t.equal(result.quantiles[2].value, -result.var[2].value, 'the 1 % quantile is minus the 99 % VaR');
});

t.test('the results have the fields of the wire contract', async (t) => {
  const values = normals(100, 4);
  const onTheWire: { pnl: Static<typeof Pnl>; losses: Static<typeof LossDistribution> } = {
    pnl: moments(values, null),
    losses: lossDistribution(sortSample(values, null), DEFAULT_LEVELS),
  };
  t.same(Object.keys(onTheWire.pnl).toSorted(), [
    'kurtosis',
    'max',
    'mean',
    'min',
    'probabilityOfLoss',
    'skewness',
    'standardDeviation',
  ]);
  t.same(Object.keys(onTheWire.losses).toSorted(), ['es', 'histogram', 'quantiles', 'var']);
});

t.test('quantiles of the two-state lognormal law are those published for it', async (t) => {
  // Exact quantiles of Hardy's regime-switching lognormal (TSE parameters, 12 months, stationary start):
  // 1 % 0.653509, 5 % 0.808461; mean below each 0.587088, 0.714709.
  const n = 200_000;
  const draws = normals(n * 12, 71);
  const next = uniforms(72);
  const factor = new Float64Array(n);
  const law = [
    { mean: 0.0123, volatility: 0.0347, leave: 0.0371 },
    { mean: -0.0157, volatility: 0.0778, leave: 0.2101 },
  ];
  for (let i = 0; i < n; i++) {
    let regime = next() < 0.0371 / (0.0371 + 0.2101) ? 1 : 0;
    let log = 0;
    for (let month = 0; month < 12; month++) {
      log += law[regime].mean + law[regime].volatility * draws[i * 12 + month];
      if (next() < law[regime].leave) regime = 1 - regime;
    }
    factor[i] = Math.exp(log);
  }
  const { var: values, es } = lossDistribution(sortSample(factor, null), [0.99, 0.95]);
  for (const [k, [quantile, mean]] of [
    [0.653509, 0.587088],
    [0.808461, 0.714709],
  ].entries()) {
    t.ok(Math.abs(-values[k].value - quantile) < 4 * (values[k].standardError ?? NaN), `VaR ${values[k].value}`);
    t.ok(Math.abs(-es[k].value - mean) < 4 * (es[k].standardError ?? NaN), `ES ${es[k].value}`);
  }
});

import t from 'tap';
import { expectedShortfall } from '../../../models/risk/expected-shortfall.ts';
import { tailInfluence, varianceReduction } from '../../../models/risk/influence.ts';
import { sortSample } from '../../../models/risk/sample.ts';
import { oneStratum } from '../../../models/risk/weighting.ts';
import { near } from '../../support/close.ts';
import { normals } from './fixtures/draws.ts';

t.test('the influence of ES gives the standard error that ES states', async (t) => {
  const pnl = normals(20_000, 5);
  const shifted = pnl.map((x) => x - 1);
  // Drawn from N(-1, 1), weighed back to N(0, 1): dP/dQ = exp(x + 1/2).
  for (const [values, weights] of [
    [pnl, null],
    [shifted, shifted.map((x) => Math.exp(x + 0.5))],
  ] as const) {
    const sorted = sortSample(values, weights === null ? null : oneStratum(weights));
    const share = weights ?? new Float64Array(values.length).fill(1);
    const total = share.reduce((sum, weight) => sum + weight, 0);
    for (const level of [0.95, 0.99]) {
      const { es } = tailInfluence(values, sorted, level);
      const error = Math.sqrt(es.reduce((sum, influence, i) => sum + ((share[i] / total) * influence) ** 2, 0));
      const stated = expectedShortfall(sorted, level).standardError ?? Number.NaN;
      near(t, `ES ${level}`, error, stated, 0.01 * stated);
    }
  }
});

t.test('the influences of VaR and ES are those of the definition', async (t) => {
  const pnl = Float64Array.of(-10, -4, 0, 1, 2, 3, 4, 5, 6, 7);
  // The worst fifth is -10 and -4: VaR 4, ES 7.
  const influence = tailInfluence(pnl, sortSample(pnl, null), 0.8);
  t.same(
    [...influence.var].map((x) => Math.round(x * 1e9) / 1e9),
    [0.8, 0.8, ...Array<number>(8).fill(-0.2)],
  );
  t.same(
    [...influence.es].map((x) => Math.round(x * 1e9) / 1e9),
    [27, ...Array<number>(9).fill(-3)],
  );
});

t.test('equal weights reduce nothing, and what does not vary has no factor', async (t) => {
  const influence = Float64Array.of(3, -1, -1, -1);
  near(t, 'factor', varianceReduction(influence, oneStratum(new Float64Array(4).fill(2))) ?? 0, 1, 1e-15);
  t.equal(varianceReduction(new Float64Array(4), oneStratum(new Float64Array(4).fill(1))), null);
  t.throws(() => varianceReduction(influence, oneStratum(Float64Array.of(1))), /weights has length 1; need 4/);
});

t.test('the factor is that of the exact variances for a shifted normal law', async (t) => {
  // P(X < -2) = p from N(-2, 1): the variance of w 1 is e^4 N(-4) - p², against the p of an influence of 1 under the model.
  const drawn = normals(400_000, 9).map((x) => x - 2);
  const weights = drawn.map((x) => Math.exp(2 * x + 2));
  const factor =
    varianceReduction(
      drawn.map((x) => (x < -2 ? 1 : 0)),
      oneStratum(weights),
    ) ?? 0;
  const p = 0.022750131948179;
  const exact = p / (Math.exp(4) * 3.167124183311992e-5 - p * p);
  near(t, 'factor', factor, exact, 0.02 * exact);
});

import t from 'tap';
import { meanGiven } from '../../../models/risk/conditional.ts';
import { expectedShortfall } from '../../../models/risk/expected-shortfall.ts';
import { moments, standardDeviationError } from '../../../models/risk/moments.ts';
import { probability } from '../../../models/risk/probability.ts';
import { sortSample } from '../../../models/risk/sample.ts';
import { valueAtRisk } from '../../../models/risk/value-at-risk.ts';
import {
  oneStratum,
  runWeighting,
  selectWeighting,
  StratifiedSquares,
  type Weighting,
} from '../../../models/risk/weighting.ts';
import { close, normals, spread } from './fixtures/draws.ts';

t.test('every tenth path of a run is of one stratum, the others of another', async (t) => {
  t.equal(runWeighting(null), null);
  const weighting = runWeighting(new Float64Array(21).fill(1));
  t.same(
    [...(weighting?.strata.of ?? [])],
    Array.from({ length: 21 }, (_, path) => (path % 10 === 0 ? 0 : 1)),
  );
  t.same(weighting?.strata.sizes, [3, 18]);
});

t.test('some of the paths keep their weights and their strata', async (t) => {
  const weighting = runWeighting(Float64Array.from({ length: 20 }, (_, i) => i));
  t.same(weighting === null ? null : selectWeighting(weighting, Uint32Array.of(10, 3, 4)), {
    weights: Float64Array.of(10, 3, 4),
    strata: { of: Uint8Array.of(0, 1, 1), sizes: [1, 2] },
  });
});

t.test('the variance is that within the strata', async (t) => {
  const squares = new StratifiedSquares({ of: Uint8Array.of(0, 0, 1, 1, 1), sizes: [2, 3] });
  for (const [i, v] of [1, 3, 10, 10, 13].entries()) squares.add(i, v);
  // 2 within the first; (1 + 1 + 4) within the second.
  t.ok(close(squares.squares, 2 + 6));
  t.ok(close(squares.variance, 2 * 2 + (3 / 2) * 6));
});

t.test('a path that is left out counts as 0, and the only path of a stratum with its square', async (t) => {
  const squares = new StratifiedSquares({ of: Uint8Array.of(0, 1, 1), sizes: [1, 2] });
  squares.add(0, 3);
  squares.add(2, 4);
  t.ok(close(squares.squares, 9 + 8));
});

/** A law N(0, 1) drawn as a run draws it: every tenth path from itself, the others from N(-1.5, 1). */
function mixture(n: number, seed: number) {
  const values = normals(n, seed).map((z, path) => (path % 10 === 0 ? z : z - 1.5));
  const weights = values.map((x) => 1 / (0.1 + 0.9 * Math.exp(-1.5 * x - 1.125)));
  return { values, weights };
}

t.test('every error of a mixture with fixed shares is the spread over seeds', async (t) => {
  const figures = {
    mean: (x: Float64Array, w: Weighting | null) => moments(x, w).mean,
    deviation: (x: Float64Array, w: Weighting | null) => ({
      value: moments(x, w).standardDeviation,
      standardError: standardDeviationError(x, w),
    }),
    'probability of loss': (x: Float64Array, w: Weighting | null) => moments(x, w).probabilityOfLoss,
    'probability of -2': (x: Float64Array, w: Weighting | null) =>
      probability(
        Uint8Array.from(x, (value) => (value < -2 ? 1 : 0)),
        w,
      ),
    'mean below 1': (x: Float64Array, w: Weighting | null) =>
      meanGiven(
        x,
        Uint8Array.from(x, (value) => (value < 1 ? 1 : 0)),
        w,
      ),
    'VaR 0.8': (x: Float64Array, w: Weighting | null) => valueAtRisk(sortSample(x, w), 0.8),
    'ES 0.8': (x: Float64Array, w: Weighting | null) => expectedShortfall(sortSample(x, w), 0.8),
    'ES 0.99': (x: Float64Array, w: Weighting | null) => expectedShortfall(sortSample(x, w), 0.99),
  };
  const runs = 400;
  const samples = Array.from({ length: runs }, (_, run) => mixture(1000, 300_000 + run));
  for (const [name, figure] of Object.entries(figures)) {
    const estimates = samples.map(({ values, weights }) => figure(values, runWeighting(weights)));
    const { deviation } = spread(estimates.map(({ value }) => value ?? Number.NaN));
    const stated = spread(estimates.map(({ standardError }) => standardError ?? Number.NaN)).mean;
    // The spread of 400 runs has an error of 1/sqrt(800), 3.5 %; the interval of order statistics is wider by rounding.
    t.ok(stated / deviation > 0.88 && stated / deviation < 1.12, `${name}: stated ${stated}, seen ${deviation}`);
  }
});

t.test('the variance between the strata would be counted if paths drew their law at random', async (t) => {
  const { values, weights } = mixture(10_000, 7);
  const fixed = moments(values, runWeighting(weights)).mean.standardError ?? Number.NaN;
  const random = moments(values, oneStratum(weights)).mean.standardError ?? Number.NaN;
  t.ok(random > 1.05 * fixed, `${random} against ${fixed}`);
});

import * as fc from 'fast-check';
import t from 'tap';
import { histogram } from '../../../models/risk/histogram.ts';
import { sortSample } from '../../../models/risk/sample.ts';
import { oneStratum } from '../../../models/risk/weighting.ts';
import { close, normals } from './fixtures/draws.ts';

t.test('edges are round, ascending, evenly spaced and cover the sample', async (t) => {
  const sample = sortSample(Float64Array.of(-0.3, 0.05, 0.1, 0.29), null);
  const { edges, weights } = histogram(sample, 6);
  t.same(edges, [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
  t.same(weights, [0.25, 0, 0, 0.25, 0.25, 0.25]);
});

t.test('a value on an edge belongs to the bin above it, the maximum to the last', async (t) => {
  const { edges, weights } = histogram(sortSample(Float64Array.of(0, 1, 1, 2, 3), null), 3);
  t.same(edges, [0, 1, 2, 3]);
  t.same(
    weights.map((w) => w.toFixed(12)),
    [0.2, 0.4, 0.4].map((w) => w.toFixed(12)),
  );
});

t.test('a normal sample fills at least 40 of 60 bins and depends on minimum and maximum only', async (t) => {
  const values = normals(10_000, 17);
  const { edges, weights } = histogram(sortSample(values, null));
  t.ok(weights.length <= 60 && weights.length >= 40, `${weights.length} bins`);
  const again = histogram(sortSample(Float64Array.of(Math.min(...values), Math.max(...values)), null));
  t.same(again.edges, edges);
});

t.test('equal values get one bin around them', async (t) => {
  t.same(histogram(sortSample(new Float64Array(5), null)), { edges: [-0.5, 0.5], weights: [1] });
  t.same(histogram(sortSample(new Float64Array(5).fill(-8), null)), { edges: [-12, -4], weights: [1] });
  t.same(histogram(sortSample(Float64Array.of(1e9, 1e9 + 1e-7), null)).weights, [1]);
});

t.test('weights move the shares, not the edges', async (t) => {
  const values = Float64Array.of(0, 1, 2, 3);
  const plain = histogram(sortSample(values, null), 3);
  const weighted = histogram(sortSample(values, oneStratum(Float64Array.of(1, 1, 1, 5))), 3);
  t.same(weighted.edges, plain.edges);
  t.same(weighted.weights, [0.125, 0.125, 0.75]);
});

t.test('any sample is covered and its shares sum to 1', async () => {
  const value = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 50 }), fc.integer({ min: 2, max: 100 }), (list, bins) => {
      const { edges, weights } = histogram(sortSample(Float64Array.from(list), null), bins);
      const ascending = edges.every((edge, j) => j === 0 || edge > edges[j - 1]);
      const total = weights.reduce((sum, w) => sum + w, 0);
      return (
        ascending &&
        edges.length === weights.length + 1 &&
        weights.length <= bins &&
        edges[0] <= Math.min(...list) &&
        edges[edges.length - 1] >= Math.max(...list) &&
        weights.every((w) => w >= 0) &&
        close(total, 1)
      );
    }),
    { numRuns: 300 },
  );
});

t.test('a number of bins that is no whole number from 2 to 10,000 is refused', async (t) => {
  const sample = sortSample(Float64Array.of(1, 2), null);
  for (const bins of [0, 1, 2.5, 10_001, NaN]) t.throws(() => histogram(sample, bins), RangeError);
});

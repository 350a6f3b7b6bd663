import * as fc from 'fast-check';
import t from 'tap';
import { CompensatedSum } from '../../../models/risk/compensated-sum.ts';
import { quantile, quantileIndex, shareBelow, sortSample, weightTotals } from '../../../models/risk/sample.ts';
import { sortOrder } from '../../../models/risk/sort-order.ts';
import { oneStratum } from '../../../models/risk/weighting.ts';
import { normals, uniforms } from './fixtures/draws.ts';

t.test('a compensated sum keeps what a plain sum loses', async (t) => {
  // Neumaier 1974: the sum 1 + 1e100 + 1 - 1e100 is 2; a plain sum (and Kahan's) gives 0.
  const sum = new CompensatedSum();
  for (const term of [1, 1e100, 1, -1e100]) sum.add(term);
  t.equal(sum.value, 2);
});

t.test('a plain sample is sorted into a new array', async (t) => {
  const values = Float64Array.of(3, -1, 2, -1);
  const sample = sortSample(values, null);
  t.same([...sample.values], [-1, -1, 2, 3]);
  t.same([...values], [3, -1, 2, -1]);
  t.equal(sample.weights, null);
  t.equal(sample.effectiveSize, 4);
});

t.test('weights follow their values, sum to 1 and give the effective sample size', async (t) => {
  const sample = sortSample(Float64Array.of(3, -1, 2), oneStratum(Float64Array.of(2, 1, 1)));
  t.same([...sample.values], [-1, 2, 3]);
  t.same([...(sample.weights ?? [])], [0.25, 0.25, 0.5]);
  t.same([...(sample.cumulative ?? [])], [0.25, 0.5, 1]);
  t.equal(sample.effectiveSize, 16 / 6);
});

t.test('what cannot be a sample is refused with the value', async (t) => {
  t.throws(
    () => sortSample(new Float64Array(0), null),
    new RangeError('values is empty; need at least one observation'),
  );
  t.throws(() => sortSample(Float64Array.of(1, NaN), null), new RangeError('values[1] is NaN; need a finite number'));
  t.throws(
    () => sortSample(Float64Array.of(1, 2), oneStratum(Float64Array.of(1))),
    new RangeError('weights has length 1; need 2, one per path'),
  );
  t.throws(
    () => sortSample(Float64Array.of(1, 2), oneStratum(Float64Array.of(1, -0.5))),
    new RangeError('weights[1] is -0.5; need a finite number >= 0'),
  );
  t.throws(() => weightTotals(Float64Array.of(0, 0), 2), new RangeError('weights sum to 0; need more than 0'));
});

t.test('the radix order equals a stable comparator sort for any doubles', async () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 200 }), (list) => {
      const values = Float64Array.from(list);
      const compare = (a: number, b: number) => {
        if (values[a] !== values[b]) return values[a] < values[b] ? -1 : 1;
        if (Object.is(values[a], values[b])) return a - b;
        return Object.is(values[a], -0) ? -1 : 1;
      };
      const expected = list.map((_, i) => i).toSorted(compare);
      return expected.every((index, k) => sortOrder(values)[k] === index);
    }),
    { numRuns: 50 },
  );
});

t.test('n times p that is a whole number up to rounding selects that observation', async (t) => {
  // 100,000 (1 - 0.99) is 1000.0000000000009 in doubles; the lower order statistic is observation 1000.
  for (const n of [1_000, 10_000, 100_000, 1_000_000]) {
    const sample = sortSample(
      Float64Array.from({ length: n }, (_, i) => i + 1),
      null,
    );
    for (const level of [0.9, 0.95, 0.975, 0.99, 0.995, 0.999]) {
      const expected = Math.round(n * 1000 - n * (level * 1000)) / 1000;
      t.equal(quantile(sample, 1 - level), Math.round(expected), `n ${n}, level ${level}`);
    }
  }
});

t.test('the quantile is the smallest observation at which the distribution reaches p', async (t) => {
  const sample = sortSample(Float64Array.of(10, 20, 30), null);
  t.equal(quantile(sample, 0.01), 10);
  t.equal(quantile(sample, 1 / 3), 10);
  t.equal(quantile(sample, 0.34), 20);
  t.equal(quantile(sample, 1), 30);
  const weighted = sortSample(Float64Array.of(10, 20, 30), oneStratum(Float64Array.of(1, 2, 1)));
  t.equal(quantile(weighted, 0.25), 10);
  t.equal(quantile(weighted, 0.26), 20);
  t.equal(quantile(weighted, 0.75), 20);
  t.equal(quantile(weighted, 0.76), 30);
  t.throws(() => quantileIndex(sample, 0), RangeError);
  t.throws(() => quantileIndex(sample, NaN), RangeError);
});

t.test('weights that are all equal change nothing', async (t) => {
  const values = normals(1_000, 7);
  const plain = sortSample(values, null);
  const weighted = sortSample(values, oneStratum(new Float64Array(1_000).fill(0.7)));
  for (let k = 1; k <= 1_000; k++) {
    if (quantileIndex(plain, k / 1_000) !== k - 1) t.fail(`plain quantile ${k}`);
    if (quantileIndex(weighted, k / 1_000) !== k - 1) t.fail(`weighted quantile ${k}`);
  }
  t.equal(shareBelow(plain, 0.5), plain.values.filter((x) => x < 0.5).length / 1_000);
});

t.test('a whole-number weight equals that many copies of the observation', async (t) => {
  const next = uniforms(3);
  const values = normals(50, 4);
  const weights = Float64Array.from(values, () => Math.floor(next() * 4) + 1);
  const copies = [...values].flatMap((x, i) => Array<number>(weights[i]).fill(x));
  const weighted = sortSample(values, oneStratum(weights));
  const repeated = sortSample(Float64Array.from(copies), null);
  for (const p of [0.01, 0.05, 0.1, 0.25, 0.5, 0.9, 0.99, 1]) {
    t.equal(quantile(weighted, p), quantile(repeated, p), `quantile ${p}`);
  }
  t.equal(shareBelow(weighted, values[0]).toFixed(12), shareBelow(repeated, values[0]).toFixed(12));
});

t.test('a million observations are sorted, weighted and plain alike', async (t) => {
  const values = normals(1_000_000, 11);
  const order = sortOrder(values);
  const plain = sortSample(values, null);
  t.ok(order.every((index, k) => values[index] === plain.values[k]));
});

import t from 'tap';
import { complement, probability, probabilityOfCount } from '../../../models/risk/probability.ts';
import { oneStratum } from '../../../models/risk/weighting.ts';
import { close, spread, uniforms } from './fixtures/draws.ts';

t.test('a probability carries its binomial error and the Wilson interval', async (t) => {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263 gives 0.2553 to 0.3662; 15 of 148 gives
  // 0.0624 to 0.1605.
  const first = probabilityOfCount(81, 263);
  t.ok(close(first.standardError, Math.sqrt(((81 / 263) * (182 / 263)) / 263)));
  t.equal(first.interval95[0].toFixed(4), '0.2553');
  t.equal(first.interval95[1].toFixed(4), '0.3662');
  const second = probabilityOfCount(15, 148);
  t.equal(second.interval95[0].toFixed(4), '0.0624');
  t.equal(second.interval95[1].toFixed(4), '0.1605');
});

t.test('where nothing happened the interval still says what is possible', async (t) => {
  // Newcombe 1998, table I, method 3: 0 of 20 gives 0 to 0.1611.
  const none = probability(new Uint8Array(20), null);
  t.equal(none.value, 0);
  t.equal(none.standardError, 0);
  t.equal(none.interval95[0], 0);
  t.equal(none.interval95[1].toFixed(4), '0.1611');
  const all = probability(new Uint8Array(20).fill(1), null);
  t.equal(all.value, 1);
  t.equal(all.interval95[1], 1);
  t.same(complement(none).value, 1);
  t.ok(close(complement(none).interval95[0], all.interval95[0]));
});

t.test('what happened on every weighted path has probability 1, and an interval all the same', async (t) => {
  // Weights 1/3, 1/7, ... whose shares do not add up to 1 exactly.
  for (let n = 20; n < 60; n++) {
    const weighting = oneStratum(Float64Array.from({ length: n }, (_, i) => 1 / (3 + 4 * i)));
    const { value, standardError, interval95 } = probability(new Uint8Array(n).fill(1), weighting);
    t.same([value, standardError, interval95[1]], [1, 0, 1]);
    t.ok(interval95[0] < 0.9, `${n} paths: from ${interval95[0]}`);
  }
});

t.test('a few paths of tiny weight make nothing surer than no such path would', async (t) => {
  const n = 1000;
  const weights = new Float64Array(n).fill(1);
  const none = probability(new Uint8Array(n), oneStratum(weights));
  for (const hits of [1, 3, 9]) {
    const light = weights.slice();
    const happened = new Uint8Array(n);
    for (let i = 0; i < hits; i++) {
      light[i] = 1e-18;
      happened[i] = 1;
    }
    const rare = probability(happened, oneStratum(light));
    t.ok(rare.interval95[1] >= none.interval95[1], `${hits} with it: ${rare.interval95}`);
    const certain = complement(rare);
    t.ok(certain.interval95[0] <= 1 - none.interval95[1], `${hits} without it: ${certain.interval95}`);
  }
  // Enough of them are an estimate with an error of its own.
  const many = weights.map((_, i) => (i < 200 ? 1e-6 : 1));
  const known = probability(
    Uint8Array.from(many, (weight) => (weight < 1 ? 1 : 0)),
    oneStratum(many),
  );
  t.ok(known.interval95[1] < none.interval95[1] / 1000, `${known.interval95}`);
});

t.test('a day column counts every day but 0 as the event', async (t) => {
  t.equal(probability(Uint16Array.of(0, 300, 1, 0), null).value, 0.5);
});

t.test('equal weights give the plain estimate', async (t) => {
  const happened = Uint8Array.from({ length: 500 }, (_, i) => (i % 7 === 0 ? 1 : 0));
  const plain = probability(happened, null);
  const weighted = probability(happened, oneStratum(new Float64Array(500).fill(0.4)));
  t.ok(close(plain.value, weighted.value));
  t.ok(close(plain.standardError, weighted.standardError));
  t.ok(close(plain.interval95[0], weighted.interval95[0]) && close(plain.interval95[1], weighted.interval95[1]));
  t.same(probability(new Uint8Array(9), oneStratum(new Float64Array(9).fill(1))), probability(new Uint8Array(9), null));
});

t.test('the weighted standard error is honest over seeds', async (t) => {
  // An event of probability 0.01 sampled with probability 0.3: weights 0.01/0.3 and 0.99/0.7.
  const values: number[] = [];
  const errors: number[] = [];
  for (let run = 0; run < 300; run++) {
    const next = uniforms(60_000 + run);
    const happened = Uint8Array.from({ length: 1_000 }, () => (next() < 0.3 ? 1 : 0));
    const weights = Float64Array.from(happened, (flag) => (flag === 1 ? 0.01 / 0.3 : 0.99 / 0.7));
    const { value, standardError } = probability(happened, oneStratum(weights));
    values.push(value);
    errors.push(standardError);
  }
  const { mean, deviation } = spread(values);
  t.ok(Math.abs(mean - 0.01) < (4 * deviation) / Math.sqrt(300), `mean ${mean}`);
  t.ok(Math.abs(spread(errors).mean / deviation - 1) < 0.15, `reported ${spread(errors).mean}, seen ${deviation}`);
});

t.test('counts that cannot be are refused', async (t) => {
  t.throws(() => probability(new Uint8Array(0), null), RangeError);
  t.throws(() => probabilityOfCount(3, 2), RangeError);
  t.throws(() => probabilityOfCount(0, 0), RangeError);
});

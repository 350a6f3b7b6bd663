import t from 'tap';
import { exp, log } from '../../../models/numeric/elementary.ts';
import { philox4x32 } from '../../../models/random/philox.ts';
import { applyTiles, firstDifference, kernelOf } from '../../support/kernel.ts';

const strict = kernelOf('strict');
const fused = kernelOf('fused');

/** Doubles of every exponent, sign and kind: random bits. */
function anyDoubles(count: number): Float64Array {
  const words = new Uint32Array(2 * count);
  for (let i = 0; i < words.length; i += 4) philox4x32(i, 0, 0, 0, 1, 2, words, i);
  return new Float64Array(words.buffer);
}

/** Doubles uniform in an interval. */
function uniform(count: number, from: number, to: number): Float64Array {
  const words = new Uint32Array(2 * count);
  for (let i = 0; i < words.length; i += 4) philox4x32(i, 1, 0, 0, 1, 2, words, i);
  return Float64Array.from({ length: count }, (_, i) => from + (to - from) * ((words[i] + 0.5) / 2 ** 32));
}

/** The number and its neighbours, some steps of the last bit to either side. */
function around(x: number): number[] {
  const float = new Float64Array([x]);
  const bits = new BigInt64Array(float.buffer);
  const at = bits[0];
  return [-3n, -2n, -1n, 0n, 1n, 2n, 3n].map((step) => {
    bits[0] = at + step;
    return float[0];
  });
}

/** Limits of elementary.ts: overflow, underflow, subnormal numbers, where log changes its binade. */
const special = [0, Infinity, Number.NaN, Number.MIN_VALUE, Number.MAX_VALUE];
const limits = [709.782712893384, -708.396418532264, -745.1, 1e-300, 2.2250738585072014e-308, 1, 2, 0.5, 1e-17];
const turns = [Math.SQRT1_2, Math.SQRT2, Math.LN2, Math.LN2 / 2, 1024 * Math.LN2, 2 ** 52, 2 ** 1023];
const edges = Float64Array.from(
  [...special, ...limits.flatMap(around), ...turns.flatMap(around)].flatMap((x) => [x, -x]),
);
const wide = anyDoubles(200_000);
const usual = uniform(200_000, -40, 40);

for (const [name, arguments_] of Object.entries({
  'the edges of the range': edges,
  'numbers of random bits': wide,
  'exponents of two in every tile with an edge': Float64Array.from(edges, (x, i) => (i % 4 === 1 ? x : i)),
  'usual log levels': usual,
  'the whole range of exp': uniform(200_000, -750, 750),
})) {
  t.test(`the strict exponential and logarithm are the plain ones, bit for bit: ${name}`, async (t) => {
    t.equal(firstDifference(applyTiles(strict, 'exponentials', arguments_), arguments_.map(exp)), null);
    t.equal(firstDifference(applyTiles(strict, 'logarithms', arguments_), arguments_.map(log)), null);
  });
}

t.test('tiles that are not filled give what filled ones give', async (t) => {
  for (let length = 1; length <= 9; length++) {
    const x = usual.subarray(0, length);
    t.equal(firstDifference(applyTiles(strict, 'exponentials', x), x.map(exp)), null, `${length} numbers`);
  }
});

/** Largest difference in units of `unit(expected)`. */
function apart(got: Float64Array, expected: Float64Array, unit: (x: number) => number): number {
  let largest = 0;
  for (let i = 0; i < got.length; i++) {
    if (!Object.is(got[i], expected[i])) {
      largest = Math.max(largest, Math.abs(got[i] - expected[i]) / unit(expected[i]));
    }
  }
  return largest;
}

t.test('the fused exponential and logarithm differ from the strict ones by roundings only', async (t) => {
  // Both are within 1 ulp of the truth, 2^-52 of the value at most, so they are at most two apart.
  const unit = (x: number) => 2 ** -52 * Math.abs(x);
  const normal = uniform(200_000, -700, 700);
  const ofExp = apart(applyTiles(fused, 'exponentials', normal), normal.map(exp), unit);
  t.ok(ofExp <= 2, `exp: ${ofExp} units`);
  const positive = normal.map(exp);
  const ofLog = apart(applyTiles(fused, 'logarithms', positive), positive.map(log), unit);
  t.ok(ofLog <= 2, `log: ${ofLog} units`);
  const nearOne = uniform(200_000, 0.5, 2);
  const ofLogNearOne = apart(applyTiles(fused, 'logarithms', nearOne), nearOne.map(log), unit);
  t.ok(ofLogNearOne <= 2, `log near 1: ${ofLogNearOne} units`);
});

t.test('outside the range the fused functions give what the strict ones give', async (t) => {
  const beyond = edges.filter((x) => !(Math.abs(x) <= 710));
  t.equal(firstDifference(applyTiles(fused, 'exponentials', beyond), beyond.map(exp)), null);
  const notPositive = edges.filter((x) => !(x > 0 && x < Infinity));
  t.equal(firstDifference(applyTiles(fused, 'logarithms', notPositive), notPositive.map(log)), null);
});

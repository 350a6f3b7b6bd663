import t from 'tap';
import {
  exp,
  log,
  normalCdf,
  normalDensity,
  tailDenominator,
  tailNumerator,
} from '../../../models/numeric/elementary.ts';
import { reference, worstError } from './reference-table.ts';

await t.test('exp is within 1.7e-16 of 50-digit values over its whole range', async (t) => {
  t.ok(reference.exp.length > 400);
  const worst = worstError(reference.exp, exp, 'relative');
  t.ok(worst.error < 1.7e-16, JSON.stringify(worst));
});

await t.test('exp overflows to Infinity, flushes subnormal results to zero and passes NaN on', async (t) => {
  t.equal(exp(0), 1);
  t.equal(exp(-0), 1);
  t.equal(exp(1e-300), 1);
  t.ok(Number.isFinite(exp(709.782712893384)));
  t.ok(exp(709.782712893384) > 1.7976931348622e308);
  t.equal(exp(709.7827128933841), Number.POSITIVE_INFINITY);
  t.equal(exp(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
  t.ok(exp(-708.396418532264) >= 2.2250738585072014e-308);
  t.equal(exp(-708.3964185322642), 0);
  t.equal(exp(-745), 0);
  t.equal(exp(Number.NEGATIVE_INFINITY), 0);
  t.ok(Number.isNaN(exp(Number.NaN)));
});

await t.test('exp does not fall where its argument rises by one reduction interval edge', async (t) => {
  for (let n = -1021; n <= 1023; n++) {
    const edge = (n + 0.5) * Math.LN2;
    const step = Math.max(Math.abs(edge), 1) * 2.3e-16;
    if (!(exp(edge + step) >= exp(edge - step) * (1 - 2.3e-16))) t.fail(`falls at ${edge}`);
  }
  t.pass('2045 edges');
});

await t.test('log is within 1.5e-16 of 50-digit values, subnormal numbers included', async (t) => {
  t.ok(reference.log.length > 400);
  const worst = worstError(reference.log, log, 'relative');
  t.ok(worst.error < 1.5e-16, JSON.stringify(worst));
});

await t.test('log of the edges of its domain', async (t) => {
  t.equal(log(1), 0);
  t.equal(log(0), Number.NEGATIVE_INFINITY);
  t.equal(log(-0), Number.NEGATIVE_INFINITY);
  t.ok(Number.isNaN(log(-1)));
  t.ok(Number.isNaN(log(Number.NEGATIVE_INFINITY)));
  t.ok(Number.isNaN(log(Number.NaN)));
  t.equal(log(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
  for (let k = -1074; k <= 1023; k++) {
    const expected = k * Math.LN2;
    const got = log(2 ** k);
    if (!(Math.abs(got - expected) <= 2.3e-16 * Math.abs(expected))) t.fail(`log(2^${k}) is ${got}`);
  }
});

await t.test('log and exp undo each other to rounding', async (t) => {
  for (let x = -700; x <= 700; x += 0.37) {
    if (!(Math.abs(log(exp(x)) - x) <= 2.3e-16 * (1 + Math.abs(x)))) t.fail(`log(exp(${x})) is ${log(exp(x))}`);
  }
  t.pass();
});

await t.test(
  'normalCdf is within 1.7e-16 of 50-digit values, and its lower tail within the stated relative errors',
  async (t) => {
    t.ok(reference.normalCdf.length > 250);
    const absolute = worstError(reference.normalCdf, normalCdf, 'absolute');
    t.ok(absolute.error < 1.7e-16, JSON.stringify(absolute));
    for (const [from, bound] of [
      [-1, 5e-16],
      [-2, 2e-15],
      [-4, 3e-13],
      [-6, 6e-10],
      [-11, 7e-8],
      [-37.4, 4e-6],
    ] as const) {
      const rows = reference.normalCdf.filter(([x]) => x >= from && x <= 0);
      const relative = worstError(rows, normalCdf, 'relative');
      t.ok(rows.length > 5 && relative.error < bound, JSON.stringify(relative));
    }
  },
);

await t.test('normalCdf is symmetric exactly, one half at 0, monotone and saturates', async (t) => {
  t.equal(normalCdf(0), 0.5);
  t.equal(normalCdf(-0), 0.5);
  let last = 0;
  for (let i = -4000; i <= 4000; i++) {
    const x = i / 100;
    const p = normalCdf(x);
    if (p + normalCdf(-x) !== 1) t.fail(`N(${x}) + N(${-x}) is ${p + normalCdf(-x)}`);
    if (!(p >= last && p <= 1)) t.fail(`N(${x}) is ${p} after ${last}`);
    last = p;
  }
  t.equal(normalCdf(-38), 0);
  t.equal(normalCdf(9), 1);
  t.equal(normalCdf(Number.NEGATIVE_INFINITY), 0);
  t.equal(normalCdf(Number.POSITIVE_INFINITY), 1);
  t.ok(Number.isNaN(normalCdf(Number.NaN)));
});

await t.test('normalDensity is the derivative of normalCdf', async (t) => {
  t.equal(normalDensity(0), 0.3989422804014327, '1 / sqrt(2 pi)');
  for (let x = -6; x <= 6; x += 0.25) {
    // Central difference: its own error is h^2/6 times the third derivative, and 1e-16 / h from rounding.
    const slope = (normalCdf(x + 1e-5) - normalCdf(x - 1e-5)) / 2e-5;
    if (!(Math.abs(slope - normalDensity(x)) < 5e-11)) t.fail(`at ${x}: ${slope}, density ${normalDensity(x)}`);
  }
  t.equal(normalDensity(40), 0);
  t.equal(normalDensity(Number.NEGATIVE_INFINITY), 0);
  t.ok(Number.isNaN(normalDensity(Number.NaN)));
});

await t.test('the shared-division pieces make up normalCdf', async (t) => {
  for (const a of [0, 0.3, 1.7, 6, 20, 38]) {
    t.equal(exp(-0.5 * a * a) * (tailNumerator(a) / tailDenominator(a)), normalCdf(-a));
  }
});

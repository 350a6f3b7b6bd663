import t from 'tap';
import { normalCdf } from '../../../models/numeric/elementary.ts';
import { normalQuantile } from '../../../models/numeric/normal-quantile.ts';
import { reference, worstError } from './reference-table.ts';

await t.test('normalQuantile gives the values of algorithm AS 241 (Wichura 1988)', async (t) => {
  for (const [p, z] of [
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167814],
    [1e-20, -9.262340089798408],
  ] as const) {
    t.ok(Math.abs(normalQuantile(p) / z - 1) < 1e-15, `p ${p}: ${normalQuantile(p)}, expected ${z}`);
  }
});

await t.test('normalQuantile is within 7e-16 of 50-digit values', async (t) => {
  t.ok(reference.normalQuantile.length > 90);
  const worst = worstError(reference.normalQuantile, normalQuantile, 'relative');
  t.ok(worst.error < 7e-16, JSON.stringify(worst));
});

await t.test('normalQuantile inverts normalCdf', async (t) => {
  for (let x = -5; x <= 5; x += 0.1) {
    // A rounding of the probability moves the quantile by it over the density, which bounds the upper side.
    const tolerance = x < 0 ? 1e-10 : 1e-9;
    if (!(Math.abs(normalQuantile(normalCdf(x)) - x) < tolerance))
      t.fail(`${x} becomes ${normalQuantile(normalCdf(x))}`);
  }
  t.pass();
});

await t.test('normalQuantile at the ends, the middle and outside', async (t) => {
  t.equal(normalQuantile(0), Number.NEGATIVE_INFINITY);
  t.equal(normalQuantile(1), Number.POSITIVE_INFINITY);
  t.equal(normalQuantile(0.5), 0);
  t.equal(normalQuantile(0.75), -normalQuantile(0.25));
  t.throws(() => normalQuantile(-0.01), new RangeError('p is -0.01; need a probability in [0, 1]'));
  t.throws(() => normalQuantile(1.01), RangeError);
  t.throws(() => normalQuantile(Number.NaN), RangeError);
});

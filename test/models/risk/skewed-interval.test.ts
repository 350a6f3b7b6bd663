import t from 'tap';
import { skewedInterval95 } from '../../../models/risk/skewed-interval.ts';
import { close } from './fixtures/draws.ts';

t.test('without skewness it is Student’s interval', async (t) => {
  // 2.262157, the 97.5 % point of 9 degrees of freedom.
  const [low, high] = skewedInterval95({ value: 10, standardError: 2, skewness: 0, degrees: 9 });
  t.ok(close(low, 10 - 2 * 2.262157, 1e-6) && close(high, 10 + 2 * 2.262157, 1e-6), `${low} to ${high}`);
});

t.test('its ends are where Hall’s transformation of T is the quantile', async (t) => {
  for (const skewness of [-0.6, -0.1, 1e-5, 0.2, 0.9]) {
    const [low, high] = skewedInterval95({ value: 3, standardError: 0.5, skewness, degrees: Infinity });
    for (const [end, quantile] of [
      [low, 1.959964],
      [high, -1.959964],
    ]) {
      const T = (3 - end) / 0.5;
      const g = T + (skewness * T ** 2) / 3 + (skewness ** 2 * T ** 3) / 27 + skewness / 6;
      t.ok(close(g, quantile, 1e-9), `skewness ${skewness}: ${g}, expected ${quantile}`);
    }
  }
});

t.test('an estimate skewed towards rare large values may lie far below the truth', async (t) => {
  const [low, high] = skewedInterval95({ value: 0, standardError: 1, skewness: 0.3, degrees: 30 });
  t.ok(high > -low);
  const [mirroredLow, mirroredHigh] = skewedInterval95({ value: 0, standardError: 1, skewness: -0.3, degrees: 30 });
  t.ok(close(mirroredLow, -high) && close(mirroredHigh, -low));
});

t.test('no error leaves nothing to either side, and no degree of freedom is refused', async (t) => {
  t.same(skewedInterval95({ value: 7, standardError: 0, skewness: 0, degrees: 5 }), [7, 7]);
  t.throws(() => skewedInterval95({ value: 7, standardError: 1, skewness: 0, degrees: 0 }), RangeError);
});

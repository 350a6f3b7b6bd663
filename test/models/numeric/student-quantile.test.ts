import t from 'tap';
import { NORMAL_95, student95 } from '../../../models/numeric/student-quantile.ts';

t.test('the 97.5 % points are those of the published table', async (t) => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, critical values of Student's t, column 0.975.
  for (const [degrees, point] of [
    [1, '12.706'],
    [2, '4.303'],
    [3, '3.182'],
    [4, '2.776'],
    [5, '2.571'],
    [9, '2.262'],
    [20, '2.086'],
    [100, '1.984'],
  ] as const) {
    t.equal(student95(degrees).toFixed(3), point, `${degrees} degrees of freedom`);
  }
  t.equal(student95(Infinity), NORMAL_95);
});

t.test('degrees of freedom between the whole numbers are right to 2e-7', async (t) => {
  // scipy 1.17.1, scipy.stats.t.ppf(0.975, nu).
  for (const [degrees, point] of [
    [1.01, 12.412738499102536],
    [1.3, 7.500529325562029],
    [1.7, 5.1188389882530565],
    [2.5, 3.5746548420036817],
    [9.5, 2.2441374614922958],
    [1000, 1.9623390808264083],
  ] as const) {
    t.ok(Math.abs(student95(degrees) / point - 1) < 2e-7, `${degrees}: ${student95(degrees)}, expected ${point}`);
  }
});

t.test('it falls towards the normal point', async (t) => {
  let last = Infinity;
  for (let degrees = 1; degrees < 1e6; degrees *= 1.1) {
    const point = student95(degrees);
    if (!(point < last && point > NORMAL_95)) t.fail(`${degrees}: ${point} after ${last}`);
    last = point;
  }
  t.ok(last < NORMAL_95 + 1e-5);
});

t.test('less than one degree of freedom is refused', async (t) => {
  t.throws(() => student95(0.99), new RangeError('degrees is 0.99; need at least 1'));
  t.throws(() => student95(Number.NaN), RangeError);
});

import t from 'tap';
import {
  capShape,
  cappedVarianceMean,
  realisedVarianceLaw,
  type VarianceSwapTerms,
  varianceSwapGreeks,
  varianceSwapValue,
} from '../../../models/pricing/variance-swap.ts';

const swap: VarianceSwapTerms = {
  sumSquares: 0.02,
  daysElapsed: 60,
  daysTotal: 252,
  daysPerYear: 252,
  forwardVariance: 0.05,
  strikeVol: 0.2,
  notional: 1000,
  discount: 0.97,
};

/** E[min(a + b chi^2_n / n, cap)] by Simpson's rule over the chi, whose density y^(n-1) e^(-y^2/2) has no singularity. */
function exactCappedMean(a: number, b: number, n: number, cap: number): number {
  const centre = Math.sqrt(n);
  const from = Math.max(0, centre - 9);
  const to = centre + 9;
  const kink = Math.sqrt((n * (cap - a)) / b);
  let mass = 0;
  let sum = 0;
  // The payoff has a kink, so each side is integrated on its own.
  const pieces = kink > from && kink < to ? [from, kink, to] : [from, to];
  for (let piece = 0; piece + 1 < pieces.length; piece++) {
    const steps = 1000;
    const h = (pieces[piece + 1] - pieces[piece]) / steps;
    for (let i = 0; i <= steps; i++) {
      const y = pieces[piece] + i * h;
      const weight = (h / 3) * (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2);
      const logDensity = n === 1 ? 0 : (n - 1) * Math.log(y / centre);
      const density = weight * Math.exp(logDensity - (y * y - n) / 2);
      mass += density;
      sum += density * Math.min(a + (b * y * y) / n, cap);
    }
  }
  return sum / mass;
}

await t.test('one vega notional at strike 0.20 pays 250 (RV - 0.04)', async (t) => {
  // A vega notional of 1 is 1 / (2 * 100 * K) a squared point, 10^4 times that a unit of variance.
  const notional = 1e4 / (2 * 100 * 0.2);
  t.equal(notional, 250);
  for (const realised of [0, 0.01, 0.04, 0.09]) {
    const value = varianceSwapValue({ ...swap, notional, discount: 1, daysElapsed: 252, sumSquares: realised });
    t.ok(Math.abs(value - 250 * (realised - 0.04)) < 1e-12, `${value}`);
  }
});

await t.test('the value weights what is in and what is to come by their days', async (t) => {
  const expected = 0.97 * 1000 * ((60 / 252) * ((252 / 60) * 0.02) + (192 / 252) * 0.05 - 0.04);
  t.ok(Math.abs(varianceSwapValue(swap) - expected) < 1e-12);
  t.equal(varianceSwapValue({ ...swap, daysElapsed: 0, sumSquares: 0, forwardVariance: 0.2 * 0.2 }), 0);
});

await t.test('the other side is worth the opposite, and twice the notional twice as much', async (t) => {
  for (const terms of [swap, { ...swap, capMultiple: 2.5 }]) {
    t.equal(varianceSwapValue({ ...terms, notional: -1000 }), -varianceSwapValue(terms));
    t.equal(varianceSwapValue({ ...terms, notional: 2000 }), 2 * varianceSwapValue(terms));
  }
});

await t.test('at maturity a capped swap pays the lesser of realised variance and cap', async (t) => {
  const atMaturity = { ...swap, capMultiple: 2.5, daysElapsed: 252, discount: 1 };
  const cap = 2.5 * 2.5 * 0.2 * 0.2;
  for (const realised of [0.01, 0.2499, cap, 0.3, 4]) {
    const value = varianceSwapValue({ ...atMaturity, sumSquares: realised });
    t.ok(Math.abs(value - 1000 * (Math.min(realised, cap) - 0.04)) < 1e-10, `${realised}: ${value}`);
  }
});

await t.test('a cap already reached fixes the value, whatever comes', async (t) => {
  const terms = { ...swap, capMultiple: 2.5, sumSquares: 0.26 };
  const greeks = varianceSwapGreeks(terms);
  t.ok(Math.abs(greeks.value - 970 * (0.25 - 0.04)) < 1e-10);
  t.equal(greeks.vega, 0);
  t.equal(greeks.bySumSquares, 0);
  t.equal(varianceSwapValue({ ...terms, forwardVariance: 0.9 }), greeks.value);
});

await t.test('a cap never adds value, and a far one takes none', async (t) => {
  for (const daysElapsed of [0, 60, 200, 251]) {
    for (const forwardVariance of [0, 0.01, 0.05, 0.3, 1]) {
      const terms = { ...swap, daysElapsed, forwardVariance };
      const free = varianceSwapValue(terms);
      let last = Number.NEGATIVE_INFINITY;
      for (const capMultiple of [0.5, 1, 1.5, 2.5, 4]) {
        const capped = varianceSwapValue({ ...terms, capMultiple });
        if (!(capped <= free && capped >= last))
          t.fail(`${capped} at cap ${capMultiple}, ${last} before, free ${free}`);
        last = capped;
      }
      t.ok(Math.abs(varianceSwapValue({ ...terms, capMultiple: 1e3 }) - free) < 1e-8);
    }
  }
});

await t.test('the capped mean stays between what is in and the cap, however low the cap', async (t) => {
  for (const days of [1, 2, 5, 21, 63, 252]) {
    for (const accrued of [0, 0.3, 0.999]) {
      for (const remaining of [1e-6, 0.5, 3, 10, 1e3, 1e9]) {
        const mean = cappedVarianceMean(accrued, remaining, capShape(days), 1);
        if (!(mean >= accrued && mean <= 1)) t.fail(`${mean} with ${days} days, ${accrued} in, ${remaining} to come`);
      }
    }
  }
  const low = { ...swap, capMultiple: 1e-6, daysElapsed: 0, sumSquares: 0 };
  const { value, vega } = varianceSwapGreeks(low);
  t.ok(Math.abs(value - varianceSwapValue({ ...low, forwardVariance: 0 })) < 1e-9, `${value}`);
  t.ok(Math.abs(vega) < 1e-9, `${vega}`);
});

await t.test('with ten days left or more a cap far below what is expected is valued to 0.003 of it', async (t) => {
  for (const days of [10, 21, 63]) {
    for (const remaining of [2, 3, 5, 10]) {
      const off = Math.abs(
        cappedVarianceMean(0, remaining, capShape(days), 1) - exactCappedMean(0, remaining, days, 1),
      );
      t.ok(off < 0.003, `${off} with ${days} days and ${remaining} to come`);
    }
  }
});

await t.test('the capped mean is within its stated error of the exact law', async (t) => {
  const cap = 0.25;
  for (const [daysLeft, bound] of [
    [1, 0.11],
    [3, 0.021],
    [5, 0.009],
    [10, 0.003],
    [21, 7e-4],
    [63, 1.1e-4],
    [252, 2e-5],
  ] as const) {
    let worst = 0;
    for (let i = 0; i < 20; i++) {
      for (let j = 1; j <= 20; j++) {
        const accrued = (i / 20) * cap;
        const remaining = (j / 10) * cap;
        const exact = exactCappedMean(accrued, remaining, daysLeft, cap);
        const got = cappedVarianceMean(accrued, remaining, capShape(daysLeft), cap);
        worst = Math.max(worst, Math.abs(got - exact) / cap);
      }
    }
    t.ok(worst < bound, `${daysLeft} days left: worst error ${worst} of the cap, bound ${bound}`);
    t.ok(worst > bound / 20, 'the bound is not idle');
  }
});

await t.test('the shape matches variance and skewness of chi-squared over its days', async (t) => {
  for (const days of [1, 2, 5, 21, 252]) {
    const { scale, totalVol } = capShape(days);
    const relativeVariance = Math.expm1(totalVol * totalVol);
    t.ok(Math.abs(scale * scale * relativeVariance * (days / 2) - 1) < 1e-12, 'variance 2 / n');
    const skewness = (relativeVariance + 3) * Math.sqrt(relativeVariance);
    t.ok(Math.abs(skewness / Math.sqrt(8 / days) - 1) < 1e-5, `skewness ${skewness} at ${days} days`);
  }
  t.same(capShape(0), { scale: 1, totalVol: 0, farBelow: 0 });
  t.throws(() => capShape(-1), new RangeError('daysLeft is -1; need >= 0'));
  t.equal(cappedVarianceMean(0.1, 0, capShape(0), 0.25), 0.1);
  t.equal(cappedVarianceMean(0.3, 0, capShape(0), 0.25), 0.25);
  t.equal(cappedVarianceMean(0.1, 0.2, capShape(9), Number.POSITIVE_INFINITY), 0.1 + 0.2);
});

await t.test('a cap out of reach is skipped only where its call is below rounding', async (t) => {
  for (const days of [1, 2, 5, 21, 63, 252]) {
    const shape = capShape(days);
    const cap = 0.25;
    // Just beyond the boundary of the shortcut, with nothing accrued: forward = farBelow (cap - mean + forward).
    const ratio = shape.farBelow;
    const remaining = (ratio * cap) / (shape.scale * (1 - ratio) + ratio);
    const skipped = cappedVarianceMean(0, remaining * (1 - 1e-9), shape, cap);
    const computed = cappedVarianceMean(0, remaining * (1 + 1e-9), shape, cap);
    t.ok(skipped === remaining * (1 - 1e-9), `${days} days: the mean itself`);
    t.ok(Math.abs(computed - remaining * (1 + 1e-9)) < 1e-16 * cap, `${days} days: ${computed} against ${remaining}`);
  }
});

await t.test('the integration that judges the cap reproduces the closed form for two days', async (t) => {
  // chi^2_2 / 2 is exponential with mean 1: E[min(b E, C)] = b (1 - e^(-C/b)).
  for (const b of [0.05, 0.2, 1]) {
    t.ok(Math.abs(exactCappedMean(0, b, 2, 0.25) - b * (1 - Math.exp(-0.25 / b))) < 1e-9);
  }
});

await t.test('sensitivities are the differences of the values, capped or not', async (t) => {
  for (const cap of [{}, { capMultiple: 2.5 }, { capMultiple: 1.1 }]) {
    for (const daysElapsed of [0, 60, 250]) {
      const terms = { ...swap, ...cap, daysElapsed };
      const greeks = varianceSwapGreeks(terms);
      const vol = Math.sqrt(0.05);
      const byVol = (at: number) => varianceSwapValue({ ...terms, forwardVariance: at * at });
      const vega = (byVol(vol + 1e-5) - byVol(vol - 1e-5)) / 2e-5;
      t.ok(Math.abs(vega - greeks.vega) < 1e-5, `vega ${greeks.vega}, by difference ${vega}`);
      t.ok(Math.abs(greeks.byForwardVariance * 2 * vol - greeks.vega) < 1e-12);
      const bySquares = (at: number) => varianceSwapValue({ ...terms, sumSquares: at });
      const slope = (bySquares(0.02 + 1e-6) - bySquares(0.02 - 1e-6)) / 2e-6;
      t.ok(Math.abs(slope - greeks.bySumSquares) < 1e-4, `by squares ${greeks.bySumSquares}, by difference ${slope}`);
    }
  }
});

await t.test('the law of realised variance is the non-central chi-squared one', async (t) => {
  // Exact values for n = 252, vol 20 %, price drift 5 %, so a log-drift of 3 %.
  const law = realisedVarianceLaw({ vol: 0.2, drift: 0.05, days: 252, daysPerYear: 252 });
  t.ok(Math.abs(law.mean - 0.0400035714) < 5e-11, `${law.mean}`);
  t.ok(Math.abs(law.standardDeviation - 0.0035638014) < 5e-11, `${law.standardDeviation}`);
  const still = realisedVarianceLaw({ vol: 0, drift: 0.05, days: 10, daysPerYear: 252 });
  t.equal(still.mean, 0.05 ** 2 / 252);
  t.equal(still.standardDeviation, 0);
});

await t.test('terms out of range are refused with their value', async (t) => {
  t.throws(() => varianceSwapValue({ ...swap, daysElapsed: 253 }), new RangeError('daysElapsed is 253; need 0 to 252'));
  for (const bad of [
    { daysTotal: 0 },
    { daysElapsed: -1 },
    { daysPerYear: 0 },
    { sumSquares: -1e-9 },
    { forwardVariance: Number.NaN },
    { strikeVol: 0 },
    { capMultiple: 0 },
    { notional: Number.NaN },
    { discount: Number.POSITIVE_INFINITY },
  ]) {
    t.throws(() => varianceSwapValue({ ...swap, ...bad }), RangeError, JSON.stringify(bad));
  }
  t.throws(() => realisedVarianceLaw({ vol: 0.2, drift: 0, days: 0, daysPerYear: 252 }), RangeError);
  t.throws(() => realisedVarianceLaw({ vol: 0.2, drift: 0, days: 1, daysPerYear: 0 }), RangeError);
});

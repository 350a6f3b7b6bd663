import * as fc from 'fast-check';
import t from 'tap';
import { normalCdf } from '../../../models/numeric/elementary.ts';
import {
  cumulativeThresholds,
  expectedDays,
  expectedRealisedVariance,
  nextRegime,
  regimeProbabilities,
  stationaryDistribution,
  transitionFromDurations,
  transitionThresholds,
} from '../../../models/regimes/chain.ts';

type Tap = Pick<typeof t, 'ok'>;
const close = (test: Tap, got: number, expected: number, tolerance: number, what: string) =>
  test.ok(Math.abs(got - expected) <= tolerance, `${what}: got ${got}, expected ${expected} within ${tolerance}`);

const twoStates = Float64Array.of(0.99, 0.01, 0.05, 0.95);
const calmStart = Float64Array.of(1, 0);
const firstWord = 0;
const lastWord = 0xffffffff;

/** A random stochastic matrix with some exact zeros and a few exact ones. */
const stochastic = fc.integer({ min: 1, max: 8 }).chain((regimes) =>
  fc
    .array(
      fc
        .array(fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1, noNaN: true })), {
          minLength: regimes,
          maxLength: regimes,
        })
        .filter((row) => row.some((p) => p > 0)),
      { minLength: regimes, maxLength: regimes },
    )
    .map((rows) => {
      const matrix = Float64Array.from(
        rows.flatMap((row) => {
          const sum = row.reduce((total, p) => total + p, 0);
          return row.map((p) => p / sum);
        }),
      );
      return { regimes, matrix };
    }),
);

await t.test('expected stays become daily probabilities of leaving', async (t) => {
  const next = Float64Array.of(0, 0.9, 0.1, 0.8, 0, 0.2, 0, 1, 0);
  const matrix = transitionFromDurations(Float64Array.of(100, 20, 1), next);
  // By hand: 1/100 · 0.9, 1/100 · 0.1; 1/20 · 0.8, 1/20 · 0.2; a stay of one day is left for sure.
  const expected = [0.99, 0.009, 0.001, 0.04, 0.95, 0.01, 0, 1, 0];
  for (const [at, value] of expected.entries()) close(t, matrix[at], value, 1e-15, `entry ${at}`);
});

await t.test('the stationary law of two states is the ratio of the switch probabilities', async (t) => {
  const law = stationaryDistribution(twoStates, 2);
  close(t, law?.[1] ?? Number.NaN, 0.01 / 0.06, 1e-15, 'a/(a + b)');
  // A chain that alternates has one too: half and half.
  t.same(stationaryDistribution(Float64Array.of(0, 1, 1, 0), 2), Float64Array.of(0.5, 0.5));
  t.same(stationaryDistribution(Float64Array.of(1), 1), Float64Array.of(1));
});

await t.test('the stationary law keeps the digits of very rare regimes', async (t) => {
  // a/(a + b) with a = 1e-15: taking 1 − a apart again would lose every digit.
  const law = stationaryDistribution(Float64Array.of(1 - 1e-15, 1e-15, 0.5, 0.5), 2);
  const rare = 1e-15 / (1e-15 + 0.5);
  close(t, law?.[1] ?? Number.NaN, rare, 1e-14 * rare, 'rare state');
});

await t.test(
  'a chain that ends in one regime is there for good, and one that may end in two has no single law',
  async (t) => {
    t.same(
      stationaryDistribution(Float64Array.of(1, 0, 0, 0.5, 0, 0.5, 0.1, 0, 0.9), 3),
      Float64Array.of(1, 0, 0),
      'absorbed in the first',
    );
    t.equal(stationaryDistribution(Float64Array.of(1, 0, 0, 1), 2), null);
    t.equal(stationaryDistribution(Float64Array.of(1, 0, 0, 0.5, 0, 0.5, 0, 0, 1), 3), null);
  },
);

await t.test('a stationary law is reproduced by a step of the chain, whatever the chain', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(stochastic, ({ regimes, matrix }) => {
        const law = stationaryDistribution(matrix, regimes);
        if (law === null) return;
        const laws = regimeProbabilities({ transition: matrix, initial: law, days: 2 });
        for (let r = 0; r < regimes; r++) {
          if (Math.abs(laws[regimes + r] - law[r]) > 1e-13) throw new Error(`${law.join()} moves to ${laws.join()}`);
        }
      }),
    ),
  );
});

await t.test('daily laws follow the closed form of two states', async (t) => {
  const laws = regimeProbabilities({ transition: twoStates, initial: calmStart, days: 252 });
  // P(stress on day t) = π (1 − (1 − a − b)^(t − 1)), π = 1/6, a + b = 0.06, starting calm.
  for (const day of [1, 2, 10, 252]) {
    close(t, laws[(day - 1) * 2 + 1], (1 - 0.94 ** (day - 1)) / 6, 1e-14, `day ${day}`);
    close(t, laws[(day - 1) * 2] + laws[(day - 1) * 2 + 1], 1, 1e-14, `sum of day ${day}`);
  }
});

await t.test('a forced window is certain, and the chain goes on from it', async (t) => {
  const forced = new Int8Array(9).fill(-1);
  forced.fill(1, 3, 6);
  const laws = regimeProbabilities({ transition: twoStates, initial: calmStart, days: 8, forced });
  const stress = (day: number) => laws[(day - 1) * 2 + 1];
  close(t, stress(2), 0.01, 1e-16, 'before the window the chain is free');
  t.same([stress(3), stress(4), stress(5)], [1, 1, 1]);
  close(t, stress(6), 0.95, 1e-15, 'day after');
  close(t, stress(7), 0.95 * 0.95 + 0.05 * 0.01, 1e-15, 'two days after');
  const days = expectedDays({ transition: twoStates, initial: calmStart, days: 8, forced });
  close(t, days[0] + days[1], 8, 1e-14, 'all days');

  const fromTheFirst = Int32Array.of(-1, 1, -1);
  const law = regimeProbabilities({ transition: twoStates, initial: calmStart, days: 2, forced: fromTheFirst });
  t.equal(law[1], 1, 'a window on day 1 overrules the initial law');
});

await t.test('the correlation spike has its exact share of stress days and exact realised variances', async (t) => {
  // Exact by the geometric sum Σ (1 − 0.94^(t−1))/6: two regimes switching with 0.01 and 0.05 a day, 252 days, calm on
  // day 1; volatility 20 % and 45 %, correlation 0.3 and 0.8, ten equal weights; diffusion only.
  const chain = { transition: twoStates, initial: calmStart, days: 252 };
  close(t, expectedDays(chain)[1] / 252, 0.1556437408, 5e-11, 'share of stress days');
  const vols = Float64Array.of(0.2, 0.45);
  close(t, expectedRealisedVariance({ ...chain, vols }), 0.0652921079, 5e-11, 'single name');
  const indexVol = (vol: number, rho: number) => vol * Math.sqrt((1 + 9 * rho) / 10);
  const index = Float64Array.of(indexVol(0.2, 0.3), indexVol(0.45, 0.8));
  close(t, expectedRealisedVariance({ ...chain, vols: index }), 0.0383411158, 5e-11, 'index');
});

await t.test('the drift adds its square, as in the exact law of a variance swap', async (t) => {
  // Non-central chi-square with n = 252, σ 20 %, drift 5 %: mean 0.04 + (0.05 − 0.02)²/252 = 0.0400035714.
  const request = {
    transition: Float64Array.of(1),
    initial: Float64Array.of(1),
    days: 252,
    vols: Float64Array.of(0.2),
  };
  const drift = { rates: Float64Array.of(0.05), daysPerYear: 252 };
  close(t, expectedRealisedVariance({ ...request, drift }), 0.0400035714, 5e-11, 'with drift');
  t.equal(expectedRealisedVariance(request), 0.2 * 0.2, 'without');
});

await t.test('the regime-switching lognormal has its exact quantiles and tail means', async (t) => {
  // Two states, monthly, stationary start, 12 months. Parameters: Hardy 2001, "A regime-switching model of long-term
  // stock returns", North American Actuarial Journal 5, fit to the TSE 300. The values are exact: given m months in
  // the second state the log of the accumulation factor is normal, and the law of m follows from the chain.
  const switching = Float64Array.of(1 - 0.0371, 0.0371, 0.2101, 1 - 0.2101);
  const start = stationaryDistribution(switching, 2);
  if (start === null) throw new Error('the chain has one closed class');
  const months = 12;
  const counts = occupationTimes(switching, start, months);
  const parts = counts.map((weight, m) => ({
    weight,
    mean: 0.0123 * (months - m) - 0.0157 * m,
    stdev: Math.sqrt(0.0347 ** 2 * (months - m) + 0.0778 ** 2 * m),
  }));
  const below = (factor: number) =>
    parts.reduce((sum, { weight, mean, stdev }) => sum + weight * normalCdf((Math.log(factor) - mean) / stdev), 0);
  const massBelow = (factor: number) =>
    parts.reduce((sum, { weight, mean, stdev }) => {
      const z = (Math.log(factor) - mean) / stdev - stdev;
      return sum + weight * Math.exp(mean + (stdev * stdev) / 2) * normalCdf(z);
    }, 0);
  const published = [
    [0.01, 0.653509, 0.587088],
    [0.025, 0.735081, 0.654269],
    [0.05, 0.808461, 0.714709],
    [0.1, 0.889979, 0.784063],
  ];
  for (const [probability, quantile, tailMean] of published) {
    let low = 0.01;
    let high = 10;
    for (let i = 0; i < 100; i++) {
      const middle = (low + high) / 2;
      if (below(middle) < probability) low = middle;
      else high = middle;
    }
    close(t, low, quantile, 5e-7, `quantile at ${probability}`);
    close(t, massBelow(low) / probability, tailMean, 5e-7, `mean below the quantile at ${probability}`);
  }
  // The occupation times agree with the chain's own expected days.
  const mean = counts.reduce((sum, weight, m) => sum + weight * m, 0);
  close(t, mean, expectedDays({ transition: switching, initial: start, days: months })[1], 1e-13, 'months in state 2');
});

await t.test('a regime of probability 0 is never drawn and one of probability 1 always', async (t) => {
  const draw = (row: Float64Array, word: number) => nextRegime(word, cumulativeThresholds(row), 0, row.length);
  for (let regimes = 1; regimes <= 8; regimes++) {
    for (let certain = 0; certain < regimes; certain++) {
      const row = new Float64Array(regimes).fill(1, certain, certain + 1);
      t.same(
        [firstWord, 1, 0x7fffffff, 0x80000000, lastWord].map((word) => draw(row, word)),
        Array.from({ length: 5 }, () => certain),
        `1 at ${certain} of ${regimes}`,
      );
    }
  }
  // Ten tenths, and three thirds, do not sum to 1 in binary: the remainder must not reach a regime without probability.
  const third = 1 / 3;
  for (const row of [
    Float64Array.of(0, 0.1, 0, 0.2, 0.7, 0),
    Float64Array.of(third, 0, third, 1 - 2 * third - 1e-10, 0, 0),
  ]) {
    const thresholds = cumulativeThresholds(row);
    for (const edge of [0, ...thresholds, 2 ** 32]) {
      for (const word of [edge - 1, edge, edge + 1].filter((value) => value >= 0 && value <= lastWord)) {
        t.ok(row[draw(row, word)] > 0, `word ${word} of ${row.join()}`);
      }
    }
  }
});

await t.test('the words a regime owns are its probability to 2^-32, and never one without probability', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(stochastic, ({ regimes, matrix }) => {
        const table = transitionThresholds(matrix, regimes);
        for (let today = 0; today < regimes; today++) {
          const row = matrix.subarray(today * regimes, (today + 1) * regimes);
          const edges = [0, ...table.subarray(today * (regimes - 1), (today + 1) * (regimes - 1)), 2 ** 32];
          for (let r = 0; r < regimes; r++) {
            const share = (edges[r + 1] - edges[r]) / 2 ** 32;
            if (Math.abs(share - row[r]) > 2 ** -32 + 1e-15)
              throw new Error(`regime ${r} owns ${share}, not ${row[r]}`);
            if (row[r] === 0 && share !== 0) throw new Error(`regime ${r} has no probability but ${share}`);
            if (share > 0) {
              const offset = today * (regimes - 1);
              const inside = [edges[r], edges[r + 1] - 1].map((word) => nextRegime(word, table, offset, regimes));
              if (inside[0] !== r || inside[1] !== r) throw new Error(`words of ${r} lead to ${inside.join()}`);
            }
          }
        }
      }),
    ),
  );
});

await t.test('a word may come signed, as the bits of an Int32Array', async (t) => {
  const thresholds = cumulativeThresholds(Float64Array.of(0.5, 0.5));
  t.same([nextRegime(-1, thresholds, 0, 2), nextRegime(0x7fffffff, thresholds, 0, 2)], [1, 0]);
});

await t.test('mistakes in the arrays are thrown with the value', async (t) => {
  const chain = { transition: twoStates, initial: calmStart, days: 3 };
  t.throws(() => regimeProbabilities({ ...chain, days: 0 }), /days is 0/);
  t.throws(() => regimeProbabilities({ ...chain, initial: Float64Array.of(0.5, 0.4) }), /initial.* sums to 0.9/);
  t.throws(() => regimeProbabilities({ ...chain, transition: Float64Array.of(1, 0, 1) }), /transition has 3 entries/);
  t.throws(() => regimeProbabilities({ ...chain, forced: new Int8Array(3) }), /need days \+ 1 = 4/);
  t.throws(() => regimeProbabilities({ ...chain, forced: Int8Array.of(-1, 2, -1, -1) }), /forced\[1\] is 2/);
  t.throws(() => transitionFromDurations(Float64Array.of(0.5, 2), Float64Array.of(0, 1, 1, 0)), /meanDays\[0\] is 0.5/);
  t.throws(() => transitionFromDurations(Float64Array.of(2, 2), Float64Array.of(1, 0, 1, 0)), /next\[0\] is 1/);
  t.throws(() => stationaryDistribution(Float64Array.of(1.5, -0.5, 0, 1), 2), /transition\[0\] is 1.5/);
  t.throws(() => stationaryDistribution(new Float64Array(0), 0), /need >= 1/);
  t.throws(() => cumulativeThresholds(Float64Array.of(Number.NaN, 1)), /row\[0\] is NaN/);
  t.throws(() => transitionThresholds(twoStates, 3), /need 9/);
  t.throws(() => expectedRealisedVariance({ ...chain, vols: Float64Array.of(0.2) }), /vols has 1 entries/);
  t.throws(() => expectedRealisedVariance({ ...chain, vols: Float64Array.of(0.2, -0.2) }), /vols\[1\] is -0.2/);
  const vols = Float64Array.of(0.2, 0.4);
  const rates = Float64Array.of(0, 0);
  t.throws(() => expectedRealisedVariance({ ...chain, vols, drift: { rates, daysPerYear: 0 } }), /daysPerYear is 0/);
  t.throws(
    () => expectedRealisedVariance({ ...chain, vols, drift: { rates: vols.slice(1), daysPerYear: 252 } }),
    /drift.rates has 1 entries/,
  );
});

/** Law of the number of months spent in the second state, by adding a month at a time. */
function occupationTimes(transition: Float64Array, start: Float64Array, months: number): number[] {
  let joint = new Map<string, number>([
    ['0,0', start[0]],
    ['1,1', start[1]],
  ]);
  for (let month = 2; month <= months; month++) {
    const next = new Map<string, number>();
    for (const [key, weight] of joint) {
      const [state, count] = key.split(',').map(Number);
      for (const to of [0, 1]) {
        const there = `${to},${count + to}`;
        next.set(there, (next.get(there) ?? 0) + weight * transition[state * 2 + to]);
      }
    }
    joint = next;
  }
  const law = Array.from({ length: months + 1 }, () => 0);
  for (const [key, weight] of joint) law[Number(key.split(',')[1])] += weight;
  return law;
}

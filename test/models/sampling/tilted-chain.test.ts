import t from 'tap';
import { regimeProbabilities, type RegimeChain, transitionThresholds } from '../../../models/regimes/chain.ts';
import { near } from '../../support/close.ts';
import { dayMoments, type TiltedChain, tiltChain, tiltedThresholds } from '../../../models/sampling/tilted-chain.ts';

/** Every path of a chain that is possible, with its probability and its days by regime. */
function* pathsOf({ transition, initial, days, forced }: RegimeChain): Generator<[number[], number, number[]]> {
  const regimes = initial.length;
  function* from(path: number[], probability: number): Generator<[number[], number, number[]]> {
    if (probability === 0) return;
    if (path.length === days) {
      const counts = Array.from({ length: regimes }, (_, r) => path.filter((regime) => regime === r).length);
      yield [path, probability, counts];
      return;
    }
    const day = path.length + 1;
    const given = forced === undefined ? -1 : forced[day];
    for (let r = 0; r < regimes; r++) {
      const free = day === 1 ? initial[r] : transition[path[path.length - 1] * regimes + r];
      yield* from([...path, r], probability * (given < 0 ? free : Number(given === r)));
    }
  }
  yield* from([], 1);
}

/** Probability of a path under the rows of a tilted chain. */
function probabilityOf({ regimes, rows }: TiltedChain, path: readonly number[]): number {
  let probability = 1;
  for (const [k, regime] of path.entries()) {
    probability *= rows[((k + 1) * regimes + (k === 0 ? 0 : path[k - 1])) * regimes + regime];
  }
  return probability;
}

const three: RegimeChain = {
  transition: Float64Array.of(0.9, 0.08, 0.02, 0.2, 0.7, 0.1, 0.05, 0.15, 0.8),
  initial: Float64Array.of(0.7, 0.2, 0.1),
  days: 6,
};
const chains: Readonly<Record<string, RegimeChain>> = {
  'three regimes': three,
  'forced at the start, in the middle and at the end': { ...three, forced: Int8Array.of(-1, 2, -1, 0, 0, -1, 1) },
  'a regime that cannot be reached, and one that is never left': {
    transition: Float64Array.of(0.9, 0.1, 0, 0, 1, 0, 0.5, 0.5, 0),
    initial: Float64Array.of(1, 0, 0),
    days: 6,
  },
  'a regime that only a forced day reaches': {
    transition: Float64Array.of(0.9, 0.1, 0, 0.4, 0.6, 0, 0.3, 0.3, 0.4),
    initial: Float64Array.of(1, 0, 0),
    days: 5,
    forced: Int8Array.of(-1, -1, -1, 2, -1, -1),
  },
  'one regime': { transition: Float64Array.of(1), initial: Float64Array.of(1), days: 4 },
  'one day': { ...three, days: 1 },
};
const tiltsOf = (regimes: number) => [
  Float64Array.of(0, 0.3, 1.1).slice(0, regimes),
  Float64Array.of(0.5, -2, 0.1).slice(0, regimes),
  Float64Array.of(0, 0, -30).slice(0, regimes),
];

for (const [name, chain] of Object.entries(chains)) {
  t.test(`${name}: Z, every path and the moments of the days are those of the enumeration`, async (t) => {
    const regimes = chain.initial.length;
    for (const tilts of tiltsOf(regimes)) {
      const tilted = tiltChain(chain, tilts);
      const paths = [...pathsOf(chain)].map(
        ([path, probability, days]) =>
          [path, probability * Math.exp(days.reduce((sum, n, r) => sum + tilts[r] * n, 0)), days] as const,
      );
      const normaliser = paths.reduce((sum, [, weight]) => sum + weight, 0);
      near(t, 'ln Z', tilted.logNormaliser, Math.log(normaliser), 1e-11);
      const worst = Math.max(
        ...paths.map(([path, weight]) => Math.abs(probabilityOf(tilted, path) - weight / normaliser)),
      );
      t.ok(worst < 1e-13, `the probability of a path is off by ${worst}`);
      const { mean, covariance } = dayMoments(tilted);
      const average = (value: (days: readonly number[]) => number) =>
        paths.reduce((sum, [, weight, days]) => sum + weight * value(days), 0) / normaliser;
      for (let r = 0; r < regimes; r++) {
        near(
          t,
          `days in ${r}`,
          mean[r],
          average((days) => days[r]),
          1e-11,
        );
        for (let s = 0; s < regimes; s++) {
          const exact = average((days) => days[r] * days[s]) - average((days) => days[r]) * average((days) => days[s]);
          near(t, `covariance of ${r} and ${s}`, covariance[r * regimes + s], exact, 1e-11);
        }
      }
    }
  });
}

t.test('what cannot happen cannot happen under any tilt', async (t) => {
  const chain = chains['a regime that cannot be reached, and one that is never left'];
  const { rows } = tiltChain(chain, Float64Array.of(0, -3, 3));
  for (let day = 2; day <= chain.days; day++) {
    const impossible = [...rows.subarray(day * 9, day * 9 + 9)].map((value) => Number(value === 0));
    t.same(impossible, [0, 0, 1, 1, 0, 1, 0, 0, 1]);
  }
});

t.test('without a tilt the rows and their thresholds are those of the chain, to the bit', async (t) => {
  const tilted = tiltChain(three, new Float64Array(3));
  t.equal(tilted.logNormaliser, 0);
  const plain = transitionThresholds(three.transition, 3);
  const thresholds = tiltedThresholds(tilted);
  for (let day = 2; day <= three.days; day++) t.same(thresholds.subarray(day * 6, day * 6 + 6), plain);
});

t.test('a tilt that all regimes share changes nothing but Z', async (t) => {
  const tilts = Float64Array.of(0, 0.3, 1.1);
  const one = tiltChain(three, tilts);
  const other = tiltChain(
    three,
    tilts.map((tilt) => tilt + 7),
  );
  near(t, 'ln Z', other.logNormaliser, one.logNormaliser + 7 * three.days, 1e-11);
  t.ok(one.rows.every((value, at) => Math.abs(value - other.rows[at]) < 1e-13));
});

t.test('the longest horizon, the most regimes and a violent tilt stay laws', async (t) => {
  const regimes = 32;
  const days = 1260;
  const transition = new Float64Array(regimes * regimes).fill(0.1 / (regimes - 1));
  for (let r = 0; r < regimes; r++) transition[r * regimes + r] = 0.9;
  const initial = new Float64Array(regimes).fill(1 / regimes);
  const tilted = tiltChain(
    { transition, initial, days },
    initial.map((_, r) => (r % 2 === 0 ? 5 : -5)),
  );
  t.ok(Number.isFinite(tilted.logNormaliser));
  const { mean } = dayMoments(tilted);
  near(
    t,
    'all days',
    mean.reduce((sum, value) => sum + value, 0),
    days,
    1e-6,
  );
  t.ok(mean.every((value) => value >= 0));
  t.ok(tiltedThresholds(tilted).every((value) => value >= 0 && value <= 2 ** 32));
});

t.test('without a tilt the mean days are those of the chain', async (t) => {
  const laws = regimeProbabilities(three);
  const { mean } = dayMoments(tiltChain(three, new Float64Array(3)));
  for (let r = 0; r < 3; r++) {
    let exact = 0;
    for (let day = 0; day < three.days; day++) exact += laws[day * 3 + r];
    near(t, `regime ${r}`, mean[r], exact, 1e-11);
  }
});

t.test('sizes that differ and tilts that are not finite are refused', async (t) => {
  t.throws(() => tiltChain(three, Float64Array.of(0, 0)), /tilts has 2 entries; need 3/);
  t.throws(() => tiltChain(three, Float64Array.of(0, Number.NaN, 0)), /tilts are 0, NaN, 0/);
  t.throws(() => tiltChain({ ...three, transition: Float64Array.of(1) }, new Float64Array(3)), /transition has 1/);
});

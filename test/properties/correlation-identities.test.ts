import fc from 'fast-check';
import t from 'tap';
import type { Market } from '../../schemas/market.ts';
import type { Position } from '../../schemas/position.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import { agrees, near } from '../support/close.ts';
import { meanOf, simulate, simulateAll } from '../support/simulate.ts';
import { equalNames, oneRegime, requestFor, still } from '../support/wire.ts';

/** Returns so small that weights do not drift and logarithms do not bend: the limit in which equation (1) is exact. */
const tiny = 1e-3;
const weights = [0.4, 0.3, 0.2, 0.1];
const vols = [0.2, 0.3, 0.4, 0.5].map((vol) => tiny * vol);
const correlations = [
  [1, 0.5, 0.3, 0.2],
  [0.5, 1, 0.4, 0.1],
  [0.3, 0.4, 1, 0.6],
  [0.2, 0.1, 0.6, 1],
];
const ids = ['N1', 'N2', 'N3', 'N4'];
const fourNames: Market = {
  underlyings: ids.map((id, i) => ({ id, spot: 10 ** i, impliedVol: vols[i] })),
  indices: [{ id: 'I', spot: 1000, constituents: ids.map((id, i) => ({ underlying: id, weight: weights[i] })) }],
  correlation: { kind: 'matrix', order: ids, values: correlations },
};
const swap = { type: 'varianceSwap', side: 'long', varianceNotional: 1e-4, maturityDays: 21 } as const;
const indexSwap: Position = { ...swap, id: 'index', underlying: 'I', strikeVol: 1 };

/** Mean realised variance of the index, from a swap on it, in units of tiny². */
function indexVariance(market: Market, scenario: Scenario, seed: string) {
  const { columns, request, result } = simulate(
    requestFor([indexSwap], market, scenario, { paths: 12_000, horizonDays: 21, seed }),
  );
  const { mean, error } = meanOf(columns.pnl);
  const value = (mean + request.plan.financing.initialValue + 1) / tiny ** 2;
  return { value, error: error / tiny ** 2, result, request };
}

const exposures = weights.map((weight, i) => (weight * vols[i]) / tiny);
const own = exposures.reduce((sum, a) => sum + a * a, 0);
const across = exposures.reduce((sum, a) => sum + a, 0) ** 2 - own;
const calmVariance = exposures.reduce(
  (sum, a, i) => sum + exposures.reduce((row, b, j) => row + a * b * correlations[i][j], 0),
  0,
);

t.test('one regime: index variance is Σ w w ρ σ σ', async (t) => {
  const { value, error, result } = indexVariance(fourNames, still, '1');
  t.ok(error < 0.01 * calmVariance);
  agrees(t, 'variance', { value, expected: calmVariance, error });
  near(
    t,
    'derived implied volatility',
    result.correlation['I'].impliedVolAtStart / tiny,
    Math.sqrt(calmVariance),
    1e-13,
  );
  near(
    t,
    'implied correlation',
    result.correlation['I'].impliedAtStart as number,
    (calmVariance - own) / across,
    1e-12,
  );
  t.ok(
    Math.abs((result.correlation['I'].realised.mean as number) - (calmVariance - own) / across) < 0.01,
    'the realised one is near it',
  );
});

t.test('a spike reaches its average with pairs weighted by w σ of the index the book trades', async (t) => {
  // Then the index variance is m² (Σ w² σ² + ρ̄ Σ_{i≠j} w w σ σ), whatever the calm matrix.
  for (const average of [0.85, 0.1]) {
    const crisis = oneRegime({ volMultiplier: 2, correlation: { kind: 'spike', average } });
    const expected = 4 * (own + average * across);
    const { value, error } = indexVariance(fourNames, crisis, '2');
    t.ok(error < 0.01 * expected);
    agrees(t, `to ${average}`, { value, expected, error });
  }
});

t.test('without an index in the book pairs weigh alike', async (t) => {
  const share: Position = { id: 'share', type: 'underlying', underlying: 'N1', side: 'long', quantity: 1 };
  const crisis = oneRegime({ correlation: { kind: 'spike', average: 0.85 } });
  const settings = { paths: 1, horizonDays: 1, seed: '1' };
  const average = (book: Position[]) =>
    simulate(requestFor(book, fourNames, crisis, settings)).result.averageCorrelation[0].value as number;
  near(t, 'equal weights', average([share]), 0.85, 1e-14);
  // Weighted by w σ the calm average is (calmVariance − own) / across, the mean of the six 0.35: another mixture.
  const s = (0.85 - (calmVariance - own) / across) / (1 - (calmVariance - own) / across);
  near(t, 'weights of the index', average([share, indexSwap]), (1 - s) * 0.35 + s, 1e-14);
});

t.test('crisis signs turn a spike against the names that carry them', async (t) => {
  const signs = [1, 1, 1, -1] as const;
  const market: Market = {
    ...fourNames,
    underlyings: fourNames.underlyings.map((name, i) => ({ ...name, crisisSign: signs[i] })),
  };
  const { value, error } = indexVariance(
    market,
    oneRegime({ correlation: { kind: 'blend', toward: 'one', weight: 0.7 } }),
    '3',
  );
  const signed = exposures.reduce((sum, a, i) => sum + signs[i] * a, 0) ** 2;
  agrees(t, '0.3 R + 0.7 b bᵀ', { value, expected: 0.3 * calmVariance + 0.7 * signed, error });
});

t.test('a residual makes the basket reproduce the volatility of its index', async (t) => {
  // Three of the four names; the rest of the weight is a residual. The index is quoted at 30 %.
  const market: Market = {
    ...fourNames,
    indices: [
      {
        id: 'I',
        spot: 1000,
        impliedVol: 0.3 * tiny,
        constituents: ids.slice(0, 3).map((id, i) => ({ underlying: id, weight: weights[i] / 1.5 })),
      },
    ],
  };
  const calm = indexVariance(market, still, '4');
  agrees(t, 'calm', { value: calm.value, expected: 0.09, error: calm.error });
  const [{ weight, vol, loading }] = calm.request.residuals;
  near(t, 'weight', weight, 0.4, 1e-12);
  // Mean correlation of the three is 0.4; that of the three with their own direction R w / √(w' R w) by hand.
  const w = weights.slice(0, 3);
  const toBasket = w.map((_, j) => w.reduce((sum, each, i) => sum + each * correlations[i][j], 0));
  const norm = Math.sqrt(w.reduce((sum, each, i) => sum + each * toBasket[i], 0));
  const meanToBasket = toBasket.reduce((sum, each) => sum + each / norm, 0) / 3;
  near(t, 'loading', loading, 0.4 / meanToBasket, 1e-12);
  const names = w.map((each, i) => (each / 1.5) * (vols[i] / tiny));
  const named = names.reduce((sum, a, i) => sum + names.reduce((row, b, j) => row + a * b * correlations[i][j], 0), 0);
  const shared = names.reduce((sum, a, i) => sum + (a * loading * toBasket[i]) / norm, 0);
  const u = (weight * vol) / tiny;
  near(t, 'volatility', u * u + 2 * u * shared + named, 0.09, 1e-13);

  // In a spike the residual counts as a member: the average over all pairs is the target.
  const all = [...names, u];
  const ownAll = all.reduce((sum, a) => sum + a * a, 0);
  const acrossAll = all.reduce((sum, a) => sum + a, 0) ** 2 - ownAll;
  const crisis = indexVariance(market, oneRegime({ correlation: { kind: 'spike', average: 0.9 } }), '4');
  agrees(t, 'spiked', { value: crisis.value, expected: ownAll + 0.9 * acrossAll, error: crisis.error });
});

t.test('at a correlation of 1 an index of equally volatile names is one asset', async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 6 }),
      fc.constantFrom('spike' as const, 'blend' as const),
      fc.nat(),
      (sizes, kind, seed) => {
        const market = equalNames(sizes.length, { vol: 0.35, correlation: 0.4, rate: 0.03 });
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const indices = (market.indices ?? []).map((index) => ({
          ...index,
          constituents: index.constituents.map((member, i) => ({ ...member, weight: sizes[i] / total })),
        }));
        const regime = oneRegime({
          volMultiplier: 2,
          correlation: kind === 'spike' ? { kind, average: 1 } : { kind, toward: 'one', weight: 1 },
        });
        const book: Position[] = [
          { ...swap, id: 'index', underlying: 'I', strikeVol: 0.3, varianceNotional: 1 },
          { ...swap, id: 'name', underlying: 'N2', side: 'short', strikeVol: 0.3, varianceNotional: 1 },
        ];
        const { result, columns } = simulate(
          requestFor(book, { ...market, indices }, regime, { paths: 20, horizonDays: 21, seed: String(seed) }),
        );
        const { realised, realisedPairwise, realisedVariance } = result.correlation['I'];
        const whole = (value: number | null, what: string) => {
          if (!(Math.abs((value as number) - 1) < 1e-12)) throw new Error(`${what} is ${value}`);
        };
        whole(realised.p05, 'basket correlation');
        whole(realised.p95, 'basket correlation');
        whole(realisedPairwise.p05, 'pairwise correlation');
        whole(realisedVariance['index'] / realisedVariance['N1'], 'index variance over that of a name');
        // Paid alike at maturity, whatever they were worth before: a difference of constants.
        const spread = result.pnl.max - result.pnl.min;
        if (!(spread < 1e-9 * 1e4)) throw new Error(`the difference of the swaps moves by ${spread}`);
        if (columns.pnl.length !== 20) throw new Error('no paths');
      },
    ),
    { numRuns: 30, seed: 1 },
  );
  t.pass('thirty baskets');
});

t.test('more correlation never helps a long-dispersion variance book', async (t) => {
  const market = equalNames(8, { vol: 0.3, correlation: 0.35 });
  const legs: Position[] = ids
    .slice(0, 4)
    .flatMap((_, i): Position[] => [
      { ...swap, id: `long-${i}`, underlying: `N${2 * i + 1}`, strikeVol: 0.3, varianceNotional: 0.25 },
    ]);
  const book: Position[] = [
    ...legs,
    { ...swap, id: 'short', underlying: 'I', side: 'short', strikeVol: 0.2, varianceNotional: 1 },
  ];
  const averages = [0, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1];
  const scenarios = averages.map((average) => ({
    ...oneRegime({ volMultiplier: 1.5, correlation: { kind: 'spike' as const, average }, impliedCorrelation: average }),
    id: `at-${average}`,
  }));
  for (const horizonDays of [10, 21]) {
    const runs = simulateAll({
      book: { nav: 1e6, positions: book },
      market,
      scenarios,
      simulation: { paths: 2000, horizonDays, seed: '90' },
    });
    const means = runs.map(({ result }) => result.pnl.mean.value);
    for (let i = 1; i < means.length; i++) {
      t.ok(means[i] < means[i - 1], `${means[i]} at ${averages[i]} under ${means[i - 1]} at ${averages[i - 1]}`);
    }
  }
});

t.test('survivability falls as size grows', async (t) => {
  const market = equalNames(5, { vol: 0.3, correlation: 0.4 });
  const results = [1, 2, 4, 8, 16].map(
    (size) =>
      simulate(
        requestFor(
          [
            {
              id: 'short',
              type: 'straddle',
              underlying: 'I',
              side: 'short',
              quantity: size,
              multiplier: 100,
              strike: { percentOfSpot: 100 },
              expiryDays: 40,
            },
          ],
          market,
          'systemic-crisis-2020',
          { paths: 1500, horizonDays: 30, seed: '16' },
          20_000,
        ),
      ).result.survivability,
  );
  for (let i = 1; i < results.length; i++) {
    const [less, more] = [results[i - 1], results[i]];
    t.ok(more.probability.value <= less.probability.value, `${more.probability.value} <= ${less.probability.value}`);
    t.ok(more.ratio.p01 < less.ratio.p01 && more.ratio.worst < less.ratio.worst, `${more.ratio.p01}`);
    t.ok(
      more.curve.every(({ surviving }, day) => surviving <= less.curve[day].surviving),
      'on every day',
    );
    t.ok(more.maxDrawdown.mean > less.maxDrawdown.mean);
  }
  t.ok(results[0].probability.value > results[4].probability.value, 'and does fall');
});

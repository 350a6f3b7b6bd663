/** Random scenarios of one to three regimes for a given market. */
import fc from 'fast-check';
import type { Market } from '../../schemas/market.ts';
import type { Regime } from '../../schemas/regime.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import { arbitraryCorrelation, decimal } from './arbitrary-market.ts';

/** Correlations of every kind, multipliers by name, sector and weight, drifts, implied levels. */
function arbitraryRegime(market: Market): fc.Arbitrary<Omit<Regime, 'id'>> {
  const ids = market.underlyings.map(({ id }) => id);
  const sectors = [...new Set(market.underlyings.flatMap(({ sector }) => sector ?? []))];
  const matrix = arbitraryCorrelation(market.underlyings, false).filter(({ kind }) => kind === 'matrix');
  const change = fc.oneof(
    decimal(0, 3).map((volMultiplier) => ({ volMultiplier })),
    decimal(-2, 1).map((drift) => ({ drift })),
  );
  const selector = fc.oneof(
    fc.subarray(ids, { minLength: 1 }).map((underlyings) => ({ underlyings })),
    fc.integer({ min: 1, max: 4 }).map((heaviest) => ({ heaviest })),
    ...(sectors.length === 0 ? [] : [fc.constantFrom(...sectors).map((sector) => ({ sector }))]),
  );
  return fc.record(
    {
      volMultiplier: decimal(0, 4),
      volMultipliers: fc.dictionary(fc.constantFrom(...ids), decimal(0, 4), { maxKeys: 2, noNullPrototype: true }),
      overrides: fc.array(
        fc.tuple(selector, change).map(([whom, what]) => ({ ...whom, ...what })),
        { maxLength: 2 },
      ),
      correlation: fc.oneof(
        fc.constant({ kind: 'calm' as const }),
        decimal(0, 1).map((average) => ({ kind: 'spike' as const, average })),
        fc.record({
          kind: fc.constant('blend' as const),
          toward: fc.constantFrom('one' as const, 'identity' as const),
          weight: decimal(0, 1),
        }),
        matrix as fc.Arbitrary<NonNullable<Regime['correlation']>>,
      ),
      drift: decimal(-1, 1),
      impliedVolMultiplier: decimal(0.3, 4),
      impliedCorrelation: decimal(0, 1),
      liquidityMultiplier: decimal(0, 5),
    },
    { requiredKeys: [] },
  );
}

/** A law of `count` states; some may be 0. */
const arbitraryLaw = (count: number, positive: boolean) =>
  fc
    .array(positive ? decimal(0.01, 1) : fc.oneof(decimal(0.01, 1), fc.constant(0)), {
      minLength: count,
      maxLength: count,
    })
    .filter((sizes) => sizes.some((size) => size > 0))
    .map((sizes) => {
      const total = sizes.reduce((sum, size) => sum + size, 0);
      return sizes.map((size) => size / total);
    });

type Chain = Pick<Scenario, 'transition' | 'initial'>;

/** How regimes follow each other; a stationary start only where there is one stationary law. */
function arbitraryChain(ids: readonly string[]): fc.Arbitrary<Chain> {
  const count = ids.length;
  if (count === 1) return fc.constant({});
  const rows = (positive: boolean) => fc.array(arbitraryLaw(count, positive), { minLength: count, maxLength: count });
  const given: fc.Arbitrary<Chain> = fc.oneof(
    fc.constant({}),
    fc.constantFrom(...ids).map((regime) => ({ initial: { regime } })),
    arbitraryLaw(count, false).map((probabilities) => ({ initial: { probabilities } })),
  );
  const durations = fc
    .tuple(
      fc.array(decimal(1, 40), { minLength: count, maxLength: count }),
      fc.array(arbitraryLaw(count - 1, true), { minLength: count, maxLength: count }),
    )
    .map(([meanDays, leaving]) => ({
      kind: 'durations' as const,
      meanDays,
      next: leaving.map((row, r) => row.toSpliced(r, 0, 0)),
    }));
  return fc.oneof(
    fc
      .tuple(rows(false), given)
      .map(([matrix, start]) => ({ transition: { kind: 'daily' as const, matrix }, ...start })),
    fc.tuple(durations, given).map(([transition, start]) => ({ transition, ...start })),
    rows(true).map((matrix) => ({
      transition: { kind: 'daily' as const, matrix },
      initial: 'stationary' as const,
    })),
  );
}

/** Windows that do not overlap; some lie beyond the horizon. */
function arbitraryForced(ids: readonly string[], days: number): fc.Arbitrary<NonNullable<Scenario['forced']>> {
  return fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: 1, max: days + 5 }), { maxLength: 4 }),
      fc.array(fc.constantFrom(...ids), { minLength: 2, maxLength: 2 }),
    )
    .map(([ends, regimes]) => {
      const sorted = ends.toSorted((a, b) => a - b);
      return regimes.flatMap((regime, k) =>
        2 * k + 1 < sorted.length ? [{ fromDay: sorted[2 * k], toDay: sorted[2 * k + 1], regime }] : [],
      );
    });
}

export function arbitraryScenario(market: Market, days: number): fc.Arbitrary<Scenario> {
  return fc.array(arbitraryRegime(market), { minLength: 1, maxLength: 3 }).chain((unnamed) => {
    const regimes = unnamed.map((regime, r) => ({ ...regime, id: `r${r + 1}` }));
    const ids = regimes.map(({ id }) => id);
    return fc
      .record(
        {
          forced: arbitraryForced(ids, days),
          impliedVolHalfLifeDays: fc.constantFrom(0, 1, 5),
          impliedCorrelationHalfLifeDays: fc.constantFrom(0, 2, 10),
        },
        { requiredKeys: [] },
      )
      .chain((rest) => arbitraryChain(ids).map((chain): Scenario => ({ id: 'random', regimes, ...chain, ...rest })));
  });
}

import { type Static, Type } from 'typebox';
import { closed, nullableNumber, ref, stringEnum } from './schema-kit.ts';

/** One number a day; null where it does not exist, or left the range of doubles. */
const series = (description: string, examples: readonly (number | null)[]) =>
  Type.Array(nullableNumber({ description: 'At the close of the day, the first at the close of day 0.' }), {
    description,
    examples: [examples],
  });
const id = (description: string, example: string) => Type.String({ description, examples: [example] });

export const ReplayedUnderlying = Type.Object(
  {
    id: id('Underlying, or `<index> residual` for what stands for the uncovered part of an index.', 'NVDA'),
    spot: series('Price, money.', [180, 177.4]),
    impliedVol: series('ATM implied volatility, decimal a year.', [0.42, 0.431]),
  },
  { $id: 'ReplayedUnderlying', ...closed, description: 'An underlying on one path.' },
);

export const ReplayedIndex = Type.Object(
  {
    id: id('Index.', 'SMH'),
    spot: series('Level, money.', [330, 326.1]),
    impliedVol: series('ATM implied volatility, decimal a year, derived from its members.', [0.31, 0.318]),
    impliedCorrelation: series('Implied correlation; null where the index has none.', [0.44, 0.47]),
    realisedCorrelation: series(
      'Correlation realised from day 1 to the day, by the implied-correlation formula on realised volatilities; null on day 0 and where no two members have moved.',
      [null, 0.52],
    ),
    realisedPairwise: series(
      'The same as the equal-weighted mean of the sample correlations of the constituents; null before day 2 and where fewer than two have moved.',
      [null, null],
    ),
  },
  { $id: 'ReplayedIndex', ...closed, description: 'An index on one path.' },
);

export const ReplayedPosition = Type.Object(
  {
    id: id('Position.', 'nvda-straddle'),
    pnl: series(
      'P&L since the start net of financing, money; over the positions it adds up to that of the book.',
      [0, 1520.5],
    ),
  },
  { $id: 'ReplayedPosition', ...closed, description: 'A position on one path.' },
);

export const PathReplay = Type.Object(
  {
    scenario: id('Scenario.', 'baseline'),
    path: Type.Integer({ description: 'Number of the path, from 0.', examples: [4711] }),
    seed: id('Seed of the run.', '42'),
    law: stringEnum(['scenario', 'tilted'] as const, {
      description:
        'scenario: the path was drawn from the law of the scenario. tilted: from the law of tail sampling, which makes losses likelier.',
      examples: ['tilted'],
    }),
    weight: nullableNumber({
      description: 'Likelihood weight of the path in every figure of the run; 1 where paths are not weighted.',
      examples: [0.31],
    }),
    pnl: nullableNumber({
      description: 'P&L at the horizon as replayed, money: the last of `days.pnl`.',
      examples: [-412_300.25],
    }),
    recordedPnl: nullableNumber({
      description:
        'P&L at the horizon as the kernel of the run computes it, which is the one in its P&L vector, money. null when the run was computed by another kernel than this server would use now.',
      examples: [-412_300.25],
    }),
    arithmetic: stringEnum(['strict', 'fused'] as const, {
      description:
        'Arithmetic of the run, by this server. The replay itself is strict: of a strict run `pnl` is `recordedPnl` to the bit, of a fused one they differ by less than 1e-12 of the larger P&Ls of the run.',
      examples: ['fused'],
    }),
    maxDrawdown: nullableNumber({
      description: 'Largest fall from a running peak of NAV, a fraction of the peak.',
      examples: [0.062],
    }),
    breachDay: nullableNumber({
      description: 'First day with NAV at or under the survival threshold; null when there is none.',
      examples: [null],
    }),
    ruinDay: nullableNumber({
      description: 'First day with NAV at or under 0; null when there is none.',
      examples: [null],
    }),
    daysUnderWater: Type.Integer({ description: 'Days with NAV below its running peak.', examples: [51] }),
    days: Type.Object(
      {
        regime: Type.Array(
          Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Regime of the day.' }),
          { description: 'Regime of each day; null on day 0, which is before the first.', examples: [[null, 'calm']] },
        ),
        pnl: series('P&L of the book since the start, net of financing, money.', [0, -1204.5]),
        nav: series('NAV, money: that of the start plus the P&L.', [10_000_000, 9_998_795.5]),
        drawdown: series('Fall from the peak of NAV so far, a fraction of the peak.', [0, 0.00012]),
      },
      { ...closed, description: 'The book at the close of each day, day 0 first.' },
    ),
    underlyings: Type.Array(ref(ReplayedUnderlying), { description: 'Every underlying that was simulated.' }),
    indices: Type.Array(ref(ReplayedIndex), { description: 'Every index that was simulated.' }),
    positions: Type.Array(ref(ReplayedPosition), { description: 'Every position of the book, in its order.' }),
  },
  {
    $id: 'PathReplay',
    ...closed,
    description:
      'One path of a run, day by day. A number that left the range of doubles is null, so that a run that failed for it can be looked at.',
  },
);
export type PathReplay = Static<typeof PathReplay>;

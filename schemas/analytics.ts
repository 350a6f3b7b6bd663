import { Type, type Static } from 'typebox';
import { Book } from './book.ts';
import { Market } from './market.ts';
import { byId, closed, nullableNumber, ref } from './schema-kit.ts';
import { Greeks, PositionValue } from './stress-result.ts';

const number = (description: string, example?: number) =>
  Type.Number({ description, ...(example === undefined ? {} : { examples: [example] }) });

export const WeightedVol = Type.Object(
  {
    weight: Type.Number({
      description: 'Weight in the index; all weights sum to 1 within 1e-9.',
      exclusiveMinimum: 0,
      maximum: 1,
      examples: [0.1],
    }),
    vol: Type.Number({ description: 'Volatility, decimal a year.', minimum: 0, maximum: 10, examples: [0.35] }),
  },
  { $id: 'WeightedVol', ...closed, description: 'A constituent by weight and volatility.' },
);
const constituents = Type.Array(ref(WeightedVol), {
  description: 'Constituents; weights sum to 1.',
  minItems: 2,
  maxItems: 1000,
});
const tenEqualNames = Array.from({ length: 10 }, () => ({ weight: 0.1, vol: 0.35 }));

export const ImpliedCorrelationRequest = Type.Object(
  {
    indexVol: Type.Number({
      description: 'Index volatility, decimal a year.',
      minimum: 0,
      maximum: 10,
      examples: [0.2],
    }),
    constituents,
  },
  {
    $id: 'ImpliedCorrelationRequest',
    ...closed,
    description: 'An index volatility and those of its constituents.',
    examples: [{ indexVol: 0.2, constituents: tenEqualNames }],
  },
);
export type ImpliedCorrelationRequest = Static<typeof ImpliedCorrelationRequest>;
export const ImpliedCorrelation = Type.Object(
  {
    impliedCorrelation: number('The one correlation of every pair that gives the index volatility.', 0.251701),
    indexVolAtZero: number('Index volatility at correlation 0.', 0.11068),
    indexVolAtOne: number('Index volatility at correlation 1: the weighted average volatility, the upper bound.', 0.35),
    diversification: number('1 − index volatility / weighted average volatility.', 0.4286),
  },
  { $id: 'ImpliedCorrelation', ...closed, description: 'Implied correlation and the range it lives in.' },
);
export type ImpliedCorrelation = Static<typeof ImpliedCorrelation>;

export const IndexVolRequest = Type.Object(
  {
    correlation: Type.Number({ description: 'Correlation of every pair.', minimum: -1, maximum: 1, examples: [0.75] }),
    constituents,
    days: Type.Optional(
      Type.Number({
        description: 'Also give the volatility over this many days. Default: not given.',
        exclusiveMinimum: 0,
        maximum: 100_000,
        examples: [179],
      }),
    ),
    daysPerYear: Type.Optional(
      Type.Number({
        description: 'Days a year for `days`: 365 for calendar days, 252 for trading days. Default: 365.',
        exclusiveMinimum: 0,
        maximum: 366,
        default: 365,
        examples: [365],
      }),
    ),
  },
  {
    $id: 'IndexVolRequest',
    ...closed,
    description: 'A correlation and the volatilities of the constituents.',
    examples: [
      {
        correlation: 0.75,
        constituents: [
          { weight: 0.5, vol: 0.22 },
          { weight: 0.5, vol: 0.23 },
        ],
        days: 179,
      },
    ],
  },
);
export type IndexVolRequest = Static<typeof IndexVolRequest>;
export const IndexVol = Type.Object(
  {
    indexVol: number('Index volatility, decimal a year.', 0.210477),
    overDays: Type.Optional(
      Type.Object(
        { days: number('Days.', 179), vol: number('Volatility over them, not annualised.', 0.147395) },
        { ...closed, description: 'The same over a number of days.' },
      ),
    ),
  },
  { $id: 'IndexVol', ...closed, description: 'Index volatility.' },
);
export type IndexVol = Static<typeof IndexVol>;

export const BookInMarket = Type.Object(
  { book: ref(Book), market: ref(Market) },
  { $id: 'BookInMarket', ...closed, description: 'A book and a market.' },
);
export type BookInMarket = Static<typeof BookInMarket>;

export const BookGreeks = Type.Object(
  {
    book: Type.Object(
      {
        initialValue: number('Model value, money.'),
        dollarDelta: number('Σ delta × spot, money: P&L of a move of +100 % of every spot, to first order.'),
        dollarGamma: number('Σ gamma × spot² / 100, money: change of dollar delta when every spot moves by 1 %.'),
        vega: number('Σ vega, money per volatility point.'),
        theta: number('Σ theta, money per trading day.'),
        correlationVega: number('Σ correlation vega, money per correlation point.'),
      },
      { ...closed, description: 'The whole book.' },
    ),
    perHundredThousandOfNav: Type.Object(
      {
        vega: number('Net vega.'),
        gamma: number('Net dollar gamma (per 1 %).'),
        theta: number('Net theta.'),
      },
      { ...closed, description: 'The same per 100,000 of NAV, the scale desks set limits in.' },
    ),
    underlyings: Type.Array(
      Type.Object({ id: Type.String({ description: 'Underlying or index.' }), greeks: ref(Greeks) }, closed),
      { description: 'By underlying or index.' },
    ),
    positions: Type.Array(ref(PositionValue), { description: 'By position.' }),
    impliedCorrelation: byId(nullableNumber({ description: 'Implied correlation.' }), {
      description: 'Implied correlation by index; null with fewer than two constituents.',
    }),
  },
  { $id: 'BookGreeks', ...closed, description: 'Sensitivities of a book at the start.' },
);
export type BookGreeks = Static<typeof BookGreeks>;

export const BreakEven = Type.Object(
  {
    indices: Type.Array(
      Type.Object(
        {
          id: Type.String({ description: 'Index.' }),
          impliedCorrelation: nullableNumber({ description: 'Implied correlation of the market.' }),
          strikeCorrelation: nullableNumber({
            description:
              'Break-even correlation: the implied-correlation formula at the traded strikes of the variance swaps (the market’s volatilities where a constituent carries none); null when the book has no variance swap on the index.',
          }),
          indexStrikeVol: nullableNumber({
            description: 'Strike of the index leg, notional-weighted in variance, decimal.',
          }),
        },
        closed,
      ),
      { description: 'By index of the market.' },
    ),
    premiumPoints: nullableNumber({
      description:
        'Break-even minus the calm average correlation of the first such index, in points; null when there is none.',
    }),
  },
  { $id: 'BreakEven', ...closed, description: 'Correlation at which a variance book neither gains nor loses.' },
);
export type BreakEven = Static<typeof BreakEven>;

export const RecoveryRequest = Type.Object(
  {
    start: Type.Number({ description: 'NAV before, money.', exclusiveMinimum: 0, maximum: 1e15, examples: [500] }),
    after: Type.Number({
      description: 'NAV after the loss, money.',
      exclusiveMinimum: 0,
      maximum: 1e15,
      examples: [407],
    }),
    annualReturn: Type.Number({
      description: 'Return a year, decimal.',
      exclusiveMinimum: 0,
      maximum: 10,
      examples: [0.1],
    }),
  },
  {
    $id: 'RecoveryRequest',
    ...closed,
    description: 'A loss and a return.',
    examples: [{ start: 500, after: 407, annualReturn: 0.1 }],
  },
);
export type RecoveryRequest = Static<typeof RecoveryRequest>;
export const Recovery = Type.Object(
  {
    requiredReturn: number('start / after − 1, at least 0.', 0.2285),
    years: number('ln(start / after) / ln(1 + annualReturn), at least 0.', 2.16),
    survivability: number('after / start.', 0.814),
  },
  { $id: 'Recovery', ...closed, description: 'The way back from a loss.' },
);
export type Recovery = Static<typeof Recovery>;

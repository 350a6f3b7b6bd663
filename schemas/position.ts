import { type Static, type TSchema, Type } from 'typebox';
import { closed, identifier, ref, schemaIds, stringEnum, taggedUnion } from './schema-kit.ts';

const side = stringEnum(['long', 'short'] as const, { description: 'Long is bought, short is sold.' });
const positionId = identifier('Id of the position, unique in the book.', 'nvda-straddle');
const underlyingId = identifier('Underlying or index of the market.', 'NVDA');
const quantity = Type.Number({
  description: 'Number of contracts (of units for an underlying). The sign is in `side`.',
  exclusiveMinimum: 0,
  maximum: 1e12,
  examples: [25],
});
const multiplier = Type.Number({
  description: 'Units of the underlying per contract: 100 for US listed equity options.',
  exclusiveMinimum: 0,
  maximum: 1e9,
  examples: [100],
});
const days = (what: string) =>
  Type.Integer({
    description: `Trading days from \`asOf\` to ${what}. Give this or the date, not both.`,
    minimum: 1,
    maximum: 12_600,
    examples: [126],
  });
const date = (what: string) =>
  Type.String({
    description: `Calendar date of ${what}, turned into trading days by the NYSE calendar from \`asOf\`. Give this or the days, not both.`,
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
    examples: ['2027-05-21'],
  });
const tags = Type.Optional(
  Type.Array(identifier('Tag.', 'index-leg'), {
    description: 'Free labels to group positions by. Default: none.',
    maxItems: 16,
  }),
);

export const Strike = Type.Object(
  {
    absolute: Type.Optional(
      Type.Number({ description: 'Strike price.', exclusiveMinimum: 0, maximum: 1e12, examples: [180] }),
    ),
    percentOfSpot: Type.Optional(
      Type.Number({
        description: 'Strike in percent of the spot.',
        exclusiveMinimum: 0,
        maximum: 100_000,
        examples: [100],
      }),
    ),
    delta: Type.Optional(
      Type.Number({
        description:
          'Absolute Black–Scholes–Merton spot delta at the ATM implied volatility: 0.25 is the 25-delta option. For a straddle, the delta of its call.',
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        examples: [0.25],
      }),
    ),
  },
  {
    $id: 'Strike',
    ...closed,
    minProperties: 1,
    maxProperties: 1,
    description: 'Strike: exactly one of `absolute`, `percentOfSpot`, `delta`.',
    examples: [{ percentOfSpot: 100 }],
  },
);
export type Strike = Static<typeof Strike>;

const expiry = {
  expiryDays: Type.Optional(days('expiry')),
  expiryDate: Type.Optional(date('expiry')),
};
const maturity = {
  maturityDays: Type.Optional(days('maturity')),
  maturityDate: Type.Optional(date('maturity')),
};

/** The tag of a position, and the schema's name. */
function positionObject<const Tag extends string, P extends Record<string, TSchema>>(
  tag: Tag,
  $id: string,
  description: string,
  properties: P,
) {
  return Type.Object({ id: positionId, type: Type.Literal(tag), ...properties, tags }, { $id, ...closed, description });
}

export const StraddlePosition = positionObject(
  'straddle',
  'StraddlePosition',
  'Call and put of one strike and expiry.',
  {
    underlying: underlyingId,
    side,
    quantity,
    multiplier,
    strike: ref(Strike),
    ...expiry,
  },
);
export const StranglePosition = positionObject(
  'strangle',
  'StranglePosition',
  'Put and call of one expiry with two strikes.',
  {
    underlying: underlyingId,
    side,
    quantity,
    multiplier,
    putStrike: ref(Strike),
    callStrike: ref(Strike),
    ...expiry,
  },
);
export const RiskReversalPosition = positionObject(
  'riskReversal',
  'RiskReversalPosition',
  'Long is long the put and short the call; short is the mirror.',
  {
    underlying: underlyingId,
    side,
    quantity,
    multiplier,
    putStrike: ref(Strike),
    callStrike: ref(Strike),
    ...expiry,
  },
);
export const OptionPosition = positionObject(
  'option',
  'OptionPosition',
  'One listed call or put, cash-settled at expiry.',
  {
    underlying: underlyingId,
    right: stringEnum(['call', 'put'] as const, { description: 'Call or put.' }),
    exercise: Type.Optional(
      stringEnum(['european', 'american'] as const, {
        description: 'Exercise style. Default: european. This version computes european only.',
        default: 'european',
      }),
    ),
    side,
    quantity,
    multiplier,
    strike: ref(Strike),
    ...expiry,
  },
);

const strikeVol = Type.Number({
  description: 'Strike as a volatility, decimal a year: 0.45 is 45 %.',
  minimum: 1e-4,
  maximum: 10,
  examples: [0.45],
});
const vegaNotional = Type.Number({
  description: 'Money per volatility point (0.01). For a variance swap, give this or `varianceNotional`.',
  exclusiveMinimum: 0,
  maximum: 1e12,
  examples: [20_000],
});
const accrued = Type.Optional(
  Type.Object(
    {
      days: Type.Integer({
        description: 'Returns observed already, in trading days.',
        minimum: 1,
        maximum: 12_600,
        examples: [21],
      }),
      realisedVol: Type.Number({
        description: 'Realised volatility over those days, zero-mean, annualised, decimal.',
        minimum: 0,
        maximum: 10,
        examples: [0.41],
      }),
    },
    {
      ...closed,
      description: 'The part of a swap under way that has been observed. Default: the swap starts at `asOf`.',
    },
  ),
);

export const VarianceSwapPosition = positionObject(
  'varianceSwap',
  'VarianceSwapPosition',
  'Pays notional × (realised variance − strike²); a vega notional N pays N / (2 · 100 · K) · 10⁴ · (RV − K²).',
  {
    underlying: underlyingId,
    side,
    vegaNotional: Type.Optional(vegaNotional),
    varianceNotional: Type.Optional(
      Type.Number({
        description: 'Money per squared volatility point. Give this or `vegaNotional`.',
        exclusiveMinimum: 0,
        maximum: 1e12,
        examples: [222],
      }),
    ),
    strikeVol,
    ...maturity,
    capMultiple: Type.Optional(
      Type.Number({
        description:
          'Cap of the realised volatility as a multiple of the strike (2.5 is usual for single names). Default: no cap.',
        exclusiveMinimum: 0,
        maximum: 100,
        examples: [2.5],
      }),
    ),
    accrued,
  },
);
export const VolatilitySwapPosition = positionObject(
  'volatilitySwap',
  'VolatilitySwapPosition',
  'Pays vega notional × 100 × (realised volatility − strike). Not computed by this version.',
  { underlying: underlyingId, side, vegaNotional, strikeVol, ...maturity, accrued },
);
export const CorrelationSwapPosition = positionObject(
  'correlationSwap',
  'CorrelationSwapPosition',
  'Pays notional per point × 100 × (realised correlation − strike). Not computed by this version.',
  {
    basket: identifier('Index whose constituents the correlation is taken over.', 'SMH'),
    side,
    notionalPerPoint: Type.Number({
      description: 'Money per correlation point (0.01).',
      exclusiveMinimum: 0,
      maximum: 1e12,
      examples: [5000],
    }),
    strikeCorrelation: Type.Number({
      description: 'Strike, a correlation.',
      minimum: -1,
      maximum: 1,
      examples: [0.55],
    }),
    estimator: stringEnum(['pairwise', 'basket'] as const, {
      description:
        'pairwise: equal-weighted mean of Pearson sample correlations of daily log-returns; basket: implied-correlation formula on realised volatilities.',
    }),
    ...maturity,
  },
);
export const UnderlyingPosition = positionObject(
  'underlying',
  'UnderlyingPosition',
  'Shares, ETF units or an index held outright; dividends are received (paid when short).',
  { underlying: underlyingId, side, quantity },
);

/** Every position type by its tag; the order is the order of the documentation. */
export const POSITION_SCHEMAS = {
  straddle: StraddlePosition,
  strangle: StranglePosition,
  riskReversal: RiskReversalPosition,
  option: OptionPosition,
  varianceSwap: VarianceSwapPosition,
  volatilitySwap: VolatilitySwapPosition,
  correlationSwap: CorrelationSwapPosition,
  underlying: UnderlyingPosition,
} as const;

export type StraddlePosition = Static<typeof StraddlePosition>;
export type StranglePosition = Static<typeof StranglePosition>;
export type RiskReversalPosition = Static<typeof RiskReversalPosition>;
export type OptionPosition = Static<typeof OptionPosition>;
export type VarianceSwapPosition = Static<typeof VarianceSwapPosition>;
export type VolatilitySwapPosition = Static<typeof VolatilitySwapPosition>;
export type CorrelationSwapPosition = Static<typeof CorrelationSwapPosition>;
export type UnderlyingPosition = Static<typeof UnderlyingPosition>;
export type Position =
  | StraddlePosition
  | StranglePosition
  | RiskReversalPosition
  | OptionPosition
  | VarianceSwapPosition
  | VolatilitySwapPosition
  | CorrelationSwapPosition
  | UnderlyingPosition;

export const Position = taggedUnion<Position>(
  'Position',
  'type',
  schemaIds(POSITION_SCHEMAS),
  'One position; `type` says which kind.',
);

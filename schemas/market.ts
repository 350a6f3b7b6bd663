import { Type, type Static } from 'typebox';
import { closed, identifier, ref, stringEnum, taggedUnion } from './schema-kit.ts';

export const DEFAULT_RATE = 0;
export const DEFAULT_DAYS_PER_YEAR = 252;

export const VolNode = Type.Object(
  {
    days: Type.Integer({ description: 'Tenor in trading days.', minimum: 1, maximum: 12_600, examples: [21] }),
    vol: Type.Number({
      description: 'ATM implied volatility, decimal a year.',
      minimum: 0,
      maximum: 10,
      examples: [0.44],
    }),
  },
  { $id: 'VolNode', ...closed, description: 'One node of an ATM term structure.' },
);

/** Ajv reports both branches of a union of a number and a list; the error table knows this name and says it once. */
const impliedVol = (description: string) =>
  Type.Unsafe<number | Static<typeof VolNode>[]>({
    description: `${description} A number, or a term structure [{ days, vol }] (not computed by this version).`,
    anyOf: [
      { type: 'number', minimum: 0, maximum: 10 },
      { type: 'array', items: { $ref: 'VolNode#' }, minItems: 1, maxItems: 64 },
    ],
    examples: [0.42],
  });

export const Skew = Type.Object(
  {
    slope: Type.Number({
      description: 'b of IV(k, τ) = ATM (1 + b k/√τ + c k²/τ), k = ln(K/F).',
      minimum: -10,
      maximum: 10,
      examples: [-0.05],
    }),
    curvature: Type.Number({ description: 'c of the same.', minimum: -10, maximum: 10, examples: [0.02] }),
  },
  { $id: 'Skew', ...closed, description: 'Smile in moneyness. This version computes a flat smile only (both 0).' },
);
const skew = Type.Optional(ref(Skew, { description: 'Default: flat.' }));

export const Underlying = Type.Object(
  {
    id: identifier('Id, unique among underlyings and indices.', 'NVDA'),
    spot: Type.Number({
      description: 'Price at the close of `asOf`, money.',
      minimum: 1e-12,
      maximum: 1e12,
      examples: [180],
    }),
    impliedVol: impliedVol('ATM implied volatility, decimal a year: 0.42 is 42 %.'),
    realisedVol: Type.Optional(
      Type.Number({
        description:
          'Volatility of the simulated paths in the calm regime, decimal a year. Default: the ATM implied volatility.',
        minimum: 0,
        maximum: 10,
        examples: [0.4],
      }),
    ),
    dividendYield: Type.Optional(
      Type.Number({
        description: 'Continuous, decimal a year. Default: 0.',
        minimum: -1,
        maximum: 1,
        default: 0,
        examples: [0.0002],
      }),
    ),
    borrowCost: Type.Optional(
      Type.Number({
        description: 'Stock-borrow cost, decimal a year. Default: 0. This version computes 0 only.',
        minimum: 0,
        maximum: 10,
        default: 0,
        examples: [0],
      }),
    ),
    impliedVolBeta: Type.Optional(
      Type.Number({
        description: 'Exponent a of IV(t) = IV(0) M^a, M the implied-volatility multiplier of the path. Default: 1.',
        minimum: -10,
        maximum: 10,
        default: 1,
        examples: [1],
      }),
    ),
    skew,
    sector: Type.Optional(identifier('Sector, for correlations and overrides by sector. Default: none.', 'semis')),
    crisisSign: Type.Optional(
      Type.Unsafe<1 | -1>({
        type: 'integer',
        enum: [1, -1],
        description: 'Direction in a correlation spike: -1 for a name that rises when the others fall. Default: 1.',
        default: 1,
        examples: [1],
      }),
    ),
  },
  {
    $id: 'Underlying',
    ...closed,
    description: 'A single name or a direct index, simulated through the correlation matrix.',
  },
);
export type Underlying = Static<typeof Underlying>;

export const Constituent = Type.Object(
  {
    underlying: identifier('Underlying of the market.', 'NVDA'),
    weight: Type.Number({
      description: 'Weight in the index at `asOf`, decimal.',
      exclusiveMinimum: 0,
      maximum: 1,
      examples: [0.2],
    }),
  },
  { $id: 'Constituent', ...closed, description: 'A member of an index and its weight.' },
);

export const MarketIndex = Type.Object(
  {
    id: identifier('Id, unique among underlyings and indices.', 'SMH'),
    spot: Type.Number({
      description: 'Level at the close of `asOf`, money.',
      minimum: 1e-12,
      maximum: 1e12,
      examples: [330],
    }),
    impliedVol: Type.Optional(
      impliedVol(
        'ATM implied volatility, decimal a year. Default: derived from the constituents at the calm correlations.',
      ),
    ),
    constituents: Type.Array(ref(Constituent), {
      description:
        'Members and weights. What is missing to a sum of 1 becomes one residual underlying that reproduces `impliedVol`.',
      minItems: 1,
      maxItems: 1000,
    }),
    skew,
    broad: Type.Optional(
      Type.Boolean({ description: 'Broad index for margin rules. Default: false.', default: false, examples: [false] }),
    ),
  },
  { $id: 'MarketIndex', ...closed, description: 'An index: a basket of underlyings.' },
);
export type MarketIndex = Static<typeof MarketIndex>;

const repair = Type.Optional(
  stringEnum(['none', 'nearest'] as const, {
    description:
      "What to do with an indefinite matrix: refuse it (none), or replace it by Higham's nearest correlation matrix; the result then states how far that is. Default: none.",
    default: 'none',
  }),
);
export const CorrelationMatrix = Type.Object(
  {
    kind: Type.Literal('matrix'),
    order: Type.Array(identifier('Underlying.', 'NVDA'), {
      description: 'Underlyings of the rows and columns: every underlying of the market, once.',
      minItems: 1,
      maxItems: 1000,
    }),
    values: Type.Array(Type.Array(Type.Number({ description: 'Correlation.', examples: [1] }), { maxItems: 1000 }), {
      description: 'Rows of a symmetric matrix with unit diagonal.',
      minItems: 1,
      maxItems: 1000,
    }),
    repair,
  },
  { $id: 'CorrelationMatrix', ...closed, description: 'A full correlation matrix.' },
);
export type CorrelationMatrix = Static<typeof CorrelationMatrix>;
export const CorrelationAverage = Type.Object(
  {
    kind: Type.Literal('average'),
    value: Type.Number({ description: 'Correlation of every pair.', minimum: -1, maximum: 1, examples: [0.45] }),
  },
  { $id: 'CorrelationAverage', ...closed, description: 'One correlation for every pair.' },
);
export const CorrelationSectors = Type.Object(
  {
    kind: Type.Literal('sectors'),
    within: Type.Number({
      description: 'Correlation of two names of one sector.',
      minimum: -1,
      maximum: 1,
      examples: [0.6],
    }),
    across: Type.Number({
      description: 'Correlation of any other two names (a name without a sector is alone in its own).',
      minimum: -1,
      maximum: 1,
      examples: [0.35],
    }),
    repair,
  },
  { $id: 'CorrelationSectors', ...closed, description: 'Two correlations: within and across sectors.' },
);
export type Correlation = CorrelationMatrix | Static<typeof CorrelationAverage> | Static<typeof CorrelationSectors>;
export const Correlation = taggedUnion<Correlation>(
  'Correlation',
  'kind',
  ['CorrelationMatrix', 'CorrelationAverage', 'CorrelationSectors'],
  'Calm correlations of the underlyings; `kind` says how they are given.',
);

export const Market = Type.Object(
  {
    asOf: Type.Optional(
      Type.String({
        description: 'Valuation date; day 0 is its close. Needed when a position gives a date. Default: none.',
        pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
        examples: ['2026-11-20'],
      }),
    ),
    rate: Type.Optional(
      Type.Number({
        description: 'Risk-free rate, continuous, decimal a year. Default: 0.',
        minimum: -1,
        maximum: 1,
        default: DEFAULT_RATE,
        examples: [0.04],
      }),
    ),
    daysPerYear: Type.Optional(
      Type.Integer({
        description: 'Trading days a year. Default: 252.',
        minimum: 1,
        maximum: 366,
        default: DEFAULT_DAYS_PER_YEAR,
        examples: [252],
      }),
    ),
    underlyings: Type.Array(ref(Underlying), {
      description: 'Single names and direct indices.',
      minItems: 1,
      maxItems: 1000,
    }),
    indices: Type.Optional(
      Type.Array(ref(MarketIndex), {
        description: 'Indices as baskets of the underlyings. Default: none.',
        maxItems: 32,
      }),
    ),
    correlation: Type.Optional(
      ref(Correlation, { description: 'Calm correlations. May be left out only when there is one underlying.' }),
    ),
  },
  { $id: 'Market', ...closed, description: 'Prices, volatilities and correlations at one close.' },
);
export type Market = Static<typeof Market>;

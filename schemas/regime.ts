import { Type, type Static } from 'typebox';
import type { CorrelationMatrix } from './market.ts';
import { byId, closed, identifier, ref, stringEnum, taggedUnion } from './schema-kit.ts';

const volMultiplier = Type.Number({
  description: 'Multiplier of realised volatility.',
  minimum: 0,
  maximum: 100,
  examples: [2.25],
});
const drift = Type.Number({
  description: 'Drift, decimal a year, before dividends. Default: the risk-free rate, so risk-neutral.',
  minimum: -100,
  maximum: 100,
  examples: [-0.6],
});

export const RegimeCorrelationCalm = Type.Object(
  { kind: Type.Literal('calm') },
  { $id: 'RegimeCorrelationCalm', ...closed, description: 'The calm matrix of the market.' },
);
export const RegimeCorrelationSpike = Type.Object(
  {
    kind: Type.Literal('spike'),
    average: Type.Number({
      description:
        'Average correlation to reach: upward by mixing with one common factor (crisis signs respected), downward with independence.',
      minimum: -1,
      maximum: 1,
      examples: [0.9],
    }),
  },
  { $id: 'RegimeCorrelationSpike', ...closed, description: 'The calm matrix moved to an average correlation.' },
);
export const RegimeCorrelationBlend = Type.Object(
  {
    kind: Type.Literal('blend'),
    toward: stringEnum(['one', 'identity'] as const, { description: 'One common factor, or independence.' }),
    weight: Type.Number({ description: 'Weight of `toward` in the mixture.', minimum: 0, maximum: 1, examples: [0.5] }),
  },
  {
    $id: 'RegimeCorrelationBlend',
    ...closed,
    description: 'The calm matrix mixed with an extreme one by a given weight.',
  },
);
export type RegimeCorrelation =
  | Static<typeof RegimeCorrelationCalm>
  | Static<typeof RegimeCorrelationSpike>
  | Static<typeof RegimeCorrelationBlend>
  | CorrelationMatrix;
export const RegimeCorrelation = taggedUnion<RegimeCorrelation>(
  'RegimeCorrelation',
  'kind',
  ['RegimeCorrelationCalm', 'RegimeCorrelationSpike', 'RegimeCorrelationBlend', 'CorrelationMatrix'],
  'Correlations of a regime; `kind` says how they are given.',
);

export const RegimeOverride = Type.Object(
  {
    underlyings: Type.Optional(
      Type.Array(identifier('Underlying.', 'NVDA'), { description: 'Select by id.', minItems: 1, maxItems: 1000 }),
    ),
    sector: Type.Optional(identifier('Select by sector.', 'semis')),
    heaviest: Type.Optional(
      Type.Integer({
        description:
          'Select the so-many heaviest constituents of the reference index (the first index, in market order, that the book trades, else the first of the market); without an index, the first underlyings of the market.',
        minimum: 1,
        maximum: 1000,
        examples: [3],
      }),
    ),
    volMultiplier: Type.Optional(volMultiplier),
    drift: Type.Optional(drift),
  },
  {
    $id: 'RegimeOverride',
    ...closed,
    description:
      'Other volatility or drift for some underlyings, selected by exactly one of `underlyings`, `sector`, `heaviest`. Later overrides win.',
  },
);
export type RegimeOverride = Static<typeof RegimeOverride>;

/** Size of a jump, of a regime or of an event. */
export const jumpSize = {
  mean: Type.Number({ description: 'Mean of the log jump.', minimum: -10, maximum: 10, examples: [-0.3] }),
  stdev: Type.Number({ description: 'Standard deviation of the log jump.', minimum: 0, maximum: 10, examples: [0.1] }),
};
export const RegimeJumps = Type.Object(
  {
    intensity: Type.Number({ description: 'Expected jumps a year.', minimum: 0, maximum: 1000, examples: [2] }),
    ...jumpSize,
  },
  { $id: 'RegimeJumps', ...closed, description: 'Systemic jumps of a regime. Not computed by this version.' },
);

export const Regime = Type.Object(
  {
    id: identifier('Id, unique in the scenario.', 'crisis'),
    volMultiplier: Type.Optional(
      Type.Number({
        description: 'Multiplier of realised volatility. Default: 1.',
        minimum: 0,
        maximum: 100,
        default: 1,
        examples: [2.25],
      }),
    ),
    volMultipliers: Type.Optional(
      byId(volMultiplier, {
        description: 'Multipliers of realised volatility by underlying, in place of `volMultiplier`. Default: none.',
        examples: [{ NVDA: 2.6 }],
      }),
    ),
    overrides: Type.Optional(
      Type.Array(ref(RegimeOverride), {
        description: 'Other volatility or drift for some underlyings. Default: none.',
        maxItems: 64,
      }),
    ),
    correlation: Type.Optional(ref(RegimeCorrelation, { description: 'Default: calm.' })),
    drift: Type.Optional(drift),
    impliedVolMultiplier: Type.Optional(
      Type.Number({
        description: 'Level that implied volatilities move to, as a multiple of those at the start. Default: 1.',
        exclusiveMinimum: 0,
        maximum: 100,
        default: 1,
        examples: [1.8],
      }),
    ),
    impliedCorrelation: Type.Optional(
      Type.Number({
        description: 'Level that implied correlation moves to. Default: the one at the start.',
        minimum: -1,
        maximum: 1,
        examples: [0.85],
      }),
    ),
    skewMultiplier: Type.Optional(
      Type.Number({
        description: 'Multiplier of the smile. Default: 1. This version computes 1 only.',
        minimum: 0,
        maximum: 100,
        default: 1,
      }),
    ),
    liquidityMultiplier: Type.Optional(
      Type.Number({
        description: 'Multiplier of every trading cost. Default: 1. Without costs in the book it changes nothing.',
        minimum: 0,
        maximum: 1000,
        default: 1,
        examples: [3],
      }),
    ),
    jumps: Type.Optional(ref(RegimeJumps, { description: 'Default: none.' })),
  },
  { $id: 'Regime', ...closed, description: 'A state of the market.' },
);
export type Regime = Static<typeof Regime>;

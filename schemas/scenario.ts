import { Type, type Static } from 'typebox';
import { jumpSize, Regime } from './regime.ts';
import { closed, identifier, ref, taggedUnion } from './schema-kit.ts';

const probability = Type.Number({ minimum: 0, maximum: 1, description: 'Probability.' });

export const DailyTransition = Type.Object(
  {
    kind: Type.Literal('daily'),
    matrix: Type.Array(Type.Array(probability, { maxItems: 8 }), {
      description: 'Row r holds the probabilities of tomorrow’s regime when today’s is r; rows sum to 1 within 1e-9.',
      minItems: 1,
      maxItems: 8,
      examples: [
        [
          [0.99, 0.01],
          [0.05, 0.95],
        ],
      ],
    }),
  },
  { $id: 'DailyTransition', ...closed, description: 'Daily transition matrix.' },
);
export const DurationTransition = Type.Object(
  {
    kind: Type.Literal('durations'),
    meanDays: Type.Array(
      Type.Number({ description: 'Expected stay in days.', minimum: 1, maximum: 1e9, examples: [100] }),
      {
        description: 'Expected stay in each regime: the chain leaves with probability 1/meanDays a day.',
        minItems: 1,
        maxItems: 8,
      },
    ),
    next: Type.Array(Type.Array(probability, { maxItems: 8 }), {
      description: 'Row r holds where the chain goes when it leaves r; the diagonal is 0, rows sum to 1 within 1e-9.',
      minItems: 1,
      maxItems: 8,
    }),
  },
  { $id: 'DurationTransition', ...closed, description: 'Expected durations and where the chain goes next.' },
);
export type Transition = Static<typeof DailyTransition> | Static<typeof DurationTransition>;
export const Transition = taggedUnion<Transition>(
  'Transition',
  'kind',
  ['DailyTransition', 'DurationTransition'],
  'How regimes follow each other; `kind` says how it is given.',
);

export const InitialDistribution = Type.Object(
  {
    regime: Type.Optional(identifier('Regime of day 1.', 'calm')),
    probabilities: Type.Optional(
      Type.Array(probability, { description: 'Distribution of the regime of day 1.', minItems: 1, maxItems: 8 }),
    ),
  },
  {
    $id: 'InitialDistribution',
    ...closed,
    minProperties: 1,
    maxProperties: 1,
    description: 'Exactly one of `regime` and `probabilities`.',
  },
);
export type Initial = 'stationary' | Static<typeof InitialDistribution>;

export const ForcedWindow = Type.Object(
  {
    fromDay: Type.Integer({ description: 'First day of the window.', minimum: 1, maximum: 1260, examples: [10] }),
    toDay: Type.Integer({
      description: 'Last day of the window, included.',
      minimum: 1,
      maximum: 1260,
      examples: [30],
    }),
    regime: identifier('Regime forced.', 'crisis'),
  },
  {
    $id: 'ForcedWindow',
    ...closed,
    description: 'Days on which a regime is forced; the chain goes on from it afterwards.',
  },
);

export const ScenarioEvent = Type.Object(
  {
    day: Type.Integer({ description: 'Trading day.', minimum: 1, maximum: 1260, examples: [40] }),
    probability: Type.Optional(
      Type.Number({ description: 'Probability. Default: 1.', minimum: 0, maximum: 1, default: 1, examples: [0.3] }),
    ),
    jumps: Type.Optional(
      Type.Array(Type.Object({ underlying: identifier('Underlying.', 'NVDA'), ...jumpSize }, closed), {
        description: 'Jumps on the day. Default: none.',
        maxItems: 1000,
      }),
    ),
    startsRegime: Type.Optional(identifier('Regime that starts on the day. Default: none.', 'crisis')),
    forDays: Type.Optional(
      Type.Integer({ description: 'For how many days. Default: 1.', minimum: 1, maximum: 1260, default: 1 }),
    ),
  },
  { $id: 'ScenarioEvent', ...closed, description: 'A dated catalyst. Not computed by this version.' },
);

const halfLife = (what: string) =>
  Type.Optional(
    Type.Number({
      description: `Half-life in days with which ${what} moves to its level in the regime; 0 is at once. Default: 0.`,
      minimum: 0,
      maximum: 10_000,
      default: 0,
      examples: [5],
    }),
  );

export const Scenario = Type.Object(
  {
    id: identifier('Id of the scenario, unique in the request.', 'two-state'),
    description: Type.Optional(
      Type.String({ description: 'What it stands for, with its sources. Default: none.', maxLength: 4000 }),
    ),
    regimes: Type.Array(ref(Regime), { description: 'States of the market.', minItems: 1, maxItems: 8 }),
    transition: Type.Optional(ref(Transition, { description: 'May be left out only when there is one regime.' })),
    initial: Type.Optional(
      Type.Unsafe<Initial>({
        description:
          'Regime of day 1: { "regime": id }, { "probabilities": [..] }, or "stationary". Default: the first regime.',
        anyOf: [{ type: 'string', enum: ['stationary'] }, { $ref: 'InitialDistribution#' }],
        examples: [{ regime: 'calm' }],
      }),
    ),
    impliedVolHalfLifeDays: halfLife('implied volatility'),
    impliedCorrelationHalfLifeDays: halfLife('implied correlation'),
    forced: Type.Optional(
      Type.Array(ref(ForcedWindow), {
        description: 'Windows that force a regime; they must not overlap. Default: none.',
        maxItems: 64,
      }),
    ),
    events: Type.Optional(
      Type.Array(ref(ScenarioEvent), { description: 'Dated catalysts. Default: none.', maxItems: 64 }),
    ),
  },
  {
    $id: 'Scenario',
    ...closed,
    description: 'Regimes of the market and how they follow each other.',
    examples: [
      {
        id: 'two-state',
        description: 'Calm, and from time to time a crisis of about a month in which correlation spikes to 0.80.',
        regimes: [
          { id: 'calm' },
          {
            id: 'crisis',
            volMultiplier: 2.25,
            correlation: { kind: 'spike', average: 0.8 },
            impliedVolMultiplier: 1.8,
            impliedCorrelation: 0.85,
            drift: -0.6,
          },
        ],
        transition: {
          kind: 'daily',
          matrix: [
            [0.99, 0.01],
            [0.05, 0.95],
          ],
        },
        initial: { regime: 'calm' },
        impliedVolHalfLifeDays: 5,
        impliedCorrelationHalfLifeDays: 5,
      },
    ],
  },
);
export type Scenario = Static<typeof Scenario>;

/** A shipped or stored scenario or an inline one, as a run names it. */
export const ScenarioChoice = Type.Unsafe<string | Scenario>({
  $id: 'ScenarioChoice',
  description:
    'Id of a shipped or stored scenario (see `GET /v1/scenarios`; of a stored one the newest version), or a scenario in full.',
  anyOf: [{ type: 'string', minLength: 1, maxLength: 64 }, { $ref: 'Scenario#' }],
  examples: ['baseline'],
});

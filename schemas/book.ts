import { type Static, type TSchema, Type } from 'typebox';
import { Position } from './position.ts';
import { closed, identifier, ref, schemaIds, stringEnum, taggedUnion } from './schema-kit.ts';

export const DEFAULT_CURRENCY = 'USD';

/** What a book is tested against when it brings no limits of its own. */
export const DEFAULT_LIMITS: readonly Limit[] = [{ id: 'survive', expression: 'survivability(0.99) >= 0.80' }];

const percent = (description: string, example: number) =>
  Type.Optional(Type.Number({ description, minimum: 0, maximum: 1000, examples: [example] }));

export const Hedging = Type.Object(
  {
    policy: stringEnum(['none', 'interval', 'threshold'] as const, {
      description: 'none; every `everyDays` days; or when the delta of an underlying exceeds `deltaThreshold`.',
    }),
    everyDays: Type.Optional(
      Type.Integer({
        description: 'Days between hedges (policy interval). Default: 1.',
        minimum: 1,
        maximum: 1260,
        default: 1,
      }),
    ),
    deltaThreshold: Type.Optional(
      Type.Number({
        description:
          'Absolute delta per unit of gross option quantity that triggers a hedge (policy threshold). Default: 0.10.',
        minimum: 0,
        maximum: 1,
        default: 0.1,
      }),
    ),
  },
  {
    $id: 'Hedging',
    ...closed,
    description: 'Delta-hedging policy. This version computes `none` only.',
    examples: [{ policy: 'none' }],
  },
);

export const Costs = Type.Object(
  {
    hedgeBps: percent('Cost of trading the underlying, in basis points of the traded value. Default: 0.', 2),
    exitVolPoints: percent('Cost of closing an option leg, in volatility points × vega. Default: 0.', 0.5),
    exitPercentOfValue: percent('Cost of closing a leg, in percent of its value. Default: 0.', 1),
  },
  { $id: 'Costs', ...closed, description: 'Trading costs. This version computes a book without costs.' },
);

export const Margin = Type.Object(
  {
    model: stringEnum(['none', 'regT', 'portfolio'] as const, { description: 'Margin model.' }),
    graceDays: Type.Optional(
      Type.Integer({ description: 'Days to cure a margin call. Default: 1.', minimum: 0, maximum: 30, default: 1 }),
    ),
    liquidationFraction: Type.Optional(
      Type.Number({
        description: 'Share of every position closed on each day of an uncured call. Default: 0.5.',
        exclusiveMinimum: 0,
        maximum: 1,
        default: 0.5,
      }),
    ),
    liquidationPercentOfValue: percent('Spread paid in liquidation, percent of the value of the leg. Default: 0.', 1.5),
    liquidationVolPoints: percent('Spread paid in liquidation, volatility points × vega. Default: 0.', 1),
  },
  { $id: 'Margin', ...closed, description: 'Margin and forced liquidation. This version computes `none` only.' },
);

const exitFraction = Type.Number({
  description: 'Fraction of the base, 0.3 is 30 %.',
  exclusiveMinimum: 0,
  maximum: 100,
});
const exitBase = Type.Optional(
  stringEnum(['premium', 'nav'] as const, {
    description: 'Base of the fraction. Default: premium.',
    default: 'premium',
  }),
);
const exitRule = <const Tag extends string, P extends Record<string, TSchema>>(
  tag: Tag,
  $id: string,
  description: string,
  properties: P,
) => Type.Object({ type: Type.Literal(tag), ...properties }, { $id, ...closed, description });

/** Exit rules by tag; tested at the close, executed at the close. */
export const EXIT_RULE_SCHEMAS = {
  stopLoss: exitRule('stopLoss', 'StopLossRule', 'Out when the loss exceeds a fraction of the base.', {
    fraction: exitFraction,
    of: exitBase,
  }),
  profitTarget: exitRule('profitTarget', 'ProfitTargetRule', 'Out when the gain exceeds a fraction of the base.', {
    fraction: exitFraction,
    of: exitBase,
  }),
  realisedCorrelationRise: exitRule(
    'realisedCorrelationRise',
    'RealisedCorrelationRiseRule',
    'Out when realised correlation over a window has risen by so many points (0.01).',
    {
      points: Type.Number({ description: 'Correlation points.', exclusiveMinimum: 0, maximum: 200 }),
      windowDays: Type.Optional(
        Type.Integer({ description: 'Window in trading days. Default: 21.', minimum: 2, maximum: 1260, default: 21 }),
      ),
    },
  ),
  indexVolRise: exitRule(
    'indexVolRise',
    'IndexVolRiseRule',
    'Out when index implied volatility has risen by so many points (0.01).',
    {
      volPoints: Type.Number({ description: 'Volatility points.', exclusiveMinimum: 0, maximum: 1000 }),
    },
  ),
  impliedCorrelationLevel: exitRule(
    'impliedCorrelationLevel',
    'ImpliedCorrelationLevelRule',
    'Out when implied correlation is above a level and the basket-minus-index volatility spread above another.',
    {
      above: Type.Number({ description: 'Implied correlation.', minimum: -1, maximum: 1 }),
      spreadVolPoints: Type.Optional(
        Type.Number({ description: 'Spread in volatility points. Default: no condition.', minimum: 0, maximum: 1000 }),
      ),
    },
  ),
  basketFall: exitRule('basketFall', 'BasketFallRule', 'Out when the basket has fallen by a fraction.', {
    fraction: exitFraction,
  }),
  timeStop: exitRule('timeStop', 'TimeStopRule', 'Out when a fraction of the time has gone without profit.', {
    fractionElapsed: Type.Number({ description: 'Fraction of the horizon.', exclusiveMinimum: 0, maximum: 1 }),
  }),
} as const;

export type ExitRule = {
  [K in keyof typeof EXIT_RULE_SCHEMAS]: Static<(typeof EXIT_RULE_SCHEMAS)[K]>;
}[keyof typeof EXIT_RULE_SCHEMAS];
export const ExitRule = taggedUnion<ExitRule>(
  'ExitRule',
  'type',
  schemaIds(EXIT_RULE_SCHEMAS),
  'One exit rule; `type` says which. Not computed by this version.',
);

export const Limit = Type.Object(
  {
    id: identifier('Id of the limit, unique in the book.', 'survive'),
    expression: Type.String({
      description:
        'One comparison (<, <=, >, >=) of risk measures, for example `survivability(0.99) >= 0.80` or `es(0.99) / nav <= 0.05`. The vocabulary is in docs/limits.md and at `GET /v1/limits`.',
      minLength: 1,
      maxLength: 500,
      examples: ['survivability(0.99) >= 0.80'],
    }),
    warnFraction: Type.Optional(
      Type.Number({
        description: 'The status is `warn` when the value is within this fraction of the bound. Default: 0.1.',
        minimum: 0,
        maximum: 1,
        default: 0.1,
      }),
    ),
  },
  { $id: 'Limit', ...closed, description: 'A limit the results of a run are held against.' },
);
export type Limit = Static<typeof Limit>;

export const Tranche = Type.Object(
  {
    day: Type.Integer({ description: 'Trading day of the entry, 0 is `asOf`.', minimum: 0, maximum: 1260 }),
    fraction: Type.Number({ description: 'Share of the book entered.', exclusiveMinimum: 0, maximum: 1 }),
  },
  { $id: 'Tranche', ...closed, description: 'Staged entry. This version computes one tranche of 1 on day 0 only.' },
);

export const Book = Type.Object(
  {
    name: Type.Optional(
      Type.String({
        description: 'Name of the book. Default: none.',
        minLength: 1,
        maxLength: 200,
        examples: ['AI dispersion'],
      }),
    ),
    currency: Type.Optional(
      Type.String({
        description: 'ISO 4217 code of every amount of money. Default: USD.',
        pattern: '^[A-Z]{3}$',
        default: DEFAULT_CURRENCY,
        examples: ['USD'],
      }),
    ),
    nav: Type.Number({
      description: 'Capital behind the book, money.',
      minimum: 0.01,
      maximum: 1e15,
      examples: [10_000_000],
    }),
    positions: Type.Array(ref(Position), { description: 'The positions; ids unique.', minItems: 1, maxItems: 5000 }),
    hedging: Type.Optional(ref(Hedging, { description: 'Default: none.' })),
    costs: Type.Optional(ref(Costs, { description: 'Default: no costs.' })),
    margin: Type.Optional(ref(Margin, { description: 'Default: none.' })),
    exitRules: Type.Optional(Type.Array(ref(ExitRule), { description: 'Default: none.', maxItems: 32 })),
    tranches: Type.Optional(
      Type.Array(ref(Tranche), { description: 'Default: everything on day 0.', minItems: 1, maxItems: 32 }),
    ),
    limits: Type.Optional(
      Type.Array(ref(Limit), {
        description:
          'Limits to hold the results against. Default: `survivability(0.99) >= 0.80` under the id `survive`.',
        maxItems: 64,
      }),
    ),
  },
  { $id: 'Book', ...closed, description: 'A dispersion book: its capital, positions, rules and limits.' },
);
export type Book = Static<typeof Book>;

import { Type, type Static } from 'typebox';
import { closed, nullableNumber, stringEnum } from './schema-kit.ts';

/** Figures of the limit language that a run can be asked to know precisely; es and var are of a level. */
export const TARGET_METRICS = ['es', 'var', 'probabilityOfLoss', 'probabilityOfBreach', 'probabilityOfRuin'] as const;
export type TargetMetric = (typeof TARGET_METRICS)[number];

/** First batch of a run with a target: 40 chunks, a thousandth of it still a tail of ten paths. */
export const DEFAULT_FIRST_PATHS = 10_240;

const metric = stringEnum(TARGET_METRICS, {
  description: 'Figure to be precise in, as limits name it.',
  examples: ['es'],
});

export const PrecisionTarget = Type.Object(
  {
    metric,
    level: Type.Optional(
      Type.Number({
        description:
          'Confidence level of es and var; the probabilities have none. Default: the highest of `levels`, the least precise of them.',
        exclusiveMinimum: 0.5,
        exclusiveMaximum: 1,
        examples: [0.99],
      }),
    ),
    relativeError: Type.Number({
      description: 'Standard error asked for, as a fraction of the absolute value of the figure: 0.02 is 2 %.',
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      examples: [0.02],
    }),
    maxPaths: Type.Integer({
      description: 'Paths of each scenario at which it stops in any case. The work limit is judged on it.',
      minimum: 1,
      maximum: 10_000_000,
      examples: [200_000],
    }),
  },
  {
    $id: 'PrecisionTarget',
    ...closed,
    description:
      'Precision at which a scenario stops. `paths` is then its first batch (in whole chunks of 256, at most maxPaths; 10240 by default), and batches follow until the standard error is small enough. A run that stops at n paths has the figures of a run of n paths.',
    examples: [{ metric: 'es', level: 0.99, relativeError: 0.02, maxPaths: 200_000 }],
  },
);
export type PrecisionTarget = Static<typeof PrecisionTarget>;

export const Precision = Type.Object(
  {
    metric,
    level: nullableNumber({ description: 'Its confidence level; null where it has none.', examples: [0.99] }),
    relativeError: Type.Number({ description: 'Relative standard error asked for.', examples: [0.02] }),
    reached: Type.Boolean({ description: 'Whether it was reached within `maxPaths`.', examples: [true] }),
    achieved: nullableNumber({
      description:
        'Relative standard error of all paths, by the error that limits use (of a probability half its Wilson interval over 1.96); null where the figure is 0 or its error cannot be told.',
      examples: [0.0187],
    }),
    batches: Type.Integer({ description: 'Batches simulated.', examples: [3] }),
  },
  { $id: 'Precision', ...closed, description: 'How precise a scenario became, against its target.' },
);
export type Precision = Static<typeof Precision>;

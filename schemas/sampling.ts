import { Type, type Static } from 'typebox';
import { closed, nullableNumber, stringEnum } from './schema-kit.ts';

export const SAMPLING_METHODS = ['plain', 'tail'] as const;
export type SamplingMethod = (typeof SAMPLING_METHODS)[number];

export const DEFAULT_SAMPLING: SamplingMethod = 'tail';

const factor = (of: string) =>
  nullableNumber({
    description: `Factor of ${of}; null where the sample cannot tell.`,
    examples: [25.3],
  });

export const SamplingResult = Type.Object(
  {
    method: stringEnum(SAMPLING_METHODS, {
      description:
        'How the paths were drawn. plain: from the law of the scenario. tail: nine of ten from a law that makes the losses of this book likelier, weighed back by likelihood, so that every figure is still one of the scenario.',
      examples: ['tail'],
    }),
    requested: stringEnum(SAMPLING_METHODS, { description: 'What the request asked for.', examples: ['tail'] }),
    note: Type.String({
      description: 'What was chosen, or why paths were drawn plainly, in words.',
      examples: ['A pilot of 2048 paths promised errors of ES as of 24 times the paths.'],
    }),
    defensiveShare: nullableNumber({
      description:
        'Share of paths drawn from the law of the scenario itself, which bounds every weight by its inverse; null under plain sampling.',
      examples: [0.1],
    }),
    pilotPaths: Type.Integer({
      description: 'Paths simulated to choose the law, which count in no figure.',
      examples: [2048],
    }),
    tailShare: nullableNumber({
      description:
        'Share of the worst paths of the pilot that the time in regimes was fitted to; null under plain sampling.',
      examples: [0.05],
    }),
    directionShare: nullableNumber({
      description: 'The same for the common direction; null where it is left as it is, and under plain sampling.',
      examples: [0.02],
    }),
    regimes: Type.Array(
      Type.Object(
        {
          id: Type.String({ description: 'Regime.', examples: ['crisis'] }),
          meanDays: Type.Number({ description: 'Expected days in it in the scenario.', examples: [3.6] }),
          sampledDays: Type.Number({
            description: 'Expected days in it of the paths that are not plain.',
            examples: [22.4],
          }),
          inflation: Type.Number({
            description:
              'Volatility of the common direction in it over that of the scenario; 1 where it is left as it is. The direction is that of the first index the book trades, of all names alike when it trades none.',
            examples: [1.1],
          }),
          shift: Type.Number({
            description:
              'Mean of the common direction in it, in daily standard deviations of the scenario; 0 where it is left as it is.',
            examples: [-0.05],
          }),
        },
        closed,
      ),
      { description: 'The law of the paths that are not plain, by regime; empty under plain sampling.' },
    ),
    varianceReduction: Type.Array(
      Type.Object(
        {
          level: Type.Number({ description: 'Confidence level.', examples: [0.99] }),
          var: factor('VaR'),
          es: factor('ES'),
        },
        closed,
      ),
      {
        description:
          'How many times the paths plain sampling would need for the same error, told from this run; below 1 it would need fewer. Empty under plain sampling.',
      },
    ),
    survival: nullableNumber({
      description:
        'The same factor of the probability of survival; null under plain sampling, and where no path or every path survives.',
      examples: [8.1],
    }),
  },
  { $id: 'SamplingResult', ...closed, description: 'How the paths of a scenario were drawn, and what it gained.' },
);
export type SamplingResult = Static<typeof SamplingResult>;

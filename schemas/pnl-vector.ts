import { type Static, Type } from 'typebox';
import { closed } from './schema-kit.ts';

export const PnlVectors = Type.Object(
  {
    scenarios: Type.Array(
      Type.Object(
        {
          id: Type.String({ description: 'Scenario.', examples: ['baseline'] }),
          paths: Type.Integer({ description: 'Paths of the scenario: entries of `pnl`.', examples: [3] }),
          pnl: Type.Array(Type.Number({ description: 'P&L of the path, money.' }), {
            description: 'P&L at the horizon by path, money, positive for a gain; path 0 first.',
            examples: [[1250.5, -310.25, 42]],
          }),
          weights: Type.Unsafe<number[] | null>({
            type: ['array', 'null'],
            items: { type: 'number', description: 'Weight of the path.' },
            description:
              'Likelihood weight by path, which every figure of the result uses; null where all weigh the same.',
            examples: [null],
          }),
        },
        { ...closed, description: 'One scenario.' },
      ),
      { description: 'The scenarios of the run in their order, or the one that was asked for.' },
    ),
  },
  { $id: 'PnlVectors', ...closed, description: 'P&L of every path of a run.' },
);
export type PnlVectors = Static<typeof PnlVectors>;

import { type Static, Type } from 'typebox';
import { closed, ref } from './schema-kit.ts';

const money = (description: string, example: number) => Type.Number({ description, examples: [example] });
const id = (description: string, example: string) => Type.String({ description, examples: [example] });

export const ComponentAttribution = Type.Object(
  {
    id: id(
      'Component: correlation, gamma, vega, theta, delta, jumps, hedging, liquidation or financing.',
      'correlation',
    ),
    mean: money('Mean over all paths, money.', -12_000),
    tailMean: money('Mean over the paths of the ES tail, money.', -310_000),
  },
  { $id: 'ComponentAttribution', ...closed, description: 'What one component of the P&L contributes.' },
);

export const PositionAttribution = Type.Object(
  {
    id: id('Position.', 'nvda-straddle'),
    mean: money('Mean over all paths, money.', 1500),
    tailMean: money('Mean over the paths of the ES tail, money.', -22_000),
    esContribution: money('Euler contribution to ES, money; contributions add up to ES.', 22_000),
  },
  { $id: 'PositionAttribution', ...closed, description: 'What one position contributes.' },
);

export const Attribution = Type.Object(
  {
    components: Type.Array(ref(ComponentAttribution), { description: 'By component.' }),
    positions: Type.Array(ref(PositionAttribution), { description: 'By position.' }),
    unexplained: Type.Object(
      {
        mean: money('Mean over all paths, money.', 0.4),
        tailMean: money('Mean over the paths of the ES tail, money.', 1.2),
      },
      { ...closed, description: 'What the components leave.' },
    ),
  },
  { $id: 'Attribution', ...closed, description: 'Where P&L and tail losses come from.' },
);
export type Attribution = Static<typeof Attribution>;

export const ReverseStress = Type.Object(
  {
    worstPaths: Type.Optional(
      Type.Array(Type.Integer({ description: 'Number of a path.', examples: [4711] }), {
        description: 'The paths with the largest losses, worst first.',
      }),
    ),
    mildestBreach: Type.Optional(
      Type.Integer({ description: 'Number of the likeliest path that breaches.', examples: [1234] }),
    ),
  },
  { $id: 'ReverseStress', ...closed, description: 'What the paths that breach have in common.' },
);

export const Sizing = Type.Object(
  {
    largestScale: Type.Array(
      Type.Object(
        {
          limit: id('Limit.', 'survive'),
          scale: Type.Number({
            description: 'Largest multiple of the book at which the limit holds.',
            examples: [1.4],
          }),
        },
        closed,
      ),
      { description: 'By limit.' },
    ),
  },
  { $id: 'Sizing', ...closed, description: 'How large the book could be.' },
);

import { Type, type Static } from 'typebox';
import { closed, ref, stringEnum } from './schema-kit.ts';

export const Health = Type.Object(
  {
    status: stringEnum(['ok'] as const, { description: 'The process answers.' }),
    version: Type.String({ description: 'Version of rho90.' }),
  },
  { $id: 'Health', ...closed, description: 'Liveness.' },
);
export type Health = Static<typeof Health>;

export const Readiness = Type.Object(
  {
    status: stringEnum(['ready', 'draining', 'notReady'] as const, { description: 'Whether runs are accepted.' }),
    queuedRuns: Type.Integer({ description: 'Runs waiting.' }),
    runningRuns: Type.Integer({ description: 'Runs being simulated.' }),
    threads: Type.Integer({ description: 'Worker threads.' }),
  },
  { $id: 'Readiness', ...closed, description: 'Readiness.' },
);
export type Readiness = Static<typeof Readiness>;

const maximum = (description: string, example: number) => Type.Integer({ description, examples: [example] });

export const LimitVocabularyEntry = Type.Object(
  {
    name: Type.String({ description: 'Name in a limit expression.', examples: ['survivability'] }),
    kind: stringEnum(['function', 'constant'] as const, {
      description: 'function takes a confidence level; constant stands alone.',
    }),
    description: Type.String({ description: 'Meaning and unit.' }),
  },
  { $id: 'LimitVocabularyEntry', ...closed, description: 'A name that limit expressions may use.' },
);

export const ServiceLimits = Type.Object(
  {
    bodyBytes: maximum('Largest request body, bytes.', 16_777_216),
    underlyings: maximum('Underlyings of a market.', 1000),
    positions: maximum('Positions of a book.', 5000),
    regimes: maximum('Regimes of a scenario.', 8),
    scenarios: maximum('Scenarios of a run.', 32),
    horizonDays: maximum('Horizon, trading days.', 1260),
    paths: maximum('Paths of a scenario.', 10_000_000),
    assetSteps: maximum('Work of a run: paths × days × (underlyings + legs), over all scenarios.', 100_000_000_000),
    queuedRuns: maximum('Runs waiting at one time.', 500),
    queuedRunsOfOwner: maximum('Of these, runs started by one client.', 500),
    queuedBytes: maximum('Bytes of the requests of waiting runs together.', 134_217_728),
    waitSeconds: maximum('Longest `Prefer: wait`.', 60),
    keepDays: maximum('Days for which finished runs are kept.', 400),
    expressionCharacters: maximum('Characters of a limit expression.', 500),
    vocabulary: Type.Array(ref(LimitVocabularyEntry), { description: 'Names that limit expressions may use.' }),
  },
  { $id: 'ServiceLimits', ...closed, description: 'What this server accepts.' },
);
export type ServiceLimits = Static<typeof ServiceLimits>;

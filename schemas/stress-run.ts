import { Type, type Static } from 'typebox';
import { Book } from './book.ts';
import { Failure } from './failure.ts';
import { Market } from './market.ts';
import { PrecisionTarget } from './precision.ts';
import { ScenarioChoice } from './scenario.ts';
import { DEFAULT_SAMPLING, SAMPLING_METHODS } from './sampling.ts';
import { closed, identifier, nullableNumber, ref, stringEnum } from './schema-kit.ts';
import { StressResult, Verdict } from './stress-result.ts';

export const DEFAULT_SCENARIOS: readonly string[] = ['baseline'];
export const DEFAULT_HORIZON_DAYS = 63;
export const DEFAULT_PATHS = 100_000;
export const DEFAULT_LEVELS: readonly number[] = [0.95, 0.975, 0.99, 0.995, 0.999];
export const DEFAULT_SURVIVAL_THRESHOLD = 0.8;

export const Simulation = Type.Object(
  {
    horizonDays: Type.Optional(
      Type.Integer({
        description: 'Horizon in trading days. Default: 63.',
        minimum: 1,
        maximum: 1260,
        default: DEFAULT_HORIZON_DAYS,
        examples: [63],
      }),
    ),
    paths: Type.Optional(
      Type.Integer({
        description:
          'Paths of each scenario; with a `target`, of its first batch. Default: 100000, with a `target` 10240.',
        minimum: 1,
        maximum: 10_000_000,
        default: DEFAULT_PATHS,
        examples: [20_000],
      }),
    ),
    target: Type.Optional(
      ref(PrecisionTarget, {
        description: 'Precision to simulate for. Default: none, the paths are those of `paths`.',
      }),
    ),
    seed: Type.Optional(
      Type.String({
        description:
          'Seed, an unsigned 64-bit integer in decimal, as a string. Default: derived from the content of the request.',
        pattern: '^(0|[1-9][0-9]{0,19})$',
        examples: ['42'],
      }),
    ),
    arithmetic: Type.Optional(
      stringEnum(['fastest', 'strict'] as const, {
        description:
          'fastest: fused multiply-add where the processor has it, the same bits on every processor that does. strict: every product is rounded, about a third slower, the same bits everywhere. They differ in the last digits; `engine.kernelHash` says which was used. Default: fastest.',
        default: 'fastest',
      }),
    ),
    sampling: Type.Optional(
      stringEnum(SAMPLING_METHODS, {
        description:
          'tail draws most paths from a law that makes the losses of this book likelier, chosen by a pilot, and weighs them back; a book that gains nothing is drawn plainly, which the result says. plain draws all from the law of the scenario: better for the mean than for the tail. Default: tail.',
        default: DEFAULT_SAMPLING,
        examples: ['tail'],
      }),
    ),
    levels: Type.Optional(
      Type.Array(
        Type.Number({ description: 'Confidence level.', exclusiveMinimum: 0.5, exclusiveMaximum: 1, examples: [0.99] }),
        {
          description: 'Confidence levels of VaR and ES. Default: 0.95, 0.975, 0.99, 0.995, 0.999.',
          minItems: 1,
          maxItems: 32,
          uniqueItems: true,
          default: [...DEFAULT_LEVELS],
        },
      ),
    ),
    survivalThreshold: Type.Optional(
      Type.Number({
        description:
          'A path survives when NAV stays above this fraction of the NAV at the start on every day. Default: 0.80.',
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        default: DEFAULT_SURVIVAL_THRESHOLD,
        examples: [0.8],
      }),
    ),
  },
  { $id: 'Simulation', ...closed, description: 'How the paths are simulated.' },
);
export type Simulation = Static<typeof Simulation>;

/** The largest number the database can count to with an integer. */
export const MAX_VERSION = 2_147_483_647;

const storedId = (what: string) =>
  Type.Optional(
    identifier(`Id of a stored ${what} (see \`PUT /v1/${what}s/{id}\`), in place of an inline one.`, 'ai-basket'),
  );
const storedVersion = (what: string) =>
  Type.Optional(
    Type.Integer({
      description: `Version of the stored ${what}. Default: the newest.`,
      minimum: 1,
      maximum: MAX_VERSION,
      examples: [1],
    }),
  );

export const StressRunRequest = Type.Object(
  {
    book: Type.Optional(ref(Book, { description: 'The book. Give this or `bookId`.' })),
    bookId: storedId('book'),
    bookVersion: storedVersion('book'),
    market: Type.Optional(ref(Market, { description: 'The market. Give this or `marketId`.' })),
    marketId: storedId('market'),
    marketVersion: storedVersion('market'),
    scenarios: Type.Optional(
      Type.Array(ref(ScenarioChoice), {
        description:
          'Scenarios: ids of shipped and stored ones and inline ones, mixed; each is simulated with the same random numbers. Default: ["baseline"].',
        minItems: 1,
        maxItems: 32,
        default: [...DEFAULT_SCENARIOS],
      }),
    ),
    simulation: Type.Optional(ref(Simulation, { description: 'Default: every default of its fields.' })),
    label: Type.Optional(
      Type.String({
        description: 'Free text to find the run by. Default: none.',
        minLength: 1,
        maxLength: 200,
        examples: ['nightly'],
      }),
    ),
  },
  { $id: 'StressRunRequest', ...closed, description: 'A book, a market, scenarios and how to simulate them.' },
);
export type StressRunRequest = Static<typeof StressRunRequest>;

export const RUN_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

const instant = (description: string) =>
  Type.String({ description: `${description} ISO 8601, UTC.`, examples: ['2026-11-20T22:30:00.000Z'] });

const storedHash = 'SHA-256 of its content as canonical JSON, hex.';

/** What a run was started with by id, in the versions it was started with: newer ones do not change it. */
const referenceFields = {
  bookId: Type.Optional(Type.String({ description: 'Stored book of the run. Absent: it was given in full.' })),
  bookVersion: Type.Optional(Type.Integer({ description: 'Its version. Absent: as `bookId`.', examples: [3] })),
  bookHash: Type.Optional(Type.String({ description: `${storedHash} Absent: as \`bookId\`.` })),
  marketId: Type.Optional(Type.String({ description: 'Stored market of the run. Absent: it was given in full.' })),
  marketVersion: Type.Optional(Type.Integer({ description: 'Its version. Absent: as `marketId`.', examples: [1] })),
  marketHash: Type.Optional(Type.String({ description: `${storedHash} Absent: as \`marketId\`.` })),
  storedScenarios: Type.Optional(
    Type.Array(
      Type.Object(
        {
          id: Type.String({ description: 'Stored scenario.', examples: ['two-state'] }),
          version: Type.Integer({ description: 'Its version.', examples: [2] }),
          hash: Type.String({ description: storedHash }),
        },
        closed,
      ),
      { description: 'Stored scenarios of the run, in its order. Absent: all are shipped or were given in full.' },
    ),
  ),
};

export const StressRun = Type.Object(
  {
    id: Type.String({ description: 'Id of the run.', examples: ['0193f3a2-7c1e-7d3a-9a51-0f8f7c2b9e10'] }),
    status: stringEnum(RUN_STATUSES, { description: 'Where the run is.', examples: ['succeeded'] }),
    label: Type.Optional(Type.String({ description: 'Label given with the request.' })),
    createdAt: instant('When the request was accepted.'),
    startedAt: Type.Optional(instant('When the simulation started.')),
    finishedAt: Type.Optional(instant('When the run ended.')),
    progress: Type.Object(
      {
        pathsDone: Type.Integer({ description: 'Paths done, over all scenarios.', examples: [20_000] }),
        paths: Type.Integer({
          description:
            'Paths planned so far, over all scenarios. With a `target` it grows with each batch that turns out to be needed; `pathsDone` never falls.',
          examples: [20_000],
        }),
        secondsLeft: nullableNumber({
          description: 'Estimated seconds left; null before the first paths are done.',
          examples: [0],
        }),
      },
      { ...closed, description: 'How far the run is.' },
    ),
    inputHash: Type.String({
      description: 'SHA-256 of the canonical content that decides the numbers, hex.',
      examples: ['9f86d081884c7d65'],
    }),
    ...referenceFields,
    scheduleId: Type.Optional(
      Type.String({ description: 'Schedule that started the run. Absent: there are no schedules yet.' }),
    ),
    seed: Type.String({ description: 'Seed used.', examples: ['42'] }),
    engine: Type.Object(
      {
        version: Type.String({ description: 'Version of rho90.', examples: ['0.1.0'] }),
        kernelHash: Type.String({
          description: 'Identifies the arithmetic: same hash and input, same bits.',
          examples: ['fused-3f1c0a52b7d94e68'],
        }),
      },
      { ...closed, description: 'What computes the run.' },
    ),
    resultHash: Type.Optional(
      Type.String({
        description:
          'SHA-256 of the canonical result without its `timing`, hex, once the run has succeeded: runs with the same `inputHash`, `seed` and `engine` have the same.',
        examples: ['2c26b46b68ffc68f'],
      }),
    ),
    rerunOf: Type.Optional(Type.String({ description: 'Id of the run that this one repeats. Absent: of none.' })),
    summary: Type.Optional(ref(Verdict, { description: 'Verdict, once the run has succeeded.' })),
    failures: Type.Optional(Type.Array(ref(Failure), { description: 'Why the run failed.' })),
    result: Type.Optional(ref(StressResult, { description: 'The result, only in the answer to `Prefer: wait`.' })),
  },
  { $id: 'StressRun', ...closed, description: 'A stress run.' },
);
export type StressRun = Static<typeof StressRun>;
export type RunReferences = Pick<StressRun, keyof typeof referenceFields>;
export const REFERENCE_NAMES = Object.keys(referenceFields) as readonly (keyof RunReferences)[];

export const StressRunList = Type.Object(
  {
    items: Type.Array(ref(StressRun), { description: 'Runs, newest first.' }),
    nextCursor: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'Cursor of the next page, null on the last.',
    }),
  },
  { $id: 'StressRunList', ...closed, description: 'A page of runs.' },
);

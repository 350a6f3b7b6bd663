import { stringify } from 'yaml';
import { NAMED_SCHEMAS } from '../../schemas/registry.ts';
import type { StressRunRequest } from '../../schemas/stress-run.ts';
import { componentSchemas } from './components.ts';
import type { RunExample } from './examples.ts';

/** The parts of an OpenAPI document that are worked on here. */
interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: unknown };
}

interface Operation {
  readonly operationId?: string;
  readonly requestBody?: { readonly content: Record<string, { schema: { $ref?: string }; examples?: unknown }> };
}

/** What the document says besides the routes; the tags are in the order in which a reader needs them. */
export function documentHead(version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'rho90',
      version,
      summary: 'When correlation spikes to 0.9, do we survive?',
      description: [
        'Monte Carlo stress testing of equity dispersion books.',
        '',
        '**Start here:** open *Start a stress run* below and press *Execute*. Nothing has to be edited: the example runs and answers with a verdict.',
        '',
        'Volatilities, rates and correlations are decimals (0.2 is 20 %), money is in the currency of the book, days are trading days; every other unit is in the name of the field. ' +
          'Unknown fields are refused, and everything that is wrong with a request is reported at once, as problem details (RFC 9457).',
      ].join('\n'),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This server' }],
    // No access control in this version: the server listens on loopback unless it is told otherwise.
    security: [],
    tags: [
      {
        name: 'stress-runs',
        description: 'A book in a market under scenarios: start a run, follow it, read its result.',
      },
      {
        name: 'books',
        description: 'Books under ids of your own, in versions that never change; runs name them by id.',
      },
      { name: 'markets', description: 'Markets under ids of your own, in versions that never change.' },
      {
        name: 'scenarios',
        description: 'Regimes to test against: shipped ones (calm markets, crises, quiet decay) and your own.',
      },
      { name: 'analytics', description: 'Closed forms, answered at once.' },
      { name: 'service', description: 'What this server accepts, and whether it is well.' },
    ],
  };
}

/** Completes what the plugin makes of the routes: components, and examples of every body. */
export function completeDocument<T extends object>(document: T, runs: readonly RunExample[]): T {
  const { paths, components, ...head } = document as unknown as OpenApiDocument;
  for (const path of Object.values(paths)) {
    for (const { operationId, requestBody } of Object.values(path)) {
      for (const media of Object.values(requestBody?.content ?? {})) {
        const schema = media.schema.$ref?.split('/').at(-1) ?? '';
        media.examples = bodyExamples(schema, operationId === 'breakEven' ? varianceFirst(runs) : runs);
      }
    }
  }
  return { ...head, paths, components: { ...components, schemas: componentSchemas() } } as T;
}

/** A break-even is one of variance swaps: the example to start from has some, or the answer would be empty. */
function varianceFirst(runs: readonly RunExample[]): readonly RunExample[] {
  const hasVariance = ({ value }: RunExample) =>
    value.book?.positions.some(({ type }) => type === 'varianceSwap') === true;
  return runs.toSorted((a, b) => Number(hasVariance(b)) - Number(hasVariance(a)));
}

function bodyExamples(schema: string, runs: readonly RunExample[]): Record<string, unknown> {
  switch (schema) {
    case 'StressRunRequest':
      return {
        ...Object.fromEntries(runs.map(({ name, summary, value }) => [name, { summary, value }])),
        'by-id': { summary: 'The stored book in the stored market (store both examples first)', value: byId(runs[0]) },
      };
    case 'Book':
      return Object.fromEntries(runs.map(({ name, summary, value }) => [name, { summary, value: value.book }]));
    case 'Market':
      return Object.fromEntries(runs.map(({ name, summary, value }) => [name, { summary, value: value.market }]));
    case 'BookInMarket':
      return Object.fromEntries(
        runs.map(({ name, summary, value: { book, market } }) => [name, { summary, value: { book, market } }]),
      );
    default: {
      const named = NAMED_SCHEMAS.find(({ $id }) => $id === schema) as { examples?: readonly unknown[] } | undefined;
      if (named?.examples === undefined) throw new RangeError(`the body ${schema} has no example`);
      return Object.fromEntries(
        named.examples.map((value, i) => [`example-${i + 1}`, { summary: 'Runs as it stands', value }]),
      );
    }
  }
}

/** A run of what the first examples of a book and a market have stored, under the ids of the examples. */
function byId({ name, value: { scenarios, simulation } }: RunExample): StressRunRequest {
  return {
    bookId: name,
    marketId: name,
    ...(scenarios === undefined ? {} : { scenarios }),
    ...(simulation === undefined ? {} : { simulation }),
    label: 'by id',
  };
}

/** The document as `openapi.yaml` and as `GET /openapi.yaml` have it: the same bytes for the same routes. */
export function asYaml(document: unknown): string {
  return stringify(JSON.parse(JSON.stringify(document)), { lineWidth: 0, aliasDuplicateObjects: false });
}

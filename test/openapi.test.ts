import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import t from 'tap';
import { parse } from 'yaml';
import { FAILURE_REASONS } from '../schemas/failure.ts';
import { openApiYaml } from '../scripts/openapi-document.ts';
import { matchesSchema, startService } from './server/service.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Record<string, Schema>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly discriminator?: { propertyName: string; mapping: Record<string, string> };
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly additionalProperties?: Schema | boolean;
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly {
    name: string;
    in: string;
    description: string;
    example?: unknown;
    required: boolean;
  }[];
  readonly requestBody?: {
    content: Record<string, { schema: Schema; examples: Record<string, { summary: string; value: unknown }> }>;
  };
  readonly responses: Record<string, { description: string; content: Record<string, { schema: Schema }> }>;
}

const committed = readFileSync(new URL('../openapi.yaml', import.meta.url), 'utf8');
const document = parse(committed) as {
  openapi: string;
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
const schemas = document.components.schemas;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);
const named = (schema: Schema): string => (schema.$ref ?? '').replace('#/components/schemas/', '');

/** Every field of every schema, with where it is. */
function fieldsOf(where: string, schema: Schema): { where: string; field: Schema; optional: boolean }[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
      { where: `${where}.${name}`, field, optional: !(schema.required ?? []).includes(name) },
      ...fieldsOf(`${where}.${name}`, field),
    ]),
    ...inner.flatMap((one) => fieldsOf(where, one)),
  ];
}
const descriptionOf = (field: Schema): string | undefined => field.description ?? schemas[named(field)]?.description;

/** Names of the schemas that a request can hold. */
function reachable(from: readonly string[], seen = new Set<string>()): Set<string> {
  for (const name of from) {
    if (seen.has(name)) continue;
    seen.add(name);
    const refs = [...JSON.stringify(schemas[name] ?? {}).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    reachable(
      refs.map(([, ref = '']) => ref),
      seen,
    );
  }
  return seen;
}
const bodies = operations.flatMap(({ operation }) =>
  Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => named(schema)),
);

/** Operations whose answer is a stream or text. */
const NOT_JSON: Readonly<Record<string, string>> = {
  '/v1/stress-runs/{id}/events': 'text/event-stream',
  '/metrics': 'text/plain',
};

t.test('openapi.yaml is what the routes and schemas say', async (t) => {
  t.equal(await openApiYaml(), committed, 'run `npm run openapi` and commit the result');
});

t.test('every operation has its id, its words, a known tag and described answers', async (t) => {
  t.equal(document.openapi, '3.1.0');
  t.equal(new Set(operations.map(({ operation }) => operation.operationId)).size, operations.length);
  for (const { path, operation } of operations) {
    t.ok(operation.summary && operation.description, path);
    t.ok(
      document.tags.some(({ name, description }) => operation.tags.includes(name) && description !== ''),
      path,
    );
    for (const { description } of operation.parameters ?? []) t.ok(description, path);
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      t.ok(description && description !== 'Default Response', `${path} ${status}`);
      if (['204', '304'].includes(status)) {
        t.equal(content, undefined, `${path} ${status} has no body`);
        continue;
      }
      const other = status === '200' ? NOT_JSON[path] : undefined;
      if (other !== undefined) {
        t.same(Object.keys(content ?? {}), [other], `${path} ${status} is ${other}`);
        continue;
      }
      const type = Number(status) < 400 || path === '/readyz' ? 'application/json' : 'application/problem+json';
      t.ok(schemas[named(content[type]?.schema ?? {})], `${path} ${status} is ${type} of a named schema`);
    }
    if (operation.requestBody !== undefined) {
      for (const status of ['400', '413', '415', '422', '500']) t.ok(operation.responses[status], `${path} ${status}`);
    }
  }
});

t.test('every reference leads somewhere, and every schema is used', async (t) => {
  const refs = new Set([...committed.matchAll(/"?#\/components\/schemas\/(\w+)"?/g)].map(([, name = '']) => name));
  t.same(
    [...refs].filter((name) => schemas[name] === undefined),
    [],
  );
  t.same(
    Object.keys(schemas).filter((name) => !refs.has(name)),
    [],
  );
});

t.test('every field has a description', async (t) => {
  const fields = Object.entries(schemas).flatMap(([name, schema]) => fieldsOf(name, schema));
  t.ok(fields.length > 300);
  t.same(
    fields.filter(({ field }) => field.const === undefined && !descriptionOf(field)).map(({ where }) => where),
    [],
  );
});

t.test('every field of a request that may be left out says what then holds', async (t) => {
  const says = /Default: |Give this or|May be left out|in place of|Not available in this version/i;
  const requests = [...reachable(bodies)];
  const silent = requests
    .flatMap((name) => {
      // Where exactly one of the fields is chosen, none of them has a default.
      const choice = /exactly one of/i.test(schemas[name]?.description ?? '');
      return fieldsOf(name, schemas[name] ?? {}).filter(({ where }) => !(choice && where.split('.').length === 2));
    })
    .filter(({ field, optional }) => optional && !says.test(descriptionOf(field) ?? ''));
  t.ok(requests.includes('VarianceSwapPosition') && requests.includes('Regime'));
  t.same(
    silent.map(({ where, field }) => `${where}: ${descriptionOf(field)}`),
    [],
  );
});

t.test('every tagged union says which schema a tag means', async (t) => {
  const unions = Object.entries(schemas).filter(([, { oneOf }]) => oneOf !== undefined);
  t.ok(unions.length >= 5);
  for (const [name, { oneOf = [], discriminator }] of unions) {
    const { propertyName = '', mapping = {} } = discriminator ?? {};
    t.same(
      Object.values(mapping),
      oneOf.map(({ $ref }) => $ref),
      name,
    );
    for (const [tag, ref] of Object.entries(mapping)) {
      t.equal(schemas[named({ $ref: ref })]?.properties?.[propertyName]?.const, tag, `${name} ${tag}`);
    }
  }
});

t.test('the reasons of failures are the table, with their meanings', async (t) => {
  const reason = schemas.Failure?.properties?.reason;
  t.same(reason?.enum, Object.keys(FAILURE_REASONS));
  for (const [name, meaning] of Object.entries(FAILURE_REASONS)) {
    t.ok(reason?.description?.includes(`* \`${name}\`: ${meaning}`), name);
  }
});

t.test('the first example of a run is the one to start from, and waits for its verdict', async (t) => {
  const operation = document.paths['/v1/stress-runs']?.post;
  t.match(Object.keys(operation?.requestBody?.content['application/json']?.examples ?? {}), ['ai-basket']);
  const prefer = operation?.parameters?.find(({ name }) => name === 'Prefer');
  t.match(prefer, { in: 'header', example: 'wait=60', required: false });
});

t.test('every example runs unedited and is answered as its operation says', async (t) => {
  const { app, get, untilStatus } = await startService(t, {}, { threads: availableParallelism() });
  // In the order of the document, in which what is stored comes before the run that names it.
  for (const { path, method, operation } of operations.filter(({ operation }) => operation.requestBody !== undefined)) {
    const url = path.replaceAll(/\{(\w+)\}/g, (_, param: string) =>
      encodeURIComponent(String(operation.parameters?.find(({ name }) => name === param)?.example)),
    );
    for (const { schema, examples } of Object.values(operation.requestBody?.content ?? {})) {
      t.ok(Object.keys(examples).length > 0, path);
      // All examples of a PUT go to one id: the one to start from is to be there at the end.
      const ordered = Object.entries(examples);
      if (method === 'put') ordered.reverse();
      for (const [name, { summary, value }] of ordered) {
        matchesSchema(t, named(schema), value);
        t.ok(summary, name);
        const response = await app.inject({
          method: method.toUpperCase() as 'POST',
          url,
          headers: { 'content-type': 'application/json', prefer: 'wait=60' },
          payload: JSON.stringify(value),
        });
        const answered = named(operation.responses['200']?.content['application/json']?.schema ?? {});
        if (path === '/v1/stress-runs') {
          // A slow machine may need longer than a client may wait.
          const { id } = response.json();
          t.match(await untilStatus(id, 'succeeded'), { summary: { sentence: /\S/ } }, name);
          matchesSchema(t, answered, response.json());
          matchesSchema(t, 'StressResult', (await get(`${path}/${id}/result`)).json());
        } else {
          const accepted = method === 'put' ? [200, 201] : [200];
          t.ok(accepted.includes(response.statusCode), `${path} ${name}: ${response.body.slice(0, 300)}`);
          matchesSchema(t, answered, response.json());
        }
      }
    }
  }
});

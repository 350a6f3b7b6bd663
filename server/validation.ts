import { Ajv, type ValidateFunction } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import { NAMED_SCHEMAS } from '../schemas/registry.ts';
import { RequestRefused } from './errors.ts';
import { FailureCollector } from './found-failures.ts';
import { explain } from './schema-failures.ts';
import type { JsonSchema } from './schema-words.ts';

/** Named schemas by `$id`. */
const named: ReadonlyMap<string, JsonSchema> = new Map(
  NAMED_SCHEMAS.map((schema) => [schema.$id, schema as unknown as JsonSchema]),
);

/**
 * Ajv over the named schemas. It stops at the first error (see schema-failures.ts) and never changes a body: nothing
 * is removed, filled in or converted. Infinity, which is how 1e400 is read, is not a number.
 *
 * @param coerceTypes  for query parameters and headers, which are all strings
 */
export function schemaValidator({ coerceTypes }: { readonly coerceTypes: boolean }): Ajv {
  return new Ajv({
    schemas: [...NAMED_SCHEMAS],
    coerceTypes,
    allErrors: false,
    removeAdditional: false,
    useDefaults: false,
    discriminator: true,
    strict: true,
    // A tagged union requires its tag, which only its alternatives define.
    strictRequired: false,
    strictNumbers: true,
    allowUnionTypes: true,
    validateFormats: false,
  });
}

/** What Fastify calls to compile the schemas of a route. */
export function validatorCompiler(): FastifySchemaCompiler<unknown> {
  const forBodies = schemaValidator({ coerceTypes: false });
  const forText = schemaValidator({ coerceTypes: true });
  return ({ schema, httpPart }) => {
    const ours = schema as JsonSchema;
    if (httpPart === 'headers') return refusing(forText, inLowerCase(ours), explainText);
    return httpPart === 'body' ? refusing(forBodies, ours, explainBody) : refusing(forText, ours, explainText);
  };
}

function refusing(ajv: Ajv, schema: JsonSchema, explained: typeof explainBody) {
  const validate = ajv.compile(schema);
  return (value: unknown) => validate(value) || { error: new RequestRefused(explained(schema, value, validate)) };
}

/** Names of headers as Node gives them; Fastify leaves a schema to a compiler of one's own as it is written. */
function inLowerCase(schema: JsonSchema): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [name, header] of Object.entries(schema.properties ?? {})) properties[name.toLowerCase()] = header;
  return { ...schema, properties };
}

function explainBody(schema: JsonSchema, body: unknown, validate: ValidateFunction): FailureCollector {
  const failures = new FailureCollector();
  if (body === undefined || body === null) {
    // A body of `null` arrives here in the same way as none.
    failures.add(() => ({
      reason: 'empty_body',
      pointer: '',
      message: 'the body is missing; it must be a JSON object, sent as application/json',
    }));
    return failures;
  }
  explain(schema, body, { named, failures, name: 'the body' });
  return orAsAjvSays(failures, validate);
}

/** Query parameters and headers: a failure is named by the parameter, not by a pointer. */
function explainText(schema: JsonSchema, values: unknown, validate: ValidateFunction): FailureCollector {
  const byPointer = new FailureCollector();
  explain(schema, values, { named, failures: byPointer, name: 'the query' });
  const failures = new FailureCollector();
  for (const failure of orAsAjvSays(byPointer, validate).kept) {
    failures.add(() => ({ ...failure, pointer: failure.pointer.replace(/^\//, '') }));
  }
  return failures;
}

/** Should the two ever disagree, Ajv's own words are better than an empty list; a test holds that they do not. */
function orAsAjvSays(failures: FailureCollector, validate: ValidateFunction): FailureCollector {
  if (failures.total === 0) {
    for (const { instancePath, message } of validate.errors ?? []) {
      failures.add(() => ({
        reason: 'not_allowed',
        pointer: instancePath,
        message: message ?? 'the value is refused',
      }));
    }
  }
  return failures;
}

import { NAMED_SCHEMAS } from '../../schemas/registry.ts';
import type { JsonSchema } from '../schema-words.ts';

type OpenApiSchema = Record<string, unknown>;

/**
 * The named schemas as components of an OpenAPI 3.1 document. Written here, because the plugin drops what stands
 * beside a `$ref`, such as the default of a field, and knows nothing of discriminator mappings, without which a
 * client generator takes the name of the schema for the tag.
 */
export function componentSchemas(): Record<string, OpenApiSchema> {
  return Object.fromEntries(NAMED_SCHEMAS.map((schema) => [schema.$id, asOpenApi(schema as unknown as JsonSchema)]));
}

function asOpenApi(schema: JsonSchema): OpenApiSchema {
  const { $id: _, discriminator, ...rest } = schema;
  const converted: OpenApiSchema = {};
  for (const [keyword, value] of Object.entries(rest)) converted[keyword] = convert(keyword, value);
  if (discriminator !== undefined) {
    const { propertyName } = discriminator;
    converted.discriminator = { propertyName, mapping: mappingOf(schema.oneOf ?? [], propertyName) };
  }
  return converted;
}

function convert(keyword: string, value: unknown): unknown {
  switch (keyword) {
    case '$ref':
      return componentRef(String(value));
    case 'properties':
      return Object.fromEntries(
        Object.entries(value as Record<string, JsonSchema>).map(([name, field]) => [name, asOpenApi(field)]),
      );
    case 'items':
      return asOpenApi(value as JsonSchema);
    case 'additionalProperties':
      return typeof value === 'object' ? asOpenApi(value as JsonSchema) : value;
    case 'oneOf':
    case 'anyOf':
      return (value as JsonSchema[]).map(asOpenApi);
    default:
      return value;
  }
}

function mappingOf(branches: readonly JsonSchema[], tag: string): Record<string, string> {
  return Object.fromEntries(
    branches.map(({ $ref = '' }) => {
      const branch = NAMED_SCHEMAS.find(({ $id }) => `${$id}#` === $ref) as JsonSchema | undefined;
      return [String(branch?.properties?.[tag]?.const), componentRef($ref)];
    }),
  );
}

function componentRef(ref: string): string {
  return `#/components/schemas/${ref.replace(/#$/, '')}`;
}

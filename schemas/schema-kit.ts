import { type Static, type TSchema, Type } from 'typebox';

/**
 * Reference to a named schema, so that openapi.yaml shows one component instead of copies.
 * The schema must carry an `$id` and be listed in `registry.ts`.
 */
export function ref<T extends TSchema>(schema: T, options: { description?: string } = {}) {
  const id = (schema as { $id?: string }).$id;
  if (id === undefined) throw new RangeError('ref() needs a schema with an $id');
  return Type.Unsafe<Static<T>>({ $ref: `${id}#`, ...options });
}

/** A number, or null where the quantity does not exist (the description of the field says when). */
export function nullableNumber(options: Record<string, unknown> & { description: string }) {
  return Type.Unsafe<number | null>({ type: ['number', 'null'], ...options });
}

/** An object whose keys are ids; every value has one schema, whatever the key. */
export function byId<T extends TSchema>(value: T, options: Record<string, unknown> & { description: string }) {
  return Type.Unsafe<Record<string, Static<T>>>({ type: 'object', additionalProperties: value, ...options });
}

/** A closed list of strings, shown as `enum` in OpenAPI. */
export function stringEnum<const T extends readonly string[]>(values: T, options: Record<string, unknown> = {}) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });
}

/**
 * A union whose members are told apart by one field. Written by hand: TypeBox has no discriminator keyword, and without
 * it Ajv reports every branch.
 *
 * @param members  ids of named schemas, each with a literal under `tag`
 */
export function taggedUnion<T>($id: string, tag: string, members: readonly string[], description: string) {
  return Type.Unsafe<T>({
    $id,
    type: 'object',
    required: [tag],
    discriminator: { propertyName: tag },
    oneOf: members.map((id) => ({ $ref: `${id}#` })),
    description,
  });
}

/** Ids of the schemas in a table. */
export function schemaIds(table: Readonly<Record<string, TSchema>>): string[] {
  return Object.values(table).map((schema) => (schema as { $id?: string }).$id as string);
}

/** Options that make an object refuse fields it does not know. */
export const closed = { additionalProperties: false } as const;

/** Names chosen by the user: positions, underlyings, indices, regimes, scenarios, limits, tags. */
export function identifier(description: string, example: string) {
  return Type.String({
    description,
    minLength: 1,
    maxLength: 64,
    pattern: '^[A-Za-z0-9^][A-Za-z0-9 ._:^/&-]*$',
    examples: [example],
  });
}

import { either } from './wording.ts';

/** The part of JSON Schema that our schemas use. */
export interface JsonSchema {
  readonly $id?: string;
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly (string | number | null)[];
  readonly const?: string | number;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly discriminator?: { readonly propertyName: string };
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  /** false refuses unknown fields; a schema holds for every key of a map. */
  readonly additionalProperties?: boolean | JsonSchema;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly description?: string;
  readonly default?: unknown;
}

/** JSON type of a parsed value; `undefined` for one that is not there. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Patterns in words; one that is not listed is shown as it is. */
const forms: Readonly<Record<string, string>> = {
  '^[A-Za-z0-9^][A-Za-z0-9 ._:^/&-]*$':
    'begin with a letter, a digit or ^, and go on with these, spaces and . _ : / & - only',
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}$': 'be a date, YYYY-MM-DD',
  '^[A-Z]{3}$': 'be three capital letters, as USD',
  '^(0|[1-9][0-9]{0,19})$': 'be a whole number in digits, without a sign or leading zeros, at most 20 of them',
};

export function formOf(pattern: string): string {
  return forms[pattern] ?? `match ${pattern}`;
}

/** `greater than 0 and at most 10`; nothing for a number without bounds. */
export function bounds(schema: JsonSchema): string {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema;
  if (minimum !== undefined && maximum !== undefined) return `from ${minimum} to ${maximum}`;
  const low = minimum !== undefined ? `at least ${minimum}` : `greater than ${exclusiveMinimum}`;
  const high = maximum !== undefined ? `at most ${maximum}` : `less than ${exclusiveMaximum}`;
  const hasLow = minimum !== undefined || exclusiveMinimum !== undefined;
  const hasHigh = maximum !== undefined || exclusiveMaximum !== undefined;
  return [...(hasLow ? [low] : []), ...(hasHigh ? [high] : [])].join(' and ');
}

export function lengths(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return `at least ${min}`;
  return min === max ? `exactly ${min}` : `from ${min} to ${max}`;
}

/** What a schema allows, as the end of "it must be …". */
export function describe(schema: JsonSchema, lookUp?: (ref: string) => JsonSchema): string {
  if (schema.$ref !== undefined) return lookUp === undefined ? 'an object' : describe(lookUp(schema.$ref), lookUp);
  if (schema.anyOf !== undefined) return either(schema.anyOf.map((branch) => describe(branch, lookUp)));
  const allowed = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (allowed !== undefined) return either(allowed.map((one) => JSON.stringify(one)));
  const words = schema.type === undefined ? ['given'] : [schema.type].flat().map((type) => noun(type, schema));
  return either(words);
}

function noun(type: string, schema: JsonSchema): string {
  const range = bounds(schema);
  switch (type) {
    case 'number':
      return range === '' ? 'a number' : `a number ${range}`;
    case 'integer':
      return range === '' ? 'a whole number' : `a whole number ${range}`;
    case 'array':
      return 'a list';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    default:
      return type === 'object' ? 'an object' : `a ${type}`;
  }
}

/**
 * What a value that a schema refuses does wrong, in words for whoever wrote it.
 *
 * Ajv judges and stops at the first error, so that a hostile body costs no more than a valid one; this walks the
 * schema beside the value and explains. Asking Ajv for all errors instead gives one object for each error of each
 * branch of each union, hundreds of megabytes of them for a 16 MB body, to be sorted out again by path.
 */
import type { Failure, FailureReason } from '../schemas/failure.ts';
import { type FailureCollector } from './found-failures.ts';
import { pointer } from '../models/failures.ts';
import { bounds, describe, formOf, kindOf, lengths, type JsonSchema } from './schema-words.ts';
import { didYouMean, either, given } from './wording.ts';

/** Where the walk is: a chain, so that a pointer is only written for a failure. */
interface Place {
  readonly walk: Walk;
  readonly parent: Place | null;
  readonly step: string | number;
}

export interface Walk {
  /** Schemas by `$id`. */
  readonly named: ReadonlyMap<string, JsonSchema>;
  readonly failures: FailureCollector;
  /** How a message calls the whole value. */
  readonly name: string;
}

/**
 * Collects every failure of a value against a schema. Finds at least one exactly when Ajv refuses the value.
 *
 * @param schema  one of ours: it uses only the keywords handled here
 * @param value   as parsed
 * @param walk    where failures go, and how the value is called
 */
export function explain(schema: JsonSchema, value: unknown, walk: Walk): void {
  explainAt(schema, value, { walk, parent: null, step: '' });
}

function explainAt(schema: JsonSchema, value: unknown, place: Place): void {
  if (schema.$ref !== undefined) return explainAt(lookUp(place, schema.$ref), value, place);
  if (schema.discriminator !== undefined) return explainTagged(schema, schema.discriminator.propertyName, value, place);
  if (schema.anyOf !== undefined) return explainUnion(schema.anyOf, value, place);

  const types = schema.type === undefined ? [] : [schema.type].flat();
  const kind = kindOf(value);
  if (kind === 'number' && !Number.isFinite(value) && types.some((type) => type === 'number' || type === 'integer')) {
    return fail(place, 'not_finite', () => `${nameOf(place)} is a number too large for a double; ${must(schema)}`);
  }
  const fits = types.some((type) => type === kind || (type === 'integer' && Number.isInteger(value)));
  if (types.length > 0 && !fits) return refuse(place, 'wrong_type', value, must(schema));
  const allowed = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (allowed !== undefined && !allowed.includes(value as never)) {
    const hint = typeof value === 'string' ? didYouMean(value, allowed.map(String)) : '';
    return refuse(
      place,
      'not_allowed',
      value,
      `it must be ${either(allowed.map((one) => JSON.stringify(one)))}${hint}`,
    );
  }
  if (typeof value === 'number') explainNumber(schema, value, place);
  else if (typeof value === 'string') explainString(schema, value, place);
  else if (Array.isArray(value)) explainList(schema, value, place);
  else if (kind === 'object') explainObject(schema, value as Record<string, unknown>, place);
}

function explainNumber(schema: JsonSchema, value: number, place: Place): void {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema;
  if (
    (minimum !== undefined && value < minimum) ||
    (exclusiveMinimum !== undefined && value <= exclusiveMinimum) ||
    (maximum !== undefined && value > maximum) ||
    (exclusiveMaximum !== undefined && value >= exclusiveMaximum)
  ) {
    refuse(place, 'out_of_range', value, `it must be ${bounds(schema)}`);
  }
}

function explainString(schema: JsonSchema, value: string, place: Place): void {
  // A surrogate pair is one character, as JSON Schema counts.
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  const length = value.length > 2 * maxLength ? value.length : Array.from(value).length;
  if (length < minLength || length > maxLength) {
    refuse(place, 'wrong_length', value, `it has ${length} characters and must have ${lengths(minLength, maxLength)}`);
  } else if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    refuse(place, 'wrong_format', value, `it must ${formOf(schema.pattern)}`);
  }
}

function explainList(schema: JsonSchema, value: readonly unknown[], place: Place): void {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items } = schema;
  if (value.length < minItems || value.length > maxItems) {
    fail(
      place,
      'wrong_length',
      () => `${nameOf(place)} has ${value.length} items; it must have ${lengths(minItems, maxItems)}`,
    );
    // Items beyond what is allowed are not worth a line each.
    if (value.length > maxItems) return;
  }
  if (items !== undefined) {
    for (let i = 0; i < value.length; i++) explainAt(items, value[i], inItem(place, i));
  }
  if (schema.uniqueItems === true) {
    for (let i = 1; i < value.length; i++) {
      const first = value.indexOf(value[i]);
      if (first < i) refuse(inItem(place, i), 'not_unique', value[i], `${nameOf(place)}[${first}] is the same`);
    }
  }
}

function explainObject(schema: JsonSchema, value: Record<string, unknown>, place: Place): void {
  const properties = schema.properties ?? {};
  const known = Object.keys(properties);
  const missing = (schema.required ?? []).filter((field) => !Object.hasOwn(value, field));
  const others = schema.additionalProperties;

  for (const field of missing) {
    const expected = describe(properties[field] ?? {}, (ref) => lookUp(place, ref));
    fail(inField(place, field), 'required', () => `${field} is missing; it must be given: ${expected}`);
  }
  for (const field of Object.keys(value)) {
    if (Object.hasOwn(properties, field)) {
      explainAt(properties[field], value[field], inField(place, field));
    } else if (typeof others === 'object') {
      explainAt(others, value[field], inField(place, field));
    } else if (others === false) {
      fail(inField(place, field), 'unknown_field', () => {
        const hint = didYouMean(field, known);
        return `${nameOf(place)} has no field ${given(field)}${hint}; it has ${known.length === 0 ? 'none' : known.join(', ')}`;
      });
    }
  }

  const { minProperties = 0, maxProperties = Number.POSITIVE_INFINITY } = schema;
  const count = Object.keys(value).length;
  if (count < minProperties || count > maxProperties) {
    // An unknown field has its own line; a second one about the count would only repeat it.
    const chosen = known.filter((field) => Object.hasOwn(value, field));
    if (chosen.length === 1) return;
    const found = chosen.length === 0 ? 'none' : chosen.join(' and ');
    fail(place, 'exactly_one', () => `${nameOf(place)} has ${found} of ${known.join(', ')}; give exactly one`);
  }
}

function explainTagged(schema: JsonSchema, tag: string, value: unknown, place: Place): void {
  if (kindOf(value) !== 'object') return refuse(place, 'wrong_type', value, 'it must be an object');
  const branches = new Map(
    (schema.oneOf ?? []).map((branch) => {
      const alternative = lookUp(place, branch.$ref ?? '');
      return [String(alternative.properties?.[tag]?.const), alternative] as const;
    }),
  );
  const named = (value as Record<string, unknown>)[tag];
  const alternatives = either([...branches.keys()].map((one) => JSON.stringify(one)));
  const at = inField(place, tag);
  if (!Object.hasOwn(value as object, tag)) {
    return fail(at, 'required', () => `${tag} is missing; it must be ${alternatives}`);
  }
  if (typeof named !== 'string') return refuse(at, 'wrong_type', named, `it must be ${alternatives}`);
  const branch = branches.get(named);
  if (branch !== undefined) return explainAt(branch, value, place);
  refuse(at, 'unknown_type', named, `it must be ${alternatives}${didYouMean(named, [...branches.keys()])}`);
}

/** Goes into the one alternative whose JSON type the value has: that one was meant. */
function explainUnion(branches: readonly JsonSchema[], value: unknown, place: Place): void {
  const kind = kindOf(value);
  const resolved = branches.map((branch) => (branch.$ref === undefined ? branch : lookUp(place, branch.$ref)));
  const meant = resolved.find((branch) => [branch.type].flat().includes(kind));
  const alternatives = `it must be ${either(resolved.map((branch) => describe(branch, (ref) => lookUp(place, ref))))}`;
  if (meant === undefined) return refuse(place, 'wrong_type', value, alternatives);
  if (meant.enum !== undefined && !meant.enum.includes(value as never)) {
    return refuse(place, 'not_allowed', value, alternatives);
  }
  explainAt(meant, value, place);
}

function must(schema: JsonSchema): string {
  return `it must be ${describe(schema)}`;
}

function refuse(place: Place, reason: FailureReason, value: unknown, allowed: string): void {
  fail(place, reason, () => `${nameOf(place)} is ${given(value)}; ${allowed}`);
}

function fail(place: Place, reason: FailureReason, message: () => string): void {
  place.walk.failures.add((): Failure => ({ reason, pointer: pointerOf(place), message: message() }));
}

function inField(place: Place, field: string): Place {
  return { walk: place.walk, parent: place, step: field };
}

function inItem(place: Place, index: number): Place {
  return { walk: place.walk, parent: place, step: index };
}

function pointerOf({ parent, step }: Place): string {
  return parent === null ? '' : pointerOf(parent) + pointer(step);
}

/** `spot`, `positions[3]`, `the body`. */
function nameOf({ walk, parent, step }: Place): string {
  if (parent === null) return walk.name;
  return typeof step === 'number' ? `${nameOf(parent)}[${step}]` : step.slice(0, 64);
}

function lookUp({ walk }: Place, ref: string): JsonSchema {
  const schema = walk.named.get(ref.replace(/#$/, ''));
  if (schema === undefined) throw new RangeError(`$ref is ${ref}; need the $id of a named schema`);
  return schema;
}

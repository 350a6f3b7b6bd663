import { listed } from '../failures.ts';

/**
 * What this version leaves to a later one; the request is refused rather than half computed.
 *
 * @param found    the field and what it says: `policy is "interval"`
 * @param allowed  what it may say now
 */
export function notYet(found: string, allowed: string): string {
  return `${found}, which is part of the contract, but this version does not compute it yet; allowed now: ${allowed}`;
}

/**
 * An id that refers to nothing.
 *
 * @param found  the field and the id: `underlying is "NVDA"`
 * @param kind   what it should refer to
 * @param owner  where that would be defined
 * @param known  what is defined there
 */
export function noSuch(found: string, kind: string, owner: string, known: Iterable<string>): string {
  return `${found}, which is no ${kind} of the ${owner}; the ${owner} has ${listed([...known]) || 'none'}`;
}

/**
 * Of several fields exactly one must be given.
 *
 * @returns what is wrong, or undefined when exactly one is given
 */
export function notExactlyOne<Field extends string>(
  object: Readonly<Partial<Record<Field, unknown>>>,
  fields: readonly Field[],
): string | undefined {
  const given = fields.filter((field) => object[field] !== undefined);
  if (given.length === 1) return undefined;
  if (given.length === 0) return `none of ${all(fields)} is given; give exactly one`;
  const which = given.length === fields.length ? '' : ` of ${all(fields)}`;
  return `${all(given)} are given; give exactly one${which}`;
}

function all(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** A computed number without the rounding noise of its last digits: 1.2 for 1.2000000000000002. */
export function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** `1 row`, `2 rows`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

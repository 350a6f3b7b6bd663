import type { Failure } from '../../schemas/failure.ts';
import type { StoredVersion } from '../storage/library-store.ts';

/** Of the answer that a version is: it changes when the version is deleted, and then never again. */
export function entityTag({ version, hash, deletedAt }: Pick<StoredVersion, 'version' | 'hash' | 'deletedAt'>): string {
  return `"${version}-${hash}${deletedAt === undefined ? '' : '-deleted'}"`;
}

/** A list of entity tags, or any version at all. */
export type TagList = '*' | readonly string[];

const tag = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/y;
const separator = /[\t ]*(?:,[\t ]*)+/y;

/**
 * Reads the value of `If-Match` or `If-None-Match`.
 *
 * Grammar: RFC 9110, sections 8.8.3 and 13.1; empty list elements are allowed (section 5.6.1).
 *
 * @returns null for a text that is neither `*` nor a list
 */
export function readTags(header: string): TagList | null {
  const text = header.trim();
  if (text === '*') return '*';
  const tags: string[] = [];
  let position = /^(?:,[\t ]*)*/.exec(text)?.[0].length ?? 0;
  while (position < text.length) {
    tag.lastIndex = position;
    const found = tag.exec(text)?.[0];
    if (found === undefined) return null;
    tags.push(found);
    position += found.length;
    separator.lastIndex = position;
    const between = separator.exec(text)?.[0] ?? '';
    position += between.length;
    if (between === '' && position < text.length) return null;
  }
  return tags.length === 0 ? null : tags;
}

export interface Preconditions {
  readonly ifMatch?: TagList;
  readonly ifNoneMatch?: TagList;
}

/**
 * The conditions of a request.
 *
 * @param headers  as Node gives them: names in lower case, several headers of a name joined by commas
 * @param failures receives what cannot be read
 */
export function readPreconditions(headers: Readonly<Record<string, unknown>>, failures: Failure[]): Preconditions {
  const read = (name: 'If-Match' | 'If-None-Match'): TagList | undefined => {
    const header = headers[name.toLowerCase()];
    if (typeof header !== 'string') return undefined;
    const tags = readTags(header);
    if (tags !== null) return tags;
    const message = `${name} is ${JSON.stringify(header.slice(0, 200))}; it must be * or a list of entity tags in double quotes, as the header ETag gives them`;
    failures.push({ reason: 'wrong_format', pointer: name, message });
    return undefined;
  };
  const ifMatch = read('If-Match');
  const ifNoneMatch = read('If-None-Match');
  return { ...(ifMatch === undefined ? {} : { ifMatch }), ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }) };
}

/**
 * Whether a change may be made.
 *
 * @param current  tag of what the change would replace; undefined when there is nothing
 */
export function holds({ ifMatch, ifNoneMatch }: Preconditions, current: string | undefined): boolean {
  return (ifMatch === undefined || matches(ifMatch, current, 'strong')) && !namedBy(ifNoneMatch, current);
}

/** Whether `If-None-Match` names what is there: the client of a GET has it already. */
export function namedBy(ifNoneMatch: TagList | undefined, current: string | undefined): boolean {
  return ifNoneMatch !== undefined && matches(ifNoneMatch, current, 'weak');
}

/** RFC 9110, section 8.8.3.2: a weak tag equals nothing in a strong comparison, and its strong form in a weak one. */
function matches(tags: TagList, current: string | undefined, comparison: 'strong' | 'weak'): boolean {
  if (current === undefined) return false;
  if (tags === '*') return true;
  return tags.some((one) => one === current || (comparison === 'weak' && one === `W/${current}`));
}

import type { Scenario } from '../../schemas/scenario.ts';
import type { DocumentPage, PageQuery, StoredVersion } from '../storage/library-store.ts';

export interface MixedPage {
  readonly items: readonly (Scenario | Readonly<Record<string, unknown>>)[];
  readonly nextCursor: string | null;
}

/** A version as lists show it. */
export function listItem(version: StoredVersion): Readonly<Record<string, unknown>> {
  const { summary, bytes: _, ...fields } = version;
  return { ...fields, ...summary };
}

const word = 'shipped:';

/**
 * A page of shipped scenarios, in the order of the documentation, and then of stored ones.
 *
 * @param list  the stored ones; gives null for a cursor that is not its own
 * @returns null for a cursor that is neither's
 */
export async function pageWithShipped(
  shipped: readonly Scenario[],
  { limit, cursor }: PageQuery,
  list: (page: PageQuery) => Promise<DocumentPage | null>,
): Promise<MixedPage | null> {
  const last = cursor === undefined ? '' : lastShipped(cursor);
  const from = last === null ? shipped.length : shipped.findIndex(({ id }) => id === last) + 1;
  if (last !== null && last !== '' && from === 0) return null;
  const first = shipped.slice(from, from + limit);
  const room = limit - first.length;
  // One is asked for when there is no room, to know whether there is another page.
  const stored = await list({ limit: Math.max(1, room), ...(cursor !== undefined && last === null ? { cursor } : {}) });
  if (stored === null) return null;
  if (room > 0) return { items: [...first, ...stored.items.map(listItem)], nextCursor: stored.nextCursor };
  const isLast = from + limit >= shipped.length && stored.items.length === 0;
  const { id } = first[first.length - 1];
  return { items: first, nextCursor: isLast ? null : Buffer.from(`${word}${id}`).toString('base64url') };
}

/** Id in the cursor of a page that ended among the shipped ones; null in that of another. */
function lastShipped(cursor: string): string | null {
  const text = Buffer.from(cursor, 'base64url').toString();
  return text.startsWith(word) && text.length > word.length ? text.slice(word.length) : null;
}

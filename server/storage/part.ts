import type { Queryable } from './database.ts';

/** `request`, `result`, or `scenario N` for the result of one scenario of a run that is being joined. */
export type PartKind = 'request' | 'result' | `scenario ${number}`;

/**
 * Characters of a part. Every statement blocks the event loop on an embedded database: writing this many takes about
 * 10 ms there, and reading them 2 ms; ten times as many take ten times as long.
 */
const partLength = 256 * 1024;

/** Stores a text of a run in parts, each by a statement of its own. */
export async function writeParts(tx: Queryable, place: number, kind: PartKind, text: string): Promise<void> {
  for (const [part, body] of partsOf(text).entries()) {
    await tx.query('INSERT INTO rho90.run_part (place, kind, part, body) VALUES ($1, $2, $3, $4)', [
      place,
      kind,
      part,
      body,
    ]);
  }
}

/**
 * The text of a run as it was stored.
 *
 * @returns undefined when there is none, or when it is being deleted
 */
export async function readParts(database: Queryable, place: number, kind: PartKind): Promise<string | undefined> {
  const [{ bytes }] = await database.query<{ bytes: number | null }>(
    'SELECT sum(octet_length(body))::bigint AS bytes FROM rho90.run_part WHERE place = $1 AND kind = $2',
    [place, kind],
  );
  if (bytes === null) return undefined;
  return joinParts(bytes, async (part) => {
    const [row] = await database.query<{ body: string }>(
      'SELECT body FROM rho90.run_part WHERE place = $1 AND kind = $2 AND part = $3',
      [place, kind, part],
    );
    return row?.body;
  });
}

/** A text in pieces that are small enough for one statement each, none of which ends within a character. */
export function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = endOfPart(text, start);
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}

/**
 * Reads pieces, from the first on, until the text is whole.
 *
 * @param bytes  of the text in UTF-8
 * @param read   gives a piece by its number, or undefined when it is not there
 * @returns undefined when a piece is missing
 */
export async function joinParts(
  bytes: number,
  read: (part: number) => Promise<string | undefined>,
): Promise<string | undefined> {
  const parts: string[] = [];
  let found = 0;
  while (found < bytes) {
    const body = await read(parts.length);
    if (body === undefined) return undefined;
    parts.push(body);
    found += Buffer.byteLength(body);
  }
  return parts.join('');
}

/** A character outside the basic plane is two units long and has no UTF-8 for half of it. */
function endOfPart(text: string, start: number): number {
  const end = Math.min(text.length, start + partLength);
  const last = text.charCodeAt(end - 1);
  const isSplit = end < text.length && last >= 0xd800 && last <= 0xdbff;
  return isSplit ? end + 1 : end;
}

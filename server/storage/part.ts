import type { Queryable } from './database.ts';

/** `request`, `result`, or `scenario N` for the result of one scenario of a run that is being joined. */
export type PartKind = 'request' | 'result' | `scenario ${number}`;

/**
 * Characters of a part. Every statement blocks the event loop on an embedded database: writing this many takes about
 * 10 ms there, and reading them 2 ms; ten times as many take ten times as long.
 */
const partLength = 256 * 1024;

/** Stores a text in parts, each by a statement of its own. */
export async function writeParts(tx: Queryable, place: number, kind: PartKind, text: string): Promise<void> {
  let part = 0;
  for (let start = 0; start < text.length; ) {
    const end = endOfPart(text, start);
    await tx.query('INSERT INTO rho90.run_part (place, kind, part, body) VALUES ($1, $2, $3, $4)', [
      place,
      kind,
      part++,
      text.slice(start, end),
    ]);
    start = end;
  }
}

/**
 * The text as it was stored.
 *
 * @returns undefined when there is none, or when it is being deleted
 */
export async function readParts(database: Queryable, place: number, kind: PartKind): Promise<string | undefined> {
  const [{ count }] = await database.query<{ count: number }>(
    'SELECT count(*) AS count FROM rho90.run_part WHERE place = $1 AND kind = $2',
    [place, kind],
  );
  const parts: string[] = [];
  for (let part = 0; part < count; part++) {
    const [row] = await database.query<{ body: string }>(
      'SELECT body FROM rho90.run_part WHERE place = $1 AND kind = $2 AND part = $3',
      [place, kind, part],
    );
    if (row === undefined) return undefined;
    parts.push(row.body);
  }
  return count === 0 ? undefined : parts.join('');
}

/** A character outside the basic plane is two units long and has no UTF-8 for half of it. */
function endOfPart(text: string, start: number): number {
  const end = Math.min(text.length, start + partLength);
  const last = text.charCodeAt(end - 1);
  const isSplit = end < text.length && last >= 0xd800 && last <= 0xdbff;
  return isSplit ? end + 1 : end;
}

/** Longer than any field name or id, and short enough to keep a message on a line. */
const maxGiven = 80;
const maxItems = 5;

/**
 * A value as a message shows it: JSON, at most 80 characters, cut off where it is longer.
 * Never recurses further than two levels, since the value comes from outside.
 */
export function given(value: unknown): string {
  const text = brief(value, 2);
  return text.length <= maxGiven ? text : `${text.slice(0, maxGiven - 1)}…`;
}

function brief(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, maxGiven));
  if (value === undefined) return 'missing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) {
    if (depth === 0 && value.length > 0) return '[…]';
    const items = value.slice(0, maxItems).map((item) => brief(item, depth - 1));
    return `[${items.join(',')}${value.length > maxItems ? ',…' : ''}]`;
  }
  const fields: string[] = [];
  for (const field in value) {
    if (depth === 0 || fields.length === maxItems) return `{${[...fields, '…'].join(',')}}`;
    const inner = (value as Record<string, unknown>)[field];
    fields.push(`${JSON.stringify(field.slice(0, maxGiven))}:${brief(inner, depth - 1)}`);
  }
  return `{${fields.join(',')}}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function either(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** ` (did you mean "strike"?)` when one of the known words is close to the one given, else nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (word.length > maxGiven) return '';
  let best = '';
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const lower = candidate.toLowerCase();
    const asked = word.toLowerCase();
    // A word that begins like a known one (`percent`) is meant for it, however much is missing.
    const begins = asked.length >= 4 && (lower.startsWith(asked) || asked.startsWith(lower));
    const distance = begins ? 1 : editDistance(asked, lower);
    if (distance < least && distance <= Math.max(1, Math.floor(candidate.length / 3))) {
      least = distance;
      best = candidate;
    }
  }
  return best === '' ? '' : ` (did you mean ${JSON.stringify(best)}?)`;
}

/**
 * Fewest insertions, deletions and substitutions that turn one word into the other.
 *
 * Source: Wagner and Fischer 1974, "The string-to-string correction problem", J. ACM 21(1), one row at a time.
 */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

const lineWidth = 120;

/**
 * JSON as a reader wants it and as the formatter of this repository leaves it: what fits a line stays on one, rows of a
 * matrix and objects of a list each start a line, long rows of numbers are filled.
 *
 * @param value  plain data: no undefined, no number that is not finite
 */
export function jsonText(value: unknown): string {
  return `${print(value, 0, 0)}\n`;
}

/** @param column  where the value starts; @param indent  of the line it starts on */
function print(value: unknown, column: number, indent: number): string {
  const flat = onOneLine(value);
  const isCollection = typeof value === 'object' && value !== null;
  // One column is left for the comma that may follow.
  if (!isCollection || (!mustBreak(value) && column + flat.length + 1 <= lineWidth)) return flat;
  const inner = indent + 2;
  const pad = ' '.repeat(inner);
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const body = items.every((item) => typeof item === 'number')
      ? fill(items.map(String), pad)
      : items.map((item) => pad + print(item, inner, inner)).join(',\n');
    return `[\n${body}\n${' '.repeat(indent)}]`;
  }
  const fields = Object.entries(value).map(([key, item]) => {
    const name = `${JSON.stringify(key)}: `;
    return pad + name + print(item, inner + name.length, inner);
  });
  return `{\n${fields.join(',\n')}\n${' '.repeat(indent)}}`;
}

function onOneLine(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${value} has no JSON`);
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${onOneLine(item)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** Lists of more than one object or row read as a table, and an object that holds such a list cannot fit a line. */
function mustBreak(value: object): boolean {
  const items: unknown[] = Object.values(value);
  const isTable =
    Array.isArray(value) &&
    items.length > 1 &&
    items.every((item) => typeof item === 'object' && item !== null && Object.keys(item).length > 1);
  return isTable || items.some((item) => typeof item === 'object' && item !== null && mustBreak(item));
}

function fill(words: readonly string[], pad: string): string {
  const lines: string[] = [];
  let line = pad;
  for (const [at, word] of words.entries()) {
    const text = at === words.length - 1 ? word : `${word},`;
    if (line === pad) line += text;
    else if (line.length + 1 + text.length <= lineWidth) line += ` ${text}`;
    else {
      lines.push(line);
      line = pad + text;
    }
  }
  return [...lines, line].join('\n');
}

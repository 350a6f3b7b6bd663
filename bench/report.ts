/**
 * What a part of the suite hands back: rows for programs, tables for people. A table is printed as it is made, so that
 * the text, the document and the JSON cannot say different things.
 */
export interface Section {
  readonly title: string;
  /** What was measured and how, and what the numbers leave out: one sentence or more a line. */
  readonly notes: readonly string[];
  readonly tables: readonly Table[];
  readonly rows: readonly Row[];
}

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly cells: readonly (readonly string[])[];
}

/** `kind` says which fields there are; those of all kinds come first. */
export interface Row {
  readonly kind: string;
  readonly name: string;
  readonly workload: string;
  readonly names: number;
  readonly threads: number;
  readonly [field: string]: string | number | boolean | null | readonly string[];
}

/** Columns padded; the first to the left, numbers to the right. */
export function textOf({ title, notes, tables }: Section): string {
  const lines = [`== ${title}`, ...notes];
  for (const { caption, head, cells } of tables) {
    const rows = [head, ...cells];
    const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
    if (caption !== '') lines.push('', caption);
    for (const row of rows) {
      const padded = widths.map((width, column) =>
        column === 0 ? (row[column] ?? '').padEnd(width) : (row[column] ?? '').padStart(width),
      );
      lines.push(padded.join('  ').trimEnd());
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The same for docs/performance.md, with the command that prints it. */
export function markdownOf({ title, notes, tables }: Section, command: string): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const parts = [`## ${title}`, `\`${command}\``, notes.join('\n\n')];
  for (const { caption, head, cells } of tables) {
    if (caption !== '') parts.push(`${caption}:`);
    const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
    parts.push([line(head), line(rule), ...cells.map(line)].join('\n'));
  }
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Three figures: 4.07, 15.3, 167, 1,456. */
export function figures(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** 12 ms, 3.4 s, 2.1 min, 5.2 h. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${figures(seconds * 1000)} ms`;
  if (seconds < 120) return `${figures(seconds)} s`;
  return seconds < 7200 ? `${figures(seconds / 60)} min` : `${figures(seconds / 3600)} h`;
}

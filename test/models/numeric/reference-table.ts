import { readFileSync } from 'node:fs';

/** [argument, value rounded to a double, what the rounding left out]. */
export type ReferenceRow = readonly [number, number, number];

interface ReferenceTable {
  readonly source: string;
  readonly exp: readonly ReferenceRow[];
  readonly log: readonly ReferenceRow[];
  readonly normalCdf: readonly ReferenceRow[];
  readonly normalQuantile: readonly ReferenceRow[];
  readonly sinPi: readonly ReferenceRow[];
  readonly cosPi: readonly ReferenceRow[];
}

/** 50-digit values; made by scripts/make-elementary-reference.py. */
export const reference = JSON.parse(
  readFileSync(new URL('../../reference/elementary.json', import.meta.url), 'utf8'),
) as ReferenceTable;

export interface WorstError {
  readonly error: number;
  readonly argument: number;
  readonly expected: number;
  readonly got: number;
}

/** The row where a function is furthest off, by absolute or relative error. */
export function worstError(
  rows: readonly ReferenceRow[],
  candidate: (x: number) => number,
  kind: 'absolute' | 'relative',
): WorstError {
  let worst: WorstError = { error: -1, argument: Number.NaN, expected: Number.NaN, got: Number.NaN };
  for (const [argument, expected, rest] of rows) {
    const got = candidate(argument);
    const absolute = Math.abs(got - expected - rest);
    const error = kind === 'absolute' || absolute === 0 ? absolute : absolute / Math.abs(expected);
    if (!(error <= worst.error)) worst = { error, argument, expected, got };
  }
  return worst;
}

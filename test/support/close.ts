import type { Test } from 'tap';

/** An estimate, what it should be, and how far off it may be. */
export interface Closeness {
  readonly value: number;
  readonly expected: number;
  /** Standard error of the Monte Carlo estimate. */
  readonly error: number;
  /** What the estimate may be off for another reason, which the test states. */
  readonly bias?: number;
}

/**
 * Seeds are fixed, so a test passes or fails for good; four standard errors is what a right engine exceeds on one seed
 * in 16,000, and a wrong one on nearly all if the error is small enough for the difference to matter.
 */
const STANDARD_ERRORS = 4;

/** Asserts that a Monte Carlo estimate agrees with its expectation in its own standard errors. */
export function agrees(t: Test, name: string, { value, expected, error, bias = 0 }: Closeness): void {
  const allowed = STANDARD_ERRORS * error + bias;
  const off = Math.abs(value - expected);
  t.ok(
    Number.isFinite(error) && off <= allowed,
    `${name}: got ${value}, expected ${expected}, off ${off}, allowed ${allowed}`,
  );
}

/** Asserts that two numbers differ by at most `within`. */
export function near(t: Test, name: string, value: number, expected: number, within: number): void {
  const off = Math.abs(value - expected);
  t.ok(off <= within, `${name}: got ${value}, expected ${expected}, off ${off}, allowed ${within}`);
}

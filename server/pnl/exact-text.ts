/** Numbers written at a time: some 150 kB of text, which takes a few milliseconds. */
export const NUMBERS_A_PIECE = 8192;

/**
 * The shortest decimal that is read back as the same double, in JSON and in CSV.
 *
 * @throws RangeError when it is not finite: neither format has a word for it
 */
export function exactText(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`value is ${value}; need a finite number`);
  // The language writes -0 as 0.
  return Object.is(value, -0) ? '-0' : String(value);
}

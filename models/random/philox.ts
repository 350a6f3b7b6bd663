const ROUNDS = 10;
/** Multipliers, whole and by 16-bit halves. */
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_0_LOW = 0x1f53;
const MULTIPLIER_0_HIGH = 0xd251;
const MULTIPLIER_1 = 0xcd9e8d57;
const MULTIPLIER_1_LOW = 0x8d57;
const MULTIPLIER_1_HIGH = 0xcd9e;
/** Weyl steps of the key: the golden ratio and sqrt(3) - 1, as 0.32 fixed point. */
const KEY_STEP_0 = 0x9e3779b9;
const KEY_STEP_1 = 0xbb67ae85;

/**
 * Philox 4x32-10: a counter-based generator. The same counter and key always give the same four words, so any draw of
 * any path can be made alone, in any order, on any thread.
 *
 * Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * SC11 (2011), section 3.3.
 * @param c0 counter words; only their low 32 bits count, signed or not
 * @param k0 key words, likewise
 * @param out receives four words at `at` .. `at + 3`; nothing is allocated
 * @param at  index of the first word
 */
export function philox4x32(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array | Int32Array,
  at: number,
): void {
  let x0 = c0 | 0;
  let x1 = c1 | 0;
  let x2 = c2 | 0;
  let x3 = c3 | 0;
  let key0 = k0 | 0;
  let key1 = k1 | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(x0, MULTIPLIER_0_LOW, MULTIPLIER_0_HIGH);
    const low0 = Math.imul(x0, MULTIPLIER_0);
    const high1 = multiplyHigh(x2, MULTIPLIER_1_LOW, MULTIPLIER_1_HIGH);
    const low1 = Math.imul(x2, MULTIPLIER_1);
    x0 = high1 ^ x1 ^ key0;
    x1 = low1;
    x2 = high0 ^ x3 ^ key1;
    x3 = low0;
    key0 = (key0 + KEY_STEP_0) | 0;
    key1 = (key1 + KEY_STEP_1) | 0;
  }
  out[at] = x0;
  out[at + 1] = x1;
  out[at + 2] = x2;
  out[at + 3] = x3;
}

/** High word of the unsigned 64-bit product; by halves, since a double holds only 53 bits. */
function multiplyHigh(a: number, low: number, high: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  // Neither sum overflows 32 bits: (2^16 - 1)^2 + (2^16 - 1) < 2^32.
  const middle = (Math.imul(aHigh, low) + (Math.imul(aLow, low) >>> 16)) | 0;
  const carry = (Math.imul(aLow, high) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, high) + (middle >>> 16) + (carry >>> 16)) | 0;
}

import { normalPairFromWords, REFINED_RADIUS_WORDS } from './box-muller.ts';
import { philox4x32 } from './philox.ts';

// The map from what a draw is for to the generator's counter. It is part of the engine's definition: a change here
// changes every stored result.
//
//   key     = (low word of the seed, high word of the seed)
//   counter = (path, day, purpose, block)

/** Key of the generator: the two words of the seed, unsigned. */
export interface DrawKey {
  readonly lo: number;
  readonly hi: number;
}

/** Third counter word: draws for different purposes never share a word. Numbers are never reused. */
export const drawPurposes = {
  /** Diffusion of the day's returns; block = underlying >> 2. */
  normals: 0,
  /** Regime of a day; the counter's day is day >> 2, the word day & 3, block 0. */
  regime: 1,
  /** Low bits of a small radius word of `normals`, same day and block. */
  tailRefinement: 2,
  /** Jump common to all underlyings. */
  systemicJump: 3,
  /** Jump of one underlying; block = underlying. */
  idiosyncraticJump: 4,
  /** Whether a dated event happens, and its sizes. */
  event: 5,
} as const;
// A pilot needs no purpose of its own: its path numbers start at 2³¹, which no run reaches (sampling/choose-sampling.ts).

export type DrawPurpose = (typeof drawPurposes)[keyof typeof drawPurposes];

const TWO_M32 = 2.3283064365386963e-10;
const TWO_M33 = 1.1641532182693481e-10;
const TWO_POW_64 = 2n ** 64n;

// Scratch, overwritten by every call and never read across calls.
const words = new Int32Array(4);
const refinement = new Int32Array(4);

/**
 * Key for a seed.
 * @param seed uint64 in decimal, no sign, no leading zeros
 * @throws RangeError when it is anything else
 */
export function seedKey(seed: string): DrawKey {
  if (!/^(?:0|[1-9][0-9]{0,19})$/.test(seed) || BigInt(seed) >= TWO_POW_64) {
    throw new RangeError(`seed is ${JSON.stringify(seed)}; need a decimal integer from 0 to 18446744073709551615`);
  }
  const value = BigInt(seed);
  return { lo: Number(value & 0xffffffffn), hi: Number(value >> 32n) };
}

/**
 * The four random words of a counter.
 * @param path  0 to 2^32 - 1
 * @param day   day of the path
 * @param block which four words of that path, day and purpose
 * @param out   receives four words at `at` .. `at + 3`
 */
export function drawWords(
  path: number,
  day: number,
  purpose: DrawPurpose,
  block: number,
  key: DrawKey,
  out: Uint32Array | Int32Array,
  at: number,
): void {
  philox4x32(path, day, purpose, block, key.lo, key.hi, out, at);
}

/**
 * Four independent standard normals of a path's day: those of the underlyings 4 block … 4 block + 3.
 *
 * Words 0 and 1 of a block make its first two normals, words 2 and 3 the other two (normalPairFromWords: radius word,
 * angle word). A small radius word of the first pair is refined by word 0 of the refinement block, of the second pair by
 * word 1.
 * @param out  receives four normals at `at` .. `at + 3`
 */
export function normalsOfBlock(
  path: number,
  day: number,
  block: number,
  key: DrawKey,
  out: Float64Array,
  at: number,
): void {
  philox4x32(path, day, drawPurposes.normals, block, key.lo, key.hi, words, 0);
  if (words[0] >>> 0 < REFINED_RADIUS_WORDS || words[2] >>> 0 < REFINED_RADIUS_WORDS) {
    philox4x32(path, day, drawPurposes.tailRefinement, block, key.lo, key.hi, refinement, 0);
  }
  normalPairFromWords(words[0], words[1], refinement[0], out, at);
  normalPairFromWords(words[2], words[3], refinement[1], out, at + 2);
}

/**
 * The random word that decides the regime of a day: compared, as a uint32, with thresholds probability * 2^32.
 * Four days share one call of the generator.
 * @returns integer in [0, 2^32)
 */
export function regimeWord(path: number, day: number, key: DrawKey): number {
  philox4x32(path, day >> 2, drawPurposes.regime, 0, key.lo, key.hi, words, 0);
  return words[day & 3] >>> 0;
}

/**
 * A uniform number from a random word, (word + 1/2) / 2^32.
 * @param word 32 random bits, signed or unsigned
 * @returns in (0, 1), never 0 or 1
 */
export function uniformFromWord(word: number): number {
  return (word >>> 0) * TWO_M32 + TWO_M33;
}

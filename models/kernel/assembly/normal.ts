import { LOG_BIAS, Elementary } from './elementary';
import { Lanes } from './lanes';
import { TAIL_REFINEMENT, drawWords } from './random';

// Normals from the words of drawNormalWords: random/box-muller.ts for four paths at once.

const REFINED_RADIUS_WORDS: u32 = 256;
const TWO_M32: f64 = 2.3283064365386963e-10;
const TWO_M33: f64 = 1.1641532182693481e-10;

/** [0] 2^-32, [1] 2^-33, [2] 2^52 - 1/2, [3] -2 */
const PAIR: usize = memory.data<f64>([TWO_M32, TWO_M33, 4503599627370495.5, -2], 16);
/** cos(pi b) and sin(pi b) / b as polynomials in b^2, from their highest power */
const COSINE: usize = memory.data<f64>(
  [
    4.149564353942586e-6, -0.00010456655338748738, 0.0019295562724817132, -0.025806888737002202, 0.23533063012953284,
    -1.335262768843447, 4.058712126416497, -4.934802200544676, 1,
  ],
  16,
);
const SINE: usize = memory.data<f64>(
  [
    7.697826768224191e-7, -2.1903497074626018e-5, 0.0004662998161898394, -0.007370430505916944, 0.0821458865731029,
    -0.5992645293189447, 2.5501640398773007, -5.167712780049969, 3.141592653589793,
  ],
  16,
);
/** High words of 2^52, which make a double of an unsigned word below. */
const HIGH_WORDS: usize = memory.data<u32>([0x43300000, 0x43300000, 0x43300000, 0x43300000], 16);

/** Logarithms of four radius words. */
const logs: usize = memory.data(32, 16);

abstract class Pair {
  /**
   * A pair of normals for four paths.
   * @param a       2^32 u of paths 0 and 1
   * @param b       2^32 u of paths 2 and 3
   * @param angles  four angle words
   * @param first   receives the cosines' normals
   * @param second  receives the sines' normals
   */
  @inline
  static store(a: v128, b: v128, angles: v128, first: usize, second: usize): void {
    Elementary.log(a, b, Lanes.constant(LOG_BIAS, 1), logs);
    let c = Lanes.constant(PAIR, 0);
    let next = Lanes.constant(PAIR, 1);
    const bA = Lanes.madd(f64x2.convert_low_i32x4_s(angles), c, next);
    const bB = Lanes.madd(f64x2.convert_low_i32x4_s(v128.shuffle<i32>(angles, angles, 2, 3, 2, 3)), c, next);
    const vA = f64x2.mul(bA, bA);
    const vB = f64x2.mul(bB, bB);
    c = Lanes.constant(PAIR, 3);
    const radiusA = f64x2.sqrt(f64x2.mul(c, v128.load(logs)));
    const radiusB = f64x2.sqrt(f64x2.mul(c, v128.load(logs, 16)));
    c = Lanes.constant(SINE, 0);
    next = Lanes.constant(SINE, 1);
    let pA = Lanes.madd(c, vA, next);
    let pB = Lanes.madd(c, vB, next);
    for (let k: usize = 2; k < 9; k++) {
      next = Lanes.constant(SINE, k);
      pA = Lanes.madd(pA, vA, next);
      pB = Lanes.madd(pB, vB, next);
    }
    v128.store(second, f64x2.mul(radiusA, f64x2.mul(bA, pA)));
    v128.store(second, f64x2.mul(radiusB, f64x2.mul(bB, pB)), 16);
    c = Lanes.constant(COSINE, 0);
    next = Lanes.constant(COSINE, 1);
    pA = Lanes.madd(c, vA, next);
    pB = Lanes.madd(c, vB, next);
    for (let k: usize = 2; k < 9; k++) {
      next = Lanes.constant(COSINE, k);
      pA = Lanes.madd(pA, vA, next);
      pB = Lanes.madd(pB, vB, next);
    }
    // The lowest bit of the angle becomes the sign.
    const zero = i32x4.splat(0);
    const signs = i32x4.shl(angles, 31);
    pA = v128.xor(pA, v128.shuffle<i32>(zero, signs, 0, 4, 1, 5));
    pB = v128.xor(pB, v128.shuffle<i32>(zero, signs, 2, 6, 3, 7));
    v128.store(first, f64x2.mul(radiusA, pA));
    v128.store(first, f64x2.mul(radiusB, pB), 16);
  }
}

/**
 * Normals of a tile.
 * @param words   of drawNormalWords: radius and angle words by turns, 32 bytes a pair
 * @param places  where each normal goes, in bytes from `to`: two u32 a pair
 * @param count   pairs
 * @param paths   path numbers of the tile
 * @param blocks  block numbers
 */
export function normalsOfTile(
  words: usize,
  places: usize,
  to: usize,
  count: i32,
  paths: v128,
  day: u32,
  blocks: usize,
): void {
  const high = v128.load(HIGH_WORDS);
  const offset = Lanes.constant(PAIR, 2);
  let least = i32x4.splat(-1);
  for (let i = 0, at = words, place = places; i < count; i++, at += 32, place += 8) {
    const radii = v128.load(at);
    least = i32x4.min_u(least, radii);
    const a = f64x2.sub(v128.shuffle<i32>(radii, high, 0, 4, 1, 5), offset);
    const b = f64x2.sub(v128.shuffle<i32>(radii, high, 2, 6, 3, 7), offset);
    Pair.store(a, b, v128.load(at, 16), to + load<u32>(place), to + load<u32>(place, 4));
  }
  if (v128.any_true(i32x4.lt_u(least, i32x4.splat(REFINED_RADIUS_WORDS)))) {
    refineTails(words, places, to, count, paths, day, blocks);
  }
}

const refinement: usize = memory.data(64, 16);
const refined: usize = memory.data(32, 16);

/** Draws again, with 32 more bits, the pairs that have a small radius word. */
function refineTails(words: usize, places: usize, to: usize, count: i32, paths: v128, day: u32, blocks: usize): void {
  for (let i = 0; i < count; i++, words += 32, places += 8) {
    const radii = v128.load(words);
    if (!v128.any_true(i32x4.lt_u(radii, i32x4.splat(REFINED_RADIUS_WORDS)))) continue;
    drawWords(paths, day, TAIL_REFINEMENT, load<u32>(blocks + ((i >> 1) << 2)), refinement, 16);
    for (let lane: usize = 0; lane < 4; lane++) {
      const word = load<u32>(words + 4 * lane);
      const bits = load<u32>(refinement + 16 * (i & 1) + 4 * lane);
      const fraction = word < REFINED_RADIUS_WORDS ? <f64>bits * TWO_M32 + TWO_M33 : 0.5;
      store<f64>(refined + 8 * lane, <f64>word + fraction);
    }
    const first = to + load<u32>(places);
    const second = to + load<u32>(places, 4);
    Pair.store(v128.load(refined), v128.load(refined, 16), v128.load(words, 16), first, second);
  }
}

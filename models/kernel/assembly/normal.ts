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
    next = Lanes.constant(SINE, 2);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    next = Lanes.constant(SINE, 3);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    next = Lanes.constant(SINE, 4);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    next = Lanes.constant(SINE, 5);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    next = Lanes.constant(SINE, 6);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    next = Lanes.constant(SINE, 7);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    next = Lanes.constant(SINE, 8);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    v128.store(second, f64x2.mul(radiusA, f64x2.mul(bA, pA)));
    v128.store(second, f64x2.mul(radiusB, f64x2.mul(bB, pB)), 16);
    c = Lanes.constant(COSINE, 0);
    next = Lanes.constant(COSINE, 1);
    pA = Lanes.madd(c, vA, next);
    pB = Lanes.madd(c, vB, next);
    next = Lanes.constant(COSINE, 2);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    next = Lanes.constant(COSINE, 3);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    next = Lanes.constant(COSINE, 4);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    next = Lanes.constant(COSINE, 5);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    next = Lanes.constant(COSINE, 6);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    next = Lanes.constant(COSINE, 7);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    next = Lanes.constant(COSINE, 8);
    pA = Lanes.madd(pA, vA, next);
    pB = Lanes.madd(pB, vB, next);
    // The lowest bit of the angle becomes the sign.
    const zero = i32x4.splat(0);
    const signs = i32x4.shl(angles, 31);
    pA = v128.xor(pA, v128.shuffle<i32>(zero, signs, 0, 4, 1, 5));
    pB = v128.xor(pB, v128.shuffle<i32>(zero, signs, 2, 6, 3, 7));
    v128.store(first, f64x2.mul(radiusA, pA));
    v128.store(first, f64x2.mul(radiusB, pB), 16);
  }
}

/** Bytes of a row in the table of pairs. */
const ROW: usize = 12;

/**
 * Normals of a tile.
 * @param words   of drawNormalWords: radius and angle words by turns
 * @param pairs   rows of three u32, in bytes: where the two words are, and where from `to` the two normals go
 * @param paths   path numbers of the tile
 * @param blocks  block numbers
 */
export function normalsOfTile(
  words: usize,
  pairs: usize,
  count: i32,
  to: usize,
  paths: v128,
  day: u32,
  blocks: usize,
): void {
  const high = v128.load(HIGH_WORDS);
  const offset = Lanes.constant(PAIR, 2);
  const end = pairs + <usize>count * ROW;
  let least = i32x4.splat(-1);
  for (let pair = pairs; pair < end; pair += ROW) {
    const at = words + load<u32>(pair);
    const radii = v128.load(at);
    least = i32x4.min_u(least, radii);
    const a = f64x2.sub(v128.shuffle<i32>(radii, high, 0, 4, 1, 5), offset);
    const b = f64x2.sub(v128.shuffle<i32>(radii, high, 2, 6, 3, 7), offset);
    Pair.store(a, b, v128.load(at, 16), to + load<u32>(pair, 4), to + load<u32>(pair, 8));
  }
  if (!anyRefined(least)) return;
  for (let pair = pairs; pair < end; pair += ROW) {
    if (anyRefined(v128.load(words + load<u32>(pair)))) refinePair(words, pair, to, paths, day, blocks);
  }
}

function anyRefined(radii: v128): bool {
  return v128.any_true(i32x4.lt_u(radii, i32x4.splat(REFINED_RADIUS_WORDS)));
}

const refinement: usize = memory.data(64, 16);
const refined: usize = memory.data(32, 16);

/** Makes a pair again with 32 more bits for small radius words; the other lanes come out as they were. */
function refinePair(words: usize, pair: usize, to: usize, paths: v128, day: u32, blocks: usize): void {
  const place = <usize>load<u32>(pair);
  const at = words + place;
  // 64 bytes of words are a block; its second pair has the second word of the refinement.
  drawWords(paths, day, TAIL_REFINEMENT, load<u32>(blocks + ((place >> 6) << 2)), refinement, 16);
  const bits = refinement + ((place & 32) >> 1);
  for (let lane: usize = 0; lane < 4; lane++) {
    const word = load<u32>(at + 4 * lane);
    const fraction = word < REFINED_RADIUS_WORDS ? <f64>load<u32>(bits + 4 * lane) * TWO_M32 + TWO_M33 : 0.5;
    store<f64>(refined + 8 * lane, <f64>word + fraction);
  }
  const first = to + load<u32>(pair, 4);
  const second = to + load<u32>(pair, 8);
  Pair.store(v128.load(refined), v128.load(refined, 16), v128.load(at, 16), first, second);
}

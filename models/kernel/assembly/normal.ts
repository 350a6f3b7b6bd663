import { Lanes } from './lanes';
import { TAIL_REFINEMENT, drawWords } from './random';

// Normals from the words of drawNormalWords: random/box-muller.ts for four paths at once.

const REFINED_RADIUS_WORDS: u32 = 256;
const TWO_M32: f64 = 2.3283064365386963e-10;
const TWO_M33: f64 = 1.1641532182693481e-10;

/** [0] 2^-32, [1] 2^-33, [2] 2^52 - 1/2 */
const PAIR: usize = memory.data<f64>([TWO_M32, TWO_M33, 4503599627370495.5], 16);
/**
 * [0] 1 - sqrt(1/2) as high words, [1] 2^52 (exponent field only), [2] mantissa mask, [3] sqrt(1/2) as high word: bit
 * patterns, as in elementary.ts.
 */
const RADIUS_BITS: usize = memory.data<u64>(
  [0x00095f6200000000, 0x4330000000000000, 0x000fffffffffffff, 0x3fe6a09e00000000],
  16,
);
/** [0] 2^52 + 1023 + 32, since the argument is 2^32 u, [1] 1, [2] 2, [3] -2 ln 2, then the polynomial from its highest power */
const RADIUS: usize = memory.data<f64>(
  [
    4503599627371551, 1, 2, -1.3862943611198906, -0.33243660293065075, -0.36280385885742483, -0.4444572459956188,
    -0.5714284827628681, -0.8000000002241415, -1.3333333333332416, -4,
  ],
  16,
);
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
    -2.113362735205297e-5, 0.0004659870158043378, -0.0073703643265304155, 0.08214587881631043, -0.599264528825224,
    2.5501640398618677, -5.1677127800497855, 3.1415926535897927,
  ],
  16,
);
/** High words of 2^52, which make a double of an unsigned word below. */
const HIGH_WORDS: usize = memory.data<u32>([0x43300000, 0x43300000, 0x43300000, 0x43300000], 16);

/** Radii of four paths. */
const radii: usize = memory.data(32, 16);

abstract class Pair {
  /** Radii of four paths, stored at `to`, from 2^32 u. */
  @inline
  static storeRadii(a: v128, b: v128, to: usize): void {
    let c = Lanes.constant(RADIUS_BITS, 0);
    const bitsA = i64x2.add(a, c);
    const bitsB = i64x2.add(b, c);
    c = Lanes.constant(RADIUS_BITS, 1);
    let next = Lanes.constant(RADIUS, 0);
    const kA = f64x2.sub(v128.or(i64x2.shr_u(bitsA, 52), c), next);
    const kB = f64x2.sub(v128.or(i64x2.shr_u(bitsB, 52), c), next);
    c = Lanes.constant(RADIUS_BITS, 2);
    next = Lanes.constant(RADIUS_BITS, 3);
    const one = Lanes.constant(RADIUS, 1);
    const fA = f64x2.sub(i64x2.add(v128.and(bitsA, c), next), one);
    const fB = f64x2.sub(i64x2.add(v128.and(bitsB, c), next), one);
    c = Lanes.constant(RADIUS, 2);
    const sA = f64x2.div(fA, f64x2.add(c, fA));
    const sB = f64x2.div(fB, f64x2.add(c, fB));
    const zA = f64x2.mul(sA, sA);
    const zB = f64x2.mul(sB, sB);
    c = Lanes.constant(RADIUS, 4);
    next = Lanes.constant(RADIUS, 5);
    let pA = Lanes.madd(c, zA, next);
    let pB = Lanes.madd(c, zB, next);
    next = Lanes.constant(RADIUS, 6);
    pA = Lanes.madd(pA, zA, next);
    pB = Lanes.madd(pB, zB, next);
    next = Lanes.constant(RADIUS, 7);
    pA = Lanes.madd(pA, zA, next);
    pB = Lanes.madd(pB, zB, next);
    next = Lanes.constant(RADIUS, 8);
    pA = Lanes.madd(pA, zA, next);
    pB = Lanes.madd(pB, zB, next);
    next = Lanes.constant(RADIUS, 9);
    pA = Lanes.madd(pA, zA, next);
    pB = Lanes.madd(pB, zB, next);
    next = Lanes.constant(RADIUS, 10);
    pA = Lanes.madd(pA, zA, next);
    pB = Lanes.madd(pB, zB, next);
    c = Lanes.constant(RADIUS, 3);
    v128.store(to, f64x2.sqrt(Lanes.madd(sA, pA, f64x2.mul(kA, c))));
    v128.store(to, f64x2.sqrt(Lanes.madd(sB, pB, f64x2.mul(kB, c))), 16);
  }

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
    Pair.storeRadii(a, b, radii);
    let c = Lanes.constant(PAIR, 0);
    let next = Lanes.constant(PAIR, 1);
    const bA = Lanes.madd(f64x2.convert_low_i32x4_s(angles), c, next);
    const bB = Lanes.madd(f64x2.convert_low_i32x4_s(v128.shuffle<i32>(angles, angles, 2, 3, 2, 3)), c, next);
    const vA = f64x2.mul(bA, bA);
    const vB = f64x2.mul(bB, bB);
    const radiusA = v128.load(radii);
    const radiusB = v128.load(radii, 16);
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

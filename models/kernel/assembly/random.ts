// Philox 4x32-10 for the four paths of a tile: random/philox.ts says what it is, random/draws.ts which counter is for
// what.

/** Purposes of random/draws.ts. */
export const REGIME: u32 = 1;
export const TAIL_REFINEMENT: u32 = 2;

const ROUNDS: usize = 10;
const MULTIPLIER_0: u32 = 0xd2511f53;
const MULTIPLIER_1: u32 = 0xcd9e8d57;
const KEY_STEP_0: u32 = 0x9e3779b9;
const KEY_STEP_1: u32 = 0xbb67ae85;

/** Both keys of every round, each in all four lanes. */
const KEYS: usize = memory.data(320, 16);
/** The multipliers, in all four lanes. */
const MULTIPLIERS: usize = memory.data<u32>(
  [MULTIPLIER_0, MULTIPLIER_0, MULTIPLIER_0, MULTIPLIER_0, MULTIPLIER_1, MULTIPLIER_1, MULTIPLIER_1, MULTIPLIER_1],
  16,
);

let key0: u32 = 0;
let key1: u32 = 0;

/** Sets the two words of the seed. */
export function setKey(low: u32, high: u32): void {
  key0 = low;
  key1 = high;
  for (let at: usize = KEYS; at < KEYS + ROUNDS * 32; at += 32) {
    v128.store(at, i32x4.splat(low));
    v128.store(at, i32x4.splat(high), 16);
    low += KEY_STEP_0;
    high += KEY_STEP_1;
  }
}

/** Low and high words of four 64-bit products. */
abstract class Words {
  @inline
  static low(first: v128, last: v128): v128 {
    return v128.shuffle<i32>(first, last, 0, 2, 4, 6);
  }

  @inline
  static high(first: v128, last: v128): v128 {
    return v128.shuffle<i32>(first, last, 1, 3, 5, 7);
  }
}

/**
 * The four words of a counter for four paths.
 * @param paths  four path numbers
 * @param to     receives word 0 of the four paths, then word 1, …, `stride` bytes apart
 */
export function drawWords(paths: v128, day: u32, purpose: u32, block: u32, to: usize, stride: usize): void {
  let x0 = paths;
  let x1 = i32x4.splat(day);
  let x2 = i32x4.splat(purpose);
  let x3 = i32x4.splat(block);
  const m0 = v128.load(MULTIPLIERS);
  const m1 = v128.load(MULTIPLIERS, 16);
  for (let at: usize = KEYS; at < KEYS + ROUNDS * 32; at += 32) {
    const p = i64x2.extmul_low_i32x4_u(x0, m0);
    const q = i64x2.extmul_high_i32x4_u(x0, m0);
    const r = i64x2.extmul_low_i32x4_u(x2, m1);
    const s = i64x2.extmul_high_i32x4_u(x2, m1);
    x0 = v128.xor(v128.xor(Words.high(r, s), x1), v128.load(at));
    x1 = Words.low(r, s);
    x2 = v128.xor(v128.xor(Words.high(p, q), x3), v128.load(at, 16));
    x3 = Words.low(p, q);
  }
  v128.store(to, x0);
  v128.store(to + stride, x1);
  v128.store(to + 2 * stride, x2);
  v128.store(to + 3 * stride, x3);
}

/**
 * The words of a day's normals for four paths, purpose 0: drawWords with what does not depend on the block taken out of
 * the first three rounds, two blocks at a time.
 * @param blocks  numbers of the blocks, an even count of them
 * @param to      receives 64 bytes a block: word 0 of the four paths, …, word 3
 */
export function drawNormalWords(paths: v128, day: u32, blocks: usize, count: i32, to: usize): void {
  const m0 = v128.load(MULTIPLIERS);
  const m1 = v128.load(MULTIPLIERS, 16);
  // Round 1: the product of purpose 0 is 0, so word 0 is the same for all paths.
  let p = i64x2.extmul_low_i32x4_u(paths, m0);
  let q = i64x2.extmul_high_i32x4_u(paths, m0);
  const ofPath = v128.xor(Words.high(p, q), i32x4.splat(key1));
  const product: u64 = <u64>MULTIPLIER_0 * <u64>(day ^ key0);
  // Round 2: words 2 and 3 of all blocks. Round 3: the product of word 2.
  const key2 = v128.load(KEYS, 32);
  const second = v128.xor(Words.low(p, q), i32x4.splat(<u32>(product >> 32) ^ (key1 + KEY_STEP_1)));
  const third = v128.xor(i32x4.splat(<u32>product), v128.load(KEYS, 80));
  p = i64x2.extmul_low_i32x4_u(second, m1);
  q = i64x2.extmul_high_i32x4_u(second, m1);
  const high = v128.xor(Words.high(p, q), v128.load(KEYS, 64));
  const low = Words.low(p, q);
  for (let end = blocks + (count << 2); blocks < end; blocks += 8, to += 128) {
    let r = v128.xor(ofPath, v128.load32_splat(blocks));
    let s = v128.xor(ofPath, v128.load32_splat(blocks, 4));
    p = i64x2.extmul_low_i32x4_u(r, m1);
    q = i64x2.extmul_high_i32x4_u(r, m1);
    let x0 = v128.xor(Words.high(p, q), key2);
    let x1 = Words.low(p, q);
    p = i64x2.extmul_low_i32x4_u(s, m1);
    q = i64x2.extmul_high_i32x4_u(s, m1);
    let y0 = v128.xor(Words.high(p, q), key2);
    let y1 = Words.low(p, q);
    p = i64x2.extmul_low_i32x4_u(x0, m0);
    q = i64x2.extmul_high_i32x4_u(x0, m0);
    x0 = v128.xor(high, x1);
    x1 = low;
    let x2 = v128.xor(Words.high(p, q), third);
    let x3 = Words.low(p, q);
    p = i64x2.extmul_low_i32x4_u(y0, m0);
    q = i64x2.extmul_high_i32x4_u(y0, m0);
    y0 = v128.xor(high, y1);
    y1 = low;
    let y2 = v128.xor(Words.high(p, q), third);
    let y3 = Words.low(p, q);
    for (let at: usize = KEYS + 96; at < KEYS + ROUNDS * 32; at += 32) {
      p = i64x2.extmul_low_i32x4_u(x0, m0);
      q = i64x2.extmul_high_i32x4_u(x0, m0);
      r = i64x2.extmul_low_i32x4_u(x2, m1);
      s = i64x2.extmul_high_i32x4_u(x2, m1);
      x0 = v128.xor(v128.xor(Words.high(r, s), x1), v128.load(at));
      x1 = Words.low(r, s);
      x2 = v128.xor(v128.xor(Words.high(p, q), x3), v128.load(at, 16));
      x3 = Words.low(p, q);
      p = i64x2.extmul_low_i32x4_u(y0, m0);
      q = i64x2.extmul_high_i32x4_u(y0, m0);
      r = i64x2.extmul_low_i32x4_u(y2, m1);
      s = i64x2.extmul_high_i32x4_u(y2, m1);
      y0 = v128.xor(v128.xor(Words.high(r, s), y1), v128.load(at));
      y1 = Words.low(r, s);
      y2 = v128.xor(v128.xor(Words.high(p, q), y3), v128.load(at, 16));
      y3 = Words.low(p, q);
    }
    v128.store(to, x0);
    v128.store(to, x1, 16);
    v128.store(to, x2, 32);
    v128.store(to, x3, 48);
    v128.store(to, y0, 64);
    v128.store(to, y1, 80);
    v128.store(to, y2, 96);
    v128.store(to, y3, 112);
  }
}

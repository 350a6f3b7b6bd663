import { Lanes } from './lanes';

// Exponential and logarithm of a tile, operation for operation those of numeric/elementary.ts, which says where they
// come from and how accurate they are. The vector code is right where no special case is needed; who calls it looks at
// the range once for many numbers and repairs what was outside.

const EXP_OVERFLOW: f64 = 709.782712893384;
const EXP_UNDERFLOW: f64 = -708.396418532264;
const SMALLEST_NORMAL: f64 = 2.2250738585072014e-308;
const TWO_54: f64 = 18014398509481984;

/** [0] log2(e), [1] 1.5 * 2^52, [2] [3] ln 2 in two parts, [4] .. [13] polynomial from its highest power, [14] 1 */
const EXP: usize = memory.data<f64>(
  [
    1.4426950408889634, 6755399441055744, 0.6931471803691238, 1.9082149292705877e-10, 2.5095554677111112e-8,
    2.761380686153829e-7, 2.755728006701698e-6, 2.4801536388690766e-5, 0.0001984126985433861, 0.0013888888905881542,
    0.008333333333332155, 0.04166666666665136, 0.16666666666666666, 0.5, 1,
  ],
  16,
);

/** High word of 708: beyond it, or with NaN, the vector exponential may be wrong. */
const EXP_LIMIT: i32 = 0x40862000;
/** Clears the sign of a double. */
const SIZE: usize = memory.data<u64>([0x7fffffffffffffff], 16);
/** [0] [1] least and greatest argument of the vector logarithm */
const LOG_RANGE: usize = memory.data<f64>([SMALLEST_NORMAL, f64.MAX_VALUE], 16);

/**
 * [0] 1 - sqrt(1/2) as high words, [1] 2^52 (exponent field only), [2] mantissa mask, [3] sqrt(1/2) as high word: bit
 * patterns.
 */
const LOG_BITS: usize = memory.data<u64>(
  [0x00095f6200000000, 0x4330000000000000, 0x000fffffffffffff, 0x3fe6a09e00000000],
  16,
);

/** [0] .. [6] coefficients, even ones first, [7] 1, [8] 2, [9] 0.5, [10] [11] ln 2 in two parts */
const LOG: usize = memory.data<f64>(
  [
    0.15313837699209373, 0.22222198432149784, 0.3999999999940942, 0.14798198605116586, 0.1818357216161805,
    0.2857142874366239, 0.6666666666666735, 1, 2, 0.5, 1.9082149292705877e-10, 0.6931471803691238,
  ],
  16,
);

/** 2^52 + 1023 + n for numbers that stand for 2^-n of themselves: n = 0 and 54. */
export const LOG_BIAS: usize = memory.data<f64>([4503599627371519, 4503599627371573], 16);

export abstract class Elementary {
  /** e^x of the vectors a and b, stored at `to`; right unless `expMayBeWrong`. */
  @inline
  static exp(a: v128, b: v128, to: usize): void {
    let c = Lanes.constant(EXP, 0);
    const rounder = Lanes.constant(EXP, 1);
    // The integer nearest to x log2(e) is in the low bits of these sums.
    const bitsA = Lanes.madd(a, c, rounder);
    const bitsB = Lanes.madd(b, c, rounder);
    const nA = f64x2.sub(bitsA, rounder);
    const nB = f64x2.sub(bitsB, rounder);
    c = Lanes.constant(EXP, 2);
    let rA = Lanes.nmadd(nA, c, a);
    let rB = Lanes.nmadd(nB, c, b);
    c = Lanes.constant(EXP, 3);
    rA = Lanes.nmadd(nA, c, rA);
    rB = Lanes.nmadd(nB, c, rB);
    c = Lanes.constant(EXP, 4);
    let next = Lanes.constant(EXP, 5);
    let qA = Lanes.madd(c, rA, next);
    let qB = Lanes.madd(c, rB, next);
    next = Lanes.constant(EXP, 6);
    qA = Lanes.madd(qA, rA, next);
    qB = Lanes.madd(qB, rB, next);
    next = Lanes.constant(EXP, 7);
    qA = Lanes.madd(qA, rA, next);
    qB = Lanes.madd(qB, rB, next);
    next = Lanes.constant(EXP, 8);
    qA = Lanes.madd(qA, rA, next);
    qB = Lanes.madd(qB, rB, next);
    next = Lanes.constant(EXP, 9);
    qA = Lanes.madd(qA, rA, next);
    qB = Lanes.madd(qB, rB, next);
    next = Lanes.constant(EXP, 10);
    qA = Lanes.madd(qA, rA, next);
    qB = Lanes.madd(qB, rB, next);
    next = Lanes.constant(EXP, 11);
    qA = Lanes.madd(qA, rA, next);
    qB = Lanes.madd(qB, rB, next);
    next = Lanes.constant(EXP, 12);
    qA = Lanes.madd(qA, rA, next);
    qB = Lanes.madd(qB, rB, next);
    next = Lanes.constant(EXP, 13);
    qA = Lanes.madd(qA, rA, next);
    qB = Lanes.madd(qB, rB, next);
    const one = Lanes.constant(EXP, 14);
    qA = f64x2.add(Lanes.madd(f64x2.mul(rA, rA), qA, rA), one);
    qB = f64x2.add(Lanes.madd(f64x2.mul(rB, rB), qB, rB), one);
    v128.store(to, i64x2.add(qA, i64x2.shl(bitsA, 52)));
    v128.store(to, i64x2.add(qB, i64x2.shl(bitsB, 52)), 16);
  }

  /** The larger of `sizes` and the sizes of a and b, in the high words, by integer comparison: NaN is largest. */
  @inline
  static largest(sizes: v128, a: v128, b: v128): v128 {
    const mask = Lanes.constant(SIZE, 0);
    return i32x4.max_s(i32x4.max_s(sizes, v128.and(a, mask)), v128.and(b, mask));
  }

  /** @param sizes  of `largest` over all arguments, from 0 */
  @inline
  static expMayBeWrong(sizes: v128): bool {
    return i32x4.extract_lane(sizes, 1) >= EXP_LIMIT || i32x4.extract_lane(sizes, 3) >= EXP_LIMIT;
  }

  /**
   * Cheaper than `largest` for arguments that are nearly always below 2 in size: whether one is 2 or more, or NaN.
   * Exponent fields below 0x400 have no bit in common with it, whatever is or-ed.
   * @param bits  all arguments or-ed
   */
  @inline
  static anyFrom2(bits: v128): bool {
    return v128.any_true(v128.and(bits, i64x2.splat(0x4000000000000000)));
  }

  /**
   * Natural logarithm of the vectors a and b, stored at `to`; right for positive normal numbers.
   * @param bias  a row of LOG_BIAS, splatted
   */
  @inline
  static log(a: v128, b: v128, bias: v128, to: usize): void {
    let c = Lanes.constant(LOG_BITS, 0);
    const bitsA = i64x2.add(a, c);
    const bitsB = i64x2.add(b, c);
    c = Lanes.constant(LOG_BITS, 1);
    const kA = f64x2.sub(v128.or(i64x2.shr_u(bitsA, 52), c), bias);
    const kB = f64x2.sub(v128.or(i64x2.shr_u(bitsB, 52), c), bias);
    c = Lanes.constant(LOG_BITS, 2);
    let next = Lanes.constant(LOG_BITS, 3);
    const one = Lanes.constant(LOG, 7);
    const fA = f64x2.sub(i64x2.add(v128.and(bitsA, c), next), one);
    const fB = f64x2.sub(i64x2.add(v128.and(bitsB, c), next), one);
    c = Lanes.constant(LOG, 8);
    const sA = f64x2.div(fA, f64x2.add(c, fA));
    const sB = f64x2.div(fB, f64x2.add(c, fB));
    const zA = f64x2.mul(sA, sA);
    const zB = f64x2.mul(sB, sB);
    const wA = f64x2.mul(zA, zA);
    const wB = f64x2.mul(zB, zB);
    c = Lanes.constant(LOG, 0);
    next = Lanes.constant(LOG, 1);
    let evenA = Lanes.madd(c, wA, next);
    let evenB = Lanes.madd(c, wB, next);
    next = Lanes.constant(LOG, 2);
    evenA = f64x2.mul(wA, Lanes.madd(evenA, wA, next));
    evenB = f64x2.mul(wB, Lanes.madd(evenB, wB, next));
    c = Lanes.constant(LOG, 3);
    next = Lanes.constant(LOG, 4);
    let oddA = Lanes.madd(c, wA, next);
    let oddB = Lanes.madd(c, wB, next);
    next = Lanes.constant(LOG, 5);
    oddA = Lanes.madd(oddA, wA, next);
    oddB = Lanes.madd(oddB, wB, next);
    next = Lanes.constant(LOG, 6);
    oddA = Lanes.madd(oddA, wA, next);
    oddB = Lanes.madd(oddB, wB, next);
    c = Lanes.constant(LOG, 9);
    const halfA = f64x2.mul(f64x2.mul(c, fA), fA);
    const halfB = f64x2.mul(f64x2.mul(c, fB), fB);
    c = Lanes.constant(LOG, 10);
    let sumA = Lanes.madd(sA, f64x2.add(halfA, Lanes.madd(zA, oddA, evenA)), f64x2.mul(kA, c));
    let sumB = Lanes.madd(sB, f64x2.add(halfB, Lanes.madd(zB, oddB, evenB)), f64x2.mul(kB, c));
    sumA = f64x2.add(f64x2.sub(sumA, halfA), fA);
    sumB = f64x2.add(f64x2.sub(sumB, halfB), fB);
    c = Lanes.constant(LOG, 11);
    v128.store(to, Lanes.madd(kA, c, sumA));
    v128.store(to, Lanes.madd(kB, c, sumB), 16);
  }

  /** Where the vector logarithm is right, as a mask. */
  @inline
  static logInRange(x: v128): v128 {
    return v128.and(f64x2.ge(x, Lanes.constant(LOG_RANGE, 0)), f64x2.le(x, Lanes.constant(LOG_RANGE, 1)));
  }
}

/** Exponentials of `count` tiles, `stride` bytes from one argument to the next, 32 from one result to the next. */
export function exponentials(from: usize, stride: usize, to: usize, count: i32): void {
  let sizes = i32x4.splat(0);
  for (let i = 0, x = from, y = to; i < count; i++, x += stride, y += 32) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    sizes = Elementary.largest(sizes, a, b);
    Elementary.exp(a, b, y);
  }
  if (Elementary.expMayBeWrong(sizes)) repairExponentials(from, stride, to, count);
}

/** Puts in what the vector code got wrong: overflow, underflow and NaN. */
export function repairExponentials(from: usize, stride: usize, to: usize, count: i32): void {
  for (let i = 0; i < count; i++, from += stride, to += 32) {
    for (let lane: usize = 0; lane < 32; lane += 8) {
      const x = load<f64>(from + lane);
      if (x > EXP_OVERFLOW) store<f64>(to + lane, Infinity);
      else if (x < EXP_UNDERFLOW) store<f64>(to + lane, 0);
      else if (x != x) store<f64>(to + lane, x);
    }
  }
}

/** Logarithms of `count` tiles, which follow each other. */
export function logarithms(from: usize, to: usize, count: i32): void {
  const bias = Lanes.constant(LOG_BIAS, 0);
  for (let i = 0; i < count; i++, from += 32, to += 32) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    Elementary.log(a, b, bias, to);
    if (!Lanes.all(Elementary.logInRange(a), Elementary.logInRange(b))) repairLogarithms(a, b, to);
  }
}

const lifted: usize = memory.data(32, 16);

/** Puts in what the vector code got wrong: subnormal and negative numbers, zeros, Infinity and NaN. */
export function repairLogarithms(a: v128, b: v128, to: usize): void {
  const lift = f64x2.splat(TWO_54);
  Elementary.log(f64x2.mul(a, lift), f64x2.mul(b, lift), Lanes.constant(LOG_BIAS, 1), lifted);
  repairLane(f64x2.extract_lane(a, 0), lifted, to);
  repairLane(f64x2.extract_lane(a, 1), lifted + 8, to + 8);
  repairLane(f64x2.extract_lane(b, 0), lifted + 16, to + 16);
  repairLane(f64x2.extract_lane(b, 1), lifted + 24, to + 24);
}

function repairLane(x: f64, ofLifted: usize, to: usize): void {
  if (!(x > 0)) store<f64>(to, x == 0 ? -Infinity : NaN);
  else if (x == Infinity) store<f64>(to, x);
  else if (x < SMALLEST_NORMAL) store<f64>(to, load<f64>(ofLifted));
}

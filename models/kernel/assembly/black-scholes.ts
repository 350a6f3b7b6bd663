import { Elementary, repairExponentials } from './elementary';
import { Lanes } from './lanes';

// callAndPut of pricing/black-scholes.ts on a tile. Arguments and results are rows of 32 bytes in memory: with four
// options at once there are more numbers than registers.

/** What callAndPut reads: (k + carry) / totalVol is formed from `logForward` = k + carry. */
export const logForward: usize = memory.data(32, 16);
export const totalVol: usize = memory.data(32, 16);
/** Spot × e^(−q τ), and strike × e^(−r τ). */
export const asset: usize = memory.data(32, 16);
export const cash: usize = memory.data(32, 16);
/** What it writes. */
export const call: usize = memory.data(32, 16);
export const put: usize = memory.data(32, 16);

const d1s: usize = memory.data(32, 16);
const d2s: usize = memory.data(32, 16);
const exponents: usize = memory.data(32, 16);
const densities: usize = memory.data(32, 16);
const ratio1: usize = memory.data(32, 16);
const ratio2: usize = memory.data(32, 16);

/** [0] 0.5, [1] −0.5, [2] [3] ends of the normal tail */
const CONSTANTS: usize = memory.data<f64>([0.5, -0.5, 38, -38], 16);
/** Clears the sign of a double. */
const SIZE: usize = memory.data<u64>([0x7fffffffffffffff], 16);
/** P and Q of normalCdf, from the highest power. */
const NUMERATOR: usize = memory.data<f64>(
  [
    0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
    220.206867912376,
  ],
  16,
);
const DENOMINATOR: usize = memory.data<f64>(
  [
    0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
    793.826512519948, 440.413735824752,
  ],
  16,
);

abstract class Half {
  /** d1 and d2 of two paths, and the exponent −d1²/2, which is returned. */
  @inline
  static arguments(at: usize): v128 {
    const vol = v128.load(totalVol + at);
    const free = f64x2.add(f64x2.div(v128.load(logForward + at), vol), f64x2.mul(Lanes.constant(CONSTANTS, 0), vol));
    const high = Lanes.constant(CONSTANTS, 2);
    const low = Lanes.constant(CONSTANTS, 3);
    // pmin and pmax keep a NaN of their first argument, as Math.min and Math.max do.
    const d1 = f64x2.pmin(f64x2.pmax(free, low), high);
    v128.store(d1s + at, d1);
    v128.store(d2s + at, f64x2.pmin(f64x2.pmax(f64x2.sub(free, vol), low), high));
    return f64x2.mul(f64x2.mul(Lanes.constant(CONSTANTS, 1), d1), d1);
  }

  /** P / Q at |d1| and |d2| of four paths, with one division for two of them. */
  @inline
  static ratios(): void {
    const size = Lanes.constant(SIZE, 0);
    const a1A = v128.and(v128.load(d1s), size);
    const a2A = v128.and(v128.load(d2s), size);
    const a1B = v128.and(v128.load(d1s, 16), size);
    const a2B = v128.and(v128.load(d2s, 16), size);
    let c: v128;
    let next: v128;
    c = Lanes.constant(DENOMINATOR, 0);
    next = Lanes.constant(DENOMINATOR, 1);
    let q1A = Lanes.madd(c, a1A, next);
    let q2A = Lanes.madd(c, a2A, next);
    let q1B = Lanes.madd(c, a1B, next);
    let q2B = Lanes.madd(c, a2B, next);
    next = Lanes.constant(DENOMINATOR, 2);
    q1A = Lanes.madd(q1A, a1A, next);
    q2A = Lanes.madd(q2A, a2A, next);
    q1B = Lanes.madd(q1B, a1B, next);
    q2B = Lanes.madd(q2B, a2B, next);
    next = Lanes.constant(DENOMINATOR, 3);
    q1A = Lanes.madd(q1A, a1A, next);
    q2A = Lanes.madd(q2A, a2A, next);
    q1B = Lanes.madd(q1B, a1B, next);
    q2B = Lanes.madd(q2B, a2B, next);
    next = Lanes.constant(DENOMINATOR, 4);
    q1A = Lanes.madd(q1A, a1A, next);
    q2A = Lanes.madd(q2A, a2A, next);
    q1B = Lanes.madd(q1B, a1B, next);
    q2B = Lanes.madd(q2B, a2B, next);
    next = Lanes.constant(DENOMINATOR, 5);
    q1A = Lanes.madd(q1A, a1A, next);
    q2A = Lanes.madd(q2A, a2A, next);
    q1B = Lanes.madd(q1B, a1B, next);
    q2B = Lanes.madd(q2B, a2B, next);
    next = Lanes.constant(DENOMINATOR, 6);
    q1A = Lanes.madd(q1A, a1A, next);
    q2A = Lanes.madd(q2A, a2A, next);
    q1B = Lanes.madd(q1B, a1B, next);
    q2B = Lanes.madd(q2B, a2B, next);
    next = Lanes.constant(DENOMINATOR, 7);
    q1A = Lanes.madd(q1A, a1A, next);
    q2A = Lanes.madd(q2A, a2A, next);
    q1B = Lanes.madd(q1B, a1B, next);
    q2B = Lanes.madd(q2B, a2B, next);
    c = Lanes.constant(NUMERATOR, 0);
    next = Lanes.constant(NUMERATOR, 1);
    let p1A = Lanes.madd(c, a1A, next);
    let p2A = Lanes.madd(c, a2A, next);
    let p1B = Lanes.madd(c, a1B, next);
    let p2B = Lanes.madd(c, a2B, next);
    next = Lanes.constant(NUMERATOR, 2);
    p1A = Lanes.madd(p1A, a1A, next);
    p2A = Lanes.madd(p2A, a2A, next);
    p1B = Lanes.madd(p1B, a1B, next);
    p2B = Lanes.madd(p2B, a2B, next);
    next = Lanes.constant(NUMERATOR, 3);
    p1A = Lanes.madd(p1A, a1A, next);
    p2A = Lanes.madd(p2A, a2A, next);
    p1B = Lanes.madd(p1B, a1B, next);
    p2B = Lanes.madd(p2B, a2B, next);
    next = Lanes.constant(NUMERATOR, 4);
    p1A = Lanes.madd(p1A, a1A, next);
    p2A = Lanes.madd(p2A, a2A, next);
    p1B = Lanes.madd(p1B, a1B, next);
    p2B = Lanes.madd(p2B, a2B, next);
    next = Lanes.constant(NUMERATOR, 5);
    p1A = Lanes.madd(p1A, a1A, next);
    p2A = Lanes.madd(p2A, a2A, next);
    p1B = Lanes.madd(p1B, a1B, next);
    p2B = Lanes.madd(p2B, a2B, next);
    next = Lanes.constant(NUMERATOR, 6);
    p1A = Lanes.madd(p1A, a1A, next);
    p2A = Lanes.madd(p2A, a2A, next);
    p1B = Lanes.madd(p1B, a1B, next);
    p2B = Lanes.madd(p2B, a2B, next);
    const one = f64x2.splat(1);
    const inverseA = f64x2.div(one, f64x2.mul(q1A, q2A));
    const inverseB = f64x2.div(one, f64x2.mul(q1B, q2B));
    v128.store(ratio1, f64x2.mul(p1A, f64x2.mul(inverseA, q2A)));
    v128.store(ratio1, f64x2.mul(p1B, f64x2.mul(inverseB, q2B)), 16);
    v128.store(ratio2, f64x2.mul(p2A, f64x2.mul(inverseA, q1A)));
    v128.store(ratio2, f64x2.mul(p2B, f64x2.mul(inverseB, q1B)), 16);
  }

  /** Call and put of two paths. */
  @inline
  static values(at: usize): void {
    const assets = v128.load(asset + at);
    const weight = f64x2.mul(assets, v128.load(densities + at));
    const tail1 = f64x2.mul(weight, v128.load(ratio1 + at));
    const tail2 = f64x2.mul(weight, v128.load(ratio2 + at));
    const rest1 = f64x2.sub(assets, tail1);
    const rest2 = f64x2.sub(v128.load(cash + at), tail2);
    const zero = f64x2.splat(0);
    const in1 = f64x2.gt(v128.load(d1s + at), zero);
    const in2 = f64x2.gt(v128.load(d2s + at), zero);
    const assetIn = v128.bitselect(rest1, tail1, in1);
    const assetOut = v128.bitselect(tail1, rest1, in1);
    const cashIn = v128.bitselect(rest2, tail2, in2);
    const cashOut = v128.bitselect(tail2, rest2, in2);
    v128.store(call + at, f64x2.pmax(f64x2.sub(assetIn, cashIn), zero));
    v128.store(put + at, f64x2.pmax(f64x2.sub(cashOut, assetOut), zero));
  }

  /** Without volatility the values are the discounted intrinsic ones. */
  @inline
  static intrinsic(at: usize): void {
    const zero = f64x2.splat(0);
    const still = f64x2.eq(v128.load(totalVol + at), zero);
    const difference = f64x2.sub(v128.load(asset + at), v128.load(cash + at));
    const other = f64x2.sub(v128.load(cash + at), v128.load(asset + at));
    v128.store(call + at, v128.bitselect(f64x2.pmax(difference, zero), v128.load(call + at), still));
    v128.store(put + at, v128.bitselect(f64x2.pmax(other, zero), v128.load(put + at), still));
  }
}

/** Values of a tile, from the rows above. */
export function callAndPut(): void {
  const a = Half.arguments(0);
  const b = Half.arguments(16);
  v128.store(exponents, a);
  v128.store(exponents, b, 16);
  Elementary.exp(a, b, densities);
  const sizes = Elementary.largest(i32x4.splat(0), a, b);
  if (Elementary.expMayBeWrong(sizes)) repairExponentials(exponents, 32, densities, 1);
  Half.ratios();
  Half.values(0);
  Half.values(16);
  const zero = f64x2.splat(0);
  const still = v128.or(f64x2.eq(v128.load(totalVol), zero), f64x2.eq(v128.load(totalVol, 16), zero));
  if (v128.any_true(still)) {
    Half.intrinsic(0);
    Half.intrinsic(16);
  }
}

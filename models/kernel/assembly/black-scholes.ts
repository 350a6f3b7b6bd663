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

  /** Call and put of two paths. */
  @inline
  static values(at: usize): void {
    const size = Lanes.constant(SIZE, 0);
    const d1 = v128.load(d1s + at);
    const d2 = v128.load(d2s + at);
    const a1 = v128.and(d1, size);
    const a2 = v128.and(d2, size);
    let c = Lanes.constant(DENOMINATOR, 0);
    let next = Lanes.constant(DENOMINATOR, 1);
    let q1 = Lanes.madd(c, a1, next);
    let q2 = Lanes.madd(c, a2, next);
    c = Lanes.constant(NUMERATOR, 0);
    next = Lanes.constant(NUMERATOR, 1);
    let p1 = Lanes.madd(c, a1, next);
    let p2 = Lanes.madd(c, a2, next);
    for (let power: usize = 2; power < 7; power++) {
      c = Lanes.constant(DENOMINATOR, power);
      q1 = Lanes.madd(q1, a1, c);
      q2 = Lanes.madd(q2, a2, c);
      c = Lanes.constant(NUMERATOR, power);
      p1 = Lanes.madd(p1, a1, c);
      p2 = Lanes.madd(p2, a2, c);
    }
    c = Lanes.constant(DENOMINATOR, 7);
    q1 = Lanes.madd(q1, a1, c);
    q2 = Lanes.madd(q2, a2, c);
    const inverse = f64x2.div(f64x2.splat(1), f64x2.mul(q1, q2));
    const assets = v128.load(asset + at);
    const weight = f64x2.mul(assets, v128.load(densities + at));
    const tail1 = f64x2.mul(weight, f64x2.mul(p1, f64x2.mul(inverse, q2)));
    const tail2 = f64x2.mul(weight, f64x2.mul(p2, f64x2.mul(inverse, q1)));
    const rest1 = f64x2.sub(assets, tail1);
    const rest2 = f64x2.sub(v128.load(cash + at), tail2);
    const zero = f64x2.splat(0);
    const in1 = f64x2.gt(d1, zero);
    const in2 = f64x2.gt(d2, zero);
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
  Half.values(0);
  Half.values(16);
  const zero = f64x2.splat(0);
  const still = v128.or(f64x2.eq(v128.load(totalVol), zero), f64x2.eq(v128.load(totalVol, 16), zero));
  if (v128.any_true(still)) {
    Half.intrinsic(0);
    Half.intrinsic(16);
  }
}

import { take } from './block';
import { Elementary, repairExponentials } from './elementary';
import { Lanes } from './lanes';

// callAndPut of pricing/black-scholes.ts for all options of a tile at once. Each step is a loop of its own: one option
// is a long chain of operations that wait for each other, many are short chains side by side.

/** An option of a tile: rows of 32 bytes. What is read: spot × e^(−q τ), strike × e^(−r τ), k + carry, totalVol. */
export const ASSET: usize = 0;
export const CASH: usize = 32;
export const LOG_FORWARD: usize = 64;
export const TOTAL_VOL: usize = 96;
/** What is written. */
export const CALL: usize = 128;
export const PUT: usize = 160;
/** Steps between; the first two lie where the values will. */
const D1: usize = 128;
const D2: usize = 160;
const EXPONENT: usize = 192;
const DENSITY: usize = 224;
const RATIO_1: usize = 256;
const RATIO_2: usize = 288;
export const OPTION: usize = 320;

/** Options of the tile at hand. */
export let table: usize = 0;

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

export function allocateBlackScholes(most: i32): void {
  table = take(<usize>most * OPTION);
}

/** Values of the options before `end`. */
export function priceOptions(end: usize): void {
  if (end == table) return;
  findArguments(end);
  findRatios(end);
  findValues(end);
}

/** d1 and d2, and e^(−d1²/2). */
function findArguments(end: usize): void {
  let sizes = i32x4.splat(0);
  for (let option = table; option < end; option += OPTION) {
    const a = Half.arguments(option);
    const b = Half.arguments(option + 16);
    sizes = Elementary.largest(sizes, a, b);
    v128.store(option, a, EXPONENT);
    v128.store(option + 16, b, EXPONENT);
  }
  for (let option = table; option < end; option += OPTION) {
    Elementary.exp(v128.load(option, EXPONENT), v128.load(option + 16, EXPONENT), option + DENSITY);
  }
  if (!Elementary.expMayBeWrong(sizes)) return;
  for (let option = table; option < end; option += OPTION) {
    repairExponentials(option + EXPONENT, 32, option + DENSITY, 1);
  }
}

function findRatios(end: usize): void {
  for (let option = table; option < end; option += OPTION) Half.ratios(option);
}

function findValues(end: usize): void {
  const zero = f64x2.splat(0);
  let still = zero;
  for (let option = table; option < end; option += OPTION) {
    still = v128.or(still, f64x2.eq(v128.load(option, TOTAL_VOL), zero));
    still = v128.or(still, f64x2.eq(v128.load(option + 16, TOTAL_VOL), zero));
    Half.values(option);
    Half.values(option + 16);
  }
  if (!v128.any_true(still)) return;
  for (let option = table; option < end; option += OPTION) {
    Half.intrinsic(option);
    Half.intrinsic(option + 16);
  }
}

abstract class Half {
  /** d1 and d2 of two paths, and the exponent −d1²/2, which is returned. */
  @inline
  static arguments(at: usize): v128 {
    const vol = v128.load(at, TOTAL_VOL);
    const free = f64x2.add(f64x2.div(v128.load(at, LOG_FORWARD), vol), f64x2.mul(Lanes.constant(CONSTANTS, 0), vol));
    const high = Lanes.constant(CONSTANTS, 2);
    const low = Lanes.constant(CONSTANTS, 3);
    // pmin and pmax keep a NaN of their first argument, as Math.min and Math.max do.
    const d1 = f64x2.pmin(f64x2.pmax(free, low), high);
    v128.store(at, d1, D1);
    v128.store(at, f64x2.pmin(f64x2.pmax(f64x2.sub(free, vol), low), high), D2);
    return f64x2.mul(f64x2.mul(Lanes.constant(CONSTANTS, 1), d1), d1);
  }

  /** P / Q at |d1| and |d2| of four paths, with one division for two of them. */
  @inline
  static ratios(option: usize): void {
    const size = Lanes.constant(SIZE, 0);
    const a1A = v128.and(v128.load(option, D1), size);
    const a2A = v128.and(v128.load(option, D2), size);
    const a1B = v128.and(v128.load(option + 16, D1), size);
    const a2B = v128.and(v128.load(option + 16, D2), size);
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
    v128.store(option, f64x2.mul(p1A, f64x2.mul(inverseA, q2A)), RATIO_1);
    v128.store(option + 16, f64x2.mul(p1B, f64x2.mul(inverseB, q2B)), RATIO_1);
    v128.store(option, f64x2.mul(p2A, f64x2.mul(inverseA, q1A)), RATIO_2);
    v128.store(option + 16, f64x2.mul(p2B, f64x2.mul(inverseB, q1B)), RATIO_2);
  }

  /** Call and put of two paths. */
  @inline
  static values(at: usize): void {
    const assets = v128.load(at, ASSET);
    const weight = f64x2.mul(assets, v128.load(at, DENSITY));
    const tail1 = f64x2.mul(weight, v128.load(at, RATIO_1));
    const tail2 = f64x2.mul(weight, v128.load(at, RATIO_2));
    const rest1 = f64x2.sub(assets, tail1);
    const rest2 = f64x2.sub(v128.load(at, CASH), tail2);
    const zero = f64x2.splat(0);
    const in1 = f64x2.gt(v128.load(at, D1), zero);
    const in2 = f64x2.gt(v128.load(at, D2), zero);
    const assetIn = v128.bitselect(rest1, tail1, in1);
    const assetOut = v128.bitselect(tail1, rest1, in1);
    const cashIn = v128.bitselect(rest2, tail2, in2);
    const cashOut = v128.bitselect(tail2, rest2, in2);
    v128.store(at, f64x2.pmax(f64x2.sub(assetIn, cashIn), zero), CALL);
    v128.store(at, f64x2.pmax(f64x2.sub(cashOut, assetOut), zero), PUT);
  }

  /** Without volatility the values are the discounted intrinsic ones. */
  @inline
  static intrinsic(at: usize): void {
    const zero = f64x2.splat(0);
    const still = f64x2.eq(v128.load(at, TOTAL_VOL), zero);
    const difference = f64x2.sub(v128.load(at, ASSET), v128.load(at, CASH));
    const other = f64x2.sub(v128.load(at, CASH), v128.load(at, ASSET));
    v128.store(at, v128.bitselect(f64x2.pmax(difference, zero), v128.load(at, CALL), still), CALL);
    v128.store(at, v128.bitselect(f64x2.pmax(other, zero), v128.load(at, PUT), still), PUT);
  }
}

import { SLOT, take } from './block';
import { asset, call, callAndPut, cash, logForward, totalVol } from './black-scholes';
import { logarithms } from './elementary';
import { volRows } from './implied';
import { Lanes } from './lanes';
import { paid, value } from './totals';

// markSwaps and cappedVarianceMean of the reference simulator on a tile.

/** A leg: six f64 (notional, variance of the strike, squares accrued, share of a square in the variance, cap, factor of its volatility), */
const NOTIONAL: usize = 0;
const STRIKE: usize = 8;
const ACCRUED: usize = 16;
const ANNUAL: usize = 24;
const CAP: usize = 32;
const VOL_FACTOR: usize = 40;
/** then four u32 (slot, row of its volatility in bytes, days to maturity at the start, days in all). */
const SLOT_NUMBER: usize = 48;
const VOL_ROW: usize = 52;
const MATURITY: usize = 56;
const TOTAL_DAYS: usize = 60;
const LEG: usize = 64;

/** By days left four f64: discount, then scale, totalVol and farBelow of capShape. */
const DISCOUNT: usize = 0;
const SCALE: usize = 8;
const TOTAL_VOL: usize = 16;
const FAR_BELOW: usize = 24;
const LEFT: usize = 32;

/** Sizes, set before `allocate`. */
export let swapCount: i32 = 0;
/** Most days left, and one. */
export let daysLeftCount: i32 = 0;
/** [swapCount] legs */
export let swaps: usize = 0;
/** [daysLeftCount] */
export let daysLeft: usize = 0;

/** Of one tile: variance accrued and remaining, both weighted by their days, and what a tile of logarithms reads. */
const accrued: usize = memory.data(32, 16);
const remaining: usize = memory.data(32, 16);
const ratio: usize = memory.data(32, 16);
const expected: usize = memory.data(32, 16);

export function allocateSwaps(): void {
  swaps = take(<usize>swapCount * LEG);
  daysLeft = take(<usize>daysLeftCount * LEFT);
}

/** Adds what is alive to `value` and what matures today to `paid`. */
export function markSwaps(tile: usize, day: i32): void {
  const end = swaps + <usize>swapCount * LEG;
  for (let leg = swaps; leg < end; leg += LEG) {
    const left = load<i32>(leg, MATURITY) - day;
    if (left < 0) continue;
    const squares = tile + <usize>load<u32>(leg, SLOT_NUMBER) * SLOT + 32;
    const vols = volRows + <usize>load<u32>(leg, VOL_ROW);
    const share = f64x2.splat(<f64>left / <f64>load<i32>(leg, TOTAL_DAYS));
    const table = daysLeft + <usize>left * LEFT;
    const capped = load<f64>(leg, CAP) != Infinity;
    let a = meanOf(leg, squares, vols, share, 0);
    let b = meanOf(leg, squares, vols, share, 16);
    if (capped) {
      const cap = v128.load64_splat(leg, CAP);
      const nearA = outOfReach(cap, table, 0);
      const nearB = outOfReach(cap, table, 16);
      v128.store(expected, a);
      v128.store(expected, b, 16);
      if (v128.any_true(v128.or(nearA, nearB))) {
        priceCall(cap, table);
        cut(nearA, 0);
        cut(nearB, 16);
      }
      a = atMost(cap, 0);
      b = atMost(cap, 16);
    }
    const notional = v128.load64_splat(leg, NOTIONAL);
    const strike = v128.load64_splat(leg, STRIKE);
    a = f64x2.mul(notional, f64x2.sub(a, strike));
    b = f64x2.mul(notional, f64x2.sub(b, strike));
    if (left == 0) {
      v128.store(paid, f64x2.add(v128.load(paid), a));
      v128.store(paid, f64x2.add(v128.load(paid, 16), b), 16);
    } else {
      const discount = v128.load64_splat(table, DISCOUNT);
      v128.store(value, Lanes.madd(a, discount, v128.load(value)));
      v128.store(value, Lanes.madd(b, discount, v128.load(value, 16)), 16);
    }
  }
}

/** Accrued and remaining variance of two paths, stored, and their sum. */
function meanOf(leg: usize, squares: usize, vols: usize, share: v128, half: usize): v128 {
  const annual = v128.load64_splat(leg, ANNUAL);
  const seen = f64x2.mul(f64x2.add(v128.load64_splat(leg, ACCRUED), v128.load(squares + half)), annual);
  const vol = f64x2.mul(v128.load64_splat(leg, VOL_FACTOR), v128.load(vols + half));
  const rest = f64x2.mul(f64x2.mul(vol, vol), share);
  v128.store(accrued + half, seen);
  v128.store(remaining + half, rest);
  return f64x2.add(seen, rest);
}

/** Where the cap matters and has to be valued, as a mask: not out of reach, not certain, something left to come. */
function outOfReach(cap: v128, table: usize, half: usize): v128 {
  const seen = v128.load(accrued + half);
  const rest = v128.load(remaining + half);
  const forward = f64x2.mul(v128.load64_splat(table, SCALE), rest);
  const room = f64x2.add(f64x2.sub(cap, f64x2.add(seen, rest)), forward);
  const far = f64x2.lt(forward, f64x2.mul(v128.load64_splat(table, FAR_BELOW), room));
  const settled = v128.or(f64x2.ge(seen, cap), f64x2.eq(rest, f64x2.splat(0)));
  return v128.not(v128.or(far, settled));
}

/** The call on the variance to come, of four paths; without meaning where it is not needed. */
function priceCall(cap: v128, table: usize): void {
  for (let half: usize = 0; half < 32; half += 16) {
    const seen = v128.load(accrued + half);
    const rest = v128.load(remaining + half);
    const forward = f64x2.mul(v128.load64_splat(table, SCALE), rest);
    const strike = f64x2.sub(cap, f64x2.sub(f64x2.add(seen, rest), forward));
    v128.store(asset + half, forward);
    v128.store(cash + half, strike);
    v128.store(ratio + half, f64x2.div(forward, strike));
    v128.store(totalVol + half, v128.load64_splat(table, TOTAL_VOL));
  }
  logarithms(ratio, logForward, 1);
  callAndPut();
}

/** Takes the call off the mean where it was needed; the result is at least what has accrued. */
function cut(near: v128, half: usize): void {
  const mean = v128.load(expected + half);
  const seen = v128.load(accrued + half);
  const less = f64x2.sub(mean, v128.load(call + half));
  const bounded = v128.bitselect(less, seen, f64x2.gt(less, seen));
  v128.store(expected + half, v128.bitselect(bounded, mean, near));
}

/** The cap where it has been reached. */
function atMost(cap: v128, half: usize): v128 {
  return v128.bitselect(cap, v128.load(expected + half), f64x2.ge(v128.load(accrued + half), cap));
}

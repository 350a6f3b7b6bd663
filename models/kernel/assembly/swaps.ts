import { SLOT, take } from './block';
import { ASSET, CALL, CASH, LOG_FORWARD, OPTION, TOTAL_VOL } from './black-scholes';
import { logarithms } from './elementary';
import { volRows } from './implied';
import { Lanes } from './lanes';
import { paid, value } from './totals';

// markCappedSwaps and cappedVarianceMean of the reference simulator on a tile.

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
const TOTAL_OF_LEFT: usize = 16;
const FAR_BELOW: usize = 24;
const LEFT: usize = 32;

/** Sizes, set before `allocate`; capped swaps only. */
export let swapCount: i32 = 0;
/** Most days left, and one. */
export let daysLeftCount: i32 = 0;
/** [swapCount] legs */
export let swaps: usize = 0;
/** [daysLeftCount] */
export let daysLeft: usize = 0;

/** A leg on a tile: variance accrued and remaining, both weighted by their days, and where the cap has to be valued. */
const SEEN: usize = 0;
const REST: usize = 32;
const NEAR: usize = 64;
const MARK: usize = 96;

/** [swapCount] of the tile at hand */
let marks: usize = 0;

export function allocateSwaps(): void {
  swaps = take(<usize>swapCount * LEG);
  marks = take(<usize>swapCount * MARK);
  daysLeft = take(<usize>daysLeftCount * LEFT);
}

/**
 * Finds the variance that each swap has seen and what is to come. Where a cap is within reach, the call on the variance
 * goes into the table of black-scholes.ts.
 * @param option  end of that table
 * @returns its new end
 */
export function prepareSwaps(tile: usize, day: i32, option: usize): usize {
  const end = swaps + <usize>swapCount * LEG;
  for (let leg = swaps, mark = marks; leg < end; leg += LEG, mark += MARK) {
    const left = load<i32>(leg, MATURITY) - day;
    if (left < 0) continue;
    const ofLeft = daysLeft + <usize>left * LEFT;
    const squares = tile + <usize>load<u32>(leg, SLOT_NUMBER) * SLOT + 32;
    const vols = volRows + <usize>load<u32>(leg, VOL_ROW);
    const share = f64x2.splat(<f64>left / <f64>load<i32>(leg, TOTAL_DAYS));
    const near = v128.or(
      findVariance(leg, mark, squares, vols, share, ofLeft),
      findVariance(leg, mark + 16, squares + 16, vols + 16, share, ofLeft),
    );
    if (!v128.any_true(near)) continue;
    prepareCall(leg, mark, ofLeft, option);
    prepareCall(leg, mark + 16, ofLeft, option + 16);
    logarithms(option + LOG_FORWARD, option + LOG_FORWARD, 1);
    option += OPTION;
  }
  return option;
}

/** Variance of two paths; true where the cap matters: not out of reach, not certain, something left to come. */
function findVariance(leg: usize, mark: usize, squares: usize, vols: usize, share: v128, ofLeft: usize): v128 {
  const annual = v128.load64_splat(leg, ANNUAL);
  const seen = f64x2.mul(f64x2.add(v128.load64_splat(leg, ACCRUED), v128.load(squares)), annual);
  const vol = f64x2.mul(v128.load64_splat(leg, VOL_FACTOR), v128.load(vols));
  const rest = f64x2.mul(f64x2.mul(vol, vol), share);
  const cap = v128.load64_splat(leg, CAP);
  const forward = f64x2.mul(v128.load64_splat(ofLeft, SCALE), rest);
  const room = f64x2.add(f64x2.sub(cap, f64x2.add(seen, rest)), forward);
  const far = f64x2.lt(forward, f64x2.mul(v128.load64_splat(ofLeft, FAR_BELOW), room));
  const settled = v128.or(f64x2.ge(seen, cap), f64x2.eq(rest, f64x2.splat(0)));
  const near = v128.not(v128.or(far, settled));
  v128.store(mark, seen, SEEN);
  v128.store(mark, rest, REST);
  v128.store(mark, near, NEAR);
  return near;
}

/** The call on the variance to come of two paths; without meaning where it is not needed. */
function prepareCall(leg: usize, mark: usize, ofLeft: usize, option: usize): void {
  const rest = v128.load(mark, REST);
  const forward = f64x2.mul(v128.load64_splat(ofLeft, SCALE), rest);
  const room = f64x2.sub(f64x2.add(v128.load(mark, SEEN), rest), forward);
  const strike = f64x2.sub(v128.load64_splat(leg, CAP), room);
  v128.store(option, forward, ASSET);
  v128.store(option, strike, CASH);
  v128.store(option, f64x2.div(forward, strike), LOG_FORWARD);
  v128.store(option, v128.load64_splat(ofLeft, TOTAL_OF_LEFT), TOTAL_VOL);
}

/**
 * Adds what is alive to `value` and what matures today to `paid`.
 * @param option  the first call of prepareSwaps
 */
export function addSwaps(day: i32, option: usize): void {
  const end = swaps + <usize>swapCount * LEG;
  for (let leg = swaps, mark = marks; leg < end; leg += LEG, mark += MARK) {
    const left = load<i32>(leg, MATURITY) - day;
    if (left < 0) continue;
    const hasCall = v128.any_true(v128.or(v128.load(mark, NEAR), v128.load(mark + 16, NEAR)));
    addHalf(leg, left, mark, option, 0);
    addHalf(leg, left, mark + 16, option + 16, 16);
    if (hasCall) option += OPTION;
  }
}

function addHalf(leg: usize, left: i32, mark: usize, option: usize, half: usize): void {
  const seen = v128.load(mark, SEEN);
  const mean = f64x2.add(seen, v128.load(mark, REST));
  // With the call off, the mean is still at least what has been seen.
  const less = f64x2.sub(mean, v128.load(option, CALL));
  const bounded = v128.bitselect(less, seen, f64x2.gt(less, seen));
  const expected = v128.bitselect(bounded, mean, v128.load(mark, NEAR));
  const cap = v128.load64_splat(leg, CAP);
  const capped = v128.bitselect(cap, expected, f64x2.ge(seen, cap));
  const payoff = f64x2.mul(v128.load64_splat(leg, NOTIONAL), f64x2.sub(capped, v128.load64_splat(leg, STRIKE)));
  if (left == 0) {
    v128.store(paid + half, f64x2.add(v128.load(paid + half), payoff));
  } else {
    const discount = v128.load64_splat(daysLeft + <usize>left * LEFT, DISCOUNT);
    v128.store(value + half, Lanes.madd(payoff, discount, v128.load(value + half)));
  }
}

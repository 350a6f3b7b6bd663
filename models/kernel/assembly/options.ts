import { SLOT, levels, take } from './block';
import { ASSET, CALL, CASH, LOG_FORWARD, OPTION, PUT, TOTAL_VOL, table } from './black-scholes';
import { volRows } from './implied';
import { Lanes } from './lanes';
import { paid, value } from './totals';

// markOptions of the reference simulator on a tile.

/** A leg: six f64 (calls, puts, strike, ln(spot / strike) at the start, spot at the start, factor of its volatility), */
const CALLS: usize = 0;
const PUTS: usize = 8;
const STRIKE: usize = 16;
const LOG_MONEYNESS: usize = 24;
const SPOT: usize = 32;
const VOL_FACTOR: usize = 40;
/** then four u32 (slot, row of its volatility in bytes, day of expiry, row of the tenors). */
const SLOT_NUMBER: usize = 48;
const VOL_ROW: usize = 52;
const EXPIRY: usize = 56;
const TENOR: usize = 60;
const LEG: usize = 64;

/** Of a tenor on a day four f64: discount, carry, log of the forward over the spot, √τ. */
const DISCOUNT: usize = 0;
const CARRY: usize = 8;
const LOG_OF_FORWARD: usize = 16;
const ROOT_YEARS: usize = 24;
const TENOR_DAY: usize = 32;

/** Sizes, set before `allocate`. */
export let optionCount: i32 = 0;
export let tenorCount: i32 = 0;
/** [optionCount] legs */
export let options: usize = 0;
/** [tenorCount][days + 1] */
export let tenors: usize = 0;
let tenorBytes: usize = 0;

export function allocateOptions(days: i32): void {
  options = take(<usize>optionCount * LEG);
  tenorBytes = <usize>(days + 1) * TENOR_DAY;
  tenors = take(<usize>tenorCount * tenorBytes);
}

/**
 * Puts the options that are alive into the table of black-scholes.ts, and adds what expires today to `paid`.
 * @returns the end of the table
 */
export function prepareOptions(tile: usize, day: i32): usize {
  let option = table;
  const end = options + <usize>optionCount * LEG;
  for (let leg = options; leg < end; leg += LEG) {
    const expiry = load<i32>(leg, EXPIRY);
    if (day > expiry) continue;
    const slot = <usize>load<u32>(leg, SLOT_NUMBER);
    const spot = v128.load64_splat(leg, SPOT);
    const level = levels + (slot << 5);
    const spotA = f64x2.mul(spot, v128.load(level));
    const spotB = f64x2.mul(spot, v128.load(level, 16));
    if (day == expiry) {
      payOption(leg, spotA, 0);
      payOption(leg, spotB, 16);
      continue;
    }
    const tenor = tenors + <usize>load<u32>(leg, TENOR) * tenorBytes + <usize>day * TENOR_DAY;
    const carry = v128.load64_splat(tenor, CARRY);
    v128.store(option, f64x2.mul(spotA, carry), ASSET);
    v128.store(option + 16, f64x2.mul(spotB, carry), ASSET);
    const owed = f64x2.mul(v128.load64_splat(leg, STRIKE), v128.load64_splat(tenor, DISCOUNT));
    v128.store(option, owed, CASH);
    v128.store(option + 16, owed, CASH);
    const start = v128.load64_splat(leg, LOG_MONEYNESS);
    const forward = v128.load64_splat(tenor, LOG_OF_FORWARD);
    const log = tile + slot * SLOT;
    v128.store(option, f64x2.add(f64x2.add(v128.load(log), start), forward), LOG_FORWARD);
    v128.store(option + 16, f64x2.add(f64x2.add(v128.load(log, 16), start), forward), LOG_FORWARD);
    const vol = volRows + <usize>load<u32>(leg, VOL_ROW);
    const factor = v128.load64_splat(leg, VOL_FACTOR);
    const root = v128.load64_splat(tenor, ROOT_YEARS);
    v128.store(option, f64x2.mul(f64x2.mul(factor, v128.load(vol)), root), TOTAL_VOL);
    v128.store(option + 16, f64x2.mul(f64x2.mul(factor, v128.load(vol, 16)), root), TOTAL_VOL);
    option += OPTION;
  }
  return option;
}

/** Adds the priced options to `value`, in the order of the legs. */
export function addOptions(day: i32): void {
  let a = v128.load(value);
  let b = v128.load(value, 16);
  let option = table;
  const end = options + <usize>optionCount * LEG;
  for (let leg = options; leg < end; leg += LEG) {
    if (day >= load<i32>(leg, EXPIRY)) continue;
    const calls = v128.load64_splat(leg, CALLS);
    const puts = v128.load64_splat(leg, PUTS);
    const worthA = Lanes.madd(calls, v128.load(option, CALL), f64x2.mul(puts, v128.load(option, PUT)));
    const worthB = Lanes.madd(calls, v128.load(option + 16, CALL), f64x2.mul(puts, v128.load(option + 16, PUT)));
    a = f64x2.add(a, worthA);
    b = f64x2.add(b, worthB);
    option += OPTION;
  }
  v128.store(value, a);
  v128.store(value, b, 16);
}

/** What a leg pays two paths at expiry. */
function payOption(leg: usize, spot: v128, half: usize): void {
  const intrinsic = f64x2.sub(spot, v128.load64_splat(leg, STRIKE));
  const inTheMoney = f64x2.gt(intrinsic, f64x2.splat(0));
  const call = f64x2.mul(v128.load64_splat(leg, CALLS), intrinsic);
  const put = f64x2.mul(v128.load64_splat(leg, PUTS), f64x2.neg(intrinsic));
  v128.store(paid + half, f64x2.add(v128.load(paid + half), v128.bitselect(call, put, inTheMoney)));
}

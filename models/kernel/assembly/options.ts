import { SLOT, levels, take } from './block';
import { asset, call, callAndPut, cash, logForward, put, totalVol } from './black-scholes';
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
const LOG_FORWARD: usize = 16;
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

/** Adds what is alive to `value` and what expires today to `paid`. */
export function markOptions(tile: usize, day: i32): void {
  const end = options + <usize>optionCount * LEG;
  for (let leg = options; leg < end; leg += LEG) {
    const expiry = load<i32>(leg, EXPIRY);
    if (day > expiry) continue;
    const slot = <usize>load<u32>(leg, SLOT_NUMBER);
    const spot = v128.load64_splat(leg, SPOT);
    const level = levels + (slot << 5);
    const spotA = f64x2.mul(spot, v128.load(level));
    const spotB = f64x2.mul(spot, v128.load(level, 16));
    const calls = v128.load64_splat(leg, CALLS);
    const puts = v128.load64_splat(leg, PUTS);
    if (day == expiry) {
      const strike = v128.load64_splat(leg, STRIKE);
      v128.store(paid, f64x2.add(v128.load(paid), payoff(f64x2.sub(spotA, strike), calls, puts)));
      v128.store(paid, f64x2.add(v128.load(paid, 16), payoff(f64x2.sub(spotB, strike), calls, puts)), 16);
      continue;
    }
    const tenor = tenors + <usize>load<u32>(leg, TENOR) * tenorBytes + <usize>day * TENOR_DAY;
    const carry = v128.load64_splat(tenor, CARRY);
    v128.store(asset, f64x2.mul(spotA, carry));
    v128.store(asset, f64x2.mul(spotB, carry), 16);
    const owed = f64x2.mul(v128.load64_splat(leg, STRIKE), v128.load64_splat(tenor, DISCOUNT));
    v128.store(cash, owed);
    v128.store(cash, owed, 16);
    const start = v128.load64_splat(leg, LOG_MONEYNESS);
    const forward = v128.load64_splat(tenor, LOG_FORWARD);
    const log = tile + slot * SLOT;
    v128.store(logForward, f64x2.add(f64x2.add(v128.load(log), start), forward));
    v128.store(logForward, f64x2.add(f64x2.add(v128.load(log, 16), start), forward), 16);
    const vol = volRows + <usize>load<u32>(leg, VOL_ROW);
    const factor = v128.load64_splat(leg, VOL_FACTOR);
    const root = v128.load64_splat(tenor, ROOT_YEARS);
    v128.store(totalVol, f64x2.mul(f64x2.mul(factor, v128.load(vol)), root));
    v128.store(totalVol, f64x2.mul(f64x2.mul(factor, v128.load(vol, 16)), root), 16);
    callAndPut();
    addValue(0, calls, puts);
    addValue(16, calls, puts);
  }
}

/** What a call and a put pay, from spot less strike. */
function payoff(intrinsic: v128, calls: v128, puts: v128): v128 {
  const inTheMoney = f64x2.gt(intrinsic, f64x2.splat(0));
  return v128.bitselect(f64x2.mul(calls, intrinsic), f64x2.mul(puts, f64x2.neg(intrinsic)), inTheMoney);
}

function addValue(half: usize, calls: v128, puts: v128): void {
  const worth = Lanes.madd(calls, v128.load(call + half), f64x2.mul(puts, v128.load(put + half)));
  v128.store(value + half, f64x2.add(v128.load(value + half), worth));
}

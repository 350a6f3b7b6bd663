import { levels, memberCounts, members, names, take, weights } from './block';
import { Lanes } from './lanes';
import { paid, value } from './totals';

// markUnits and payDividends of the reference simulator on a tile.

/** A leg: two f64 (quantity, spot at the start), then u32 slot and filling. */
const QUANTITY: usize = 0;
const SPOT: usize = 8;
const SLOT_NUMBER: usize = 16;
const LEG: usize = 24;

/** Size, set before `allocate`. */
export let unitCount: i32 = 0;
/** [unitCount] legs */
export let units: usize = 0;
/** [names] f64 dividend of a day per unit of the ex-dividend price */
export let dividends: usize = 0;

export function allocateUnits(): void {
  units = take(<usize>unitCount * LEG);
  dividends = take((<usize>names) << 3);
}

/** Adds the units held to `value`, and the dividends of the day to `paid`. */
export function markUnits(): void {
  const end = units + <usize>unitCount * LEG;
  for (let leg = units; leg < end; leg += LEG) {
    const held = f64x2.mul(v128.load64_splat(leg, QUANTITY), v128.load64_splat(leg, SPOT));
    const slot = <usize>load<u32>(leg, SLOT_NUMBER);
    addUnits(held, slot, 0);
    addUnits(held, slot, 16);
  }
}

function addUnits(held: v128, slot: usize, half: usize): void {
  const level = v128.load(levels + (slot << 5) + half);
  v128.store(value + half, Lanes.madd(held, level, v128.load(value + half)));
  v128.store(paid + half, Lanes.madd(held, dividend(slot, half), v128.load(paid + half)));
}

/** e^{q dt} − 1 of the ex-dividend price, over the price at the start; of a basket, those of its members. */
function dividend(slot: usize, half: usize): v128 {
  if (slot < <usize>names) {
    return f64x2.mul(Lanes.constant(dividends, slot), v128.load(levels + (slot << 5) + half));
  }
  let first: usize = 0;
  const index = slot - <usize>names;
  for (let k: usize = 0; k < index; k++) first += load<u32>(memberCounts + (k << 2));
  const count = <usize>load<u32>(memberCounts + (index << 2));
  let sum = f64x2.splat(0);
  for (let j = first; j < first + count; j++) {
    const level = <usize>load<u32>(members + (j << 2));
    const rate = f64x2.mul(Lanes.constant(weights, j), Lanes.constant(dividends, level >> 5));
    sum = Lanes.madd(rate, v128.load(levels + level + half), sum);
  }
  return sum;
}

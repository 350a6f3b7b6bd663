import { ROW, betaCount, indices, take } from './block';
import { volRows } from './implied';
import { Lanes } from './lanes';
import { paid, value } from './totals';

// markVariance of the reference simulator on a tile: the uncapped variance swaps, added up by day in VarianceSums.

/** Slots with an uncapped swap; set before `allocate`. */
export let varianceCount: i32 = 0;
/** [varianceCount] u32 offset in a tile of the slot's Σ x² */
export let varianceSlots: usize = 0;
/** [days + 1][1 + varianceCount + betaCount + indices] and [days + 1][1 + varianceCount] f64 */
export let varianceValues: usize = 0;
export let variancePayments: usize = 0;
/** [days + 1] u8 */
export let variancePaymentDays: usize = 0;
let valueBytes: usize = 0;
let paymentBytes: usize = 0;

export function allocateVariance(days: i32): void {
  varianceSlots = take((<usize>varianceCount) << 2);
  valueBytes = (<usize>(1 + varianceCount + betaCount + indices)) << 3;
  varianceValues = take(<usize>(days + 1) * valueBytes);
  paymentBytes = (<usize>(1 + varianceCount)) << 3;
  variancePayments = take(<usize>(days + 1) * paymentBytes);
  variancePaymentDays = take(days + 1);
}

/** Adds what is alive to `value` and what matures today to `paid`. */
export function markVariance(tile: usize, day: i32): void {
  if (varianceCount == 0) return;
  let coefficient = varianceValues + <usize>day * valueBytes;
  let a = v128.load64_splat(coefficient);
  let b = a;
  const end = varianceSlots + ((<usize>varianceCount) << 2);
  coefficient += 8;
  for (let slot = varianceSlots; slot < end; slot += 4, coefficient += 8) {
    const squares = tile + <usize>load<u32>(slot);
    const c = v128.load64_splat(coefficient);
    a = Lanes.madd(c, v128.load(squares), a);
    b = Lanes.madd(c, v128.load(squares, 16), b);
  }
  // Multipliers of names, then volatilities of indices: what both contribute is their square.
  for (let row = volRows, last = row + <usize>(betaCount + indices) * ROW; row < last; row += ROW, coefficient += 8) {
    const c = v128.load64_splat(coefficient);
    const rowA = v128.load(row);
    const rowB = v128.load(row, 16);
    a = Lanes.madd(c, f64x2.mul(rowA, rowA), a);
    b = Lanes.madd(c, f64x2.mul(rowB, rowB), b);
  }
  v128.store(value, f64x2.add(v128.load(value), a));
  v128.store(value, f64x2.add(v128.load(value, 16), b), 16);
  if (load<u8>(variancePaymentDays + day) != 0) payVariance(tile, day);
}

function payVariance(tile: usize, day: i32): void {
  let coefficient = variancePayments + <usize>day * paymentBytes;
  let a = v128.load64_splat(coefficient);
  let b = a;
  coefficient += 8;
  for (let slot = varianceSlots, end = slot + ((<usize>varianceCount) << 2); slot < end; slot += 4, coefficient += 8) {
    const squares = tile + <usize>load<u32>(slot);
    const c = v128.load64_splat(coefficient);
    a = Lanes.madd(c, v128.load(squares), a);
    b = Lanes.madd(c, v128.load(squares, 16), b);
  }
  v128.store(paid, f64x2.add(v128.load(paid), a));
  v128.store(paid, f64x2.add(v128.load(paid, 16), b), 16);
}

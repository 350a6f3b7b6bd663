import { capShape } from '../pricing/variance-swap.ts';
import type { RunPlan, VarianceLegs } from '../simulation/plan.ts';
import type { KernelExports } from './kernel-exports.ts';
import { viewsOf } from './views.ts';

/** Bytes of a row of four numbers, of a slot in a tile, and to the squares in it. */
const ROW = 32;
const SLOT = 64;
const SQUARES = 32;
/** Doubles of a leg in assembly/options.ts and swaps.ts (six numbers, four words), and in units.ts (two and two). */
const LEG_DOUBLES = 8;
const UNIT_DOUBLES = 3;
const WORDS_AFTER = 6;
const UNIT_WORDS_AFTER = 2;

/** Tells the kernel how many legs there are, before it lays out its memory. */
export function sizeLegs(kernel: KernelExports, { legs, days, financing }: RunPlan): void {
  kernel.optionCount.value = legs.options.count;
  kernel.tenorCount.value = legs.options.tenors.discounts.length / (days + 1);
  kernel.varianceCount.value = legs.variance.slots.length;
  kernel.swapCount.value = cappedLegs(legs.swaps).length;
  kernel.daysLeftCount.value = financing.discounts.length;
  kernel.unitCount.value = legs.units.count;
}

/** Writes the tables that assembly/{options,swaps,units}.ts describe. */
export function fillLegs(kernel: KernelExports, plan: RunPlan): void {
  fillOptions(kernel, plan);
  fillVariance(kernel, plan);
  fillSwaps(kernel, plan);
  fillUnits(kernel, plan);
}

function fillOptions(kernel: KernelExports, plan: RunPlan): void {
  const { count, slots, calls, puts, strikes, logMoneyness, expiries, tenorRows, tenors } = plan.legs.options;
  const { floats, words } = viewsOf(kernel);
  const numbers = floats(kernel.options, count * LEG_DOUBLES);
  const integers = words(kernel.options, 2 * count * LEG_DOUBLES);
  for (let leg = 0; leg < count; leg++) {
    const { factor, row } = volOf(plan, slots[leg]);
    const at = leg * LEG_DOUBLES;
    numbers.set([calls[leg], puts[leg], strikes[leg], logMoneyness[leg], spotOf(plan, slots[leg]), factor], at);
    integers.set([slots[leg], row, expiries[leg], tenorRows[leg]], 2 * (at + WORDS_AFTER));
  }
  const table = floats(kernel.tenors, 4 * tenors.discounts.length);
  for (let at = 0; at < tenors.discounts.length; at++) {
    table.set([tenors.discounts[at], tenors.carries[at], tenors.logForwards[at], tenors.rootYears[at]], 4 * at);
  }
}

function fillVariance(kernel: KernelExports, { legs }: RunPlan): void {
  const { slots, values, payments, paymentDays } = legs.variance;
  const { floats, words } = viewsOf(kernel);
  words(kernel.varianceSlots, slots.length).set(slots.map((slot) => slot * SLOT + SQUARES));
  floats(kernel.varianceValues, values.length).set(values);
  floats(kernel.variancePayments, payments.length).set(payments);
  new Uint8Array(kernel.memory.buffer, kernel.variancePaymentDays.value, paymentDays.length).set(paymentDays);
}

/** Legs of capped swaps; the others are in VarianceSums. */
function cappedLegs({ count, capMultiples }: VarianceLegs): number[] {
  return Array.from({ length: count }, (_, leg) => leg).filter((leg) => capMultiples[leg] !== Infinity);
}

function fillSwaps(kernel: KernelExports, plan: RunPlan): void {
  const { slots, notionals, strikeVols, maturities, accruedDays, accruedSquares, capMultiples } = plan.legs.swaps;
  const legs = cappedLegs(plan.legs.swaps);
  const { daysPerYear, discounts } = plan.financing;
  const { floats, words } = viewsOf(kernel);
  const numbers = floats(kernel.swaps, legs.length * LEG_DOUBLES);
  const integers = words(kernel.swaps, 2 * legs.length * LEG_DOUBLES);
  for (const [row, leg] of legs.entries()) {
    const vol = volOf(plan, slots[leg]);
    const days = accruedDays[leg] + maturities[leg];
    const strike = strikeVols[leg] * strikeVols[leg];
    const cap = capMultiples[leg] * capMultiples[leg] * strike;
    const at = row * LEG_DOUBLES;
    numbers.set([notionals[leg], strike, accruedSquares[leg], daysPerYear / days, cap, vol.factor], at);
    integers.set([slots[leg], vol.row, maturities[leg], days], 2 * (at + WORDS_AFTER));
  }
  const table = floats(kernel.daysLeft, 4 * discounts.length);
  for (let left = 0; left < discounts.length; left++) {
    const { scale, totalVol, farBelow } = capShape(left);
    table.set([discounts[left], scale, totalVol, farBelow], 4 * left);
  }
}

function fillUnits(kernel: KernelExports, plan: RunPlan): void {
  const { count, slots, quantities } = plan.legs.units;
  const { floats, words } = viewsOf(kernel);
  const numbers = floats(kernel.units, count * UNIT_DOUBLES);
  const integers = words(kernel.units, 2 * count * UNIT_DOUBLES);
  for (let leg = 0; leg < count; leg++) {
    const at = leg * UNIT_DOUBLES;
    numbers.set([quantities[leg], spotOf(plan, slots[leg])], at);
    integers[2 * (at + UNIT_WORDS_AFTER)] = slots[leg];
  }
  floats(kernel.dividends, plan.names.count).set(plan.names.dividends);
}

/** Volatility of a slot: a factor times a row of assembly/implied.ts, M^a for a name, the index's own for an index. */
function volOf({ names }: RunPlan, slot: number): { factor: number; row: number } {
  if (slot < names.count) return { factor: names.impliedVols[slot], row: names.betaGroups[slot] * ROW };
  return { factor: 1, row: (names.betas.length + slot - names.count) * ROW };
}

function spotOf({ names, indices }: RunPlan, slot: number): number {
  return slot < names.count ? names.spots[slot] : indices[slot - names.count].spot;
}

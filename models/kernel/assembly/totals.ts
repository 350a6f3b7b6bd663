/** Of one tile on one day: value of what is alive, and money paid out; 32 bytes each. */
export const value: usize = memory.data(32, 16);
export const paid: usize = memory.data(32, 16);

/** Before the first leg of a day. */
export function resetTotals(): void {
  const zero = f64x2.splat(0);
  v128.store(value, zero);
  v128.store(value, zero, 16);
  v128.store(paid, zero);
  v128.store(paid, zero, 16);
}

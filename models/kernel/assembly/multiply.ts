import { Lanes } from './lanes';

/**
 * Log returns of a tile: x = drift + F z, each sum in the order of the columns, as the reference adds them.
 *
 * Four rows at once, which is eight accumulators for the eight multiply-adds a processor has under way. The factor is
 * packed that way: for every four rows the columns before them, four numbers a column, then the ten numbers of the
 * corner by columns. Rows are filled up to a multiple of four with zeros.
 * @param factor  packed, already times volatility and √dt
 * @param drift   one number a row
 * @param normals, returns  32 bytes a row
 */
export function multiply(factor: usize, drift: usize, normals: usize, returns: usize, rows: i32): void {
  for (let first = 0; first < rows; first += 4, drift += 32, returns += 128) {
    let a0 = v128.load64_splat(drift);
    let b0 = a0;
    let a1 = v128.load64_splat(drift, 8);
    let b1 = a1;
    let a2 = v128.load64_splat(drift, 16);
    let b2 = a2;
    let a3 = v128.load64_splat(drift, 24);
    let b3 = a3;
    let z = normals;
    for (const end = normals + (first << 5); z < end; z += 32, factor += 32) {
      const a = v128.load(z);
      const b = v128.load(z, 16);
      let f = v128.load64_splat(factor);
      a0 = Lanes.madd(f, a, a0);
      b0 = Lanes.madd(f, b, b0);
      f = v128.load64_splat(factor, 8);
      a1 = Lanes.madd(f, a, a1);
      b1 = Lanes.madd(f, b, b1);
      f = v128.load64_splat(factor, 16);
      a2 = Lanes.madd(f, a, a2);
      b2 = Lanes.madd(f, b, b2);
      f = v128.load64_splat(factor, 24);
      a3 = Lanes.madd(f, a, a3);
      b3 = Lanes.madd(f, b, b3);
    }
    let a = v128.load(z);
    let b = v128.load(z, 16);
    let f = v128.load64_splat(factor);
    v128.store(returns, Lanes.madd(f, a, a0));
    v128.store(returns, Lanes.madd(f, b, b0), 16);
    f = v128.load64_splat(factor, 8);
    a1 = Lanes.madd(f, a, a1);
    b1 = Lanes.madd(f, b, b1);
    f = v128.load64_splat(factor, 16);
    a2 = Lanes.madd(f, a, a2);
    b2 = Lanes.madd(f, b, b2);
    f = v128.load64_splat(factor, 24);
    a3 = Lanes.madd(f, a, a3);
    b3 = Lanes.madd(f, b, b3);
    a = v128.load(z, 32);
    b = v128.load(z, 48);
    f = v128.load64_splat(factor, 32);
    v128.store(returns, Lanes.madd(f, a, a1), 32);
    v128.store(returns, Lanes.madd(f, b, b1), 48);
    f = v128.load64_splat(factor, 40);
    a2 = Lanes.madd(f, a, a2);
    b2 = Lanes.madd(f, b, b2);
    f = v128.load64_splat(factor, 48);
    a3 = Lanes.madd(f, a, a3);
    b3 = Lanes.madd(f, b, b3);
    a = v128.load(z, 64);
    b = v128.load(z, 80);
    f = v128.load64_splat(factor, 56);
    v128.store(returns, Lanes.madd(f, a, a2), 64);
    v128.store(returns, Lanes.madd(f, b, b2), 80);
    f = v128.load64_splat(factor, 64);
    a3 = Lanes.madd(f, a, a3);
    b3 = Lanes.madd(f, b, b3);
    f = v128.load64_splat(factor, 72);
    v128.store(returns, Lanes.madd(f, v128.load(z, 96), a3), 96);
    v128.store(returns, Lanes.madd(f, v128.load(z, 112), b3), 112);
    factor += 80;
  }
}

/** Puts the returns of the lanes in a regime, computed beside, in place of those of other regimes. */
export function blend(regimes: v128, regime: u32, from: usize, to: usize, rows: i32): void {
  const lanes = i32x4.eq(regimes, i32x4.splat(regime));
  const a = i64x2.extend_low_i32x4_s(lanes);
  const b = i64x2.extend_high_i32x4_s(lanes);
  for (let i = 0; i < rows; i++, from += 32, to += 32) {
    v128.store(to, v128.bitselect(v128.load(from), v128.load(to), a));
    v128.store(to, v128.bitselect(v128.load(from, 16), v128.load(to, 16), b), 16);
  }
}

import {
  SLOT,
  claim,
  columns,
  days,
  indices,
  memberCounts,
  members,
  paths,
  returns,
  rows,
  state,
  take,
  tileBytes,
} from './block';
import { Lanes } from './lanes';

// Realised pairwise correlation, which needs every return of a path again at its end: pairwiseCorrelation of
// simulation/path-correlation.ts.

/** Under this share of the mean square, a variance about the mean is rounding. */
const STILL: f64 = 1e-12;

/** [indices] u32 number of constituents, the first of an index's members */
export let constituentCounts: usize = 0;
/** [indices][columns] f64, by column */
export let pairwise: usize = 0;

/** [columns][days][rows] f64, by place of the path in the block, since paths change columns */
let history: usize = 0;
let pathBytes: usize = 0;
/** [rows] f64 */
let scales: usize = 0;

export function allocateHistory(): void {
  constituentCounts = take((<usize>indices) << 2);
  pairwise = take((<usize>indices * <usize>columns) << 3);
  scales = take((<usize>rows) << 3);
  // A line more: paths a power of two apart would share the same few sets of the cache.
  pathBytes = ((<usize>days * <usize>rows) << 3) + 64;
  history = claim(indices == 0 ? 0 : <usize>columns * pathBytes);
}

/** Puts the returns of a tile where each of its paths keeps them. */
export function keepReturns(firstPath: u32, column: usize, day: i32): void {
  const path = paths + (column << 2);
  const ofDay = history + ((<usize>(day - 1) * <usize>rows) << 3);
  let p0 = ofDay + <usize>(load<u32>(path) - firstPath) * pathBytes;
  let p1 = ofDay + <usize>(load<u32>(path, 4) - firstPath) * pathBytes;
  let p2 = ofDay + <usize>(load<u32>(path, 8) - firstPath) * pathBytes;
  let p3 = ofDay + <usize>(load<u32>(path, 12) - firstPath) * pathBytes;
  for (let x = returns, end = x + ((<usize>rows) << 5); x < end; x += 64, p0 += 16, p1 += 16, p2 += 16, p3 += 16) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    const nextA = v128.load(x, 32);
    const nextB = v128.load(x, 48);
    v128.store(p0, v128.shuffle<f64>(a, nextA, 0, 2));
    v128.store(p1, v128.shuffle<f64>(a, nextA, 1, 3));
    v128.store(p2, v128.shuffle<f64>(b, nextB, 0, 2));
    v128.store(p3, v128.shuffle<f64>(b, nextB, 1, 3));
  }
}

/** The correlation of every index and path, at the end. */
export function measurePairwise(firstPath: u32): void {
  let member = members;
  for (let k = 0; k < indices; k++) {
    const count = load<i32>(constituentCounts + (k << 2));
    const to = pairwise + ((<usize>k * <usize>columns) << 3);
    for (let column: usize = 0; column < <usize>columns; column++) {
      const place = <usize>(load<u32>(paths + (column << 2)) - firstPath);
      store<f64>(to + (column << 3), pairwiseOf(column, member, count, history + place * pathBytes));
    }
    member += (<usize>load<u32>(memberCounts + (k << 2))) << 2;
  }
}

function pairwiseOf(column: usize, members: usize, count: i32, returns: usize): f64 {
  const ofColumn = state + (column >> 2) * tileBytes + ((column & 3) << 3);
  memory.fill(scales, 0, (<usize>rows) << 3);
  let moved: f64 = 0;
  let mean: f64 = 0;
  for (const end = members + ((<usize>count) << 2); members < end; members += 4) {
    // A member is given by the place of its level, 32 bytes a slot.
    const level = <usize>load<u32>(members);
    const at = ofColumn + level * (SLOT >> 5);
    const sum = load<f64>(at);
    const squares = load<f64>(at, 32);
    const about = squares - (sum * sum) / <f64>days;
    if (!(about > STILL * squares)) continue;
    const scale = 1 / sqrt(about);
    store<f64>(scales + (level >> 2), scale);
    mean += scale * sum;
    moved += 1;
  }
  if (moved < 2) return NaN;
  const total = squaresAbout(mean / <f64>days, returns);
  const average = (total - moved) / (moved * (moved - 1));
  const lowest = -1 / (moved - 1);
  return average < lowest ? lowest : average > 1 ? 1 : average;
}

/** Σ_t (Y_t − mean)², Y_t = Σ_i scale_i x_it; four days at once, since one waits for its own additions. */
function squaresAbout(mean: f64, returns: usize): f64 {
  const bytes = (<usize>rows) << 3;
  let total: f64 = 0;
  let day = 0;
  for (; day + 4 <= days; day += 4, returns += 4 * bytes) {
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let scale = scales, x = returns, end = scale + bytes; scale < end; scale += 16, x += 16) {
      const s = v128.load(scale);
      a = Lanes.madd(s, v128.load(x), a);
      b = Lanes.madd(s, v128.load(x + bytes), b);
      c = Lanes.madd(s, v128.load(x + 2 * bytes), c);
      d = Lanes.madd(s, v128.load(x + 3 * bytes), d);
    }
    total += squareAbout(mean, a);
    total += squareAbout(mean, b);
    total += squareAbout(mean, c);
    total += squareAbout(mean, d);
  }
  for (; day < days; day++, returns += bytes) {
    let a = f64x2.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) a = Lanes.madd(v128.load(scales + at), v128.load(returns + at), a);
    total += squareAbout(mean, a);
  }
  return total;
}

function squareAbout(mean: f64, sums: v128): f64 {
  const off = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1) - mean;
  return off * off;
}

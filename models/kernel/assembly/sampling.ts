import { ROW, names, normals, paths, regimeOf, regimes, sumsAt, take } from './block';
import { Lanes } from './lanes';

// The law paths are drawn from: SamplingPlan of simulation/plan.ts, moveAlong of the reference simulator.

/** Every tenth path, by its number, is drawn from the law of the model. */
const DEFENSIVE_PERIOD: u32 = 10;

/** 1 when there is a sampling plan; set before `allocate`. */
export let sampled: i32 = 0;
/** [days + 1][regimes][regimes − 1] f64 */
export let tiltedThresholds: usize = 0;
/** [regimes] f64 */
export let inflations: usize = 0;
export let shifts: usize = 0;
/** [regimes] u8 */
export let watched: usize = 0;
/** [regimes][names] f64 */
export let directions: usize = 0;

export function allocateSampling(days: i32): void {
  const count = sampled ? <usize>regimes : 0;
  tiltedThresholds = take(((<usize>days + 1) * count * count) << 3);
  inflations = take(count << 3);
  shifts = take(count << 3);
  watched = take(count);
  directions = take((count * <usize>names) << 3);
}

export abstract class Sampling {
  /** Whether a path is drawn from the tilted law. */
  @inline
  static isTilted(path: u32): bool {
    return path % DEFENSIVE_PERIOD != 0;
  }

  /** The same of four paths, as a mask. */
  @inline
  static tilted(numbers: v128): v128 {
    return i32x4(
      -(<i32>Sampling.isTilted(i32x4.extract_lane(numbers, 0))),
      -(<i32>Sampling.isTilted(i32x4.extract_lane(numbers, 1))),
      -(<i32>Sampling.isTilted(i32x4.extract_lane(numbers, 2))),
      -(<i32>Sampling.isTilted(i32x4.extract_lane(numbers, 3))),
    );
  }
}

/** Moves the normals of a tile along the directions of its regimes. */
export function moveAlong(tile: usize, column: usize): void {
  const ofColumns = regimeOf + (column << 2);
  // Columns are in the order of their regimes.
  const last = load<u32>(ofColumns, 12);
  for (let r = load<u32>(ofColumns); r <= last; r++) {
    if (load<u8>(watched + r) != 0) moveRegime(tile, column, r);
  }
}

function moveRegime(tile: usize, column: usize, regime: u32): void {
  const ofDirection = directions + ((<usize>regime * <usize>names) << 3);
  let a = f64x2.splat(0);
  let b = a;
  const end = normals + ((<usize>names) << 5);
  for (let z = normals, v = ofDirection; z < end; z += ROW, v += 8) {
    const along = v128.load64_splat(v);
    a = Lanes.madd(along, v128.load(z), a);
    b = Lanes.madd(along, v128.load(z, 16), b);
  }
  const present = i32x4.eq(v128.load(regimeOf + (column << 2)), i32x4.splat(regime));
  const numbers = v128.load(paths + (column << 2));
  const tilted = Sampling.tilted(numbers);
  const here = tile + sumsAt + ((<usize>regime) << 5);
  const extraA = place(a, i64x2.extend_low_i32x4_s(tilted), i64x2.extend_low_i32x4_s(present), regime, here);
  const extraB = place(b, i64x2.extend_high_i32x4_s(tilted), i64x2.extend_high_i32x4_s(present), regime, here + 16);
  for (let z = normals, v = ofDirection; z < end; z += ROW, v += 8) {
    const along = v128.load64_splat(v);
    v128.store(z, Lanes.madd(extraA, along, v128.load(z)));
    v128.store(z, Lanes.madd(extraB, along, v128.load(z, 16)), 16);
  }
}

/** Adds y and y² of two paths to their sums, and returns y − x; 0 for paths in another regime. */
function place(x: v128, tilted: v128, present: v128, regime: usize, sums: usize): v128 {
  const moved = Lanes.madd(Lanes.constant(inflations, regime), x, Lanes.constant(shifts, regime));
  const y = v128.bitselect(moved, x, tilted);
  const kept = v128.and(y, present);
  const squares = sums + ((<usize>regimes) << 5);
  v128.store(sums, f64x2.add(v128.load(sums), kept));
  v128.store(squares, Lanes.madd(kept, kept, v128.load(squares)));
  return v128.and(f64x2.sub(y, x), present);
}

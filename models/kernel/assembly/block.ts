/**
 * The memory of one block: what is read of a run, what is carried from day to day, and scratch for one tile. bind.ts sets
 * the sizes, calls `allocate` and fills the tables through views; every pointer is exported for that.
 *
 * The state is tiles of four paths. A tile is first 64 bytes a slot (names, then indices): ln S / S(0) of the four paths,
 * then the sums of their squared returns. Then come rows of 32 bytes, one number of each path, at the offsets below.
 */

/** Bytes of a slot in a tile of the state. */
export const SLOT: usize = 64;
/** Bytes of a number of a tile. */
export const ROW: usize = 32;

// Sizes, set before `allocate`.
export let names: i32 = 0;
export let indices: i32 = 0;
/** Members of all indices together. */
export let memberCount: i32 = 0;
export let regimes: i32 = 0;
export let days: i32 = 0;
/** Paths of the block, a multiple of four. */
export let columns: i32 = 0;
/** Blocks of four normals drawn, an even count: an odd one is filled up with a block that no pair names. */
export let drawBlocks: i32 = 0;
/** Pairs of normals that a name uses. */
export let pairCount: i32 = 0;
/** Distinct exponents of implied volatility. */
export let betaCount: i32 = 0;

/** Names filled up to a multiple of four. */
export let rows: i32 = 0;

/** [drawBlocks] u32 block numbers */
export let blocks: usize = 0;
/** [pairCount] three u32: see normal.ts */
export let pairs: usize = 0;
/** [regimes][rows (rows + 1) / 2 and filling] f64 packed as multiply.ts says, one after the other */
export let factors: usize = 0;
export let factorBytes: usize = 0;
/** [regimes][rows] f64 */
export let drifts: usize = 0;
/** [days + 1] i8 forced regime or −1 */
export let forced: usize = 0;
/** [regimes − 1] and [regimes][regimes − 1] f64 */
export let initialThresholds: usize = 0;
export let transitionThresholds: usize = 0;
/** [indices] u32 number of members; of all indices, one after the other: u32 place of a member's level in bytes, f64 weight */
export let memberCounts: usize = 0;
export let members: usize = 0;
export let weights: usize = 0;

/** [columns] u32 path, u32 regime */
export let paths: usize = 0;
export let regimeOf: usize = 0;
/** [columns / 4] tiles */
export let state: usize = 0;
export let tileBytes: usize = 0;

// Offsets of rows in a tile.
/** Days in each regime, and the first of them. */
export let regimeDaysAt: usize = 0;
export let regimeFirstDayAt: usize = 0;
/** Σ y of each regime, then Σ y²: see sampling.ts. No rows without a sampling plan. */
export let sumsAt: usize = 0;
/** ln of the implied-volatility multiplier, then the implied correlation of each index. */
export let impliedAt: usize = 0;
/** The rows of nav.ts. */
export let navAt: usize = 0;

/** [4][columns] u32 words of the regimes of four days, by place of the path in the block */
export let regimeWords: usize = 0;
/** [regimes] i32 counts and ends of the parts of a block */
export let partEnds: usize = 0;
export let partCursors: usize = 0;
/** One tile: random words, normals in the order of the names, log returns, those of another regime, levels by slot. */
export let words: usize = 0;
export let normals: usize = 0;
export let returns: usize = 0;
export let otherReturns: usize = 0;
export let levels: usize = 0;

/** Rows of nav.ts in a tile. */
const NAV_ROWS: usize = 7;

let free: usize = 0;

/** Memory on a cache line of its own, with whatever is in it. */
export function claim(bytes: usize): usize {
  const at = (free + 63) & ~63;
  free = at + bytes;
  const pages = <i32>((free + 0xffff) >>> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
  return at;
}

/** The same, zeroed. */
export function take(bytes: usize): usize {
  const at = claim(bytes);
  memory.fill(at, 0, bytes);
  return at;
}

/**
 * Lays out a run; whatever was there before is gone, and views of the memory must be made anew.
 * @param sampled  1 when paths are drawn from a sampling plan
 */
export function allocateBlock(sampled: i32): void {
  rows = (names + 3) & ~3;
  free = __heap_base;
  blocks = take((<usize>drawBlocks) << 2);
  pairs = take(<usize>pairCount * 12);
  factorBytes = (<usize>rows * (<usize>rows + 1)) << 2;
  factors = take(<usize>regimes * factorBytes);
  drifts = take((<usize>regimes * <usize>rows) << 3);
  forced = take(<usize>days + 1);
  initialThresholds = take((<usize>regimes) << 3);
  transitionThresholds = take((<usize>regimes * <usize>regimes) << 3);
  memberCounts = take((<usize>indices) << 2);
  members = take((<usize>memberCount) << 2);
  weights = take((<usize>memberCount) << 3);
  paths = take((<usize>columns) << 2);
  regimeOf = take((<usize>columns) << 2);
  regimeDaysAt = <usize>(names + indices) * SLOT;
  regimeFirstDayAt = regimeDaysAt + <usize>regimes * ROW;
  sumsAt = regimeFirstDayAt + <usize>regimes * ROW;
  impliedAt = sumsAt + <usize>(2 * sampled * regimes) * ROW;
  navAt = impliedAt + <usize>(1 + indices) * ROW;
  tileBytes = (navAt + NAV_ROWS * ROW + 63) & ~63;
  state = take(<usize>(columns >> 2) * tileBytes);
  regimeWords = take((<usize>columns) << 4);
  partEnds = take((<usize>regimes) << 2);
  partCursors = take((<usize>regimes) << 2);
  words = take((<usize>drawBlocks) << 6);
  // One more row takes the normals that no name uses.
  normals = take((<usize>(rows + 1)) << 5);
  returns = take((<usize>rows) << 5);
  otherReturns = take((<usize>rows) << 5);
  levels = take((<usize>(names + indices)) << 5);
}

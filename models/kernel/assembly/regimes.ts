import {
  columns,
  forced,
  initialThresholds,
  partCursors,
  partEnds,
  paths,
  regimeOf,
  regimeWords,
  regimes,
  state,
  tileBytes,
  transitionThresholds,
} from './block';
import { REGIME, drawWords } from './random';
import { Sampling, sampled, tiltedThresholds } from './sampling';

/** Four days share the random words; which four are in memory. */
let wordsOf: u32 = 0xffffffff;

/** Rows of thresholds of the day at hand: of the model's law (day 1 has one), and of the tilted one. */
let own: usize = 0;
let ownRow: usize = 0;
let tilted: usize = 0;
let rowBytes: usize = 0;

/** Forgets the words of the block before. */
export function resetRegimes(): void {
  wordsOf = 0xffffffff;
}

/**
 * Regime of every column on a day: forced, drawn from the initial law on day 1, from the row of yesterday's regime
 * afterwards. Then columns are moved so that each regime has one stretch of them, and few tiles mix two.
 * @param firstPath  path at place 0 of the block
 */
export function drawRegimes(firstPath: u32, day: u32): void {
  const always = <i32>load<i8>(forced + day);
  if (always >= 0) {
    for (let at = regimeOf, end = at + (columns << 2); at < end; at += 4) store<i32>(at, always);
    return;
  }
  if (regimes == 1) return;
  if (wordsOf != day >> 2) {
    wordsOf = day >> 2;
    drawBlockWords(firstPath, wordsOf);
  }
  const ofDay = regimeWords + (((day & 3) * columns) << 2);
  rowBytes = (<usize>regimes - 1) << 3;
  own = day == 1 ? initialThresholds : transitionThresholds;
  ownRow = day == 1 ? 0 : rowBytes;
  tilted = tiltedThresholds + <usize>day * <usize>regimes * rowBytes;
  let changed = i32x4.splat(0);
  for (let column = 0; column < columns; column += 4) {
    const at = regimeOf + (column << 2);
    const before = v128.load(at);
    const numbers = v128.load(paths + (column << 2));
    const places = i32x4.shl(i32x4.sub(numbers, i32x4.splat(firstPath)), 2);
    let words = v128.load32_zero(ofDay + i32x4.extract_lane(places, 0));
    words = v128.load32_lane(ofDay + i32x4.extract_lane(places, 1), words, 1);
    words = v128.load32_lane(ofDay + i32x4.extract_lane(places, 2), words, 2);
    words = v128.load32_lane(ofDay + i32x4.extract_lane(places, 3), words, 3);
    // Columns are in the order of their regimes, so a tile whose ends agree has one.
    const yesterday = load<u32>(at);
    if (yesterday == load<u32>(at, 12)) drawTile(at, yesterday, numbers, words);
    else drawLanes(at, numbers, words);
    changed = v128.or(changed, v128.xor(before, v128.load(at)));
  }
  if (v128.any_true(changed)) partition();
}

/** Regimes of a tile that was in one regime. */
function drawTile(at: usize, yesterday: usize, numbers: v128, words: v128): void {
  const a = f64x2.convert_low_i32x4_u(words);
  const b = f64x2.convert_low_i32x4_u(v128.shuffle<i32>(words, words, 2, 3, 2, 3));
  let today = reached(a, b, own + yesterday * ownRow);
  if (sampled) {
    today = v128.bitselect(reached(a, b, tilted + yesterday * rowBytes), today, Sampling.tilted(numbers));
  }
  v128.store(at, today);
}

/** How many thresholds of a row each word reaches. */
function reached(a: v128, b: v128, row: usize): v128 {
  let countA = i64x2.splat(0);
  let countB = countA;
  for (const end = row + rowBytes; row < end; row += 8) {
    const threshold = v128.load64_splat(row);
    // A condition that holds is −1.
    countA = i64x2.sub(countA, f64x2.ge(a, threshold));
    countB = i64x2.sub(countB, f64x2.ge(b, threshold));
  }
  return v128.shuffle<i32>(countA, countB, 0, 2, 4, 6);
}

const numbersOfTile: usize = memory.data(16, 16);
const wordsOfTile: usize = memory.data(16, 16);

/** Regimes of a tile that was in several, path by path. */
function drawLanes(at: usize, numbers: v128, words: v128): void {
  v128.store(numbersOfTile, numbers);
  v128.store(wordsOfTile, words);
  for (let lane: usize = 0; lane < 16; lane += 4) {
    const yesterday = <usize>load<u32>(at + lane);
    const isTilted = sampled && Sampling.isTilted(load<u32>(numbersOfTile + lane));
    const row = isTilted ? tilted + yesterday * rowBytes : own + yesterday * ownRow;
    const word = <f64>load<u32>(wordsOfTile + lane);
    let regime: u32 = 0;
    for (let threshold = row; threshold < row + rowBytes; threshold += 8) {
      regime += <u32>(word >= load<f64>(threshold));
    }
    store<u32>(at + lane, regime);
  }
}

/** Words of every path, by its place in the block, for the days 4 day4 … 4 day4 + 3. */
function drawBlockWords(firstPath: u32, day4: u32): void {
  for (let place = 0; place < columns; place += 4) {
    const tile = i32x4.add(i32x4.splat(firstPath + place), i32x4(0, 1, 2, 3));
    drawWords(tile, day4, REGIME, 0, regimeWords + (place << 2), columns << 2);
  }
}

/** Sorts the columns by regime. Every exchange puts one where it belongs; the others stay. */
function partition(): void {
  memory.fill(partEnds, 0, regimes << 2);
  for (let at = regimeOf, end = at + (columns << 2); at < end; at += 4) {
    const count = partEnds + (load<u32>(at) << 2);
    store<i32>(count, load<i32>(count) + 1);
  }
  let start = 0;
  for (let r = 0; r < regimes; r++) {
    store<i32>(partCursors + (r << 2), start);
    start += load<i32>(partEnds + (r << 2));
    store<i32>(partEnds + (r << 2), start);
  }
  for (let r = 0; r < regimes; r++) {
    const end = load<i32>(partEnds + (r << 2));
    for (let column = load<i32>(partCursors + (r << 2)); column < end; column++) {
      for (;;) {
        const regime = load<i32>(regimeOf + (column << 2));
        if (regime == r) break;
        const cursor = partCursors + (regime << 2);
        let other = load<i32>(cursor);
        while (load<i32>(regimeOf + (other << 2)) == regime) other++;
        store<i32>(cursor, other + 1);
        exchange(column, other);
      }
    }
  }
}

function exchange(one: i32, other: i32): void {
  exchangeWords(paths + (one << 2), paths + (other << 2));
  exchangeWords(regimeOf + (one << 2), regimeOf + (other << 2));
  let p = state + <usize>(one >> 2) * tileBytes + <usize>((one & 3) << 3);
  let q = state + <usize>(other >> 2) * tileBytes + <usize>((other & 3) << 3);
  for (const end = p + tileBytes; p < end; p += 32, q += 32) {
    const kept = load<u64>(p);
    store<u64>(p, load<u64>(q));
    store<u64>(q, kept);
  }
}

function exchangeWords(p: usize, q: usize): void {
  const kept = load<u32>(p);
  store<u32>(p, load<u32>(q));
  store<u32>(q, kept);
}

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
  const width: usize = (regimes - 1) << 3;
  const ownThresholds = day == 1 ? initialThresholds : transitionThresholds;
  const ownRow: usize = day == 1 ? 0 : width;
  const tiltedOfDay = tiltedThresholds + <usize>day * <usize>regimes * width;
  let changed: u32 = 0;
  for (let column = 0; column < columns; column++) {
    const offset: usize = column << 2;
    const path = load<u32>(paths + offset);
    const word = <f64>load<u32>(ofDay + ((path - firstPath) << 2));
    const yesterday = load<u32>(regimeOf + offset);
    const row =
      sampled && Sampling.isTilted(path)
        ? tiltedOfDay + <usize>yesterday * width
        : ownThresholds + <usize>yesterday * ownRow;
    let regime: u32 = 0;
    for (let at: usize = 0; at < width; at += 8) regime += <u32>(word >= load<f64>(row + at));
    store<u32>(regimeOf + offset, regime);
    changed |= regime ^ yesterday;
  }
  if (changed) partition();
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

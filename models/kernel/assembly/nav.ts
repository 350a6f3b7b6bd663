import { navAt, regimeDaysAt, regimeFirstDayAt, regimeOf, take } from './block';
import { Lanes } from './lanes';
import { paid, value } from './totals';

// recordNav of the reference simulator on a tile, and the days in each regime.

/** Rows from `navAt` on. */
const CASH: usize = 0;
const PNL: usize = 32;
const PEAK: usize = 64;
const MAX_DRAWDOWN: usize = 96;
const BREACH_DAY: usize = 128;
const RUIN_DAY: usize = 160;
const DAYS_UNDER_WATER: usize = 192;

/** Set by bind.ts: NAV at the start, the NAV at or under which a path is breached, e^{r dt}, value at the start. */
export let startNav: f64 = 0;
export let breachNav: f64 = 0;
export let dailyGrowth: f64 = 0;
export let initialValue: f64 = 0;
/** [days + 1] f64 e^{r t} */
export let growth: usize = 0;

export function allocateNav(days: i32): void {
  growth = take((<usize>days + 1) << 3);
}

/** The rows of a tile at the start. */
export function resetNav(tile: usize): void {
  const peak = tile + navAt + PEAK;
  v128.store(peak, f64x2.splat(startNav));
  v128.store(peak, f64x2.splat(startNav), 16);
}

/** Counts the day for the regime of each path. */
export function countRegimes(tile: usize, column: usize, day: i32): void {
  for (let lane: usize = 0; lane < 4; lane++) {
    const row = ((<usize>load<u32>(regimeOf + ((column + lane) << 2))) << 5) + (lane << 3);
    const count = tile + regimeDaysAt + row;
    const before = load<f64>(count);
    if (before == 0) store<f64>(tile + regimeFirstDayAt + row, <f64>day);
    store<f64>(count, before + 1);
  }
}

/** Cash, P&L, NAV of the day, its peak, and what happened for the first time. */
export function recordNav(tile: usize, day: i32): void {
  const carried = initialValue * load<f64>(growth + (day << 3));
  recordHalf(tile + navAt, 0, day, carried);
  recordHalf(tile + navAt + 16, 16, day, carried);
}

function recordHalf(rows: usize, half: usize, day: i32, carried: f64): void {
  const zero = f64x2.splat(0);
  const cash = Lanes.madd(v128.load(rows, CASH), f64x2.splat(dailyGrowth), v128.load(paid + half));
  v128.store(rows, cash, CASH);
  const pnl = f64x2.sub(f64x2.add(v128.load(value + half), cash), f64x2.splat(carried));
  v128.store(rows, pnl, PNL);
  const nav = f64x2.add(f64x2.splat(startNav), pnl);
  const peak = v128.load(rows, PEAK);
  const below = f64x2.lt(nav, peak);
  v128.store(rows, v128.bitselect(peak, nav, below), PEAK);
  const one = f64x2.splat(1);
  const water = v128.load(rows, DAYS_UNDER_WATER);
  v128.store(rows, f64x2.add(water, v128.and(one, below)), DAYS_UNDER_WATER);
  const drawdown = f64x2.sub(one, f64x2.div(nav, peak));
  const worst = v128.load(rows, MAX_DRAWDOWN);
  const deeper = v128.and(below, f64x2.gt(drawdown, worst));
  v128.store(rows, v128.bitselect(drawdown, worst, deeper), MAX_DRAWDOWN);
  const today = f64x2.splat(<f64>day);
  first(rows + BREACH_DAY, f64x2.le(nav, f64x2.splat(breachNav)), today);
  first(rows + RUIN_DAY, f64x2.le(nav, zero), today);
}

/** Writes the day where it happens and has not happened before. */
function first(row: usize, happens: v128, today: v128): void {
  const before = v128.load(row);
  const now = v128.and(happens, f64x2.eq(before, f64x2.splat(0)));
  v128.store(row, v128.bitselect(today, before, now));
}

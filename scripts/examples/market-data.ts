import { readFileSync } from 'node:fs';

/** One CSV of closes: a row a day, a column a series. */
export interface ClosingPrices {
  readonly dates: readonly string[];
  readonly names: readonly string[];
  /** [days × names] row-major; NaN where the file has none */
  readonly closes: Float64Array;
}

/**
 * Reads a CSV whose header is `date` and the names, and whose rows hold a date and a number, or nothing, for each.
 *
 * @throws RangeError when a row is incomplete or holds something else than positive numbers
 */
export function readClosingPrices(path: string): ClosingPrices {
  const rows = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(','));
  const names = (rows.shift() ?? []).slice(1);
  const closes = new Float64Array(rows.length * names.length);
  for (const [day, row] of rows.entries()) {
    if (row.length !== names.length + 1) {
      throw new RangeError(`${path}, row ${day + 2} has ${row.length} fields; need ${names.length + 1}`);
    }
    for (let i = 0; i < names.length; i++) {
      const close = row[i + 1] === '' ? Number.NaN : Number(row[i + 1]);
      if (row[i + 1] !== '' && !(close > 0 && Number.isFinite(close))) {
        throw new RangeError(`${path}, row ${day + 2}, ${names[i]} is ${row[i + 1]}; need a number > 0`);
      }
      closes[day * names.length + i] = close;
    }
  }
  return { dates: rows.map((row) => row[0]), names, closes };
}

/**
 * Closes of a date, in the order of the names.
 *
 * @throws RangeError when one is missing
 */
export function closesOn(prices: ClosingPrices, date: string): Float64Array {
  const row = rowOf(prices, date);
  const n = prices.names.length;
  const closes = prices.closes.slice(row * n, (row + 1) * n);
  const missing = closes.findIndex(Number.isNaN);
  if (missing >= 0) throw new RangeError(`${prices.names[missing]} has no close of ${date}`);
  return closes;
}

/**
 * Daily log-returns up to and including a date.
 *
 * @param count  number of returns
 * @returns [count × names] row-major
 * @throws RangeError when the data do not reach back far enough
 */
export function trailingReturns(prices: ClosingPrices, date: string, count: number): Float64Array {
  const n = prices.names.length;
  const first = rowOf(prices, date) - count + 1;
  if (first < 1) throw new RangeError(`${count} returns to ${date} need more closes than there are`);
  const returns = new Float64Array(count * n);
  for (let at = 0; at < count * n; at++) {
    returns[at] = Math.log(prices.closes[first * n + at] / prices.closes[(first - 1) * n + at]);
    if (Number.isNaN(returns[at])) {
      throw new RangeError(`${prices.names[at % n]} lacks a close near ${prices.dates[first + Math.floor(at / n)]}`);
    }
  }
  return returns;
}

function rowOf(prices: ClosingPrices, date: string): number {
  const row = prices.dates.indexOf(date);
  if (row < 0) throw new RangeError(`there is no close of ${date}; need a trading day of the data`);
  return row;
}

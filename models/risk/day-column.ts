import { CompensatedSum } from './compensated-sum.ts';
import { weightTotals } from './sample.ts';

/** How the weight of a sample is spread over whole days. */
export interface DayShares {
  /** [days + 1], share of the weight with this number of days; entry 0 is day 0 (or "never"), sum 1 */
  readonly shares: Float64Array;
  /** [days + 1], the same before division by `total`: numbers of paths, so whole, in a plain sample */
  readonly sums: Float64Array;
  readonly total: number;
}

/** See quantileIndex in sample.ts: a day's share is a sum that may miss a round probability by rounding alone. */
const PROBABILITY_TOLERANCE = 1e-12;

/**
 * Share of the weight on each day, self-normalised, summed in path order. Counting takes one pass where sorting the
 * column would take many.
 * @param column  [n], days 0..days
 * @param days    last day, D
 * @param weights [n], at least 0, or null for plain sampling
 * @throws RangeError when n = 0, a length differs or a day lies outside 0..days
 */
export function dayShares(column: Uint16Array, days: number, weights: Float64Array | null): DayShares {
  const n = column.length;
  if (n === 0) throw new RangeError('day column is empty; need at least one path');
  const { total } = weightTotals(weights, n);
  const sums = Array.from({ length: days + 1 }, () => new CompensatedSum());
  for (let i = 0; i < n; i++) {
    const sum = sums[column[i]];
    if (sum === undefined) throw new RangeError(`day column[${i}] is ${column[i]}; need 0 to ${days}`);
    sum.add(weights === null ? 1 : weights[i]);
  }
  const values = Float64Array.from(sums, (sum) => sum.value);
  return { shares: values.map((value) => value / total), sums: values, total };
}

/**
 * Lower order statistic of the days from `firstDay` on: with firstDay 1 the quantile among the paths to which it
 * happened, 0 meaning never.
 * @param shares      of dayShares
 * @param probability p in (0, 1]
 * @param firstDay    0 or 1
 * @returns the day, or null when no path has a day from firstDay on
 */
export function dayQuantile({ shares }: DayShares, probability: number, firstDay: 0 | 1): number | null {
  let total = 0;
  let last = firstDay;
  for (let day = firstDay; day < shares.length; day++) {
    total += shares[day];
    if (shares[day] > 0) last = day;
  }
  if (!(total > 0)) return null;
  let cumulative = 0;
  for (let day = firstDay; day < last; day++) {
    cumulative += shares[day];
    if (shares[day] > 0 && cumulative >= (probability - PROBABILITY_TOLERANCE) * total) return day;
  }
  return last;
}

/** Mean number of days. */
export function meanDay({ shares }: DayShares): number {
  let mean = 0;
  for (let day = 1; day < shares.length; day++) mean += day * shares[day];
  return mean;
}

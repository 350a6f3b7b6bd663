import { NORMAL_95 } from '../numeric/student-quantile.ts';
import { orderStatisticRanks } from './order-statistics.ts';
import { equivalentSize } from './probability.ts';
import { quantile, quantileIndex } from './sample.ts';
import type { SortedSample } from './sample.ts';
import { StratifiedSquares } from './weighting.ts';

/** An estimate with its sampling error; null where the sample is too small to tell. */
export interface IntervalEstimate {
  readonly value: number;
  readonly standardError: number | null;
  readonly interval95: [number | null, number | null];
}

/** A risk measure at one confidence level. */
export interface LevelEstimate extends IntervalEstimate {
  /** confidence level, 0.99 = the 1-in-100 loss */
  readonly level: number;
}

/**
 * Quantile with its distribution-free interval.
 *
 * The value is the lower order statistic. The 95 % interval is made of the two order statistics of
 * orderStatisticRanks, and the standard error is its half width over 1.959964. Where an end lies outside the sample
 * that end and the standard error are null: clamping to the worst path would claim a precision that is not there.
 *
 * Weighted: F(q) is self-normalised with the stratified variance of psi_i = 1{x_i <= q} - p, that of a plain sample of m
 * observations (equivalentSize); the ranks l, u of m give the levels l/m and u/m at which the weighted F is read. With
 * equal weights of one stratum m = n, and the result is the plain one.
 *
 * Source: David and Nagaraja 2003, section 7.1; weighted: P. Glynn, Importance sampling for Monte Carlo estimation of
 * quantiles, 1996.
 * @param sample      sorted sample
 * @param probability p in (0, 1)
 * @throws RangeError when p is outside (0, 1)
 */
export function quantileEstimate(sample: SortedSample, probability: number): IntervalEstimate {
  const index = quantileIndex(sample, probability);
  const value = sample.values[index];
  const [low, high] = quantileInterval(sample, probability, index);
  return {
    value,
    standardError: low === null || high === null ? null : (high - low) / (2 * NORMAL_95),
    interval95: [low, high],
  };
}

function quantileInterval(sample: SortedSample, p: number, index: number): [number | null, number | null] {
  const { values, weights, cumulative, strata } = sample;
  const n = values.length;
  if (weights === null || cumulative === null || strata === null) {
    const { lower, upper } = orderStatisticRanks(n, p);
    return [lower >= 1 ? values[lower - 1] : null, upper <= n ? values[upper - 1] : null];
  }
  const squares = new StratifiedSquares(strata);
  for (let i = 0; i < index; i++) squares.add(i, weights[i] * (1 - p));
  for (let i = index + 1; i < n; i++) squares.add(i, weights[i] * -p);
  // The observation at p counts with its part below p: beyond the last whole one the variance would come out as 0.
  const weight = weights[index];
  const part = Math.min(Math.max(p - (index === 0 ? 0 : cumulative[index - 1]), 0), weight);
  squares.addMany(strata.of[index], {
    sum: part - p * weight,
    squares: weight * (part * (1 - p) ** 2 + (weight - part) * p ** 2),
  });
  const m = Math.max(1, Math.round(equivalentSize(p, squares.variance) ?? sample.effectiveSize));
  const { lower, upper } = orderStatisticRanks(m, p);
  // A level below the weight of the lowest observation is below the sample, as rank 0 is for equal weights.
  const inside = lower / m >= cumulative[0] * (1 - 1e-12);
  return [lower >= 1 && inside ? quantile(sample, lower / m) : null, upper <= m ? quantile(sample, upper / m) : null];
}

/**
 * Value at risk: the loss that is exceeded with probability 1 - level, positive for a loss.
 *
 *   VaR = -inf{x : F(x) >= 1 - level}
 *
 * @param sample sorted P&L, money, gains positive
 * @param level  confidence level in (0, 1), 0.99 = 1 in 100
 * @returns losses positive; interval and standard error as in quantileEstimate
 * @throws RangeError when the level is outside (0, 1)
 */
export function valueAtRisk(sample: SortedSample, level: number): LevelEstimate {
  if (!(level > 0 && level < 1)) throw new RangeError(`level is ${level}; need 0 < level < 1`);
  const { value, standardError, interval95 } = quantileEstimate(sample, 1 - level);
  const [low, high] = interval95;
  return { level, value: negated(value), standardError, interval95: [asLoss(high), asLoss(low)] };
}

function asLoss(pnl: number | null): number | null {
  return pnl === null ? null : negated(pnl);
}

/** Minus x without the minus zero that would print and compare oddly. */
function negated(x: number): number {
  return 0 - x;
}

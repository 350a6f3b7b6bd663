import { CompensatedSum } from './compensated-sum.ts';
import { quantileIndex } from './sample.ts';
import type { SortedSample } from './sample.ts';
import { skewedInterval95 } from './skewed-interval.ts';
import type { LevelEstimate } from './value-at-risk.ts';
import { StratifiedSquares } from './weighting.ts';

/** 2 observations come out as 1.9999999999999998 when p is 1 - 0.98. */
const ROUNDING = 1e-6;

/**
 * Expected shortfall: the mean of the worst 1 - level of the (weighted) sample, positive for a loss.
 *
 *   ES = -(1/p) ( sum_{i<k} w_i x_(i) + (p - F_{k-1}) x_(k) ),   p = 1 - level, k the lower order statistic at p
 *
 * so the last observation counts with the fraction of it that lies in the tail (Acerbi and Tasche). Standard error
 * from the influence function psi = (L - VaR)^+ / p - (ES - VaR); for a plain sample
 *
 *   SE = sqrt( (s_tail^2 + level (ES - VaR)^2) / n_tail ),   n_tail = n p
 *
 * which counts that the tail's own border is estimated; s_tail / sqrt(n_tail) alone is a third too small for a normal
 * law at 99 %. Weighted (self-normalised): SE^2 is the stratified variance of psi, where the spread within the tail
 * carries the factor m/(m-1), m the effective number of tail observations p^2 / sum_tail w_i^2, as s_tail^2 does for a
 * plain sample. Equal weights of one stratum give the plain result.
 *
 * The interval is that of skewedInterval95 with m - 1 degrees of freedom, since s_tail is an estimate from m observations,
 * and the largest losses may not have been seen. It and SE are null with fewer than 2 (effective) tail observations.
 *
 * Source: C. Acerbi, D. Tasche, On the coherence of expected shortfall, J. Banking and Finance 26 (2002);
 * J. Manistre, G. Hancock, Variance of the CTE estimator, North American Actuarial Journal 9 (2005).
 * @param sample sorted P&L, money, gains positive
 * @param level  confidence level in (0, 1), 0.99 = the mean of the worst hundredth
 * @throws RangeError when the level is outside (0, 1)
 */
export function expectedShortfall(sample: SortedSample, level: number): LevelEstimate {
  if (!(level > 0 && level < 1)) throw new RangeError(`level is ${level}; need 0 < level < 1`);
  const p = 1 - level;
  const { values, cumulative } = sample;
  const n = values.length;
  const last = quantileIndex(sample, p);
  const before = last === 0 ? 0 : cumulative === null ? last / n : cumulative[last - 1];
  // Between 0 and the observation's own weight: p may miss a whole number of observations by rounding alone.
  const fraction = Math.min(Math.max(p - before, 0), weightAt(sample, last));
  const valueAtRisk = 0 - values[last];
  const excess = tailExcess(sample, last, valueAtRisk) / p;
  const value = valueAtRisk + excess;
  const error = shortfallError(sample, { p, last, fraction, valueAtRisk, excess });
  if (error === null) return { level, value, standardError: null, interval95: [null, null] };
  const { standardError, effectiveTail, skewness } = error;
  const degrees = Math.max(effectiveTail - 1, 1);
  return { level, value, standardError, interval95: skewedInterval95({ value, standardError, skewness, degrees }) };
}

/** Sum of w_i (L_i - VaR) over the tail; the last observation is VaR itself and adds nothing, whatever its fraction. */
function tailExcess(sample: SortedSample, last: number, valueAtRisk: number): number {
  const sum = new CompensatedSum();
  for (let i = 0; i < last; i++) sum.add(weightAt(sample, i) * (0 - sample.values[i] - valueAtRisk));
  return sum.value;
}

interface Tail {
  readonly p: number;
  readonly last: number;
  readonly fraction: number;
  readonly valueAtRisk: number;
  /** ES - VaR */
  readonly excess: number;
}

interface TailError {
  readonly standardError: number;
  /** observations of equal weight that the tail is worth */
  readonly effectiveTail: number;
  readonly skewness: number;
}

/** Null with fewer than 2 effective observations in the tail. */
function shortfallError(sample: SortedSample, tail: Tail): TailError | null {
  const { p, last, fraction, valueAtRisk, excess } = tail;
  const squares = new CompensatedSum();
  const spread = new CompensatedSum();
  const cross = new CompensatedSum();
  for (let i = 0; i <= last; i++) {
    const weight = weightAt(sample, i);
    const square = weight * (i === last ? fraction : weight);
    const deviation = 0 - sample.values[i] - valueAtRisk - excess;
    squares.add(square);
    spread.add(square * deviation * deviation);
    cross.add(square * deviation);
  }
  const effectiveTail = (p * p) / squares.value;
  if (!(effectiveTail > 2 - ROUNDING)) return null;
  const bessel = effectiveTail / (effectiveTail - 1);
  const influences = influenceSquares(sample, tail);
  const { skewness } = influences;
  if (sample.strata !== null) {
    const variance = influences.squares + ((bessel - 1) * spread.value) / (p * p);
    return { standardError: Math.sqrt(variance), effectiveTail, skewness };
  }
  const level = 1 - p;
  const inTail =
    (bessel * spread.value + 2 * cross.value * excess * level + squares.value * (excess * level) ** 2) / (p * p);
  const outside = excess * excess * Math.max(1 / sample.effectiveSize - squares.value, 0);
  return { standardError: Math.sqrt(Math.max(inTail + outside, 0)), effectiveTail, skewness };
}

/** Of w_i psi_i; the last observation of the tail is VaR itself, so that it has the psi of those outside. */
function influenceSquares(sample: SortedSample, { p, last, valueAtRisk, excess }: Tail): StratifiedSquares {
  const { values, weights, strata } = sample;
  const n = values.length;
  const squares = new StratifiedSquares(strata ?? { of: new Uint8Array(last), sizes: [n] });
  for (let i = 0; i < last; i++) squares.add(i, weightAt(sample, i) * ((0 - values[i] - valueAtRisk) / p - excess));
  if (weights === null) {
    const v = -excess / n;
    const others = n - last;
    squares.addMany(0, { sum: others * v, squares: others * v * v, cubes: others * v * v * v });
  } else {
    for (let i = last; i < n; i++) squares.add(i, weights[i] * -excess);
  }
  return squares;
}

function weightAt(sample: SortedSample, index: number): number {
  return sample.weights === null ? 1 / sample.values.length : sample.weights[index];
}

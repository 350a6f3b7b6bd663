import { exp, log } from '../numeric/elementary.ts';
import { CALL_AND_PUT_LENGTH, callAndPut } from './black-scholes.ts';

/** A variance swap on daily log-returns, means not removed, at some day of its life. Long; shorts have notional < 0. */
export interface VarianceSwapTerms {
  /** Sum of the squared daily log-returns since the start, accrued ones included. */
  readonly sumSquares: number;
  /** Days that sum covers, 0 to daysTotal. */
  readonly daysElapsed: number;
  /** Days from start to maturity, >= 1. */
  readonly daysTotal: number;
  /** 252. */
  readonly daysPerYear: number;
  /** Fair variance of the days left, annualised: 0.04 for 20 %. */
  readonly forwardVariance: number;
  /** Strike K as a volatility. */
  readonly strikeVol: number;
  /** Realised volatility counts up to this multiple of strikeVol; none when left out. */
  readonly capMultiple?: number;
  /** Money per unit of annualised variance: 10^4 times the variance notional per squared point. */
  readonly notional: number;
  /** Discount factor to maturity. */
  readonly discount: number;
}

export interface VarianceSwapGreeks {
  readonly value: number;
  /** Per unit of annualised forward variance. */
  readonly byForwardVariance: number;
  /** Per 1.00 of flat volatility, forwardVariance = vol^2. */
  readonly vega: number;
  /** Per unit of sumSquares; a further return x from here adds about this times x^2. */
  readonly bySumSquares: number;
}

/** Of the realised variance, annualised. */
export interface RealisedVarianceLaw {
  readonly mean: number;
  readonly standardDeviation: number;
}

/** Steps of the fixed-point iteration for the skewness; each gains a factor 3 with one day left, 18 with ten. */
const SKEWNESS_STEPS = 12;

const scratch = new Float64Array(CALL_AND_PUT_LENGTH);

/**
 * Value of a variance swap.
 *
 *   discount * notional * (E[min(X, cap^2 K^2)] - K^2)
 *   X = a + b chi^2_n / n,  a = daysPerYear / daysTotal * sumSquares,  b = n / daysTotal * forwardVariance
 *
 * with n days left; E[X] = a + b when there is no cap, and X = a at maturity. The cap is valued by
 * cappedVarianceMean.
 * @returns money, positive when the holder of a positive notional gains
 * @throws RangeError when a term is not finite or out of its range
 */
export function varianceSwapValue(terms: VarianceSwapTerms): number {
  return varianceSwapGreeks(terms).value;
}

/**
 * Value and sensitivities of a variance swap (varianceSwapValue).
 * @throws RangeError when a term is not finite or out of its range
 */
export function varianceSwapGreeks(terms: VarianceSwapTerms): VarianceSwapGreeks {
  check(terms);
  const { sumSquares, daysTotal, daysPerYear, forwardVariance, strikeVol, capMultiple } = terms;
  const daysLeft = daysTotal - terms.daysElapsed;
  const accrued = (daysPerYear / daysTotal) * sumSquares;
  const weightLeft = daysLeft / daysTotal;
  const remaining = weightLeft * forwardVariance;
  const strikeVariance = strikeVol * strikeVol;
  const money = terms.discount * terms.notional;
  const cap = capMultiple === undefined ? Number.POSITIVE_INFINITY : capMultiple * capMultiple * strikeVariance;
  const shape = capShape(daysLeft);
  const mean = cappedVarianceMean(accrued, remaining, shape, cap);
  const { byAccrued, byRemaining } = cappedVarianceSlopes(accrued, remaining, shape, cap);
  const byForwardVariance = money * (byRemaining * weightLeft);
  return {
    value: money * (mean - strikeVariance),
    byForwardVariance,
    vega: byForwardVariance * (2 * Math.sqrt(forwardVariance)),
    bySumSquares: money * (byAccrued * (daysPerYear / daysTotal)),
  };
}

/** What the law of the days left depends on besides its mean: a function of their number only. */
export interface CapShape {
  /** M / b of cappedVarianceMean, above 1. */
  readonly scale: number;
  /** Standard deviation of ln Y. */
  readonly totalVol: number;
  /** Y's mean as a fraction of a strike that it does not reach: nine standard deviations below it. */
  readonly farBelow: number;
}

/**
 * Shape of the variance of the days left, for cappedVarianceMean. It is the same for every path and leg, so loops
 * compute it once for each number of days.
 *
 *   v (3 + v)^2 = 8 / n,  scale = sqrt(2 / (n v)),  totalVol = sqrt(ln(1 + v))
 *
 * The left side is the squared skewness of a lognormal of relative variance v, 8 / n that of chi^2_n.
 * @param daysLeft n; at 0 the shape is that of a constant
 * @throws RangeError when daysLeft is not >= 0
 */
export function capShape(daysLeft: number): CapShape {
  if (!(daysLeft >= 0)) throw new RangeError(`daysLeft is ${daysLeft}; need >= 0`);
  if (daysLeft === 0) return { scale: 1, totalVol: 0, farBelow: 0 };
  let v = 8 / (9 * daysLeft);
  for (let step = 0; step < SKEWNESS_STEPS; step++) v = 8 / (daysLeft * (3 + v) * (3 + v));
  const totalVol = Math.sqrt(log(1 + v));
  return { scale: Math.sqrt(2 / (daysLeft * v)), totalVol, farBelow: exp(-9 * totalVol) };
}

/**
 * E[min(X, C)] for X = a + b chi^2_n / n.
 *
 *   E[min(X, C)] = a + b - E[(X - C)+]
 *
 * X is replaced by a shifted lognormal with the same mean a + b, variance 2 b^2 / n and skewness sqrt(8 / n):
 *
 *   X ~ a + b - M + Y,  E[Y] = M = scale * b,  sd(ln Y) = totalVol
 *
 * so the call on X is a Black call on Y. Matching a lognormal to X itself, by two moments, costs as much and errs ten
 * times more from a month on.
 *
 * Error against the exact law, as a fraction of C, for b up to 2 C: 0.11 with 1 day left, 0.021 with 3, 0.009 with 5,
 * 0.003 with 10, 7e-4 with 21, 1.1e-4 with 63, 2e-5 with 252. (b is weighted by the days left, so with few of many left
 * it is far below C, and the error with it.) A cap far below what is expected is valued worse, with 10 days left or more
 * still within 0.003 up to b = 10 C; the result is never below a or above C. Exact when b is 0 and when a >= C. Nothing is
 * checked or allocated.
 * @param accrued   a, annualised variance already in, weighted by its share of the days; >= 0
 * @param remaining b, the expected rest, weighted likewise; >= 0
 * @param shape     capShape(n)
 * @param cap       C, annualised variance, > 0; Infinity for none
 */
export function cappedVarianceMean(accrued: number, remaining: number, shape: CapShape, cap: number): number {
  if (accrued >= cap) return cap;
  if (remaining === 0) return accrued;
  const mean = accrued + remaining;
  const forward = shape.scale * remaining;
  // In quiet markets the cap is out of reach on nearly every day: the call is worth less than forward N(-8.6) < 1e-17
  // of the cap, below the rounding of the difference, and the logarithm and the normal law are saved.
  if (forward < shape.farBelow * (cap - mean + forward)) return mean;
  callOnVariance(accrued, remaining, shape, cap);
  // The lognormal reaches below zero, X does not: it is a at least, and so is its mean up to C.
  const value = mean - scratch[0];
  return value > accrued ? value : accrued;
}

/** Fills the scratch array with callAndPut on Y. */
function callOnVariance(accrued: number, remaining: number, shape: CapShape, cap: number): void {
  const forward = shape.scale * remaining;
  // scale >= 1, so the shift is at most a, and a < C keeps the strike positive.
  const strike = cap - (accrued + remaining - forward);
  callAndPut(log(forward / strike), forward, strike, 1, 1, shape.totalVol, 0, scratch);
}

/** Derivatives of cappedVarianceMean by accrued and remaining variance. */
function cappedVarianceSlopes(
  accrued: number,
  remaining: number,
  shape: CapShape,
  cap: number,
): { byAccrued: number; byRemaining: number } {
  if (accrued >= cap) return { byAccrued: 0, byRemaining: 0 };
  if (remaining === 0) return { byAccrued: 1, byRemaining: 1 };
  callOnVariance(accrued, remaining, shape, cap);
  if (scratch[0] >= remaining) return { byAccrued: 1, byRemaining: 0 }; // the lower bound of cappedVarianceMean holds
  const { scale } = shape;
  const forward = scale * remaining;
  const forwardProbability = scratch[2] / forward;
  const strikeProbability = (scratch[2] - scratch[0]) / (cap - (accrued + remaining - forward));
  return {
    byAccrued: 1 - strikeProbability,
    byRemaining: 1 - (scale * forwardProbability + (1 - scale) * strikeProbability),
  };
}

/**
 * Exact mean and standard deviation of the variance realised by a lognormal price observed daily.
 *
 *   RV = (daysPerYear / n) sum x^2,  x ~ N(c dt, vol^2 dt),  c = drift - vol^2/2,  dt = 1 / daysPerYear
 *   E[RV] = vol^2 + c^2 dt,  Var[RV] = (2 vol^4 + 4 vol^2 c^2 dt) / n
 *
 * n RV / vol^2 is non-central chi-squared with n degrees of freedom.
 * @param law.vol   annualised decimal
 * @param law.drift of the price, continuous, a year (rate less yield when risk-neutral); the log-return's drift is
 *                  half the variance less
 * @param law.days  n, >= 1
 * @throws RangeError when days < 1 or daysPerYear is not > 0
 */
export function realisedVarianceLaw(law: {
  readonly vol: number;
  readonly drift: number;
  readonly days: number;
  readonly daysPerYear: number;
}): RealisedVarianceLaw {
  const { vol, drift, days, daysPerYear } = law;
  if (!(days >= 1)) throw new RangeError(`days is ${days}; need >= 1`);
  if (!(daysPerYear > 0)) throw new RangeError(`daysPerYear is ${daysPerYear}; need > 0`);
  const variance = vol * vol;
  const logDrift = drift - 0.5 * variance;
  const driftVariance = (logDrift * logDrift) / daysPerYear;
  return {
    mean: variance + driftVariance,
    standardDeviation: Math.sqrt((2 * variance * variance + 4 * variance * driftVariance) / days),
  };
}

function check(terms: VarianceSwapTerms): void {
  const { daysElapsed, daysTotal, capMultiple } = terms;
  if (!(daysTotal >= 1)) throw new RangeError(`daysTotal is ${daysTotal}; need >= 1`);
  if (!(daysElapsed >= 0 && daysElapsed <= daysTotal)) {
    throw new RangeError(`daysElapsed is ${daysElapsed}; need 0 to ${daysTotal}`);
  }
  if (!(terms.daysPerYear > 0)) throw new RangeError(`daysPerYear is ${terms.daysPerYear}; need > 0`);
  if (!(terms.sumSquares >= 0)) throw new RangeError(`sumSquares is ${terms.sumSquares}; need >= 0`);
  if (!(terms.forwardVariance >= 0)) throw new RangeError(`forwardVariance is ${terms.forwardVariance}; need >= 0`);
  if (!(terms.strikeVol > 0)) throw new RangeError(`strikeVol is ${terms.strikeVol}; need > 0`);
  if (capMultiple !== undefined && !(capMultiple > 0)) throw new RangeError(`capMultiple is ${capMultiple}; need > 0`);
  if (!Number.isFinite(terms.notional)) throw new RangeError(`notional is ${terms.notional}; need a finite number`);
  if (!Number.isFinite(terms.discount)) throw new RangeError(`discount is ${terms.discount}; need a finite number`);
}

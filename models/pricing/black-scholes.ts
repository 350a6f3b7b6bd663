import { exp, log, NORMAL_TAIL_END, tailDenominator, tailNumerator } from '../numeric/elementary.ts';

export type OptionRight = 'call' | 'put';

/** A European option under a flat volatility; rates are continuous and annual, times in years. */
export interface OptionTerms {
  readonly right: OptionRight;
  /** >= 0; at 0 the call is worth nothing and the put the discounted strike. */
  readonly spot: number;
  /** > 0. */
  readonly strike: number;
  readonly rate: number;
  readonly dividendYield: number;
  /** Annualised decimal, >= 0. */
  readonly vol: number;
  /** To expiry, >= 0. */
  readonly years: number;
}

export interface OptionGreeks {
  readonly value: number;
  /** Per unit of spot. */
  readonly delta: number;
  /** Change of delta per unit of spot. */
  readonly gamma: number;
  /** Per 1.00 of volatility. */
  readonly vega: number;
  /** Per year that passes, spot and volatility unchanged. */
  readonly theta: number;
}

/** Length that callAndPut writes. */
export const CALL_AND_PUT_LENGTH = 4;

/** 1 / sqrt(2 pi). */
const INVERSE_ROOT_TWO_PI = 0.3989422804014327;

/**
 * European call and put on one strike, with one exponential and one division for both normal probabilities.
 *
 *   d1 = (k + carry) / totalVol + totalVol / 2,  d2 = d1 - totalVol
 *   call = S eq N(d1) - K er N(d2),  put = K er N(-d2) - S eq N(-d1)
 *
 * Since S eq exp(-d1^2/2) = K er exp(-d2^2/2), both tails are that one number times the ratio P/Q of normalCdf at |d1|
 * and |d2|. A tail is subtracted from 1 only on its far side, so an option far out of the money keeps the relative
 * accuracy of the ratio. Each value is good to about 1e-15 of the larger of S eq and K er, and the two satisfy
 * put-call parity to that rounding. With totalVol = 0 the values are the exact limits, the discounted intrinsic ones.
 *
 * Nothing is checked or allocated here; the simulation calls it for every option, path and day.
 *
 * Source: F. Black, M. Scholes (1973), R. C. Merton (1973); normalCdf for P and Q.
 * @param k        ln(spot / strike)
 * @param er       e^(-rate years)
 * @param eq       e^(-yield years)
 * @param totalVol vol * sqrt(years), >= 0
 * @param carry    (rate - yield) * years
 * @param out      receives the call, the put, spot times the call's delta (S eq N(d1)), and the derivative of both by
 *                 totalVol (S eq n(d1)), at 0 .. 3
 */
export function callAndPut(
  k: number,
  spot: number,
  strike: number,
  er: number,
  eq: number,
  totalVol: number,
  carry: number,
  out: Float64Array,
): void {
  const asset = spot * eq;
  const cash = strike * er;
  if (totalVol === 0) {
    out[0] = Math.max(asset - cash, 0);
    out[1] = Math.max(cash - asset, 0);
    // d1 tends to plus or minus infinity, and to 0 where forward and strike meet.
    out[2] = asset > cash ? asset : asset < cash ? 0 : 0.5 * asset;
    out[3] = asset === cash ? asset * INVERSE_ROOT_TWO_PI : 0;
    return;
  }
  const free = (k + carry) / totalVol + 0.5 * totalVol;
  const d1 = Math.min(Math.max(free, -NORMAL_TAIL_END), NORMAL_TAIL_END);
  const d2 = Math.min(Math.max(free - totalVol, -NORMAL_TAIL_END), NORMAL_TAIL_END);
  const a1 = Math.abs(d1);
  const a2 = Math.abs(d2);
  const q1 = tailDenominator(a1);
  const q2 = tailDenominator(a2);
  const inverse = 1 / (q1 * q2);
  const weight = asset * exp(-0.5 * d1 * d1);
  const tail1 = weight * (tailNumerator(a1) * (inverse * q2));
  const tail2 = weight * (tailNumerator(a2) * (inverse * q1));
  const assetRest = asset - tail1;
  const cashRest = cash - tail2;
  const assetIn = d1 > 0 ? assetRest : tail1;
  const assetOut = d1 > 0 ? tail1 : assetRest;
  const cashIn = d2 > 0 ? cashRest : tail2;
  const cashOut = d2 > 0 ? tail2 : cashRest;
  // Rounding can leave a worthless option a last bit below zero.
  out[0] = Math.max(assetIn - cashIn, 0);
  out[1] = Math.max(cashOut - assetOut, 0);
  out[2] = assetIn;
  out[3] = weight * INVERSE_ROOT_TWO_PI;
}

const scratch = new Float64Array(CALL_AND_PUT_LENGTH);

/**
 * Value of a European option, Black-Scholes-Merton.
 * @returns money per unit of the underlying; the discounted intrinsic value of the forward when vol or years is 0
 * @throws RangeError when a term is not finite or out of its range
 */
export function optionValue(terms: OptionTerms): number {
  evaluate(terms);
  return terms.right === 'call' ? scratch[0] : scratch[1];
}

/**
 * Value and sensitivities of a European option.
 *
 * With no volatility or no time left they are the limits, except at the kink itself (forward equal to strike), where
 * delta is its middle value and gamma and the decay of time value, which have no finite limit, are given as 0.
 * @throws RangeError when a term is not finite or out of its range
 */
export function optionGreeks(terms: OptionTerms): OptionGreeks {
  const { spot, rate, dividendYield, vol, years } = terms;
  const { eq, totalVol } = evaluate(terms);
  const asset = spot * eq;
  const call = terms.right === 'call';
  const [callValue, putValue, assetIn, byTotalVol] = scratch;
  const value = call ? callValue : putValue;
  const assetPart = call ? assetIn : assetIn - asset;
  // The value is the asset part less the cash part for either right, in the limits too, so the cash part of theta
  // needs no second probability.
  const cashPart = assetPart - value;
  const root = Math.sqrt(years);
  const decay = totalVol === 0 ? 0 : (byTotalVol * vol) / (2 * root);
  return {
    value,
    delta: eq * (asset === 0 ? (call ? 0 : -1) : assetPart / asset),
    gamma: totalVol === 0 || byTotalVol === 0 ? 0 : byTotalVol / (spot * spot * totalVol),
    vega: byTotalVol * root,
    theta: dividendYield * assetPart - rate * cashPart - decay,
  };
}

interface Evaluated {
  readonly eq: number;
  readonly totalVol: number;
}

/** Fills the scratch array with callAndPut of the terms. */
function evaluate(terms: OptionTerms): Evaluated {
  const { spot, strike, rate, dividendYield, vol, years } = terms;
  if (!(spot >= 0 && spot < Number.POSITIVE_INFINITY)) throw new RangeError(`spot is ${spot}; need >= 0 and finite`);
  if (!(strike > 0 && strike < Number.POSITIVE_INFINITY)) throw new RangeError(`strike is ${strike}; need > 0`);
  if (!(vol >= 0 && vol < Number.POSITIVE_INFINITY)) throw new RangeError(`vol is ${vol}; need >= 0 and finite`);
  if (!(years >= 0 && years < Number.POSITIVE_INFINITY))
    throw new RangeError(`years is ${years}; need >= 0 and finite`);
  if (!Number.isFinite(rate)) throw new RangeError(`rate is ${rate}; need a finite number`);
  if (!Number.isFinite(dividendYield)) throw new RangeError(`dividendYield is ${dividendYield}; need a finite number`);
  const er = exp(-rate * years);
  const eq = exp(-dividendYield * years);
  const totalVol = vol * Math.sqrt(years);
  callAndPut(log(spot / strike), spot, strike, er, eq, totalVol, (rate - dividendYield) * years, scratch);
  return { eq, totalVol };
}

import { exp } from '../numeric/elementary.ts';
import { normalQuantile } from '../numeric/normal-quantile.ts';
import type { OptionRight } from './black-scholes.ts';

export interface DeltaStrikeTerms {
  readonly right: OptionRight;
  /** Absolute value of the spot delta, e^(-yield years) included: 0.25 for a 25-delta put or call. > 0. */
  readonly delta: number;
  /** > 0. */
  readonly spot: number;
  /** Continuous, a year. */
  readonly rate: number;
  readonly dividendYield: number;
  /** Flat, annualised decimal, >= 0. */
  readonly vol: number;
  /** >= 0. */
  readonly years: number;
}

/**
 * Strike at which a European option has a given delta, under a flat volatility.
 *
 *   call: e^(-q T) N(d1) = delta,  put: e^(-q T) N(-d1) = delta
 *   K = S e^((r - q) T + s^2/2 - d1 s),  s = vol sqrt(T)
 *
 * With s = 0 every delta strictly inside its range is taken at the forward.
 *
 * Source: U. Wystup, FX Options and Structured Products (2006), section 1.3, spot delta.
 * @returns the strike, or null when no strike has this delta: delta >= e^(-yield years)
 * @throws RangeError when delta or spot is not > 0, or vol or years not >= 0
 */
export function strikeForDelta(terms: DeltaStrikeTerms): number | null {
  const { right, delta, spot, rate, dividendYield, vol, years } = terms;
  if (!(delta > 0)) throw new RangeError(`delta is ${delta}; need an absolute value > 0`);
  if (!(spot > 0)) throw new RangeError(`spot is ${spot}; need > 0`);
  if (!(vol >= 0)) throw new RangeError(`vol is ${vol}; need >= 0`);
  if (!(years >= 0)) throw new RangeError(`years is ${years}; need >= 0`);
  const probability = delta / exp(-dividendYield * years);
  if (!(probability < 1)) return null;
  const quantile = normalQuantile(probability);
  const d1 = right === 'call' ? quantile : -quantile;
  const totalVol = vol * Math.sqrt(years);
  return spot * exp((rate - dividendYield) * years + 0.5 * totalVol * totalVol - d1 * totalVol);
}

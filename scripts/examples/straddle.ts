import { optionGreeks, type OptionTerms } from '../../models/pricing/black-scholes.ts';

/**
 * Premium and vega of one unit of a straddle struck at the spot.
 *
 * @returns money; vega per volatility point (0.01)
 */
export function valueAtmStraddle(terms: Omit<OptionTerms, 'right' | 'strike'>): { premium: number; vega: number } {
  const call = optionGreeks({ ...terms, right: 'call', strike: terms.spot });
  const put = optionGreeks({ ...terms, right: 'put', strike: terms.spot });
  return { premium: call.value + put.value, vega: 0.01 * (call.vega + put.vega) };
}

import {
  indexVolatility,
  indexVolatilityFromMatrix,
  weightedAverageCorrelation,
} from '../../models/correlation/implied.ts';
import { shrinkCorrelation } from '../../models/correlation/shrinkage.ts';
import type { StressRunRequest } from '../../schemas/stress-run.ts';
import { closesOn, type ClosingPrices, trailingReturns } from './market-data.ts';
import { roundTo } from './rounding.ts';

/** Closes of the names, the S&P 500 and the VIX. */
export interface Sp20Data {
  readonly names: ClosingPrices;
  readonly index: ClosingPrices;
  readonly vix: ClosingPrices;
}

/** The last record close of the S&P 500 before March 2020: the calm book that the crash then met. */
const asOf = '2020-02-19';

const daysPerYear = 252;
const windowDays = 252;

/**
 * Decay of the squared returns in the volatilities: a mean age of 1/(1 − 0.97) = 33 days, the factor for monthly
 * horizons of the RiskMetrics Technical Document (J.P. Morgan/Reuters 1996, §5.3). Correlations move less than
 * volatilities and need many days for 190 pairs: they take the whole window with equal weights.
 */
const decay = 0.97;

/** The VIX is a variance-swap level; an ATM volatility is 0.80–0.90 of it. The middle. */
const atmOfVarianceSwapLevel = 0.85;

/**
 * Implied minus subsequently realised correlation, 2006–2022: one-month Cboe implied correlation less the pairwise
 * correlation of the next 21 days averaged 0.412 − 0.333. Within the 5–10 points that are normal carry.
 */
const correlationPremium = 0.079;

/** Three-month US Treasury bills paid about 1.6 % in February 2020. */
const rate = 0.016;

const nav = 50_000_000;
const maturityDays = 63;

/** Cap of realised volatility that the market puts on single-name variance swaps, as a multiple of the strike. */
const capMultiple = 2.5;

/** "A spike of realised correlation to 0.90 loses no more than 2–5 % of NAV": the careful end, volatilities unchanged. */
const spikeCorrelation = 0.9;
const spikeLossOfNav = 0.02;

/** GICS sectors. */
const sectors: Readonly<Record<string, string>> = {
  AAPL: 'technology',
  AMD: 'technology',
  BAC: 'financials',
  BBY: 'consumer discretionary',
  CVX: 'energy',
  GE: 'industrials',
  HD: 'consumer discretionary',
  JNJ: 'health care',
  JPM: 'financials',
  KO: 'consumer staples',
  LLY: 'health care',
  MRK: 'health care',
  MSFT: 'technology',
  PEP: 'consumer staples',
  PFE: 'health care',
  PG: 'consumer staples',
  RRC: 'energy',
  UNH: 'health care',
  WMT: 'consumer staples',
  XOM: 'energy',
};

/**
 * Twenty variance swaps against one on their equally weighted basket, SP20, a proxy for the S&P 500.
 *
 *   names, realised    v_i   = √(252 Σ_k 0.97^k x_{t−k}² / Σ_k 0.97^k), zero mean, k < 252
 *   correlations       R     = Ledoit–Wolf shrinkage of the same 252 returns, to four decimals
 *   SP20, implied      v_I   = 0.85 VIX × √(Σ w_i w_j R_ij v_i v_j) / v_SPX
 *   names, implied     k v_i, one k for all such that the implied correlation is the calm one plus 0.079
 *
 * so the index premium over its realised volatility is the S&P's own, and what it says of correlation is what it has
 * said on average. Equal weights: capitalisations are not in the data, and the basket then needs no argument.
 */
export function sp20Variance(data: Sp20Data): StressRunRequest {
  const ids = data.names.names;
  const n = ids.length;
  const weight = roundTo(1 / n, 6);
  const weights = new Float64Array(n).fill(weight);
  const returns = trailingReturns(data.names, asOf, windowDays);

  const realised = exponentialVolatilities(returns, n).map((vol) => roundTo(vol, 4));
  const calm = shrinkCorrelation(returns, windowDays, n).matrix.map((value) => roundTo(value, 4));
  const spxVol = exponentialVolatilities(trailingReturns(data.index, asOf, windowDays), 1)[0];
  const vix = closesOn(data.vix, asOf)[data.vix.names.indexOf('VIX')] / 100;

  const premiumOverRealised = (atmOfVarianceSwapLevel * vix) / spxVol;
  const indexVol = roundTo(premiumOverRealised * indexVolatilityFromMatrix(calm, weights, realised), 4);
  const wanted = weightedAverageCorrelation(calm, weights, realised) + correlationPremium;
  const namesPremium = indexVol / indexVolatility(wanted, weights, realised);
  const implied = realised.map((vol) => roundTo(namesPremium * vol, 4));

  const spikeVol = indexVolatility(spikeCorrelation, weights, implied);
  const lossPerVega = ((spikeVol * spikeVol - indexVol * indexVol) / (2 * indexVol)) * 100;
  const indexVega = Math.floor((spikeLossOfNav * nav) / lossPerVega / 10_000) * 10_000;

  const spots = closesOn(data.names, asOf);
  return {
    label: 'SP20 variance dispersion, close of 2020-02-19',
    book: {
      name: 'SP20 variance dispersion',
      currency: 'USD',
      nav,
      positions: [
        {
          id: 'sp20-short',
          type: 'varianceSwap',
          underlying: 'SP20',
          side: 'short',
          vegaNotional: indexVega,
          strikeVol: indexVol,
          maturityDays,
          tags: ['index-leg'],
        },
        ...ids.map((id, i) => ({
          id: id.toLowerCase(),
          type: 'varianceSwap' as const,
          underlying: id,
          side: 'long' as const,
          vegaNotional: roundTo(weight * indexVega, 2),
          strikeVol: implied[i],
          maturityDays,
          capMultiple,
          tags: ['single-name-leg'],
        })),
      ],
      limits: [
        { id: 'survive', expression: 'survivability(0.99) >= 0.80' },
        { id: 'tail', expression: 'es(0.99) / nav <= 0.05' },
      ],
    },
    market: {
      asOf,
      rate,
      daysPerYear,
      underlyings: ids.map((id, i) => ({
        id,
        spot: spots[i],
        impliedVol: implied[i],
        realisedVol: realised[i],
        sector: sectors[id],
      })),
      indices: [
        {
          id: 'SP20',
          spot: 100,
          impliedVol: indexVol,
          constituents: ids.map((underlying) => ({ underlying, weight })),
          broad: true,
        },
      ],
      correlation: {
        kind: 'matrix',
        order: [...ids],
        values: ids.map((_, i) => Array.from(calm.subarray(i * n, (i + 1) * n))),
      },
    },
    scenarios: ['baseline', 'correlation-spike-90', 'systemic-crisis-2020'],
    simulation: { horizonDays: maturityDays, paths: 20_000, seed: '42' },
  };
}

/** @param returns  [days × n], oldest first; @returns [n] annualised */
function exponentialVolatilities(returns: Float64Array, n: number): Float64Array {
  const days = returns.length / n;
  const vols = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let weight = 1;
    let weights = 0;
    let squares = 0;
    for (let day = days - 1; day >= 0; day--) {
      squares += weight * returns[day * n + i] * returns[day * n + i];
      weights += weight;
      weight *= decay;
    }
    vols[i] = Math.sqrt((daysPerYear * squares) / weights);
  }
  return vols;
}

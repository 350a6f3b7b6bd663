import type { StressRunRequest } from '../../schemas/stress-run.ts';
import { roundTo } from './rounding.ts';
import { valueAtmStraddle } from './straddle.ts';

/**
 * Six names of the AI build-out. Spots and ATM volatilities are illustrative round numbers in the neighbourhood of what
 * such names have traded at, not quotes. NVDA, MU and AVGO are members of both indices; ORCL, VRT and DELL are listed
 * on the NYSE and members of neither, which is the basis a desk runs with such a basket.
 */
const names = [
  { id: 'NVDA', spot: 180, impliedVol: 0.42, dividendYield: 0.0002, sector: 'semis' },
  { id: 'MU', spot: 240, impliedVol: 0.55, dividendYield: 0.002, sector: 'semis' },
  { id: 'ORCL', spot: 220, impliedVol: 0.46, dividendYield: 0.009, sector: 'software' },
  { id: 'VRT', spot: 170, impliedVol: 0.56, dividendYield: 0.001, sector: 'infrastructure' },
  { id: 'AVGO', spot: 350, impliedVol: 0.44, dividendYield: 0.007, sector: 'semis' },
  { id: 'DELL', spot: 130, impliedVol: 0.45, dividendYield: 0.016, sector: 'infrastructure' },
];

/**
 * Single-name options cost little more than what is realised afterwards; the premium sits in index options, that is, in
 * correlation (Driessen, Maenhout and Vilkov 2009, "The Price of Correlation Risk", J. Finance 64). One volatility
 * point keeps the calm carry of the long legs slightly negative, the unfavourable side to err on.
 */
const singleNamePremium = 0.01;

/**
 * Calm correlations: 0.45–0.55 among the semiconductors, 0.30–0.50 otherwise, 0.42 on average. An index whose
 * constituents are not all given gets a residual that reproduces its volatility at these correlations, so its implied
 * correlation follows from them: 0.52 and 0.53, in the usual 0.40–0.60 of a market with a VIX of 25–35.
 */
const correlations = [
  [1, 0.5, 0.4, 0.5, 0.55, 0.45],
  [0.5, 1, 0.3, 0.4, 0.45, 0.4],
  [0.4, 0.3, 1, 0.35, 0.4, 0.35],
  [0.5, 0.4, 0.35, 1, 0.45, 0.4],
  [0.55, 0.45, 0.4, 0.45, 1, 0.4],
  [0.45, 0.4, 0.35, 0.4, 0.4, 1],
];

/** Weights near those of a capped semiconductor fund and of a broad technology index; the rest is the residual. */
const indices = [
  {
    id: 'SMH',
    spot: 330,
    impliedVol: 0.31,
    shareOfVega: 0.6,
    broad: false,
    constituents: [
      { underlying: 'NVDA', weight: 0.2 },
      { underlying: 'MU', weight: 0.07 },
      { underlying: 'AVGO', weight: 0.1 },
    ],
  },
  {
    id: 'QQQ',
    spot: 600,
    impliedVol: 0.21,
    shareOfVega: 0.4,
    broad: true,
    constituents: [
      { underlying: 'NVDA', weight: 0.09 },
      { underlying: 'MU', weight: 0.02 },
      { underlying: 'AVGO', weight: 0.06 },
    ],
  },
];

const nav = 10_000_000;
const rate = 0.04;
const expiryDays = 126;
const daysPerYear = 252;
const multiplier = 100;

/**
 * Index vega sold, money per point. 0.08 % of NAV a point makes the long straddles cost 3.9 % of NAV, the upper end
 * of the 2–4 % that desks put at risk, and gives each leg enough contracts that whole ones stay near vega-neutral.
 */
const indexVega = 8_000;

/** The book and its market: weights of 1/6, and of each name w_i × V_I / V_i straddles. */
export function aiBasket(): StressRunRequest {
  const vegaOf = (of: { spot: number; impliedVol: number; dividendYield?: number }): number =>
    multiplier *
    valueAtmStraddle({
      spot: of.spot,
      vol: of.impliedVol,
      years: expiryDays / daysPerYear,
      rate,
      dividendYield: of.dividendYield ?? 0,
    }).vega;
  const terms = { multiplier, strike: { percentOfSpot: 100 }, expiryDays } as const;
  const weight = 1 / names.length;
  const singleNames = names.map((name) => ({
    id: name.id.toLowerCase(),
    type: 'straddle' as const,
    underlying: name.id,
    side: 'long' as const,
    quantity: Math.round((weight * indexVega) / vegaOf(name)),
    ...terms,
    tags: ['single-name-leg'],
  }));
  // The index is sold against the vega that whole contracts of the names come to, so that errors do not add up.
  const bought = names.reduce((sum, name, i) => sum + singleNames[i].quantity * vegaOf(name), 0);
  const indexLegs = indices.map((index) => ({
    id: `${index.id.toLowerCase()}-short`,
    type: 'straddle' as const,
    underlying: index.id,
    side: 'short' as const,
    quantity: Math.round((index.shareOfVega * bought) / vegaOf(index)),
    ...terms,
    tags: ['index-leg'],
  }));
  return {
    label: 'AI basket against SMH and QQQ',
    book: {
      name: 'AI basket dispersion',
      currency: 'USD',
      nav,
      positions: [...indexLegs, ...singleNames],
      limits: [
        { id: 'survive', expression: 'survivability(0.99) >= 0.80' },
        { id: 'tail', expression: 'es(0.99) / nav <= 0.05' },
        { id: 'premium', expression: 'premium / nav <= 0.05' },
      ],
    },
    market: {
      asOf: '2026-11-20',
      rate,
      daysPerYear,
      underlyings: names.map(({ id, spot, impliedVol, dividendYield, sector }) => ({
        id,
        spot,
        impliedVol,
        realisedVol: roundTo(impliedVol - singleNamePremium, 4),
        dividendYield,
        sector,
      })),
      indices: indices.map(({ id, spot, impliedVol, constituents, broad }) => ({
        id,
        spot,
        impliedVol,
        constituents,
        broad,
      })),
      correlation: { kind: 'matrix', order: names.map(({ id }) => id), values: correlations },
    },
    scenarios: ['baseline', 'correlation-spike-90', 'systemic-crisis-2020', 'idiosyncratic-rerating'],
    simulation: { horizonDays: 63, paths: 20_000, seed: '42' },
  };
}

import type { StressRunRequest } from '../../schemas/stress-run.ts';

const names = 15;
const nameVol = 0.35;
const nameSpot = 40;
const namesContracts = 21;

/** Implied correlation ((0.25/0.35)² − 1/15) / (14/15) = 0.4752. */
const indexVol = 0.25;
const indexSpot = 100;

/** 7.5 points under the implied correlation: the middle of the 5–10 points that are normal carry. */
const calmCorrelation = 0.4;

const multiplier = 100;
const expiryDays = 63;

/**
 * "If the worst case happens, do I survive?" on a book that can be followed by hand: 15 equal names at 35 % against
 * their index at 25 %, rates and dividends 0, everything expiring at the horizon.
 *
 * 15 × 21 straddles on 40 × 100 of stock are 1,260,000 of notional, as are 126 straddles on 100 × 100 of the index. An
 * ATM straddle costs S (4N(σ√T/2) − 2), so the net premium is 1,260,000 × (0.139452 − 0.099671) = 50,124: the position
 * is 10 % of a portfolio of 500,000. Equal notionals make it vega-neutral to 0.2 %, since vega is 2S φ(σ√T/2)√T.
 *
 * At expiry the index moved by the average of the names' moves, and |mean of moves| ≤ mean of |moves|: what the book can
 * lose is the net premium and no more. Before expiry it can be marked below that. With a correlation of 0.90 the index
 * volatility is √(1/15 + 14/15 × 0.90) = 0.952190 of the names', and most of the spread that was paid for is gone.
 */
export function worstCase(): StressRunRequest {
  const ids = Array.from({ length: names }, (_, i) => `N${String(i + 1).padStart(2, '0')}`);
  const terms = { multiplier, strike: { percentOfSpot: 100 }, expiryDays } as const;
  return {
    label: 'Worst case of 10 % of a portfolio',
    book: {
      name: 'Fifteen equal names',
      currency: 'USD',
      nav: 500_000,
      positions: [
        {
          id: 'index-short',
          type: 'straddle',
          underlying: 'INDEX',
          side: 'short',
          quantity: (names * namesContracts * nameSpot) / indexSpot,
          ...terms,
          tags: ['index-leg'],
        },
        ...ids.map((id) => ({
          id: id.toLowerCase(),
          type: 'straddle' as const,
          underlying: id,
          side: 'long' as const,
          quantity: namesContracts,
          ...terms,
          tags: ['single-name-leg'],
        })),
      ],
      limits: [
        { id: 'survive', expression: 'survivability(0.99) >= 0.80' },
        { id: 'worst-case', expression: 'worstPnl / nav > -0.05' },
      ],
    },
    market: {
      rate: 0,
      daysPerYear: 252,
      underlyings: ids.map((id) => ({ id, spot: nameSpot, impliedVol: nameVol })),
      indices: [
        {
          id: 'INDEX',
          spot: indexSpot,
          impliedVol: indexVol,
          constituents: ids.map((underlying) => ({ underlying, weight: 1 / names })),
          broad: true,
        },
      ],
      correlation: { kind: 'average', value: calmCorrelation },
    },
    scenarios: ['crash-week', 'correlation-spike-90', 'systemic-crisis-2008'],
    simulation: { horizonDays: 63, paths: 20_000, seed: '42' },
  };
}

import type { StressRunRequest } from '../schemas/stress-run.ts';

/** Days of the run. */
const DAYS = 63;

/**
 * A synthetic market of any size: volatilities of 15 to 45 % and weights that fall like 1/k, an index of all names, and
 * a chain of three regimes with correlations of the market's own, 0.6 and 0.9.
 */
export function threeRegimes(names: number): StressRunRequest {
  const ids = Array.from({ length: names }, (_, i) => `N${i + 1}`);
  const sizes = ids.map((_, i) => 1 / (i + 3));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return {
    book: {
      nav: 1e6,
      positions: [
        {
          id: 'swap',
          type: 'varianceSwap',
          underlying: 'INDEX',
          side: 'short',
          vegaNotional: 1000,
          strikeVol: 0.2,
          maturityDays: DAYS,
        },
      ],
    },
    market: {
      asOf: '2026-01-02',
      underlyings: ids.map((id, i) => ({ id, spot: 100, impliedVol: 0.15 + 0.3 * ((i * 0.618 + 0.37) % 1) })),
      indices: [
        {
          id: 'INDEX',
          spot: 1000,
          constituents: ids.map((underlying, i) => ({ underlying, weight: sizes[i] / total })),
        },
      ],
      correlation: { kind: 'average', value: 0.3 },
    },
    scenarios: [
      {
        id: 'three-regimes',
        regimes: [
          { id: 'calm' },
          { id: 'stressed', volMultiplier: 1.6, correlation: { kind: 'spike', average: 0.6 } },
          { id: 'crisis', volMultiplier: 3, drift: -0.4, correlation: { kind: 'spike', average: 0.9 } },
        ],
        transition: {
          kind: 'daily',
          matrix: [
            [0.98, 0.018, 0.002],
            [0.06, 0.9, 0.04],
            [0.02, 0.1, 0.88],
          ],
        },
        initial: { regime: 'calm' },
      },
    ],
    simulation: { horizonDays: DAYS, paths: 256, seed: '42' },
  };
}

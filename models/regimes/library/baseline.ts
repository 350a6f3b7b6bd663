import type { Scenario } from '../../../schemas/scenario.ts';

/**
 * Everyday risk. Correlations are blended, not spiked, because this scenario must be more than the calm for every
 * market: an average of 0.58 is stress where the calm is 0.35, and relief in a sector basket that is at 0.6 on any day.
 */
export const baseline: Scenario = {
  id: 'baseline',
  description: [
    'Everyday risk: three regimes that follow each other at random, starting calm.',
    'Calm is the market as given. Stressed closes 35 % of the gap between calm correlations and 1 (an average of 0.35',
    'becomes 0.58) with volatility × 1.4: a VIX of 25 to 35, which goes with implied correlation of 40 to 60. Crisis',
    'closes 70 % of it (0.35 becomes 0.80) with volatility × 2.25: a VIX of 50 and more, which goes with 70 to 90.',
    'Calm lasts 250 days on average, stressed 30, crisis 60. That gives a crisis every four years and about 90 days of',
    'raised correlation each time, as in 2008 (6 months), 2011 (4 months) and 2020 (3 months): three in 13 years.',
    'In a crisis prices drift down by 60 % a year (13 % over one of average length); otherwise they drift at the',
    'risk-free rate. Implied correlation moves to 0.60 and 0.85, which in a market above these levels means down.',
    'Implied levels move with a half-life of 5 days; trading costs are × 2 and × 3.',
  ].join(' '),
  regimes: [
    { id: 'calm' },
    {
      id: 'stressed',
      volMultiplier: 1.4,
      correlation: { kind: 'blend', toward: 'one', weight: 0.35 },
      impliedVolMultiplier: 1.4,
      impliedCorrelation: 0.6,
      liquidityMultiplier: 2,
    },
    {
      id: 'crisis',
      volMultiplier: 2.25,
      correlation: { kind: 'blend', toward: 'one', weight: 0.7 },
      drift: -0.6,
      impliedVolMultiplier: 2.1,
      impliedCorrelation: 0.85,
      liquidityMultiplier: 3,
    },
  ],
  transition: {
    kind: 'durations',
    meanDays: [250, 30, 60],
    next: [
      [0, 0.95, 0.05],
      [0.8, 0, 0.2],
      [0, 1, 0],
    ],
  },
  initial: { regime: 'calm' },
  impliedVolHalfLifeDays: 5,
  impliedCorrelationHalfLifeDays: 5,
};

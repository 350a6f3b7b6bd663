import type { Scenario } from '../../../schemas/scenario.ts';

/** What every episode of this file shares, said in each description because each is read alone. */
const levels =
  'Volatilities are multiples of those of the market given; correlations are levels to reach, so a market that is ' +
  'already above one is moved down to it. A run shorter than the episode sees its beginning only; after it the market ' +
  'returns to calm and stays there.';

export const systemicCrisis2008: Scenario = {
  id: 'systemic-crisis-2008',
  description: [
    'The 2008 crisis, September 2008 to March 2009: average correlation from 0.35 to 0.85 over 6 months, realised',
    'correlation above 0.8 with realised volatility above 50 %.',
    'Days 1 to 15 (contagion): correlation 0.65, volatility × 1.5, prices −12 %. Days 16 to 126 (crisis): correlation',
    '0.85, volatility × 1.8, prices −38 %, so −46 % in all, as the S&P 500 from 1251.70 on 12 September 2008 to 676.53',
    'on 9 March 2009. An index that starts at a volatility of 20 % and a correlation of 0.35 realises 53 % over the',
    'first 63 days, at a correlation of 0.81. Implied correlation goes to 0.60 and 0.80 with implied volatility × 1.4',
    'and × 1.8, half-life 5 days; trading costs are × 2 and × 3.',
    levels,
  ].join(' '),
  regimes: [
    { id: 'calm' },
    {
      id: 'contagion',
      volMultiplier: 1.5,
      correlation: { kind: 'spike', average: 0.65 },
      drift: -2.15,
      impliedVolMultiplier: 1.4,
      impliedCorrelation: 0.6,
      liquidityMultiplier: 2,
    },
    {
      id: 'crisis',
      volMultiplier: 1.8,
      correlation: { kind: 'spike', average: 0.85 },
      drift: -1.1,
      impliedVolMultiplier: 1.8,
      impliedCorrelation: 0.8,
      liquidityMultiplier: 3,
    },
  ],
  transition: {
    kind: 'daily',
    matrix: [
      [1, 0, 0],
      [0, 0, 1],
      [0.05, 0, 0.95],
    ],
  },
  initial: { regime: 'calm' },
  forced: [
    { fromDay: 1, toDay: 15, regime: 'contagion' },
    { fromDay: 16, toDay: 126, regime: 'crisis' },
  ],
  impliedVolHalfLifeDays: 5,
  impliedCorrelationHalfLifeDays: 5,
};

export const systemicCrisis2011: Scenario = {
  id: 'systemic-crisis-2011',
  description: [
    'The debt crisis of 2011, from the end of July to November: average correlation from 0.30 to 0.75 over 4 months.',
    'Days 1 to 11 (shock): correlation 0.75, volatility × 1.8, prices −17 %, as the S&P 500 from 1345.02 on 22 July to',
    '1119.46 on 8 August, when the VIX closed at 48 after 17.5. Days 12 to 84 (crisis): correlation 0.75, volatility',
    '× 1.3 (an index at 17.5 % becomes one at 36 %), no further drift but the risk-free rate. Implied correlation goes',
    'to 0.75 with implied volatility × 1.8 and × 1.3, half-life 2 days; trading costs are × 3 and × 2.',
    levels,
  ].join(' '),
  regimes: [
    { id: 'calm' },
    {
      id: 'shock',
      volMultiplier: 1.8,
      correlation: { kind: 'spike', average: 0.75 },
      drift: -4.2,
      impliedVolMultiplier: 1.8,
      impliedCorrelation: 0.75,
      liquidityMultiplier: 3,
    },
    {
      id: 'crisis',
      volMultiplier: 1.3,
      correlation: { kind: 'spike', average: 0.75 },
      impliedVolMultiplier: 1.3,
      impliedCorrelation: 0.75,
      liquidityMultiplier: 2,
    },
  ],
  transition: {
    kind: 'daily',
    matrix: [
      [1, 0, 0],
      [0, 0, 1],
      [0.05, 0, 0.95],
    ],
  },
  initial: { regime: 'calm' },
  forced: [
    { fromDay: 1, toDay: 11, regime: 'shock' },
    { fromDay: 12, toDay: 84, regime: 'crisis' },
  ],
  impliedVolHalfLifeDays: 2,
  impliedCorrelationHalfLifeDays: 2,
};

export const systemicCrisis2016: Scenario = {
  id: 'systemic-crisis-2016',
  description: [
    'The referendum of June 2016: average correlation from 0.40 to 0.65 over 2 months, 0.85 on the day.',
    'Day 1 (vote): correlation 0.85, volatility × 2, prices −3.6 %, as the S&P 500 on 24 June; implied correlation',
    '0.65 at once with implied volatility × 1.2, which takes an index from 17 to 26 as the VIX went. Days 2 to 42',
    '(aftermath): correlation 0.65 at calm volatility, implied correlation 0.60, prices at the risk-free rate: a rise of',
    'correlation without one of volatility, the mildest of the episodes. Trading costs are × 2 on day 1.',
    levels,
  ].join(' '),
  regimes: [
    { id: 'calm' },
    {
      id: 'vote',
      volMultiplier: 2,
      correlation: { kind: 'spike', average: 0.85 },
      drift: -9.2,
      impliedVolMultiplier: 1.2,
      impliedCorrelation: 0.65,
      liquidityMultiplier: 2,
    },
    { id: 'aftermath', correlation: { kind: 'spike', average: 0.65 }, impliedCorrelation: 0.6 },
  ],
  transition: {
    kind: 'daily',
    matrix: [
      [1, 0, 0],
      [0, 0, 1],
      [0.1, 0, 0.9],
    ],
  },
  initial: { regime: 'calm' },
  forced: [
    { fromDay: 1, toDay: 1, regime: 'vote' },
    { fromDay: 2, toDay: 42, regime: 'aftermath' },
  ],
};

export const systemicCrisis2018: Scenario = {
  id: 'systemic-crisis-2018',
  description: [
    'February 2018, short and violent: the VIX went from 17 to 37 in one day and to 50 during the next.',
    'Days 1 to 5 (burst): correlation 0.70, volatility × 1.6, prices −6.5 %, as the S&P 500 from 2762.13 on 2 February',
    'to 2581.00 on 8 February; implied correlation 0.70 at once with implied volatility × 1.4, which takes an index from',
    '17.3 to 37 where it starts at a correlation of 0.30. Days 6 to 25 (aftershock): correlation 0.45, volatility × 1.1.',
    'No correlation is on record for these days: 0.30 and 0.70 are what goes with a VIX of 15 to 20 and of 37 to 50.',
    'Trading costs are × 3 and × 1.5.',
    levels,
  ].join(' '),
  regimes: [
    { id: 'calm' },
    {
      id: 'burst',
      volMultiplier: 1.6,
      correlation: { kind: 'spike', average: 0.7 },
      drift: -3.4,
      impliedVolMultiplier: 1.4,
      impliedCorrelation: 0.7,
      liquidityMultiplier: 3,
    },
    {
      id: 'aftershock',
      volMultiplier: 1.1,
      correlation: { kind: 'spike', average: 0.45 },
      impliedVolMultiplier: 1.1,
      impliedCorrelation: 0.45,
      liquidityMultiplier: 1.5,
    },
  ],
  transition: {
    kind: 'daily',
    matrix: [
      [1, 0, 0],
      [0, 0, 1],
      [0.1, 0, 0.9],
    ],
  },
  initial: { regime: 'calm' },
  forced: [
    { fromDay: 1, toDay: 5, regime: 'burst' },
    { fromDay: 6, toDay: 25, regime: 'aftershock' },
  ],
};

export const systemicCrisis2020: Scenario = {
  id: 'systemic-crisis-2020',
  description: [
    'March 2020: average correlation from 0.35 to 0.95, 3 months; 3-month realised correlation from 0.22 to 0.78 within',
    'three weeks while implied correlation stood near 0.35; the VIX from 15 to 85.47 during the day.',
    'Days 1 to 7 (outbreak): correlation 0.85, volatility × 2.5, prices −13 %. Days 8 to 23 (crash): correlation 0.95,',
    'volatility × 4, prices −24 %, so −34 % in all, as the S&P 500 from 3386.15 on 19 February to 2237.40 on 23 March.',
    'Days 24 to 63 (aftershock): correlation 0.70, volatility × 1.8, prices at the risk-free rate: the recovery is not',
    'granted. Implied volatility follows with a half-life of 3 days, implied correlation with one of 5, behind realised',
    'correlation as it was; an index that starts at 15 with an implied correlation of 0.35 is at 85 on day 23. Trading',
    'costs are × 2, × 4 and × 2. Multiples of 2.5 and 4 belong to a start as quiet as a VIX of 15; from a market already',
    'in stress they are harsher than the record.',
    levels,
  ].join(' '),
  regimes: [
    { id: 'calm' },
    {
      id: 'outbreak',
      volMultiplier: 2.5,
      correlation: { kind: 'spike', average: 0.85 },
      drift: -4.9,
      impliedVolMultiplier: 2.5,
      impliedCorrelation: 0.6,
      liquidityMultiplier: 2,
    },
    {
      id: 'crash',
      volMultiplier: 4,
      correlation: { kind: 'spike', average: 0.95 },
      drift: -4.4,
      impliedVolMultiplier: 3.6,
      impliedCorrelation: 0.95,
      liquidityMultiplier: 4,
    },
    {
      id: 'aftershock',
      volMultiplier: 1.8,
      correlation: { kind: 'spike', average: 0.7 },
      impliedVolMultiplier: 1.8,
      impliedCorrelation: 0.7,
      liquidityMultiplier: 2,
    },
  ],
  transition: {
    kind: 'daily',
    matrix: [
      [1, 0, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
      [0.05, 0, 0, 0.95],
    ],
  },
  initial: { regime: 'calm' },
  forced: [
    { fromDay: 1, toDay: 7, regime: 'outbreak' },
    { fromDay: 8, toDay: 23, regime: 'crash' },
    { fromDay: 24, toDay: 63, regime: 'aftershock' },
  ],
  impliedVolHalfLifeDays: 3,
  impliedCorrelationHalfLifeDays: 5,
};

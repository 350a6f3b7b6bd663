import type { Scenario } from '../../../schemas/scenario.ts';

export const idiosyncraticRerating: Scenario = {
  id: 'idiosyncratic-rerating',
  description: [
    'A few heavy names re-rate by 25 to 40 % while the rest hold, as in energy 2014, regional banks 2023 or a',
    'de-rating of AI capital spending.',
    'Days 1 to 63 (rerating): the three heaviest names of the reference index drift down by 1.57 a year, −32 % in a',
    'quarter, with volatility × 1.5. All other names, all correlations and all implied levels stay as the market has',
    'them, so the book earns or loses what the fall realises and nothing from marks. Long dispersion usually earns here.',
    'That implied correlation can rise, because the falling names dominate the index, is left out: put an',
    '`impliedCorrelation` into the regime to add it. After day 63 the market is calm.',
  ].join(' '),
  regimes: [{ id: 'calm' }, { id: 'rerating', overrides: [{ heaviest: 3, drift: -1.57, volMultiplier: 1.5 }] }],
  transition: {
    kind: 'daily',
    matrix: [
      [1, 0],
      [1, 0],
    ],
  },
  initial: { regime: 'calm' },
  forced: [{ fromDay: 1, toDay: 63, regime: 'rerating' }],
};

/**
 * One regime for all days: it holds at any horizon, and its realised variances are closed forms. Realised correlation
 * is that of the market's calm matrix, the only correlation a scenario without a level of its own can be equal to.
 */
export const grind: Scenario = {
  id: 'grind',
  description: [
    'Realised correlation equals implied correlation and nothing happens: a desk quotes −20 % of premium over 60 days',
    'from theta and costs. Run it over 60 days to compare; what trading costs would come on top.',
    'Every day: calm correlations, implied levels where they are, and all names at 80 % of their calm volatility (an',
    'implied 20 that realises 16; 80 % is a choice, no figure fixes it). Correlation then earns nothing by itself. A',
    'vega-neutral long-dispersion book still bleeds, because its single names carry more volatility, so more theta, than',
    'its index leg gives back: 15 to 25 % more in a quarter, as desks quote it. Realised equals implied exactly where the index volatility is left out of the market and',
    'so derived from the calm correlations; an index volatility above or below adds the premium that the market shows.',
  ].join(' '),
  regimes: [{ id: 'grind', volMultiplier: 0.8 }],
};

export const crashWeek: Scenario = {
  id: 'crash-week',
  description: [
    'A crash within a week: VIX to 85, correlation from 0.50 to 0.95 in five days; −87 % of the capital is quoted for a',
    'long-dispersion book.',
    'Days 1 to 5 (crash): correlation 0.95, volatility × 3, prices −12 %. Implied volatility goes to × 3 and implied',
    'correlation to 0.95 with a half-life of one day, so an index that starts at 21.5 and 0.50 is at 85 by day 5; one that',
    'starts at 15 and 0.35 is at 71, one at 30 above 85. Trading costs are × 4. Then (aftermath, 20 days on average):',
    'correlation 0.75, volatility × 1.8, costs × 2, and from there back to calm. Correlations are levels to reach: a',
    'market above them is moved down to them.',
  ].join(' '),
  regimes: [
    { id: 'calm' },
    {
      id: 'crash',
      volMultiplier: 3,
      correlation: { kind: 'spike', average: 0.95 },
      drift: -6.4,
      impliedVolMultiplier: 3,
      impliedCorrelation: 0.95,
      liquidityMultiplier: 4,
    },
    {
      id: 'aftermath',
      volMultiplier: 1.8,
      correlation: { kind: 'spike', average: 0.75 },
      impliedVolMultiplier: 1.8,
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
  forced: [{ fromDay: 1, toDay: 5, regime: 'crash' }],
  impliedVolHalfLifeDays: 1,
  impliedCorrelationHalfLifeDays: 1,
};

export const correlationSpike90: Scenario = {
  id: 'correlation-spike-90',
  description: [
    'When correlation spikes to 0.90, does the book survive? Every day from day 1 to the horizon, realised and implied',
    'correlation are 0.90 and all volatilities, realised and implied, × 1.65. Nothing else happens: prices drift at the',
    'risk-free rate, levels are reached at once, trading costs are × 3.',
    'Why 1.65: implied correlation of 0.25 to 0.35 goes with a VIX of 15 to 20, of 0.70 to 0.90 with one above 50. From',
    '17.5 at 0.30, correlation alone takes an index to 30; × 1.65 on every name takes it to 50. It is the combination',
    'that hurts. In 2008 correlation stayed near this level for 6 months, in 2020 for 3. A market with an average',
    'above 0.90 is moved down to it.',
  ].join(' '),
  regimes: [
    {
      id: 'spike',
      volMultiplier: 1.65,
      correlation: { kind: 'spike', average: 0.9 },
      impliedVolMultiplier: 1.65,
      impliedCorrelation: 0.9,
      liquidityMultiplier: 3,
    },
  ],
};

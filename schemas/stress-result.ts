import { Type, type Static } from 'typebox';
import { Attribution, ReverseStress, Sizing } from './attribution.ts';
import { Precision } from './precision.ts';
import { SamplingResult } from './sampling.ts';
import { byId, closed, nullableNumber, ref, stringEnum } from './schema-kit.ts';

const number = (description: string, example?: number) =>
  Type.Number({ description, ...(example === undefined ? {} : { examples: [example] }) });

export const Estimate = Type.Object(
  {
    value: number('Estimate.', -1250.4),
    standardError: nullableNumber({
      description: 'Standard error; null where the sample cannot tell.',
      examples: [310.2],
    }),
    interval95: Type.Optional(
      Type.Array(number('End of the interval.'), {
        description: '95 % interval (Wilson for probabilities).',
        minItems: 2,
        maxItems: 2,
      }),
    ),
  },
  { $id: 'Estimate', ...closed, description: 'An estimate and its Monte Carlo error.' },
);
export type Estimate = Static<typeof Estimate>;

export const TailMeasure = Type.Object(
  {
    level: number('Confidence level.', 0.99),
    value: number('Loss, money, positive for a loss.', 412_000),
    standardError: nullableNumber({
      description: 'Standard error, money; null where the sample is too small.',
      examples: [5200],
    }),
    interval95: Type.Array(
      nullableNumber({ description: 'End of the interval, money; null where it lies beyond the sample.' }),
      {
        description:
          '95 % interval. VaR: order statistics. ES: Student’s t with the (effective) number of tail paths less one, corrected for skewness, so that it reaches farther up than down.',
        minItems: 2,
        maxItems: 2,
      },
    ),
  },
  { $id: 'TailMeasure', ...closed, description: 'VaR or ES at one level.' },
);
export type TailMeasure = Static<typeof TailMeasure>;

export const Greeks = Type.Object(
  {
    delta: number(
      'Change of value per unit of the spot: equivalent units of the underlying (money per 1 of spot).',
      120.5,
    ),
    gamma: number('Change of delta per 1 of spot.', 3.2),
    vega: number('Money per volatility point (0.01) of the own implied volatility.', 18_000),
    theta: number('Money per trading day that passes with everything else unchanged.', -2100),
    correlationVega: number(
      'Money per correlation point (0.01) of implied correlation, constituent volatilities unchanged.',
      -9000,
    ),
  },
  { $id: 'Greeks', ...closed, description: 'Sensitivities at the start.' },
);
export type Greeks = Static<typeof Greeks>;

export const PositionValue = Type.Object(
  {
    id: Type.String({ description: 'Position.', examples: ['nvda-straddle'] }),
    initialValue: number('Model value at the start, money; positive for an asset.', 51_000),
    greeks: ref(Greeks),
  },
  { $id: 'PositionValue', ...closed, description: 'A position at the start.' },
);
export type PositionValue = Static<typeof PositionValue>;

export const Pnl = Type.Object(
  {
    mean: ref(Estimate, { description: 'Mean P&L at the horizon, money, net of financing.' }),
    standardDeviation: number('Standard deviation, money.', 150_000),
    skewness: nullableNumber({
      description: 'Third standardised moment; null when all paths are equal.',
      examples: [-1.9],
    }),
    kurtosis: nullableNumber({
      description: 'Fourth standardised moment, 3 for a normal law; null when all paths are equal.',
      examples: [9.1],
    }),
    min: number('Worst path simulated, whatever it weighs, money.', -980_000),
    max: number('Best path simulated, whatever it weighs, money.', 610_000),
    probabilityOfLoss: ref(Estimate, { description: 'P(P&L < 0).' }),
  },
  { $id: 'Pnl', ...closed, description: 'P&L at the horizon, positive for a gain.' },
);
export type Pnl = Static<typeof Pnl>;

export const LossDistribution = Type.Object(
  {
    var: Type.Array(ref(TailMeasure), {
      description: 'Value at risk: the lower order statistic at 1 − level; order-statistic interval.',
    }),
    es: Type.Array(ref(TailMeasure), { description: 'Expected shortfall (Acerbi–Tasche), asymptotic standard error.' }),
    quantiles: Type.Array(
      Type.Object({ probability: number('Probability.', 0.01), value: number('P&L, money.', -412_000) }, closed),
      { description: 'Quantiles of the P&L.' },
    ),
    histogram: Type.Object(
      {
        edges: Type.Array(number('P&L, money.'), {
          description: 'Edges of the bins, one more than bins; the last bin is closed.',
        }),
        weights: Type.Array(number('Share of paths.'), { description: 'Share of paths by bin; they sum to 1.' }),
      },
      { ...closed, description: 'Histogram of the P&L.' },
    ),
  },
  { $id: 'LossDistribution', ...closed, description: 'Distribution of P&L and losses at the horizon.' },
);
export type LossDistribution = Static<typeof LossDistribution>;

export const Survivability = Type.Object(
  {
    threshold: number('A path survives when NAV/NAV₀ stays above this on every day.', 0.8),
    probability: ref(Estimate, { description: 'Probability of survival.' }),
    ratio: Type.Object(
      {
        mean: number('At the mean.', 1.01),
        p01: number('At the 1 % quantile: the 1-in-100 loss.', 0.94),
        worst: number('On the worst path simulated, whatever it weighs.', 0.88),
      },
      { ...closed, description: 'NAV at the horizon over NAV at the start.' },
    ),
    marginCall: ref(Estimate, { description: 'Probability of a margin call (0 without a margin model).' }),
    forcedLiquidation: ref(Estimate, { description: 'Probability of forced liquidation (0 without a margin model).' }),
    ruin: ref(Estimate, { description: 'Probability that NAV is at or below 0 on some day.' }),
    curve: Type.Array(
      Type.Object(
        { day: Type.Integer({ description: 'Trading day.' }), surviving: number('Share of paths alive so far.', 0.98) },
        closed,
      ),
      { description: 'Survival curve.' },
    ),
    breachDay: Type.Object(
      {
        p05: nullableNumber({ description: '5 % quantile.' }),
        p50: nullableNumber({ description: 'Median.' }),
        p95: nullableNumber({ description: '95 % quantile.' }),
      },
      {
        ...closed,
        description: 'First day at or under the threshold, among the paths that breach; null when none does.',
      },
    ),
    maxDrawdown: Type.Object(
      { mean: number('Mean.', 0.02), p95: number('95 % quantile.', 0.06), p99: number('99 % quantile.', 0.1) },
      { ...closed, description: 'Largest fall from a peak as a fraction of the peak (the start counts as one).' },
    ),
    daysUnderWater: Type.Object(
      { mean: number('Mean.', 20), p95: number('95 % quantile.', 60) },
      { ...closed, description: 'Days with NAV below its running peak.' },
    ),
    recovery: Type.Object(
      {
        requiredReturn: Type.Object(
          { p50: nullableNumber({ description: 'Median.' }), p99: nullableNumber({ description: '99 % quantile.' }) },
          { ...closed, description: 'Return that makes the maximum drawdown good; null after a loss of everything.' },
        ),
        yearsAt10Percent: Type.Object(
          { p50: nullableNumber({ description: 'Median.' }), p99: nullableNumber({ description: '99 % quantile.' }) },
          { ...closed, description: 'Years that takes at 10 % a year; null after a loss of everything.' },
        ),
      },
      { ...closed, description: 'The way back from the maximum drawdown.' },
    ),
  },
  { $id: 'Survivability', ...closed, description: 'Whether the fund lives.' },
);
export type Survivability = Static<typeof Survivability>;

const distribution = (description: string) =>
  Type.Object(
    {
      mean: nullableNumber({ description: 'Mean.' }),
      p05: nullableNumber({ description: '5 % quantile.' }),
      p50: nullableNumber({ description: 'Median.' }),
      p95: nullableNumber({ description: '95 % quantile.' }),
    },
    { ...closed, description },
  );

export const IndexCorrelation = Type.Object(
  {
    impliedAtStart: nullableNumber({
      description: 'Implied correlation at the start; null with fewer than two constituents.',
    }),
    impliedVolAtStart: number('Implied volatility of the index at the start, given or derived.', 0.31),
    realised: distribution(
      'Realised correlation by the basket formula on realised volatilities; null where it does not exist.',
    ),
    realisedPairwise: distribution('Realised correlation as the equal-weighted mean of pairwise sample correlations.'),
    realisedVariance: byId(Type.Number(), {
      description:
        'Mean realised variance, annualised, of the index (under `index`) and of each constituent (under its id).',
    }),
    pnlByRealisedCorrelation: Type.Array(
      Type.Object(
        {
          from: number('Lowest realised correlation.'),
          to: number('Highest realised correlation.'),
          meanPnl: nullableNumber({
            description: 'Mean P&L, money; null when the decile is empty because correlations are tied.',
          }),
          share: number('Share of paths.', 0.1),
          standardError: nullableNumber({ description: 'Standard error.' }),
        },
        closed,
      ),
      { description: 'Mean P&L by decile of realised correlation (basket formula).' },
    ),
  },
  { $id: 'IndexCorrelation', ...closed, description: 'Correlation of the constituents of one index.' },
);
export type IndexCorrelation = Static<typeof IndexCorrelation>;

export const RegimeResult = Type.Object(
  {
    id: Type.String({ description: 'Regime.' }),
    meanDays: number('Mean number of days in it.', 4.2),
    probabilityOfAnyDay: number('Share of paths with a day in it.', 0.4),
    pnlGivenAnyDay: nullableNumber({
      description: 'Mean P&L of the paths with a day in it; null when there are none.',
    }),
    firstDay: Type.Object(
      {
        p05: nullableNumber({ description: '5 % quantile.' }),
        p50: nullableNumber({ description: 'Median.' }),
        p95: nullableNumber({ description: '95 % quantile.' }),
      },
      { ...closed, description: 'First day in it, among the paths that have one; null when there are none.' },
    ),
  },
  { $id: 'RegimeResult', ...closed, description: 'Time in a regime and what it does to the book.' },
);
export type RegimeResult = Static<typeof RegimeResult>;

export const STATUSES = ['ok', 'warn', 'breach'] as const;
export type LimitStatus = (typeof STATUSES)[number];
const status = stringEnum(STATUSES, {
  description: 'ok; warn: it holds, but within Monte Carlo error or the warning fraction of the bound; breach.',
});

export const LimitResult = Type.Object(
  {
    id: Type.String({ description: 'Limit.', examples: ['survive'] }),
    expression: Type.String({ description: 'Its expression.', examples: ['survivability(0.99) >= 0.80'] }),
    value: nullableNumber({ description: 'Left side; null when it has no finite value.', examples: [0.94] }),
    bound: nullableNumber({ description: 'Right side; null when it has no finite value.', examples: [0.8] }),
    standardError: nullableNumber({
      description: 'Monte Carlo error of left minus right, conservative; null where it cannot be told.',
    }),
    status,
    note: Type.Optional(
      Type.String({ description: 'Why the limit could not be evaluated (it then counts as a breach).' }),
    ),
  },
  { $id: 'LimitResult', ...closed, description: 'A limit held against a scenario.' },
);
export type LimitResult = Static<typeof LimitResult>;

export const Verdict = Type.Object(
  { status, sentence: Type.String({ description: 'The verdict in words.' }) },
  { $id: 'Verdict', ...closed, description: 'The worst status over all scenarios and limits.' },
);
export type Verdict = Static<typeof Verdict>;

export const ScenarioResult = Type.Object(
  {
    id: Type.String({ description: 'Scenario.', examples: ['baseline'] }),
    paths: Type.Integer({ description: 'Paths simulated.', examples: [20_000] }),
    effectivePaths: number(
      'Effective sample size of a mean, (Σ w)² / Σ w² with the weights of the paths: equals `paths` under plain sampling. Tail figures are worth more, see `sampling`.',
      20_000,
    ),
    target: Type.Optional(ref(Precision, { description: 'Absent: the run had no `target`.' })),
    transition: Type.Array(Type.Array(number('Probability.')), {
      description: 'Daily transition matrix used (converted from durations).',
    }),
    averageCorrelation: Type.Array(
      Type.Object(
        {
          id: Type.String({ description: 'Regime.' }),
          value: nullableNumber({
            description: 'Equal-weighted average correlation of the underlyings; null for one.',
          }),
        },
        closed,
      ),
      { description: 'Average correlation of each regime as simulated.' },
    ),
    pnl: ref(Pnl),
    lossDistribution: ref(LossDistribution),
    survivability: ref(Survivability),
    correlation: byId(ref(IndexCorrelation), { description: 'By index.' }),
    regimes: Type.Array(ref(RegimeResult), { description: 'By regime.' }),
    attribution: Type.Optional(ref(Attribution, { description: 'Absent: not computed by this version.' })),
    reverseStress: Type.Optional(ref(ReverseStress, { description: 'Absent: not computed by this version.' })),
    sizing: Type.Optional(ref(Sizing, { description: 'Absent: not computed by this version.' })),
    limits: Type.Array(ref(LimitResult), { description: 'By limit of the book.' }),
    sampling: ref(SamplingResult),
    warnings: Type.Array(Type.String(), {
      description: 'What a reader should know before trusting a figure, in words.',
    }),
  },
  { $id: 'ScenarioResult', ...closed, description: 'Everything about one scenario.' },
);
export type ScenarioResult = Static<typeof ScenarioResult>;

export const MatrixRepair = Type.Object(
  {
    pointer: Type.String({ description: 'JSON pointer of the matrix in the request.' }),
    frobeniusDistance: number('Frobenius distance between the given and the used matrix.', 0.02),
    largestChange: Type.Object(
      {
        row: Type.String({ description: 'Underlying.' }),
        column: Type.String({ description: 'Underlying.' }),
        from: number('Given.'),
        to: number('Used.'),
      },
      { ...closed, description: 'Entry that moved the most.' },
    ),
  },
  { $id: 'MatrixRepair', ...closed, description: 'What the nearest-correlation repair changed.' },
);
export type MatrixRepair = Static<typeof MatrixRepair>;

export const ResidualUnderlying = Type.Object(
  {
    index: Type.String({ description: 'Index.' }),
    weight: number('Weight not covered by the constituents.', 0.4),
    vol: number('Volatility that makes the basket reproduce the index, decimal a year.', 0.28),
    loading: number('Loading on the direction of the basket.', 0.8),
  },
  {
    $id: 'ResidualUnderlying',
    ...closed,
    description: 'What stands for the part of an index outside its constituents.',
  },
);
export type ResidualUnderlying = Static<typeof ResidualUnderlying>;

export const StressResult = Type.Object(
  {
    initialValue: number('Model value of the book at the start, money.', -120_000),
    positions: Type.Array(ref(PositionValue), { description: 'Positions at the start.' }),
    scenarios: Type.Array(ref(ScenarioResult), { description: 'Results by scenario, in the order of the request.' }),
    verdict: ref(Verdict),
    assumptions: Type.Object(
      {
        repairs: Type.Array(ref(MatrixRepair), {
          description: 'Matrices replaced by their nearest correlation matrix.',
        }),
        residuals: Type.Array(ref(ResidualUnderlying), { description: 'Residual underlyings of indices.' }),
        notes: Type.Array(Type.String(), {
          description:
            'What is unusual in the input and was taken as given, in words: an implied correlation far from the calm one, an expiry on a day without a close.',
        }),
      },
      { ...closed, description: 'What the engine had to derive.' },
    ),
    timing: Type.Object(
      {
        cpuSeconds: number('Processor time of the simulation, summed over threads.', 3.2),
        wallSeconds: number('Elapsed time.', 1.7),
        pathsPerSecond: number('Paths over elapsed time.', 58_000),
      },
      { ...closed, description: 'Cost of the run. The only part that differs between two runs of one request.' },
    ),
  },
  { $id: 'StressResult', ...closed, description: 'Result of a stress run.' },
);
export type StressResult = Static<typeof StressResult>;

import { dayQuantile, dayShares, meanDay } from './day-column.ts';
import type { DayShares } from './day-column.ts';
import { moments } from './moments.ts';
import { complement, IMPOSSIBLE, probability } from './probability.ts';
import type { ProbabilityEstimate } from './probability.ts';
import { recovery } from './recovery.ts';
import { quantile } from './sample.ts';
import type { SortedSample } from './sample.ts';
import type { Weighting } from './weighting.ts';

/** What survivability is computed from: one entry per path, path order, and two samples already sorted. */
export interface SurvivalColumns {
  /** [n], P&L over the horizon, money, path order */
  readonly pnl: Float64Array;
  /** [n], max over days of 1 - NAV_t / peak, the peak counting NAV_0; above 1 when NAV falls below 0; path order */
  readonly maxDrawdown: Float64Array;
  /** `pnl`, sorted with the same weights */
  readonly sortedPnl: SortedSample;
  /** `maxDrawdown`, sorted with the same weights */
  readonly sortedDrawdown: SortedSample;
  /** [n], first day with NAV_t / NAV_0 <= threshold, 0 = never */
  readonly breachDay: Uint16Array;
  /** [n], first day with NAV_t <= 0, 0 = never */
  readonly ruinDay: Uint16Array;
  /** [n], days with NAV below its running peak */
  readonly daysUnderWater: Uint16Array;
  /** [n], first day of a margin call, 0 = never; null when no margin model was run */
  readonly marginCallDay: Uint16Array | null;
  /** [n], first day of a forced liquidation, 0 = never; null when no margin model was run */
  readonly forcedLiquidationDay: Uint16Array | null;
}

/** Settings of a survivability report. */
export interface SurvivalSettings {
  /** NAV_0, money, more than 0 */
  readonly nav: number;
  /** a path survives while NAV_t / NAV_0 stays above this, in (0, 1) */
  readonly threshold: number;
  /** horizon D in trading days, at least 1 */
  readonly days: number;
  /** of the paths, or null for plain sampling */
  readonly weighting: Weighting | null;
}

/** Whether the fund lives, and what it looks like if it does. */
export interface SurvivabilityReport {
  readonly threshold: number;
  readonly probability: ProbabilityEstimate;
  readonly ratio: { readonly mean: number; readonly p01: number; readonly worst: number };
  readonly marginCall: ProbabilityEstimate;
  readonly forcedLiquidation: ProbabilityEstimate;
  readonly ruin: ProbabilityEstimate;
  readonly curve: { day: number; surviving: number }[];
  readonly breachDay: { readonly p05: number | null; readonly p50: number | null; readonly p95: number | null };
  readonly maxDrawdown: { readonly mean: number; readonly p95: number; readonly p99: number };
  readonly daysUnderWater: { readonly mean: number; readonly p95: number };
  readonly recovery: {
    readonly requiredReturn: { readonly p50: number | null; readonly p99: number | null };
    readonly yearsAt10Percent: { readonly p50: number | null; readonly p99: number | null };
  };
}

const YEARLY_RETURN = 0.1;

/**
 * Capital left over capital at the start: the survivability ratio.
 * @param nav NAV_0, money, more than 0
 * @param pnl P&L, money, gains positive
 * @throws RangeError when nav is not positive
 */
export function survivabilityRatio(nav: number, pnl: number): number {
  if (!(nav > 0 && nav < Infinity)) throw new RangeError(`nav is ${nav}; need a finite number > 0`);
  return (nav + pnl) / nav;
}

/**
 * "If the worst case happens, do I survive?"
 *
 * probability: NAV_t / NAV_0 stays above the threshold on every day. ratio: NAV_D / NAV_0 at the mean, at the lower
 * order statistic of 1 % (the 1-in-100 loss) and on the worst path. curve: share of paths not yet breached, by day,
 * never rising. breachDay: quantiles among the breaching paths. recovery: from the quantiles of the maximum drawdown d,
 * return d / (1 - d) and the years that takes at 10 % a year; null when d >= 1. Every share and mean is self-normalised
 * when weighted. Without a margin model margin calls and liquidations are exactly 0, with no error.
 * @throws RangeError when a setting is out of range, a column differs in length or a day lies beyond the horizon
 */
export function survivability(columns: SurvivalColumns, settings: SurvivalSettings): SurvivabilityReport {
  const { nav, threshold, days, weighting } = settings;
  const weights = weighting?.weights ?? null;
  checkSettings(columns, settings);
  const breach = dayShares(columns.breachDay, days, weights);
  const underWater = dayShares(columns.daysUnderWater, days, weights);
  const { sortedDrawdown, sortedPnl } = columns;
  const median = recoveryFrom(quantile(sortedDrawdown, 0.5));
  const worst = recoveryFrom(quantile(sortedDrawdown, 0.99));
  return {
    threshold,
    probability: complement(probability(columns.breachDay, weighting)),
    ratio: {
      mean: survivabilityRatio(nav, moments(columns.pnl, weighting).mean.value),
      p01: survivabilityRatio(nav, quantile(sortedPnl, 0.01)),
      worst: survivabilityRatio(nav, sortedPnl.values[0]),
    },
    marginCall: columns.marginCallDay === null ? IMPOSSIBLE : probability(columns.marginCallDay, weighting),
    forcedLiquidation:
      columns.forcedLiquidationDay === null ? IMPOSSIBLE : probability(columns.forcedLiquidationDay, weighting),
    ruin: probability(columns.ruinDay, weighting),
    curve: survivalCurve(breach),
    breachDay: {
      p05: dayQuantile(breach, 0.05, 1),
      p50: dayQuantile(breach, 0.5, 1),
      p95: dayQuantile(breach, 0.95, 1),
    },
    maxDrawdown: {
      mean: moments(columns.maxDrawdown, weighting).mean.value,
      p95: quantile(sortedDrawdown, 0.95),
      p99: quantile(sortedDrawdown, 0.99),
    },
    daysUnderWater: { mean: meanDay(underWater), p95: dayQuantile(underWater, 0.95, 0) ?? 0 },
    recovery: {
      requiredReturn: { p50: median.requiredReturn, p99: worst.requiredReturn },
      yearsAt10Percent: { p50: median.years, p99: worst.years },
    },
  };
}

function survivalCurve({ sums, total }: DayShares): { day: number; surviving: number }[] {
  // From the far end, so that the last day is exact (and 0 when all breach) and no day is above the one before. Numbers
  // of paths add up exactly where shares would not, so days before the first breach of a plain sample are exactly 1.
  const curve = Array.from({ length: sums.length - 1 }, (_, k) => ({ day: k + 1, surviving: 0 }));
  let surviving = sums[0];
  for (let day = sums.length - 1; day >= 1; day--) {
    curve[day - 1].surviving = Math.min(surviving / total, 1);
    surviving += sums[day];
  }
  return curve;
}

function recoveryFrom(drawdown: number) {
  return recovery({ start: 1, after: 1 - drawdown, annualReturn: YEARLY_RETURN });
}

function checkSettings(columns: SurvivalColumns, { nav, threshold, days }: SurvivalSettings): void {
  if (!(nav > 0 && nav < Infinity)) throw new RangeError(`nav is ${nav}; need a finite number > 0`);
  if (!(threshold > 0 && threshold < 1)) throw new RangeError(`threshold is ${threshold}; need 0 < threshold < 1`);
  if (!(Number.isInteger(days) && days >= 1)) throw new RangeError(`days is ${days}; need a whole number >= 1`);
  const n = columns.pnl.length;
  for (const [name, length] of [
    ['maxDrawdown', columns.maxDrawdown.length],
    ['sortedPnl', columns.sortedPnl.values.length],
    ['sortedDrawdown', columns.sortedDrawdown.values.length],
    ['breachDay', columns.breachDay.length],
    ['ruinDay', columns.ruinDay.length],
    ['daysUnderWater', columns.daysUnderWater.length],
    ['marginCallDay', columns.marginCallDay?.length ?? n],
    ['forcedLiquidationDay', columns.forcedLiquidationDay?.length ?? n],
  ] as const) {
    if (length !== n) throw new RangeError(`${name} has length ${length}; need ${n}, one per path`);
  }
}

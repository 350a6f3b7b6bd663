import { expectedShortfall } from './expected-shortfall.ts';
import { DEFAULT_BINS, histogram } from './histogram.ts';
import type { Histogram } from './histogram.ts';
import { quantile } from './sample.ts';
import type { SortedSample } from './sample.ts';
import { valueAtRisk } from './value-at-risk.ts';
import type { LevelEstimate } from './value-at-risk.ts';

/** Probabilities at which the P&L quantiles are reported, from the 0.1 % to the 99.9 % one. */
export const QUANTILE_PROBABILITIES: readonly number[] = [
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999,
];

/** The loss distribution of a scenario. VaR and ES are positive for a loss; quantiles and edges are P&L. */
export interface LossDistribution {
  readonly var: LevelEstimate[];
  readonly es: LevelEstimate[];
  readonly quantiles: { readonly probability: number; readonly value: number }[];
  readonly histogram: Histogram;
}

/**
 * VaR, ES, quantiles and histogram of a P&L sample; each is defined where it is computed.
 * @param pnl     sorted P&L over the horizon, money, gains positive
 * @param levels  confidence levels, each in (0, 1)
 * @param bins    most histogram bins
 * @throws RangeError when a level is outside (0, 1)
 */
export function lossDistribution(
  pnl: SortedSample,
  levels: readonly number[],
  bins: number = DEFAULT_BINS,
): LossDistribution {
  return {
    var: levels.map((level) => valueAtRisk(pnl, level)),
    es: levels.map((level) => expectedShortfall(pnl, level)),
    quantiles: QUANTILE_PROBABILITIES.map((probability) => ({ probability, value: quantile(pnl, probability) })),
    histogram: histogram(pnl, bins),
  };
}

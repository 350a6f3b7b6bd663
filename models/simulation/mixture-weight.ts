import { exp } from '../numeric/elementary.ts';
import type { SamplingPlan } from './plan.ts';

/** What a day, a unit of X and a unit of S add to ln dQ/dP, by regime; see SamplingPlan. */
export type RatioTerms = Pick<SamplingPlan, 'logNormaliser' | 'dayTerms' | 'sumTerms' | 'squareTerms'>;

/** What dQ/dP of paths depends on, [K × paths] each: days in the regimes, X_r and S_r (SamplingPlan). */
export interface PathTotals {
  readonly regimeDays: ArrayLike<number>;
  readonly directionSums: ArrayLike<number>;
  readonly directionSquares: ArrayLike<number>;
}

/**
 * 1 / (λ + (1 − λ) dQ/dP) of a path, its logarithm summed over the regimes in order.
 *
 * @param share  λ
 * @param path   place of the path in the totals, of `paths`
 */
export function mixtureWeight(
  { logNormaliser, dayTerms, sumTerms, squareTerms }: RatioTerms,
  share: number,
  { regimeDays, directionSums, directionSquares }: PathTotals,
  path = 0,
  paths = 1,
): number {
  let logRatio = 0 - logNormaliser;
  for (let r = 0, at = path; r < dayTerms.length; r++, at += paths) {
    logRatio += dayTerms[r] * regimeDays[at] + sumTerms[r] * directionSums[at] + squareTerms[r] * directionSquares[at];
  }
  return 1 / (share + (1 - share) * exp(logRatio));
}

import { exp } from '../numeric/elementary.ts';
import { DEFENSIVE_SHARE, type SamplingPlan } from './plan.ts';

/** What the weight of a path depends on, [K] each: days in the regimes, X_r and S_r (SamplingPlan). */
export interface PathTotals {
  readonly regimeDays: ArrayLike<number>;
  readonly directionSums: ArrayLike<number>;
  readonly directionSquares: ArrayLike<number>;
}

/** 1 / (λ + (1 − λ) dQ/dP) of a path, its logarithm summed over the regimes in order. */
export function pathWeight(
  { logNormaliser, dayTerms, sumTerms, squareTerms }: SamplingPlan,
  { regimeDays, directionSums, directionSquares }: PathTotals,
): number {
  let logRatio = 0 - logNormaliser;
  for (let r = 0; r < dayTerms.length; r++) {
    logRatio += dayTerms[r] * regimeDays[r] + sumTerms[r] * directionSums[r] + squareTerms[r] * directionSquares[r];
  }
  return 1 / (DEFENSIVE_SHARE + (1 - DEFENSIVE_SHARE) * exp(logRatio));
}

import { exp } from './elementary.ts';

/** 97.5 % point of the normal law: half width of a 95 % interval in standard errors. */
export const NORMAL_95 = 1.959964;

/**
 * 97.5 % point of Student's t: half width of a 95 % interval whose standard error is itself estimated from few
 * observations.
 *
 *   t(nu) = z exp(P(1/nu) / nu),   z = t(Infinity) = 1.959964
 *
 * P, of degree 8, is the Chebyshev fit of nu ln(t(nu)/z) over 1/nu in [0, 1]. Its first coefficient is the (z^2 + 1)/4
 * of the Cornish-Fisher expansion. Relative error below 2e-7 for every real nu >= 1; the expansion of G. Hill (Algorithm
 * 396, Communications of the ACM 13, 1970) is 18 % off near 1 and 0.04 % near 2.
 *
 * Source of the values fitted: the quantile of scipy 1.17, scipy.stats.t.ppf(0.975, nu).
 * @param degrees nu, real, at least 1; Infinity gives the normal point
 * @throws RangeError when it is below 1 or NaN
 */
export function student95(degrees: number): number {
  if (!(degrees >= 1)) throw new RangeError(`degrees is ${degrees}; need at least 1`);
  const u = 1 / degrees;
  let p = 0.02351588432 * u - 0.08004164764;
  p = p * u + 0.05684843298;
  p = p * u + 0.08012482637;
  p = p * u - 0.04294057677;
  p = p * u - 0.238838194;
  p = p * u + 0.152556549;
  p = p * u + 0.7075744473;
  p = p * u + 1.210364738;
  return NORMAL_95 * exp(p * u);
}

import { exp, log } from '../numeric/elementary.ts';
import { student95 } from '../numeric/student-quantile.ts';

/** What an interval is made of. */
export interface IntervalTerms {
  readonly value: number;
  readonly standardError: number;
  /** of the estimate: sum v^3 / (sum v^2)^1.5 over centred v_i = w_i psi_i, positive when its large values are rare */
  readonly skewness: number;
  /** of the standard error, at least 1 */
  readonly degrees: number;
}

/** Below it the transformation is the identity to the last digits. */
const NO_SKEWNESS = 1e-9;

/**
 * 95 % interval of an estimate with a skewed law, whose standard error and skewness are estimated from few observations.
 *
 *   g(T) = T + A T^2/3 + A^2 T^3/27 + A/6,   T = (estimate - truth) / SE, A the skewness
 *
 * removes the skewness of T to first order, so the ends are at T = g^-1(+-t), t the 97.5 % point of Student's law. g is
 * increasing and has the inverse (3/A) ((1 + A (t - A/6))^(1/3) - 1). Without skewness the interval is value +- t SE.
 *
 * Source: P. Hall, On the removal of skewness by transformation, J. Royal Statistical Society B 54 (1992), with Student's
 * quantile for the normal one.
 * @throws RangeError when degrees is below 1
 */
export function skewedInterval95({ value, standardError, skewness, degrees }: IntervalTerms): [number, number] {
  const t = student95(degrees);
  return [value - standardError * unskewed(t, skewness), value - standardError * unskewed(-t, skewness)];
}

/** g^-1(t) */
function unskewed(t: number, skewness: number): number {
  if (Math.abs(skewness) < NO_SKEWNESS) return t;
  return (3 / skewness) * (cubeRoot(1 + skewness * (t - skewness / 6)) - 1);
}

function cubeRoot(x: number): number {
  return x < 0 ? -cubeRoot(-x) : exp(log(x) / 3);
}

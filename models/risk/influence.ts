import { CompensatedSum } from './compensated-sum.ts';
import { expectedShortfall } from './expected-shortfall.ts';
import { weightTotals } from './sample.ts';
import type { SortedSample } from './sample.ts';
import { valueAtRisk } from './value-at-risk.ts';
import { StratifiedSquares, type Weighting } from './weighting.ts';

/**
 * Influence of each path on an estimate: how much the estimate moves per unit of weight put on the path, to first order.
 * The variance of a self-normalised estimate is then that of sum w_i psi_i, w summing to 1 (StratifiedSquares).
 *
 *   VaR    1{L_i >= VaR} - p      (times a factor that is the same for all paths)
 *   ES     (L_i - VaR)^+ / p - (ES - VaR),   p = 1 - level
 *
 * Source: F. Hampel, The influence curve and its role in robust estimation, JASA 69 (1974); ES: Manistre and Hancock 2005.
 * @param pnl     [n], path order, money, gains positive
 * @param sorted  the same, sorted with its weights
 * @param level   confidence level in (0, 1)
 * @returns [n] each, path order
 */
export function tailInfluence(
  pnl: Float64Array,
  sorted: SortedSample,
  level: number,
): { readonly var: Float64Array; readonly es: Float64Array } {
  const p = 1 - level;
  const border = valueAtRisk(sorted, level).value;
  const excess = expectedShortfall(sorted, level).value - border;
  return {
    var: pnl.map((x) => (0 - x >= border ? 1 : 0) - p),
    es: pnl.map((x) => Math.max(0 - x - border, 0) / p - excess),
  };
}

/**
 * Variance-reduction factor of a weighted run: the variance of an estimate from plainly drawn paths over its variance
 * from as many weighted ones, both told from the weighted run.
 *
 *   (sum w_i psi_i^2 / n) / Var(sum w_i psi_i),   w summing to 1, the variance that of StratifiedSquares
 *
 * The mean of psi^2 under the model is sum w_i psi_i^2, which n plain paths divide by n. 100 means that plain sampling
 * needs 100 times the paths for the same standard error; below 1 the estimate is worse for the weights.
 *
 * Source: A. Owen, Monte Carlo theory, methods and examples, 2013, section 9.3 (self-normalised importance sampling).
 * @param influence [n], path order
 * @param weighting of the same paths
 * @returns null where the estimate does not vary in the sample
 * @throws RangeError when a length differs
 */
export function varianceReduction(influence: Float64Array, { weights, strata }: Weighting): number | null {
  const n = influence.length;
  const { total } = weightTotals(weights, n);
  const plain = new CompensatedSum();
  const weighted = new StratifiedSquares(strata);
  for (let i = 0; i < n; i++) {
    const weight = weights[i] / total;
    plain.add(weight * (influence[i] * influence[i]));
    weighted.add(i, weight * influence[i]);
  }
  const factor = plain.value / n / weighted.squares;
  return factor > 0 && factor < Infinity ? factor : null;
}

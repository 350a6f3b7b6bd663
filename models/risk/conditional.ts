import { CompensatedSum } from './compensated-sum.ts';
import { quantile, sortSample, weightTotals } from './sample.ts';
import { StratifiedSquares, type Weighting } from './weighting.ts';

/** Mean over part of the paths. */
export interface ConditionalMean {
  /** null when no path (or no weight) is in the part */
  readonly value: number | null;
  /** null with fewer than 2 effective paths */
  readonly standardError: number | null;
  /** share of the weight in the part */
  readonly share: number;
}

/** Mean P&L of the paths whose driver lies in one decile. */
export interface DecileRow {
  /** lower end of the driver; not in the row, but for the first row */
  readonly from: number;
  /** upper end of the driver, in the row */
  readonly to: number;
  /** money; null when no path is in the row because the driver is tied */
  readonly meanPnl: number | null;
  readonly standardError: number | null;
  readonly share: number;
}

const DECILES = 10;

/**
 * Mean of the P&L over the paths on which something happened.
 *
 * Ratio estimator sum w_i 1_i x_i / sum w_i 1_i; standard error sqrt(sum_in w_i^2 (x_i - mean)^2 m/(m-1)) / sum_in w_i
 * with m the effective number of paths in the part, which is s/sqrt(m) for a plain sample. Weighted, the sum is without
 * the variance between the strata (StratifiedSquares, v_i = w_i 1_i (x_i - mean)).
 *
 * Source: W. Cochran, Sampling Techniques, 3rd ed. 1977, sections 6.3 and 6.11.
 * @param pnl       [n], path order, finite
 * @param indicator [n], non-zero where it happened
 * @param weighting of the same paths, or null for plain sampling
 * @throws RangeError when n = 0 or a length differs
 */
export function meanGiven(
  pnl: Float64Array,
  indicator: Uint8Array | Uint16Array,
  weighting: Weighting | null,
): ConditionalMean {
  const n = pnl.length;
  if (n === 0) throw new RangeError('pnl is empty; need at least one path');
  if (indicator.length !== n) throw new RangeError(`indicator has length ${indicator.length}; need ${n}, one per path`);
  const groups = new Uint16Array(n);
  for (let i = 0; i < n; i++) groups[i] = indicator[i] === 0 ? 0 : 1;
  return groupMeans(pnl, groups, 2, weighting)[1];
}

/**
 * Mean P&L by decile of a driver, such as the realised correlation of a path.
 *
 * The decile ends are the (weighted) lower order statistics at 10 %, 20 %, ...; a path belongs to the first decile
 * whose upper end its driver does not exceed. Paths with equal drivers therefore stay together, whatever their order,
 * and a driver with many ties leaves rows empty. Means as in meanGiven.
 * @param pnl       [n], path order, finite
 * @param driver    [n], path order, finite
 * @param weighting of the same paths, or null for plain sampling
 * @returns 10 rows, ascending
 * @throws RangeError when n = 0, a length differs or a driver is not finite
 */
export function pnlByDeciles(pnl: Float64Array, driver: Float64Array, weighting: Weighting | null): DecileRow[] {
  const n = pnl.length;
  if (driver.length !== n) throw new RangeError(`driver has length ${driver.length}; need ${n}, one per path`);
  const sorted = sortSample(driver, weighting);
  const ends = Array.from({ length: DECILES - 1 }, (_, k) => quantile(sorted, (k + 1) / DECILES));
  ends.push(sorted.values[n - 1]);
  const groups = new Uint16Array(n);
  for (let i = 0; i < n; i++) {
    let group = 0;
    while (driver[i] > ends[group]) group++;
    groups[i] = group;
  }
  return groupMeans(pnl, groups, DECILES, weighting).map(({ value, standardError, share }, k) => ({
    from: k === 0 ? sorted.values[0] : ends[k - 1],
    to: ends[k],
    meanPnl: value,
    standardError,
    share,
  }));
}

/** Means of the P&L over the groups 0..count-1 that the paths are assigned to. */
function groupMeans(
  pnl: Float64Array,
  groups: Uint16Array,
  count: number,
  weighting: Weighting | null,
): ConditionalMean[] {
  const n = pnl.length;
  const weights = weighting?.weights ?? null;
  const { total } = weightTotals(weights, n);
  const newSums = () => Array.from({ length: count }, () => new CompensatedSum());
  const [weightSums, weightSquares, sums] = [newSums(), newSums(), newSums()];
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(pnl[i])) throw new RangeError(`pnl[${i}] is ${pnl[i]}; need a finite number`);
    const weight = weights === null ? 1 : weights[i];
    weightSums[groups[i]].add(weight);
    weightSquares[groups[i]].add(weight * weight);
    sums[groups[i]].add(weight * pnl[i]);
  }
  const means = sums.map((sum, g) => (weightSums[g].value > 0 ? sum.value / weightSums[g].value : null));
  const errors = squaresOfGroups(pnl, groups, means, weighting);
  return means.map((value, g) => {
    const inGroup = weightSums[g].value;
    const effective = value === null ? 0 : inGroup ** 2 / weightSquares[g].value;
    return {
      value,
      standardError: effective > 2 - 1e-6 ? Math.sqrt((errors[g] * effective) / (effective - 1)) / inGroup : null,
      share: inGroup / total,
    };
  });
}

/** [groups] sums of (w (x - mean))^2 over each group, within the strata. */
function squaresOfGroups(
  pnl: Float64Array,
  groups: Uint16Array,
  means: readonly (number | null)[],
  weighting: Weighting | null,
): number[] {
  if (weighting === null) {
    const sums = means.map(() => new CompensatedSum());
    for (let i = 0; i < pnl.length; i++) sums[groups[i]].add((pnl[i] - (means[groups[i]] ?? 0)) ** 2);
    return sums.map((sum) => sum.value);
  }
  const { weights, strata } = weighting;
  const sums = means.map(() => new StratifiedSquares(strata));
  for (let i = 0; i < pnl.length; i++) sums[groups[i]].add(i, weights[i] * (pnl[i] - (means[groups[i]] ?? 0)));
  return sums.map((sum) => sum.squares);
}

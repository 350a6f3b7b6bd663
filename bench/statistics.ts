/** Median, least and most of some samples. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** @throws RangeError when there are none */
export function summarise(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new RangeError('samples is empty; need at least 1');
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, least: sorted[0], most: sorted[sorted.length - 1] };
}

/**
 * Median of samples[i] / base[i]. Both of a round were taken one after the other, so that what slows a machine for
 * minutes (its clock, its neighbours) is in both, and not in their ratio.
 */
export function medianRatio(samples: readonly number[], base: readonly number[]): number {
  if (samples.length !== base.length) throw new RangeError(`${samples.length} samples beside ${base.length}`);
  return summarise(samples.map((sample, i) => sample / base[i])).median;
}

/** 1.959964 standard errors to either side hold 95 % of a normal law. */
export const NORMAL_95 = 1.959963984540054;

/**
 * Paths that bring the half-width of a 95 % interval to a fraction of the estimate: standard errors fall as 1/√n.
 *
 * @param paths    of the run that gave the estimate and its standard error
 * @param fraction 0.01 is ±1 %
 */
export function pathsForHalfWidth(paths: number, estimate: number, standardError: number, fraction: number): number {
  return paths * ((NORMAL_95 * standardError) / (fraction * Math.abs(estimate))) ** 2;
}

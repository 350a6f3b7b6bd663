import { shareBelow } from './sample.ts';
import type { SortedSample } from './sample.ts';

/** Shares of a sample between fixed edges. */
export interface Histogram {
  /** [b + 1], ascending; a bin holds its lower edge and not its upper one, but the last holds both */
  readonly edges: number[];
  /** [b], share of the weight in each bin, sum 1 */
  readonly weights: number[];
}

export const DEFAULT_BINS = 60;

/** Bin widths a reader can count in; close enough together that at least three quarters of the bins are used. */
const WIDTHS = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** Under this width relative to the values, neighbouring edges would differ in the last digits only. */
const SMALLEST_RELATIVE_WIDTH = 1e-12;

/**
 * Histogram with round edges that cover the whole sample.
 *
 * The edges are consecutive multiples of the smallest width 1, 1.25, 1.5, ... x 10^k that needs at most `bins` bins,
 * so they depend on the minimum, the maximum and `bins` only. A sample of equal (or nearly equal) values gets one bin
 * around them.
 * @param sample sorted sample
 * @param bins   most bins wanted, 2..10,000
 * @throws RangeError when bins is not a whole number from 2 to 10,000
 */
export function histogram(sample: SortedSample, bins: number = DEFAULT_BINS): Histogram {
  if (!(Number.isInteger(bins) && bins >= 2 && bins <= 10_000)) {
    throw new RangeError(`bins is ${bins}; need a whole number from 2 to 10000`);
  }
  const { values } = sample;
  const min = values[0];
  const max = values[values.length - 1];
  const edges = roundEdges(min, max, bins) ?? edgesAround(min, max);
  const below = edges.map((edge) => shareBelow(sample, edge));
  below[0] = 0;
  below[below.length - 1] = 1;
  return { edges, weights: below.slice(1).map((share, j) => share - below[j]) };
}

function roundEdges(min: number, max: number, bins: number): number[] | null {
  const smallest = (max - min) / bins;
  const magnitude = Math.max(Math.abs(min), Math.abs(max));
  if (!(smallest > magnitude * SMALLEST_RELATIVE_WIDTH) || !Number.isFinite(smallest)) return null;
  // One decade low, in case the logarithm is rounded up; a width too small is passed over.
  const start = Math.floor(Math.log10(smallest)) - 1;
  for (let exponent = start; ; exponent++) {
    for (const width of WIDTHS) {
      // Dividing by a power of ten keeps 0.3 at 0.3; multiplying by 0.1 would give 0.30000000000000004.
      const edgeAt = (k: number) => (exponent < 0 ? (k * width) / 10 ** -exponent : k * width * 10 ** exponent);
      const step = edgeAt(1);
      let first = Math.floor(min / step);
      if (edgeAt(first) > min) first--;
      let last = Math.ceil(max / step);
      if (edgeAt(last) < max) last++;
      if (last - first <= bins) return Array.from({ length: last - first + 1 }, (_, j) => edgeAt(first + j));
    }
  }
}

function edgesAround(min: number, max: number): number[] {
  const half = Math.max(Math.abs(min), Math.abs(max)) / 2 || 0.5;
  return [min - half, max + half];
}

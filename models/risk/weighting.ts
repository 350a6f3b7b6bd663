import { DEFENSIVE_PERIOD } from '../simulation/plan.ts';
import { CompensatedSum } from './compensated-sum.ts';

/** Which of the strata each path was drawn in: strata whose numbers of paths are fixed, and not drawn themselves. */
export interface Strata {
  /** [n] stratum of each path, from 0 */
  readonly of: Uint8Array;
  /** [strata] paths in each */
  readonly sizes: readonly number[];
}

/** The likelihood weights of paths, and the strata that they were drawn in. */
export interface Weighting {
  /** [n], at least 0, mean about 1 */
  readonly weights: Float64Array;
  readonly strata: Strata;
}

/**
 * The weights of a run whose every DEFENSIVE_PERIOD-th path, by its number, is drawn from the law of the model and the
 * others from another: two strata.
 * @param weights [n] of the paths from number 0 on, or null for plain sampling
 */
export function runWeighting(weights: Float64Array | null): Weighting | null {
  if (weights === null) return null;
  const n = weights.length;
  const of = new Uint8Array(n).fill(1);
  for (let path = 0; path < n; path += DEFENSIVE_PERIOD) of[path] = 0;
  const plain = Math.ceil(n / DEFENSIVE_PERIOD);
  return { weights, strata: { of, sizes: [plain, n - plain] } };
}

/** Weights of paths that were all drawn from one law. */
export function oneStratum(weights: Float64Array): Weighting {
  return { weights, strata: { of: new Uint8Array(weights.length), sizes: [weights.length] } };
}

/** The weighting of some of the paths, in the order of `places`. */
export function selectWeighting({ weights, strata }: Weighting, places: Uint32Array): Weighting {
  const of = Uint8Array.from(places, (path) => strata.of[path]);
  const sizes = strata.sizes.map(() => 0);
  for (let i = 0; i < of.length; i++) sizes[of[i]]++;
  return { weights: Float64Array.from(places, (path) => weights[path]), strata: { of, sizes } };
}

/** Of the v of several observations. */
export interface PowerSums {
  readonly sum: number;
  readonly squares: number;
  readonly cubes?: number;
}

/**
 * Variance of a self-normalised estimate from the linearised values v_i = w_i psi_i of its paths, w summing to 1 and psi
 * the influence of a path on the estimate, when the number of paths of each stratum is fixed:
 *
 *   Var = sum_s n_s/(n_s - 1) sum_{i in s} (v_i - mean_s v)^2
 *
 * The variance between strata is not in it: that is what sum v_i^2, the formula for paths that draw their law at random,
 * counts in excess. A stratum of one path counts with its square, since its spread cannot be told.
 *
 * Source: W. Cochran, Sampling Techniques, 3rd ed. 1977, sections 5.4 and 6.10; A. Owen, Monte Carlo theory, methods and
 * examples, 2013, sections 9.3 and 9.12.
 */
export class StratifiedSquares {
  readonly #strata: Strata;
  readonly #sums: CompensatedSum[];
  readonly #squares: CompensatedSum[];
  readonly #cubes: Float64Array;

  constructor(strata: Strata) {
    this.#strata = strata;
    this.#sums = strata.sizes.map(() => new CompensatedSum());
    this.#squares = strata.sizes.map(() => new CompensatedSum());
    this.#cubes = new Float64Array(strata.sizes.length);
  }

  /**
   * @param i place in the strata; a path that is left out counts with v = 0
   * @param v w_i psi_i
   */
  add(i: number, v: number): void {
    this.addMany(this.#strata.of[i], { sum: v, squares: v * v, cubes: v * v * v });
  }

  /** Several observations of one stratum by the sums of their powers; cubes are for the skewness alone. */
  addMany(stratum: number, { sum, squares, cubes = 0 }: PowerSums): void {
    this.#sums[stratum].add(sum);
    this.#squares[stratum].add(squares);
    this.#cubes[stratum] += cubes;
  }

  /** The variance. */
  get variance(): number {
    return this.#total((n) => n / (n - 1));
  }

  /** The same without n_s/(n_s - 1), for measures with a correction of their own for the few paths they rest on. */
  get squares(): number {
    return this.#total(() => 1);
  }

  /** Skewness of the estimate: the third central moment of sum v_i over the 1.5th power of its variance; 0 without any. */
  get skewness(): number {
    let cubes = 0;
    for (const [s, size] of this.#strata.sizes.entries()) {
      const mean = size > 1 ? this.#sums[s].value / size : 0;
      cubes += this.#cubes[s] - 3 * mean * this.#squares[s].value + 2 * size * mean ** 3;
    }
    const variance = this.squares;
    return variance > 0 ? cubes / (variance * Math.sqrt(variance)) : 0;
  }

  #total(correction: (size: number) => number): number {
    let total = 0;
    for (const [s, size] of this.#strata.sizes.entries()) {
      const squares = this.#squares[s].value;
      if (size > 1) total += Math.max(squares - this.#sums[s].value ** 2 / size, 0) * correction(size);
      else total += squares;
    }
    return total;
  }
}

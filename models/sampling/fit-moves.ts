import type { SamplingLaw } from './sampling-law.ts';
import type { Tail } from './pilot-sample.ts';

/** Bounds of κ and |m|. Beyond them a day's weight varies so much that the paths of a long stay cancel the gain. */
const LEAST_INFLATION = 0.8;
const MOST_INFLATION = 1.5;
const MOST_SHIFT = 0.75;

/** Days of the model's own law that the days of the tail are averaged with, so that a handful of them decides nothing. */
const PRIOR_DAYS = 50;

/** Nearer to 1 (and 0) than this κ (and m) stay there: what they could gain is less than what drawing them costs. */
const LEAST_CHANGE = 0.02;

/**
 * How the common direction moves in a tail, by cross-entropy: mean and variance of its component y in each regime,
 *
 *   m_r = Σ_tail w X_r / Σ_tail w N_r,   κ_r² = Σ_tail w S_r / Σ_tail w N_r − m_r²
 *
 * maximum-likelihood estimates of a normal law.
 *
 * Source: R. Rubinstein, D. Kroese, The Cross-Entropy Method, 2004, section 3.
 * @param shifted  false: the mean is left at 0
 */
export function fitMoves(tail: Tail, shifted: boolean): Pick<SamplingLaw, 'inflations' | 'shifts'> {
  const prior = (PRIOR_DAYS * tail.weight) / tail.paths;
  const shifts = tail.sums.map((sum, r) => {
    if (!shifted) return 0;
    const shift = sum / (tail.days[r] + prior);
    return Math.abs(shift) < LEAST_CHANGE ? 0 : Math.min(Math.max(shift, -MOST_SHIFT), MOST_SHIFT);
  });
  const inflations = tail.squares.map((square, r) => {
    if (square === 0) return 1; // no day in it, or a direction of zeros
    const variance = (square + prior) / (tail.days[r] + prior) - shifts[r] * shifts[r];
    const kappa = Math.sqrt(Math.max(variance, 0));
    if (Math.abs(kappa - 1) < LEAST_CHANGE) return 1;
    return Math.min(Math.max(kappa, LEAST_INFLATION), MOST_INFLATION);
  });
  return { inflations, shifts };
}

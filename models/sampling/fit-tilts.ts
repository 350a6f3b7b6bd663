import type { RegimeChain } from '../regimes/chain.ts';
import { dayMoments, tiltChain } from './tilted-chain.ts';

/**
 * Weight of the penalty ½ ridge Σ θ², in days. A regime that the tail of a pilot never visits (or never leaves) would
 * want an infinite tilt; with it the fitted mean stays ridge × |θ| days short of the bound. Where the mean can be
 * reached the penalty moves it by a fraction of a day, far less than a pilot can tell.
 */
export const RIDGE_DAYS = 0.1;

const MOST_STEPS = 60;
/** Days by which the fitted means may miss. */
const PRECISION_DAYS = 1e-7;

/**
 * Tilts under which a chain spends, in the mean, given numbers of days in its regimes: the cross-entropy projection of
 * the law of the paths in a tail on the exponential family of `tiltChain`.
 *
 *   θ = argmax θ·N̄ − ln Z(θ) − ½ ridge |θ|²,   with gradient N̄ − E_Q[N] − ridge θ
 *
 * Newton's method; the objective is strictly concave, so halving a step that does not raise it leads to the maximum.
 *
 * Source: R. Rubinstein, D. Kroese, The Cross-Entropy Method, 2004, section 3 (moment matching in exponential families).
 * @param chain     as regimeProbabilities takes it
 * @param meanDays  [K] N̄, sums to the days of the chain
 * @returns [K] θ; only differences matter, so the first is 0
 * @throws RangeError when sizes differ
 */
export function fitTilts(chain: RegimeChain, meanDays: Float64Array): Float64Array {
  const regimes = chain.initial.length;
  if (meanDays.length !== regimes) throw new RangeError(`meanDays has ${meanDays.length} entries; need ${regimes}`);
  let tilts = new Float64Array(regimes);
  let tilted = tiltChain(chain, tilts);
  let objective = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    const { mean, covariance } = dayMoments(tilted);
    const gradient = Float64Array.from(tilts, (tilt, r) => meanDays[r] - mean[r] - RIDGE_DAYS * tilt);
    if (gradient.every((slope) => Math.abs(slope) < PRECISION_DAYS)) break;
    for (let r = 0; r < regimes; r++) covariance[r * regimes + r] += RIDGE_DAYS;
    const move = solvePositive(covariance, gradient);
    let improved = false;
    for (let scale = 1; scale > 1e-9 && !improved; scale /= 2) {
      const candidate = Float64Array.from(tilts, (tilt, r) => tilt + scale * move[r]);
      const next = tiltChain(chain, candidate);
      const value = objectiveOf(candidate, meanDays, next.logNormaliser);
      if (!(value > objective)) continue;
      tilts = candidate;
      tilted = next;
      objective = value;
      improved = true;
    }
    if (!improved) break;
  }
  return tilts.map((tilt) => tilt - tilts[0]);
}

function objectiveOf(tilts: Float64Array, meanDays: Float64Array, logNormaliser: number): number {
  let value = 0 - logNormaliser;
  for (let r = 0; r < tilts.length; r++) value += tilts[r] * meanDays[r] - 0.5 * RIDGE_DAYS * tilts[r] * tilts[r];
  return value;
}

/** x with A x = b by elimination; A is symmetric with eigenvalues of at least RIDGE_DAYS, so no pivot vanishes. */
function solvePositive(matrix: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  const a = matrix.slice();
  const x = right.slice();
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k] / a[k * n + k];
      for (let j = k; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
      x[i] -= factor * x[k];
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) x[i] -= a[i * n + j] * x[j];
    x[i] /= a[i * n + i];
  }
  return x;
}

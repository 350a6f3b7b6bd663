import { exp, log } from '../numeric/elementary.ts';
import { cumulativeThresholds, type RegimeChain } from '../regimes/chain.ts';

/** A chain of regimes whose paths are made likelier by what they spend their days in. */
export interface TiltedChain {
  readonly regimes: number;
  readonly days: number;
  /** ln Z, Z = E[e^{θ·N}] under the chain that was tilted */
  readonly logNormaliser: number;
  /**
   * [days + 1][K][K] by day and yesterday's regime, the law of the day's regime; every row of day 1 is the initial law,
   * a forced day has its regime for sure, day 0 has no use.
   */
  readonly rows: Float64Array;
}

/**
 * Exponential tilt of a chain in the days N_r that a path spends in each regime:
 *
 *   dQ/dP = e^{θ·N} / Z,   Z = E_P[e^{θ·N}]
 *
 * Q is a Markov chain again, with rows that depend on the day (Doob's h-transform):
 *
 *   Q_t(r → s) = P(r → s) e^{θ_s} h_t(s) / h_{t−1}(r),   h_{t−1}(r) = Σ_s P(r → s) e^{θ_s} h_t(s),   h_D = 1
 *
 * with one term where the day is forced. A probability of 0 stays 0. ln h is kept in place of h, so that no tilt and no
 * horizon overflows, and no regime becomes unreachable by rounding.
 *
 * Source: J. Doob, Conditional Brownian motion and the boundary limits of harmonic functions, Bull. SMF 85 (1957);
 * S. Juneja, P. Shahabuddin, Rare-event simulation techniques, Handbooks in OR 13 (2006), section 3.
 * @param chain  as regimeProbabilities takes it
 * @param tilts  [K] θ, finite
 * @throws RangeError when sizes differ or a tilt is not finite
 */
export function tiltChain(chain: RegimeChain, tilts: Float64Array): TiltedChain {
  const { initial, days } = chain;
  const regimes = initial.length;
  if (tilts.length !== regimes) throw new RangeError(`tilts has ${tilts.length} entries; need ${regimes}`);
  if (chain.transition.length !== regimes * regimes) {
    throw new RangeError(`transition has ${chain.transition.length} entries; need ${regimes * regimes}`);
  }
  if (!tilts.every(Number.isFinite)) throw new RangeError(`tilts are ${tilts.join(', ')}; need finite numbers`);
  const rows = plainRows(chain);
  // Without a tilt h is 1, and the rows are those of the chain to the last bit.
  if (tilts.every((tilt) => tilt === 0)) return { regimes, days, logNormaliser: 0, rows };
  const reach = new Float64Array(regimes);
  const terms = new Float64Array(regimes);
  let logNormaliser = 0;
  for (let day = days; day >= 1; day--) {
    const before = new Float64Array(regimes);
    for (let r = 0; r < regimes; r++) {
      const at = (day * regimes + r) * regimes;
      for (let s = 0; s < regimes; s++)
        terms[s] = rows[at + s] > 0 ? log(rows[at + s]) + tilts[s] + reach[s] : -Infinity;
      before[r] = logSumExp(terms);
      for (let s = 0; s < regimes; s++) rows[at + s] = rows[at + s] > 0 ? exp(terms[s] - before[r]) : 0;
    }
    reach.set(before);
    logNormaliser = before[0];
  }
  return { regimes, days, logNormaliser, rows };
}

/** Mean and covariance of the days in each regime. */
export interface DayMoments {
  /** [K], sums to the days */
  readonly mean: Float64Array;
  /** [K × K] */
  readonly covariance: Float64Array;
}

/**
 * Mean and covariance of N under a tilted chain; they are the gradient and the Hessian of ln Z in θ.
 *
 *   E[N_r N_s] = δ_rs E[N_r] + Σ_t Q(s_t = r) B_t(r, s) + Σ_t Q(s_t = s) B_t(s, r),   B_t(r, s) = E[days in s after t | s_t = r]
 */
export function dayMoments({ regimes, days, rows }: TiltedChain): DayMoments {
  const laws = new Float64Array((days + 1) * regimes);
  laws[0] = 1; // every row of day 1 is the initial law
  const mean = new Float64Array(regimes);
  for (let day = 1; day <= days; day++) {
    for (let r = 0; r < regimes; r++) {
      const probability = laws[(day - 1) * regimes + r];
      const at = (day * regimes + r) * regimes;
      for (let s = 0; s < regimes; s++) laws[day * regimes + s] += probability * rows[at + s];
    }
    for (let s = 0; s < regimes; s++) mean[s] += laws[day * regimes + s];
  }
  const ahead = daysAhead({ regimes, days, rows }, laws);
  const covariance = new Float64Array(regimes * regimes);
  for (let r = 0; r < regimes; r++) {
    for (let s = 0; s < regimes; s++) {
      const own = r === s ? mean[r] : 0;
      covariance[r * regimes + s] = own + ahead[r * regimes + s] + ahead[s * regimes + r] - mean[r] * mean[s];
    }
  }
  return { mean, covariance };
}

/** [K × K] Σ_t Q(s_t = r) E[days in s after t | s_t = r] */
function daysAhead({ regimes, days, rows }: Omit<TiltedChain, 'logNormaliser'>, laws: Float64Array): Float64Array {
  const sums = new Float64Array(regimes * regimes);
  let ahead = new Float64Array(regimes * regimes);
  for (let day = days; day > 1; day--) {
    const before = new Float64Array(regimes * regimes);
    for (let r = 0; r < regimes; r++) {
      for (let next = 0; next < regimes; next++) {
        const probability = rows[(day * regimes + r) * regimes + next];
        if (probability === 0) continue;
        before[r * regimes + next] += probability;
        for (let s = 0; s < regimes; s++) before[r * regimes + s] += probability * ahead[next * regimes + s];
      }
      const law = laws[(day - 1) * regimes + r];
      for (let s = 0; s < regimes; s++) sums[r * regimes + s] += law * before[r * regimes + s];
    }
    ahead = before;
  }
  return sums;
}

/**
 * Thresholds of the random word by day and yesterday's regime.
 *
 * @returns [days + 1][K][K − 1]: those of a day and yesterday's regime r start at (day K + r)(K − 1)
 */
export function tiltedThresholds({ regimes, days, rows }: TiltedChain): Float64Array {
  const thresholds = new Float64Array((days + 1) * regimes * (regimes - 1));
  for (let row = regimes; row < (days + 1) * regimes; row++) {
    const law = rows.subarray(row * regimes, (row + 1) * regimes);
    thresholds.set(cumulativeThresholds(law), row * (regimes - 1));
  }
  return thresholds;
}

/** The rows of the chain as it is, by day. */
function plainRows({ transition, initial, days, forced }: RegimeChain): Float64Array {
  const regimes = initial.length;
  const rows = new Float64Array((days + 1) * regimes * regimes);
  for (let day = 1; day <= days; day++) {
    const given = forced === undefined ? -1 : forced[day];
    for (let r = 0; r < regimes; r++) {
      const at = (day * regimes + r) * regimes;
      if (given >= 0) rows[at + given] = 1;
      else rows.set(day === 1 ? initial : transition.subarray(r * regimes, (r + 1) * regimes), at);
    }
  }
  return rows;
}

/** ln Σ e^x; some term is finite. */
function logSumExp(terms: Float64Array): number {
  let most = -Infinity;
  for (let s = 0; s < terms.length; s++) if (terms[s] > most) most = terms[s];
  let sum = 0;
  for (let s = 0; s < terms.length; s++) if (terms[s] > -Infinity) sum += exp(terms[s] - most);
  return most + log(sum);
}

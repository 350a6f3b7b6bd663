import type { RunPlan } from './plan.ts';

/** Under this share of the mean square, a variance about the mean is rounding: the name did not move. */
const STILL = 1e-12;

/**
 * Realised correlation of an index on a path by the implied-correlation formula, from sums of squared returns, since the
 * annualisation cancels:
 *
 *   (Q_I − Σ w² Q_i) / ((Σ w √Q_i)² − Σ w² Q_i),   Q = Σ_t x_t²
 *
 * @param squares  [slots] Σ x²
 * @returns NaN where no two members moved
 */
export function basketCorrelation(plan: RunPlan, k: number, squares: Float64Array): number {
  const { members, weights } = plan.indices[k];
  let sum = 0;
  let own = 0;
  for (let j = 0; j < members.length; j++) {
    const exposure = weights[j] * Math.sqrt(squares[members[j]]);
    sum += exposure;
    own += exposure * exposure;
  }
  const across = sum * sum - own;
  return across > 1e-12 * own ? (squares[plan.names.count + k] - own) / across : Number.NaN;
}

/**
 * Equal-weighted mean of the sample correlations of an index's constituents on a path; a residual is no name and is left
 * out. realisedCorrelationPairwise (correlation/realised.ts) in one pass over the returns, since their sums and squares
 * are at hand:
 *
 *   g_i = 1 / √(Σ_t x² − X_i²/D),  X_i = Σ_t x,   Y_t = Σ_i g_i x_it,   Y = Σ_i g_i X_i / D
 *   mean_{i≠j} r_ij = (Σ_t (Y_t − Y)² − m) / (m (m − 1))
 *
 * over the m names that moved. Even and odd names of Y_t are summed apart and then added, as a vector of two does it.
 *
 * @param returns  [days × names] log returns
 * @param sums     [names] Σ x, which is the log level
 * @param squares  [names] Σ x²
 * @param scales   [names] scratch
 * @returns NaN where fewer than two names moved
 */
export function pairwiseCorrelation(
  plan: RunPlan,
  k: number,
  { returns, sums, squares, scales }: Record<'returns' | 'sums' | 'squares' | 'scales', Float64Array>,
): number {
  const { members, constituents } = plan.indices[k];
  const { days } = plan;
  const { count } = plan.names;
  scales.fill(0);
  let moved = 0;
  let mean = 0;
  for (let j = 0; j < constituents; j++) {
    const i = members[j];
    const about = squares[i] - (sums[i] * sums[i]) / days;
    if (!(about > STILL * squares[i])) continue;
    scales[i] = 1 / Math.sqrt(about);
    mean += scales[i] * sums[i];
    moved++;
  }
  if (moved < 2) return Number.NaN;
  mean /= days;
  let total = 0;
  for (let day = 0; day < days; day++) {
    let even = 0;
    let odd = 0;
    for (let i = 0, at = day * count; i < count; i++, at++) {
      if (i % 2 === 0) even += scales[i] * returns[at];
      else odd += scales[i] * returns[at];
    }
    const off = even + odd - mean;
    total += off * off;
  }
  const average = (total - moved) / (moved * (moved - 1));
  const lowest = -1 / (moved - 1);
  // The exact value never leaves these bounds; rounding may.
  return average < lowest ? lowest : average > 1 ? 1 : average;
}

/** Correlation matrix pulled toward its own average, and how far. */
export interface ShrunkCorrelation {
  /** [n × n] row-major: δ r̄ + (1 − δ) r_ij off the diagonal, 1 on it */
  matrix: Float64Array;
  /** δ in [0, 1]: 0 keeps the sample matrix, 1 gives every pair the average */
  intensity: number;
  /** r̄, equal-weighted average of the sample correlations */
  average: number;
}

/**
 * Ledoit–Wolf shrinkage of the sample covariance matrix S toward the matrix F of constant correlation, as correlations.
 * F has the variances of S, so the shrunk matrix δF + (1 − δ)S has them too and its correlations are mixtures of the
 * sample ones and their average r̄. With centred returns y and S, as everything here, over T days without T − 1,
 *
 *   δ    = max(0, min(1, (π − ρ) / (γ T)))
 *   π    = Σ_ij π_ij,   π_ij = mean_t (y_ti y_tj − s_ij)²
 *   ρ    = Σ_i π_ii + Σ_{i≠j} r̄ √(s_jj / s_ii) θ_ij,   θ_ij = mean_t (y_ti² − s_ii)(y_ti y_tj − s_ij)
 *   γ    = Σ_ij (f_ij − s_ij)²
 *
 * (the two halves of the published ρ are each other's mirror image, so one of them counts double). δ minimises the
 * expected squared error of the covariances, in which the volatile names weigh most.
 *
 * Source: Ledoit and Wolf 2004, "Honey, I Shrunk the Sample Covariance Matrix", J. Portfolio Management 30(4),
 * appendices A and B.
 *
 * @param returns  [days × n] row-major
 * @param days     number of rows, at least 2
 * @param n        number of names, at least 2
 * @returns positive semi-definite: the sample matrix is, and so is F wherever r̄ came from a sample
 * @throws RangeError when sizes are wrong, a return is not finite or a name never moved (it has no correlation)
 */
export function shrinkCorrelation(returns: Float64Array, days: number, n: number): ShrunkCorrelation {
  if (!(Number.isInteger(days) && days >= 2)) throw new RangeError(`days is ${days}; need a whole number >= 2`);
  if (!(Number.isInteger(n) && n >= 2)) throw new RangeError(`n is ${n}; need a whole number >= 2`);
  if (returns.length !== days * n) throw new RangeError(`returns has ${returns.length} entries; need ${days} x ${n}`);

  const centred = centre(returns, days, n);
  const covariance = meanProducts(centred, days, n);
  const deviations = new Float64Array(n);
  for (let i = 0; i < n; i++) deviations[i] = Math.sqrt(covariance[i * n + i]);

  const correlation = new Float64Array(n * n);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    correlation[i * n + i] = 1;
    for (let j = 0; j < i; j++) {
      const r = covariance[i * n + j] / (deviations[i] * deviations[j]);
      correlation[i * n + j] = r;
      correlation[j * n + i] = r;
      sum += 2 * r;
    }
  }
  const average = sum / (n * (n - 1));
  const intensity = intensityOf(centred, days, covariance, deviations, average);

  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      matrix[i * n + j] = i === j ? 1 : intensity * average + (1 - intensity) * correlation[i * n + j];
    }
  }
  return { matrix, intensity, average };
}

function intensityOf(
  centred: Float64Array,
  days: number,
  covariance: Float64Array,
  deviations: Float64Array,
  average: number,
): number {
  const n = deviations.length;
  let pi = 0;
  let rho = 0;
  let gamma = 0;
  for (let i = 0; i < n; i++) {
    const ownVariance = covariance[i * n + i];
    for (let j = 0; j < n; j++) {
      const s = covariance[i * n + j];
      let squares = 0;
      let crossed = 0;
      for (let day = 0; day < days; day++) {
        const own = centred[day * n + i];
        const product = own * centred[day * n + j] - s;
        squares += product * product;
        crossed += (own * own - ownVariance) * product;
      }
      pi += squares / days;
      if (i === j) rho += squares / days;
      else {
        rho += ((average * deviations[j]) / deviations[i]) * (crossed / days);
        const gap = average * deviations[i] * deviations[j] - s;
        gamma += gap * gap;
      }
    }
  }
  // With two names, or n that correlate all alike, target and sample are the same matrix and any δ will do.
  if (gamma === 0) return 0;
  return Math.max(0, Math.min(1, (pi - rho) / (gamma * days)));
}

function centre(returns: Float64Array, days: number, n: number): Float64Array {
  const centred = new Float64Array(days * n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    let moved = false;
    for (let day = 0; day < days; day++) {
      sum += returns[day * n + i];
      if (returns[day * n + i] !== returns[i]) moved = true;
    }
    if (!Number.isFinite(sum)) throw new RangeError(`the returns of name ${i} sum to ${sum}; need finite returns`);
    if (!moved) throw new RangeError(`name ${i} returns ${returns[i]} every day; need a name that moves`);
    for (let day = 0; day < days; day++) centred[day * n + i] = returns[day * n + i] - sum / days;
  }
  return centred;
}

function meanProducts(centred: Float64Array, days: number, n: number): Float64Array {
  const products = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let day = 0; day < days; day++) sum += centred[day * n + i] * centred[day * n + j];
      products[i * n + j] = sum / days;
      products[j * n + i] = sum / days;
    }
  }
  return products;
}

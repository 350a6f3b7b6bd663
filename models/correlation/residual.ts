/**
 * The residual underlying of an index whose listed constituents weigh less than the whole: what the rest of the index
 * does. It moves as c times the basket's own unit-variance direction plus independent noise,
 *
 *   y_res = c D + √(1 − c²) ε,   D = wᵀ y / √(wᵀ R w),   corr(y_res, y_j) = c (R w)_j / √(wᵀ R w)
 *
 * so a correlation matrix extended by it stays one, whatever c in [−1, 1].
 */
import { averageCorrelation } from './implied.ts';
import { requireSquare } from './square.ts';

/**
 * wᵀ R w relative to (Σ|w|)² under which the basket does not move at all: what is left is rounding, and a direction
 * scaled up from it would be noise.
 */
const stillBasket = 1e-14;

/** Relative to the index variance: an index volatility equal to the basket's own leaves the residual nothing. */
const varianceRounding = 1e-12;

/** How strongly a residual follows its basket, and its correlation to every name. */
export interface ResidualLoading {
  /** In [−1, 1] */
  c: number;
  /** [n] */
  correlations: Float64Array;
}

/**
 * Loading of the residual on its basket: c such that the equal-weighted mean of its correlations to the members equals
 * the equal-weighted mean of the members' correlations among themselves, kept within [−1, 1].
 *
 *   c = ρ̄_members / mean_{j in members} (R w)_j / √(wᵀ R w)
 *
 * A single member has no pair: the mean correlation of the whole market stands in, or 0 when the market is that one
 * name. Members that are negatively correlated on average give c < 0. Where the basket does not move (wᵀ R w = 0), or
 * its direction is uncorrelated to the members on average, the direction says nothing about the rest of the index and
 * the residual is independent: c = 0.
 *
 * @param matrix   [n × n] row-major, calm correlations of all names
 * @param n        number of names
 * @param weights  [n] index weights, zeros for names outside the index
 * @param members  places of the index's members, each once
 * @throws RangeError when sizes differ, a weight is not finite, or a member is not a place in the market
 */
export function residualLoading(
  matrix: Float64Array,
  n: number,
  weights: Float64Array,
  members: ArrayLike<number>,
): ResidualLoading {
  requireSquare(matrix, n);
  requireMembers(members, n);
  const direction = directionOf(matrix, n, weights);
  if (direction === null) return { c: 0, correlations: new Float64Array(n) };
  let meanToDirection = 0;
  for (let k = 0; k < members.length; k++) meanToDirection += direction.correlations[members[k]];
  meanToDirection /= members.length;
  const wanted = meanAmong(matrix, n, members);
  const c = wanted === 0 || meanToDirection === 0 ? 0 : Math.min(1, Math.max(-1, wanted / meanToDirection));
  return { c, correlations: direction.correlations.map((value) => c * value) };
}

/**
 * Correlation matrix of the names and of one residual for each basket, in that order. The members of a basket are the
 * names with a weight other than zero. Two residuals share only what their directions share:
 *
 *   corr(res_a, res_b) = c_a c_b w_aᵀ R w_b / √(w_aᵀ R w_a · w_bᵀ R w_b)
 *
 * @param matrix   [n × n] row-major, a correlation matrix
 * @param n        number of names
 * @param baskets  k baskets, weights [n] each, zeros for names outside the index
 * @returns [(n + k) × (n + k)] row-major; positive semi-definite when the matrix is
 * @throws RangeError when sizes differ, a weight is not finite, or a basket has no weight
 */
export function extendWithResiduals(
  matrix: Float64Array,
  n: number,
  baskets: readonly { readonly weights: Float64Array }[],
): Float64Array {
  requireSquare(matrix, n);
  const size = n + baskets.length;
  const extended = new Float64Array(size * size);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) extended[i * size + j] = matrix[i * n + j];
  }
  const loadings = baskets.map(({ weights }) => residualLoading(matrix, n, weights, membersOf(weights)));
  for (let a = 0; a < baskets.length; a++) {
    const row = n + a;
    extended[row * size + row] = 1;
    for (let j = 0; j < n; j++) {
      extended[row * size + j] = loadings[a].correlations[j];
      extended[j * size + row] = loadings[a].correlations[j];
    }
    for (let b = 0; b < a; b++) {
      const shared = loadings[b].c * alongDirection(loadings[a].correlations, matrix, n, baskets[b].weights);
      extended[row * size + n + b] = shared;
      extended[(n + b) * size + row] = shared;
    }
  }
  return extended;
}

/** An index with a residual whose volatility is not known. */
export interface ResidualVolRequest {
  /** Annualised decimal */
  indexVol: number;
  /** [n] index weights of the names, zeros for names outside the index */
  weights: Float64Array;
  /** [n] annualised decimals */
  vols: Float64Array;
  /** [n × n] row-major, calm correlations */
  matrix: Float64Array;
  /** What the names' weights leave of 1, above 0 */
  residualWeight: number;
  /** [n] of the residual to the names, from residualLoading */
  residualCorrelations: Float64Array;
}

/** The volatility, or why no volatility gives the index's own. Every index volatility from the lowest up is reachable. */
export type ResidualVolResult = { ok: true; vol: number } | { ok: false; reason: string; lowestIndexVol: number };

/**
 * Volatility of the residual at which names and residual together have the index's own variance. With B the variance of
 * the names' part and X = Σ w_i v_i ρ_{res,i}, u = w_res v_res solves
 *
 *   u² + 2 X u + B = v_I²,   u = −X ± √(X² + v_I² − B)
 *
 * The larger root is taken. It is the only one ≥ 0 unless the residual runs against the names (X < 0) and the index
 * moves less than they do; then both are, and the larger one is the one that changes continuously into the only
 * root as the index volatility rises.
 *
 * @returns ok: false when the index volatility is below the lowest one reachable: √B, or √(B − X²) when X < 0
 * @throws RangeError when sizes differ, a volatility is negative, an input is not finite or the residual has no weight
 */
export function solveResidualVol(request: ResidualVolRequest): ResidualVolResult {
  const { indexVol, weights, vols, matrix, residualWeight, residualCorrelations } = request;
  const n = weights.length;
  requireSquare(matrix, n);
  requireLength(vols, n, 'vols');
  requireLength(residualCorrelations, n, 'residualCorrelations');
  requireVol(indexVol, 'indexVol');
  if (!(residualWeight > 0 && Number.isFinite(residualWeight))) {
    throw new RangeError(`residualWeight is ${residualWeight}; need a finite number > 0`);
  }
  const exposures = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    requireVol(vols[i], `vols[${i}]`);
    exposures[i] = weights[i] * vols[i];
  }
  requireWeights(weights, n);

  const ownVariance = quadraticForm(matrix, n, exposures);
  let shared = 0;
  for (let i = 0; i < n; i++) shared += exposures[i] * residualCorrelations[i];

  const indexVariance = indexVol * indexVol;
  const rounding = varianceRounding * Math.max(indexVariance, ownVariance);
  let missing = indexVariance - ownVariance;
  if (Math.abs(missing) <= rounding) missing = 0;
  const radicand = shared * shared + missing;
  const reachable = shared >= 0 ? missing >= 0 : radicand >= -rounding;
  if (!reachable) {
    const lowestVariance = shared >= 0 ? ownVariance : ownVariance - shared * shared;
    const lowestIndexVol = Math.sqrt(Math.max(0, lowestVariance));
    const reason =
      `the index volatility is ${indexVol}, but with the names given it is at least ` +
      `${Number(lowestIndexVol.toPrecision(6))} at any volatility of the rest of the index`;
    return { ok: false, reason, lowestIndexVol };
  }
  const root = Math.sqrt(Math.max(0, radicand));
  // For X > 0 the plain formula subtracts nearly equal numbers when little is missing.
  const exposure = shared > 0 ? missing / (shared + root) : root - shared;
  return { ok: true, vol: exposure / residualWeight };
}

/** Correlations of D to the names, (R w)_j / √(wᵀ R w); null where the basket does not move. */
function directionOf(matrix: Float64Array, n: number, weights: Float64Array): { correlations: Float64Array } | null {
  requireLength(weights, n, 'weights');
  requireWeights(weights, n);
  const correlations = new Float64Array(n);
  let gross = 0;
  for (let i = 0; i < n; i++) {
    gross += Math.abs(weights[i]);
    for (let j = 0; j < n; j++) correlations[i] += matrix[i * n + j] * weights[j];
  }
  const variance = dot(weights, correlations);
  if (!(variance > stillBasket * gross * gross)) return null;
  const scale = 1 / Math.sqrt(variance);
  for (let i = 0; i < n; i++) correlations[i] = Math.min(1, Math.max(-1, correlations[i] * scale));
  return { correlations };
}

/** corr(a, D_b) of something with the given correlations to the names along basket b's direction; 0 for a still one. */
function alongDirection(correlations: Float64Array, matrix: Float64Array, n: number, weights: Float64Array): number {
  const variance = quadraticForm(matrix, n, weights);
  return variance > 0 ? dot(weights, correlations) / Math.sqrt(variance) : 0;
}

function meanAmong(matrix: Float64Array, n: number, members: ArrayLike<number>): number {
  if (members.length === 1) return n === 1 ? 0 : averageCorrelation(matrix, n);
  let sum = 0;
  for (let a = 0; a < members.length; a++) {
    for (let b = 0; b < members.length; b++) if (a !== b) sum += matrix[members[a] * n + members[b]];
  }
  return sum / (members.length * (members.length - 1));
}

function membersOf(weights: Float64Array): number[] {
  return Array.from(weights.keys()).filter((i) => weights[i] !== 0);
}

function quadraticForm(matrix: Float64Array, n: number, vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < n; j++) row += matrix[i * n + j] * vector[j];
    sum += vector[i] * row;
  }
  return sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function requireMembers(members: ArrayLike<number>, n: number): void {
  if (members.length === 0) throw new RangeError('members is empty; need at least one');
  for (let k = 0; k < members.length; k++) {
    if (!(Number.isInteger(members[k]) && members[k] >= 0 && members[k] < n)) {
      throw new RangeError(`members[${k}] is ${members[k]}; need a whole number in [0, ${n - 1}]`);
    }
  }
}

function requireLength(values: Float64Array, n: number, name: string): void {
  if (values.length !== n) throw new RangeError(`${name} has ${values.length} entries; need ${n}`);
}

function requireWeights(weights: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(weights[i])) throw new RangeError(`weights[${i}] is ${weights[i]}; need a finite number`);
  }
}

function requireVol(value: number, name: string): void {
  if (!(value >= 0 && Number.isFinite(value))) throw new RangeError(`${name} is ${value}; need a finite number >= 0`);
}

/**
 * The chain of regimes: a Markov chain on K states that steps once a day. The regime of day 1 has the initial law, each
 * later one the transition row of the day before; a forced day has its regime for sure, and the chain goes on from it.
 *
 * Matrices are row-major [K × K]: entry r K + s is the probability of s tomorrow when it is r today.
 */

/**
 * How far the probabilities of a row may sum from 1. Fractions printed with ten decimals are off by 1e−10; more is a
 * mistake. What is left is divided out, so that it cannot compound over the days.
 */
const sumTolerance = 2e-9;

const words32 = 2 ** 32;

/** A chain over the days of a run. */
export interface RegimeChain {
  /** [K × K] row-major, rows sum to 1 */
  readonly transition: Float64Array;
  /** [K] law of the regime of day 1, sums to 1 */
  readonly initial: Float64Array;
  /** Days, at least 1 */
  readonly days: number;
  /** [days + 1] by day (entry 0 has no use): the regime forced on it, −1 where the chain is free. Default: all free. */
  readonly forced?: Int8Array | Int32Array;
}

/**
 * Transition matrix of a chain given by expected stays. Leaving with probability 1/m a day makes the stay geometric
 * with mean m.
 *
 *   Π_rs = next_rs / m_r  (s ≠ r),   Π_rr = 1 − 1/m_r
 *
 * @param meanDays  [K] expected stay in days, at least 1
 * @param next      [K × K] row-major, where the chain goes when it leaves; diagonal 0, rows sum to 1
 * @returns [K × K] row-major
 * @throws RangeError when sizes differ, a stay is below 1, a diagonal entry is not 0 or a row does not sum to 1
 */
export function transitionFromDurations(meanDays: Float64Array, next: Float64Array): Float64Array {
  const regimes = meanDays.length;
  const rows = normalisedRows(next, regimes, regimes, 'next');
  for (let r = 0; r < regimes; r++) {
    if (!(meanDays[r] >= 1 && Number.isFinite(meanDays[r]))) {
      throw new RangeError(`meanDays[${r}] is ${meanDays[r]}; need a finite number >= 1`);
    }
    const diagonal = r * regimes + r;
    if (rows[diagonal] !== 0) throw new RangeError(`next[${diagonal}] is ${next[diagonal]}; need 0 on the diagonal`);
    const leave = 1 / meanDays[r];
    for (let s = 0; s < regimes; s++) rows[r * regimes + s] *= leave;
    rows[diagonal] = 1 - leave;
  }
  return rows;
}

/**
 * The one law π with π Π = π. Regimes that the chain leaves for good have probability exactly 0. A periodic chain has
 * a stationary law too, though it never settles to it.
 *
 * On the closed class the elimination of Grassmann, Taksar and Heyman (1985, "Regenerative analysis and steady state
 * distributions for Markov chains", Operations Research 33, p. 1107) only adds, multiplies and divides numbers ≥ 0, so
 * small probabilities keep their digits.
 *
 * @param transition  [K × K] row-major
 * @returns [K], or null when the chain has several closed classes and so many stationary laws
 * @throws RangeError when the size is not K × K or a row is not a law
 */
export function stationaryDistribution(transition: Float64Array, regimes: number): Float64Array | null {
  const members = closedClass(normalisedRows(transition, regimes, regimes, 'transition'), regimes);
  if (members === null) return null;
  const n = members.length;
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) a[i * n + j] = transition[members[i] * regimes + members[j]];
  }
  // Take out the last state again and again; leaving[k] > 0 because the states of a closed class communicate.
  const leaving = new Float64Array(n);
  for (let k = n - 1; k > 0; k--) {
    for (let j = 0; j < k; j++) leaving[k] += a[k * n + j];
    for (let i = 0; i < k; i++) {
      const through = a[i * n + k] / leaving[k];
      for (let j = 0; j < k; j++) a[i * n + j] += through * a[k * n + j];
    }
  }
  const weight = new Float64Array(n);
  weight[0] = 1;
  let total = 1;
  for (let k = 1; k < n; k++) {
    for (let i = 0; i < k; i++) weight[k] += (weight[i] * a[i * n + k]) / leaving[k];
    total += weight[k];
  }
  const law = new Float64Array(regimes);
  for (let i = 0; i < n; i++) law[members[i]] = weight[i] / total;
  return law;
}

/**
 * Exact law of the regime of every day.
 *
 * @returns [days × K] row-major: entry (t − 1) K + r is P(s_t = r), t = 1 … days
 * @throws RangeError when sizes differ, a row is not a law, `days` is not a whole number ≥ 1 or a forced regime does
 *   not exist
 */
export function regimeProbabilities({ transition, initial, days, forced }: RegimeChain): Float64Array {
  const regimes = initial.length;
  const rows = normalisedRows(transition, regimes, regimes, 'transition');
  let today = normalisedRows(initial, 1, regimes, 'initial');
  if (!Number.isInteger(days) || days < 1) throw new RangeError(`days is ${days}; need a whole number >= 1`);
  if (forced !== undefined && forced.length !== days + 1) {
    throw new RangeError(`forced has ${forced.length} entries; need days + 1 = ${days + 1}`);
  }
  const probabilities = new Float64Array(days * regimes);
  for (let day = 1; day <= days; day++) {
    if (day > 1) today = step(today, rows);
    const given = forced === undefined ? -1 : forced[day];
    if (given < -1 || given >= regimes) {
      throw new RangeError(`forced[${day}] is ${given}; need -1, or a regime from 0 to ${regimes - 1}`);
    }
    if (given >= 0) today = new Float64Array(regimes).fill(1, given, given + 1);
    probabilities.set(today, (day - 1) * regimes);
  }
  return probabilities;
}

/**
 * Expected number of days in each regime, Σ_t P(s_t = r).
 *
 * @returns [K], sums to `days`
 * @throws RangeError as regimeProbabilities
 */
export function expectedDays(chain: RegimeChain): Float64Array {
  const probabilities = regimeProbabilities(chain);
  const regimes = chain.initial.length;
  const expected = new Float64Array(regimes);
  for (let at = 0; at < probabilities.length; at++) expected[at % regimes] += probabilities[at];
  return expected;
}

/** What is asked of `expectedRealisedVariance`. */
export interface RealisedVarianceRequest extends RegimeChain {
  /** [K] volatility of the daily log return in each regime, decimal a year */
  readonly vols: Float64Array;
  /** Drift of the log price; without it only the diffusion counts, the limit of many steps a year. */
  readonly drift?: {
    /** [K] µ_r − q: drift of the price less dividends, decimal a year */
    readonly rates: Float64Array;
    readonly daysPerYear: number;
  };
}

/**
 * Mean of the realised variance (n/D) Σ x_t² that a variance swap pays on, n days a year and no mean removed.
 *
 *   E[RV] = (1/D) Σ_t Σ_r P(s_t = r) ( v_r² + (µ_r − q − v_r²/2)² / n )
 *
 * because x_t given the regime is normal with mean (µ_r − q − v_r²/2)/n and variance v_r²/n. For an index of fixed
 * weights take its own volatility in each regime, from the equation of index variance.
 *
 * @returns decimal a year, 0.04 = (20 %)²
 * @throws RangeError when sizes differ or a volatility is negative, and as regimeProbabilities
 */
export function expectedRealisedVariance(request: RealisedVarianceRequest): number {
  const { initial, days, vols, drift } = request;
  const regimes = initial.length;
  if (vols.length !== regimes) throw new RangeError(`vols has ${vols.length} entries; need ${regimes}`);
  if (drift !== undefined && drift.rates.length !== regimes) {
    throw new RangeError(`drift.rates has ${drift.rates.length} entries; need ${regimes}`);
  }
  if (drift !== undefined && !(drift.daysPerYear > 0)) {
    throw new RangeError(`drift.daysPerYear is ${drift.daysPerYear}; need > 0`);
  }
  const expected = expectedDays(request);
  let sum = 0;
  for (let r = 0; r < regimes; r++) {
    if (!(vols[r] >= 0 && Number.isFinite(vols[r]))) {
      throw new RangeError(`vols[${r}] is ${vols[r]}; need a finite number >= 0`);
    }
    const variance = vols[r] * vols[r];
    const mean = drift === undefined ? 0 : drift.rates[r] - variance / 2;
    sum += expected[r] * (drift === undefined ? variance : variance + (mean * mean) / drift.daysPerYear);
  }
  return sum / days;
}

/**
 * Thresholds that turn a random word of 32 bits into a regime: the regime is the number of thresholds that the word
 * reaches (word ≥ threshold), so regime r owns the words of [threshold_{r−1}, threshold_r).
 *
 *   threshold_r = ⌊2³² (p_0 + … + p_r)⌋,   2³² from the last regime with positive probability on
 *
 * Rounding moves a probability by less than 2⁻³², which no simulation can see. What it must not do is move a certainty:
 * * p_r = 0: the running sum does not change, x + 0 = x exactly, so both thresholds are equal and no word lies between
 *   them. After the last positive regime both are 2³², above every word.
 * * p_r = 1: the sum before it is exactly 0, so every word reaches the thresholds before; its own is 2³².
 * * The sum of the row may be off by rounding; the last positive regime takes the rest of the words, never a regime
 *   after it.
 * The sums grow and division by their total keeps their order, so thresholds never fall.
 *
 * @param row  [K] law, sums to 1 within 1e−9
 * @returns [K − 1] whole numbers in [0, 2³²]; 2³² does not fit a uint32, hence doubles
 * @throws RangeError when the row is empty, an entry is no probability or the sum is not 1
 */
export function cumulativeThresholds(row: Float64Array): Float64Array {
  const regimes = row.length;
  const law = normalisedRows(row, 1, regimes, 'row');
  let last = regimes - 1;
  while (law[last] === 0) last--;
  const thresholds = new Float64Array(regimes - 1);
  let sum = 0;
  for (let r = 0; r < regimes - 1; r++) {
    sum += law[r];
    thresholds[r] = r >= last ? words32 : Math.min(words32, Math.floor(sum * words32));
  }
  return thresholds;
}

/**
 * The thresholds of every row of a transition matrix.
 *
 * @param transition  [K × K] row-major
 * @returns [K × (K − 1)] row-major: those of today's regime r start at r (K − 1)
 * @throws RangeError as cumulativeThresholds, and when the size is not K × K
 */
export function transitionThresholds(transition: Float64Array, regimes: number): Float64Array {
  requireLength(transition, regimes * regimes, 'transition');
  const thresholds = new Float64Array(regimes * (regimes - 1));
  for (let r = 0; r < regimes; r++) {
    const row = transition.subarray(r * regimes, (r + 1) * regimes);
    thresholds.set(cumulativeThresholds(row), r * (regimes - 1));
  }
  return thresholds;
}

/**
 * The regime that a random word leads to. Called for every path and day, so nothing is checked.
 *
 * @param word        32 random bits, signed or unsigned
 * @param thresholds  rows of K − 1 thresholds, as cumulativeThresholds gives them
 * @param offset      where the row starts: (today's regime) × (K − 1)
 * @param regimes     K
 */
export function nextRegime(word: number, thresholds: Float64Array, offset: number, regimes: number): number {
  const unsigned = word >>> 0;
  let regime = 0;
  for (let r = 0; r < regimes - 1; r++) if (unsigned >= thresholds[offset + r]) regime++;
  return regime;
}

function step(today: Float64Array, rows: Float64Array): Float64Array {
  const regimes = today.length;
  const tomorrow = new Float64Array(regimes);
  for (let r = 0; r < regimes; r++) {
    for (let s = 0; s < regimes; s++) tomorrow[s] += today[r] * rows[r * regimes + s];
  }
  return tomorrow;
}

/** States of the closed class when there is just one: those that every state they reach can reach back. */
function closedClass(transition: Float64Array, regimes: number): number[] | null {
  const states = Array.from({ length: regimes }, (_, r) => r);
  const reaches = states.map((r) => states.map((s) => r === s || transition[r * regimes + s] > 0));
  for (let via = 0; via < regimes; via++) {
    for (let r = 0; r < regimes; r++) {
      for (let s = 0; s < regimes; s++) if (reaches[r][via] && reaches[via][s]) reaches[r][s] = true;
    }
  }
  const recurrent = states.filter((r) => states.every((s) => !reaches[r][s] || reaches[s][r]));
  return recurrent.every((r) => reaches[recurrent[0]][r]) ? recurrent : null;
}

/** Copy with every row divided by its sum. */
function normalisedRows(matrix: Float64Array, count: number, regimes: number, name: string): Float64Array {
  if (!Number.isInteger(regimes) || regimes < 1) throw new RangeError(`${name} has ${regimes} regimes; need >= 1`);
  requireLength(matrix, count * regimes, name);
  const rows = matrix.slice();
  for (let start = 0; start < rows.length; start += regimes) {
    let sum = 0;
    for (let at = start; at < start + regimes; at++) {
      if (!(rows[at] >= 0 && rows[at] <= 1 + sumTolerance)) {
        throw new RangeError(`${name}[${at}] is ${rows[at]}; need a probability`);
      }
      sum += rows[at];
    }
    if (Math.abs(sum - 1) > sumTolerance) {
      throw new RangeError(`${name}[${start} .. ${start + regimes - 1}] sums to ${sum}; need 1`);
    }
    for (let at = start; at < start + regimes; at++) rows[at] /= sum;
  }
  return rows;
}

function requireLength(values: Float64Array, length: number, name: string): void {
  if (values.length !== length) throw new RangeError(`${name} has ${values.length} entries; need ${length}`);
}

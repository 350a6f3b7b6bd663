import type { DrawKey } from '../random/draws.ts';

/**
 * A run as the simulator reads it: flat tables, internal units, nothing left to check or convert.
 *
 * Every array may lie on shared memory, so that threads read one copy. Slots number what has a price: the names
 * [0, names) first, then the indices [names, names + indices).
 */
export interface RunPlan {
  readonly key: DrawKey;
  /** Paths of a row of the columns: those of the run, or the most it may come to when it has a target. */
  readonly paths: number;
  /** Number of the first path, which its random draws are counted by: 0, but for a pilot. */
  readonly firstPath: number;
  readonly days: number;
  readonly nav: number;
  /** A path survives while NAV stays above this fraction of `nav`. */
  readonly survivalThreshold: number;
  readonly names: NamePlan;
  readonly indices: readonly IndexPlan[];
  /** Place in `indices` of the first one that the book trades; −1 when it trades none. */
  readonly reference: number;
  readonly legs: LegPlan;
  readonly financing: FinancingPlan;
}

export interface NamePlan {
  readonly count: number;
  /** Blocks of four normals that are drawn each day, ascending */
  readonly drawBlocks: Int32Array;
  /** [count] place of each name's normal in the drawn blocks, 4 to a block */
  readonly draws: Int32Array;
  readonly spots: Float64Array;
  /** [count] ATM implied volatility at the start, decimal a year */
  readonly impliedVols: Float64Array;
  /** [count] which of `betas` a name has */
  readonly betaGroups: Int32Array;
  /** Distinct exponents a of IV = IV(0) M^a. */
  readonly betas: Float64Array;
  /** [count] e^{q dt} − 1: dividend of a day per unit of the ex-dividend price */
  readonly dividends: Float64Array;
}

export interface IndexPlan {
  readonly spot: number;
  /** [members] */
  readonly members: Int32Array;
  /** [members] weights at the start */
  readonly weights: Float64Array;
  /** How many members are names; a residual comes last. */
  readonly constituents: number;
  /** [betas] Σ w IV(0) and Σ w² IV(0)² over the members with that exponent */
  readonly volSums: Float64Array;
  readonly squareSums: Float64Array;
  /** Implied correlation at the start; 0 where it has no meaning. */
  readonly impliedCorrelation: number;
}

/** The book's legs, one table a kind; loops run over legs outside and paths inside. */
export interface LegPlan {
  readonly options: OptionLegs;
  readonly swaps: VarianceLegs;
  readonly variance: VarianceSums;
  readonly units: UnitLegs;
}

/** A call and a put of one strike share their arithmetic, so they are one leg. */
export interface OptionLegs {
  readonly count: number;
  /** [count] place of the position in the book */
  readonly positions: Int32Array;
  readonly slots: Int32Array;
  /** [count] signed numbers of calls and puts, multiplier included */
  readonly calls: Float64Array;
  readonly puts: Float64Array;
  readonly strikes: Float64Array;
  /** [count] ln(spot at the start / strike) */
  readonly logMoneyness: Float64Array;
  /** [count] trading days */
  readonly expiries: Int32Array;
  /** [count] row of `tenors` */
  readonly tenorRows: Int32Array;
  readonly tenors: TenorTable;
}

/** What an option needs of (slot, expiry) on each day; rows × (days + 1), row-major. */
export interface TenorTable {
  /** e^{−r τ} */
  readonly discounts: Float64Array;
  /** Forward × discount / spot: e^{−q τ} for a name, Σ w e^{−q τ} for a basket */
  readonly carries: Float64Array;
  /** ln(carry / discount), the log forward over the spot */
  readonly logForwards: Float64Array;
  /** √τ */
  readonly rootYears: Float64Array;
}

export interface VarianceLegs {
  readonly count: number;
  readonly positions: Int32Array;
  readonly slots: Int32Array;
  /** [count] signed money per unit of variance: 10⁴ × money per squared point */
  readonly notionals: Float64Array;
  readonly strikeVols: Float64Array;
  /** [count] trading days from the start */
  readonly maturities: Int32Array;
  /** [count] returns observed before the start, and the sum of their squares */
  readonly accruedDays: Int32Array;
  readonly accruedSquares: Float64Array;
  /** [count] cap as a multiple of the strike, Infinity without one */
  readonly capMultiples: Float64Array;
}

/**
 * The uncapped variance swaps together: their value is linear in the squares that a path has realised and in implied
 * variances, so it is one sum, however many swaps there are. The coefficients of a day are those of 1, of Σ x² of each
 * slot in `slots`, and in `values` of M^2a of each exponent and of IV² of each index.
 */
export interface VarianceSums {
  /** Slots with such a swap, ascending */
  readonly slots: Int32Array;
  /** [days + 1][1 + slots + betas + indices] of the value at the close of a day */
  readonly values: Float64Array;
  /** [days + 1][1 + slots] of what is paid on it */
  readonly payments: Float64Array;
  /** [days + 1] 1 on days on which a swap matures */
  readonly paymentDays: Uint8Array;
}

export interface UnitLegs {
  readonly count: number;
  readonly positions: Int32Array;
  readonly slots: Int32Array;
  /** [count] signed */
  readonly quantities: Float64Array;
}

export interface FinancingPlan {
  readonly daysPerYear: number;
  /** Continuous, a year. */
  readonly rate: number;
  /** e^{r dt} */
  readonly dailyGrowth: number;
  /** [days + 1] e^{r t} */
  readonly growth: Float64Array;
  /** [longest swap + 1] e^{−r τ} by days left */
  readonly discounts: Float64Array;
  /** Model value of the book at the start. */
  readonly initialValue: number;
}

/** One scenario over a run plan. */
export interface ScenarioPlan {
  readonly id: string;
  readonly regimes: readonly string[];
  /** [K × K] daily transition matrix and [K] law of the regime of day 1 */
  readonly transition: Float64Array;
  readonly initial: Float64Array;
  /** Thresholds of the random word: [K × width] by row, and [width] for day 1 */
  readonly transitionThresholds: Float64Array;
  readonly initialThresholds: Float64Array;
  /** [days + 1] regime forced on a day, −1 where the chain is free */
  readonly forced: Int8Array;
  /** [K][count (count + 1) / 2] rows of the Cholesky factor, scaled by volatility × √dt */
  readonly factors: readonly Float64Array[];
  /** [K][count] log drift of a day */
  readonly drifts: readonly Float64Array[];
  /** [K] ln of the level implied volatility moves to */
  readonly logImpliedMultipliers: Float64Array;
  /** [K × indices] level implied correlation moves to */
  readonly impliedCorrelations: Float64Array;
  /** Share of the gap closed in a day */
  readonly impliedVolSpeed: number;
  readonly impliedCorrelationSpeed: number;
  /** [K] equal-weighted average correlation of the names as simulated; NaN for one name */
  readonly averageCorrelations: Float64Array;
  /** How paths are drawn; null for the law of the model itself. */
  readonly sampling: SamplingPlan | null;
}

/**
 * Every DEFENSIVE_PERIOD-th path, by its number, is drawn from the law P of the model, the others from a law Q that
 * makes losses likelier.
 */
export const DEFENSIVE_PERIOD = 10;
export const DEFENSIVE_SHARE = 1 / DEFENSIVE_PERIOD;

/**
 * The law Q that paths are drawn from, and what their weights need. Q tilts the chain of regimes in days, and in regime
 * r moves the day's normals along one direction v_r, so that their component along it is N(m_r, κ_r²) instead of N(0, 1):
 *
 *   x = v_r·z,   y = κ_r x + m_r,   z ← z + (y − x) v_r          (on other paths y = x)
 *
 *   ln dQ/dP = Σ_r (θ_r − ln κ_r − ½ m_r²/κ_r²) N_r + (m_r/κ_r²) X_r + ½ (1 − 1/κ_r²) S_r − ln Z
 *
 * N_r the days in regime r, X_r = Σ y and S_r = Σ y² over them. The weight of any path is
 *
 *   w = 1 / (λ + (1 − λ) dQ/dP),   λ = DEFENSIVE_SHARE, so w ≤ 1/λ
 *
 * (A. Owen, Y. Zhou, Safe and effective importance sampling, JASA 95 (2000): deterministic mixture, balance heuristic.)
 */
export interface SamplingPlan {
  /** [days + 1][K][K − 1] thresholds of the random word by day and yesterday's regime; on day 1 that is regime 0 */
  readonly thresholds: Float64Array;
  /** ln Z of the tilted chain */
  readonly logNormaliser: number;
  /** [K] what a day, a unit of X and a unit of S add to ln dQ/dP */
  readonly dayTerms: Float64Array;
  readonly sumTerms: Float64Array;
  readonly squareTerms: Float64Array;
  /** [K] κ and m */
  readonly inflations: Float64Array;
  readonly shifts: Float64Array;
  /** [K] 1 where v·z is looked at: it is moved, or a pilot measures it */
  readonly watched: Uint8Array;
  /** [K × names] v, unit vectors */
  readonly directions: Float64Array;
  /** A pilot: X and S are recorded. */
  readonly pilot: boolean;
}

/** Work of one path on one day, in asset-steps: a name to move or a leg to mark. The unit of work limits and of blocks. */
export function assetsPerDay({ names, legs }: Pick<RunPlan, 'names' | 'legs'>): number {
  return names.count + legs.options.count + legs.swaps.count + legs.units.count;
}

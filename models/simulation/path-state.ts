import { type CapShape, capShape } from '../pricing/variance-swap.ts';
import type { RunPlan, ScenarioPlan } from './plan.ts';

/** Everything one path carries from day to day; reused for the next path. Slots are names, then indices. */
export interface PathState {
  regime: number;
  /** ln of the implied-volatility multiplier M. */
  logMultiplier: number;
  /** Money paid out so far, rolled up at the rate. */
  cash: number;
  pnl: number;
  peak: number;
  maxDrawdown: number;
  breachDay: number;
  ruinDay: number;
  daysUnderWater: number;
  readonly regimeDays: Uint16Array;
  readonly regimeFirstDay: Uint16Array;
  /** [K] X_r and S_r, see SamplingPlan */
  readonly directionSums: Float64Array;
  readonly directionSquares: Float64Array;
  /** [indices] */
  readonly impliedCorrelations: Float64Array;
  /** [4 × drawBlocks] normals as they are drawn, and [names] those of the names in order */
  readonly normals: Float64Array;
  readonly ordered: Float64Array;
  /** [slots] ln and value of price / price at the start, Σ x², implied volatility */
  readonly logLevels: Float64Array;
  readonly levels: Float64Array;
  readonly squares: Float64Array;
  readonly vols: Float64Array;
  /** [betas] M^a */
  readonly multipliers: Float64Array;
  /** [days × names] */
  readonly returns: Float64Array;
  /** [names] scratch */
  readonly scales: Float64Array;
  /** [indices] realised pairwise correlation, at the end */
  readonly pairwise: Float64Array;
  /** Shape of the law of a capped swap's remaining variance, by days left. */
  readonly capShapes: readonly CapShape[];
}

export function newPathState(plan: RunPlan, scenario: Pick<ScenarioPlan, 'regimes'>): PathState {
  const { count, drawBlocks, betas } = plan.names;
  const slots = count + plan.indices.length;
  return {
    regime: 0,
    logMultiplier: 0,
    cash: 0,
    pnl: 0,
    peak: 0,
    maxDrawdown: 0,
    breachDay: 0,
    ruinDay: 0,
    daysUnderWater: 0,
    regimeDays: new Uint16Array(scenario.regimes.length),
    regimeFirstDay: new Uint16Array(scenario.regimes.length),
    directionSums: new Float64Array(scenario.regimes.length),
    directionSquares: new Float64Array(scenario.regimes.length),
    impliedCorrelations: new Float64Array(plan.indices.length),
    normals: new Float64Array(4 * drawBlocks.length),
    ordered: new Float64Array(count),
    logLevels: new Float64Array(slots),
    levels: new Float64Array(slots),
    squares: new Float64Array(slots),
    vols: new Float64Array(slots),
    multipliers: new Float64Array(betas.length),
    returns: new Float64Array(plan.days * count),
    scales: new Float64Array(count),
    pairwise: new Float64Array(plan.indices.length),
    capShapes: Array.from({ length: plan.financing.discounts.length }, (_, left) => capShape(left)),
  };
}

/** Back to day 0. Volatilities are derived on day 1 before anything reads them. */
export function resetPath(plan: RunPlan, state: PathState): void {
  state.regime = 0;
  state.logMultiplier = 0;
  state.cash = 0;
  state.pnl = 0;
  state.peak = plan.nav;
  state.maxDrawdown = 0;
  state.breachDay = 0;
  state.ruinDay = 0;
  state.daysUnderWater = 0;
  state.regimeDays.fill(0);
  state.regimeFirstDay.fill(0);
  state.directionSums.fill(0);
  state.directionSquares.fill(0);
  for (let k = 0; k < plan.indices.length; k++) state.impliedCorrelations[k] = plan.indices[k].impliedCorrelation;
  state.logLevels.fill(0);
  state.levels.fill(1);
  state.squares.fill(0);
}

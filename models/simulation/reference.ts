import { exp, log } from '../numeric/elementary.ts';
import { normalsOfBlock, regimeWord } from '../random/draws.ts';
import { nextRegime } from '../regimes/chain.ts';
import { type PathColumns, requireWholeChunks } from './columns.ts';
import { markLegs } from './mark-legs.ts';
import { pairwiseCorrelation } from './path-correlation.ts';
import { type PathState, newPathState, resetPath } from './path-state.ts';
import { DEFENSIVE_PERIOD, type RunPlan, type SamplingPlan, type ScenarioPlan } from './plan.ts';
import { recordPath } from './record-path.ts';

/** Is shown a path at the start, day 0, and at the close of each day; it may read the state and must not change it. */
export type DayObserver = (day: number, state: PathState) => void;

/**
 * The reference simulator: one path after another, one day after another, written to be read. It defines the numbers;
 * a faster kernel must give the same bits, so the order of every sum is part of the definition.
 *
 * On day t in regime r, with independent normals z numbered by the place of a name in the market:
 *
 *   x_i = (μ_i − q_i − ½ v_i²) dt + v_i √dt (L_r z)_i,   ln S_i ← ln S_i + x_i
 *
 * An index is Σ w_i S_i / S_i(0); its return, realised variance and realised correlation follow from its members.
 * A sampling plan draws most paths from another law and weighs each of them (SamplingPlan in plan.ts).
 *
 * The P&L of day t is net of financing: Σ value_t + cash rolled up at the rate − value_0 e^{r t}.
 *
 * @param fromPath  first path, a multiple of CHUNK_PATHS
 * @param toPath    one past the last: a multiple of CHUNK_PATHS, or the number of paths
 * @param columns   receives the results at the paths' places
 * @param observe   is shown every day of every path
 */
export function simulatePaths(
  plan: RunPlan,
  scenario: ScenarioPlan,
  fromPath: number,
  toPath: number,
  columns: PathColumns,
  observe?: DayObserver,
): void {
  requireWholeChunks(plan, fromPath, toPath);
  const state = newPathState(plan, scenario);
  const { sampling } = scenario;
  for (let path = fromPath; path < toPath; path++) {
    const number = plan.firstPath + path;
    const tilted = isTilted(scenario, number);
    resetPath(plan, state);
    if (observe !== undefined) {
      deriveVols(plan, state);
      observe(0, state);
    }
    for (let day = 1; day <= plan.days; day++) {
      const regime = drawRegime(plan, scenario, number, tilted, day, state.regime);
      state.regime = regime;
      if (state.regimeDays[regime]++ === 0) state.regimeFirstDay[regime] = day;
      drawNormals(plan, number, day, state);
      if (sampling !== null && sampling.watched[regime] === 1) moveAlong(sampling, regime, tilted, state);
      moveNames(plan, scenario.factors[regime], scenario.drifts[regime], day, state);
      moveIndices(plan, state);
      moveImplied(plan, scenario, regime, state);
      recordNav(plan, day, markLegs(plan, day, state), state);
      observe?.(day, state);
    }
    findPairwise(plan, state);
    recordPath(plan, scenario, path, state, columns);
  }
}

/** Whether a path is drawn from the law Q of a sampling plan, by its number; see SamplingPlan. */
export function isTilted({ sampling }: Pick<ScenarioPlan, 'sampling'>, number: number): boolean {
  return sampling !== null && number % DEFENSIVE_PERIOD !== 0;
}

/** Regime of a day: forced, drawn from the initial law on day 1, from the row of yesterday's regime afterwards. */
function drawRegime(
  plan: RunPlan,
  { regimes, forced, sampling, initialThresholds, transitionThresholds }: ScenarioPlan,
  number: number,
  tilted: boolean,
  day: number,
  yesterday: number,
): number {
  const given = forced[day];
  if (given >= 0) return given;
  const count = regimes.length;
  if (count === 1) return 0;
  const word = regimeWord(number, day, plan.key);
  if (tilted && sampling !== null) {
    return nextRegime(word, sampling.thresholds, (day * count + yesterday) * (count - 1), count);
  }
  if (day === 1) return nextRegime(word, initialThresholds, 0, count);
  return nextRegime(word, transitionThresholds, yesterday * (count - 1), count);
}

/** The blocks of normals that hold a number of the plan, and the normals of the names in order. */
function drawNormals(plan: RunPlan, number: number, day: number, { normals, ordered }: PathState): void {
  const { count, drawBlocks, draws } = plan.names;
  for (let b = 0; b < drawBlocks.length; b++) normalsOfBlock(number, day, drawBlocks[b], plan.key, normals, 4 * b);
  for (let i = 0; i < count; i++) ordered[i] = normals[draws[i]];
}

/** z ← z + (y − x) v with x = v·z, and X and S of the regime; all in the order of the names. */
function moveAlong(sampling: SamplingPlan, regime: number, tilted: boolean, state: PathState): void {
  const { directions, inflations, shifts } = sampling;
  const { ordered, directionSums, directionSquares } = state;
  const count = ordered.length;
  const row = regime * count;
  let x = 0;
  for (let j = 0; j < count; j++) x += directions[row + j] * ordered[j];
  const y = tilted ? inflations[regime] * x + shifts[regime] : x;
  const extra = y - x;
  for (let j = 0; j < count; j++) ordered[j] += extra * directions[row + j];
  directionSums[regime] += y;
  directionSquares[regime] += y * y;
}

/** x = drift + F z with the scaled factor F, summed in the order of the columns; then prices and squares. */
function moveNames(plan: RunPlan, factor: Float64Array, drift: Float64Array, day: number, state: PathState): void {
  const { count } = plan.names;
  const { ordered, logLevels, levels, squares, returns } = state;
  let at = 0;
  for (let i = 0; i < count; i++) {
    let x = drift[i];
    for (let j = 0; j <= i; j++) x += factor[at++] * ordered[j];
    logLevels[i] += x;
    levels[i] = exp(logLevels[i]);
    squares[i] += x * x;
    returns[(day - 1) * count + i] = x;
  }
}

/** Level and return of each basket from its members. */
function moveIndices(plan: RunPlan, state: PathState): void {
  const { count } = plan.names;
  const { logLevels, levels, squares } = state;
  for (let k = 0; k < plan.indices.length; k++) {
    const { members, weights } = plan.indices[k];
    let level = 0;
    for (let j = 0; j < members.length; j++) level += weights[j] * levels[members[j]];
    const logLevel = log(level);
    const x = logLevel - logLevels[count + k];
    logLevels[count + k] = logLevel;
    levels[count + k] = level;
    squares[count + k] += x * x;
  }
}

/** Implied state: ln M and implied correlation move a share of the way to the level of the regime; volatilities follow. */
function moveImplied(plan: RunPlan, scenario: ScenarioPlan, regime: number, state: PathState): void {
  const { indices } = plan;
  state.logMultiplier += scenario.impliedVolSpeed * (scenario.logImpliedMultipliers[regime] - state.logMultiplier);
  for (let k = 0; k < indices.length; k++) {
    const target = scenario.impliedCorrelations[regime * indices.length + k];
    state.impliedCorrelations[k] += scenario.impliedCorrelationSpeed * (target - state.impliedCorrelations[k]);
  }
  deriveVols(plan, state);
}

/**
 * Implied volatilities of the state: IV_i = IV_i(0) M^a_i, and of a basket by
 *
 *   IV_I² = Σ w² IV_i² + ρ ((Σ w IV_i)² − Σ w² IV_i²)
 */
export function deriveVols(plan: RunPlan, state: PathState): void {
  const { count, impliedVols, betaGroups, betas } = plan.names;
  const { multipliers, vols } = state;
  for (let g = 0; g < betas.length; g++) multipliers[g] = exp(betas[g] * state.logMultiplier);
  for (let i = 0; i < count; i++) vols[i] = impliedVols[i] * multipliers[betaGroups[i]];
  for (let k = 0; k < plan.indices.length; k++) {
    const { volSums, squareSums } = plan.indices[k];
    let sum = 0;
    let own = 0;
    for (let g = 0; g < betas.length; g++) {
      sum += multipliers[g] * volSums[g];
      own += multipliers[g] * multipliers[g] * squareSums[g];
    }
    const variance = own + state.impliedCorrelations[k] * (sum * sum - own);
    // An implied correlation at its lower bound leaves a variance of 0, which rounding can make negative.
    vols[count + k] = variance > 0 ? Math.sqrt(variance) : 0;
  }
}

/** NAV of the day, its peak, and what happened for the first time. */
function recordNav(plan: RunPlan, day: number, pnl: number, state: PathState): void {
  const nav = plan.nav + pnl;
  state.pnl = pnl;
  if (nav < state.peak) {
    state.daysUnderWater++;
    const drawdown = 1 - nav / state.peak;
    if (drawdown > state.maxDrawdown) state.maxDrawdown = drawdown;
  } else {
    state.peak = nav;
  }
  if (state.breachDay === 0 && nav <= plan.survivalThreshold * plan.nav) state.breachDay = day;
  if (state.ruinDay === 0 && nav <= 0) state.ruinDay = day;
}

/** [indices] of the path at its end */
function findPairwise(plan: RunPlan, { returns, logLevels: sums, squares, scales, pairwise }: PathState): void {
  const measured = { returns, sums, squares, scales };
  for (let k = 0; k < plan.indices.length; k++) pairwise[k] = pairwiseCorrelation(plan, k, measured);
}

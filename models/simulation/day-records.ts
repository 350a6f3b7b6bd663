import { basketCorrelation, pairwiseCorrelation } from './path-correlation.ts';
import type { PathState } from './path-state.ts';
import type { RunPlan } from './plan.ts';
import type { DayObserver } from './reference.ts';

/** A path day by day, day 0 first; slots are names, then indices. */
export interface DayRecords {
  /** [days + 1] regime, −1 on day 0 */
  readonly regimes: Int8Array;
  /** [days + 1] money */
  readonly pnl: Float64Array;
  /** [days + 1] fall from the peak of NAV so far, a fraction of the peak */
  readonly drawdowns: Float64Array;
  /** [days + 1][slots] as in PathState */
  readonly logLevels: Float64Array;
  readonly levels: Float64Array;
  readonly squares: Float64Array;
  readonly vols: Float64Array;
  /** [days + 1][betas] M^a */
  readonly multipliers: Float64Array;
  /** [days + 1][indices] implied correlation, and realised correlation of the days so far; NaN where it does not exist */
  readonly impliedCorrelations: Float64Array;
  readonly basketCorrelations: Float64Array;
  readonly pairwiseCorrelations: Float64Array;
}

/**
 * Something to write one path into, and what the simulator calls to do so.
 *
 * Realised correlation of t days is the one of a run of t days: the first t rows of the returns are all it is given.
 */
export function dayRecorder(plan: RunPlan): { readonly records: DayRecords; readonly observe: DayObserver } {
  const { days, nav, names, indices } = plan;
  const slots = names.count + indices.length;
  const table = (width: number) => new Float64Array((days + 1) * width);
  const records: DayRecords = {
    regimes: new Int8Array(days + 1).fill(-1),
    pnl: table(1),
    drawdowns: table(1),
    logLevels: table(slots),
    levels: table(slots),
    squares: table(slots),
    vols: table(slots),
    multipliers: table(names.betas.length),
    impliedCorrelations: table(indices.length),
    basketCorrelations: table(indices.length).fill(Number.NaN),
    pairwiseCorrelations: table(indices.length).fill(Number.NaN),
  };
  const observe = (day: number, state: PathState): void => {
    for (const column of ['logLevels', 'levels', 'squares', 'vols'] as const)
      records[column].set(state[column], day * slots);
    records.multipliers.set(state.multipliers, day * names.betas.length);
    records.impliedCorrelations.set(state.impliedCorrelations, day * indices.length);
    if (day === 0) return;
    records.regimes[day] = state.regime;
    records.pnl[day] = state.pnl;
    const worth = nav + state.pnl;
    // As the simulator has it, so that the largest of these is the drawdown of the path to the bit.
    records.drawdowns[day] = worth < state.peak ? 1 - worth / state.peak : 0;
    const { returns, logLevels: sums, squares, scales } = state;
    const soFar = { ...plan, days: day };
    for (let k = 0; k < indices.length; k++) {
      const at = day * indices.length + k;
      records.basketCorrelations[at] = basketCorrelation(plan, k, squares);
      records.pairwiseCorrelations[at] = pairwiseCorrelation(soFar, k, { returns, sums, squares, scales });
    }
  };
  return { records, observe };
}

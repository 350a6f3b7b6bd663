import type { DayRecords } from './day-records.ts';
import { initialBookValue, markLegs } from './mark-legs.ts';
import { newPathState, type PathState } from './path-state.ts';
import type { LegPlan, RunPlan } from './plan.ts';
import { varianceSums } from './variance-sums.ts';

/**
 * P&L of each position on each day of a recorded path: the legs of one position at a time are marked as a book of their
 * own, by the arithmetic of the whole book, so that the P&L of the positions add up to that of the book but for rounding.
 *
 * One position after another, since the tables of a variance swap may be large.
 *
 * @param positions  how many the book has
 * @returns [positions][days + 1] money, 0 on day 0
 */
export function positionPnl(plan: RunPlan, records: DayRecords, positions: number): Float64Array[] {
  const states = recordedStates(plan, records);
  return Array.from({ length: positions }, (_, position) => {
    const legs = legsOf(plan, position);
    const own: RunPlan = { ...plan, legs };
    const initialValue = initialBookValue(own, states[0]);
    const financed: RunPlan = { ...own, financing: { ...plan.financing, initialValue } };
    const pnl = new Float64Array(plan.days + 1);
    let cash = 0;
    for (let day = 1; day <= plan.days; day++) {
      const state = states[day];
      state.cash = cash;
      pnl[day] = markLegs(financed, day, state);
      cash = state.cash;
    }
    return pnl;
  });
}

/** [days + 1] the state at the close of each day as far as marking reads it; the arrays are views of the records. */
function recordedStates(plan: RunPlan, records: DayRecords): PathState[] {
  const blank = newPathState(plan, { regimes: [] });
  const slots = plan.names.count + plan.indices.length;
  const betas = plan.names.betas.length;
  const row = (table: Float64Array, day: number, width: number) => table.subarray(day * width, (day + 1) * width);
  return Array.from({ length: plan.days + 1 }, (_, day) => ({
    ...blank,
    logLevels: row(records.logLevels, day, slots),
    levels: row(records.levels, day, slots),
    squares: row(records.squares, day, slots),
    vols: row(records.vols, day, slots),
    multipliers: row(records.multipliers, day, betas),
  }));
}

/** The legs of one position, as the tables of a book. */
function legsOf({ legs, days, names, indices, financing }: RunPlan, position: number): LegPlan {
  const options = { ...pick(legs.options, position), tenors: legs.options.tenors };
  const swaps = pick(legs.swaps, position);
  return {
    options,
    swaps,
    units: pick(legs.units, position),
    variance: varianceSums({ days, names, indices, swaps, financing }),
  };
}

/** The rows of a leg table that belong to a position: every array of it has one entry a leg. */
function pick<Legs extends { readonly count: number; readonly positions: Int32Array }>(
  legs: Legs,
  position: number,
): Legs {
  const rows: number[] = [];
  for (let leg = 0; leg < legs.count; leg++) if (legs.positions[leg] === position) rows.push(leg);
  const columns = Object.entries(legs).map(([name, column]) => [
    name,
    column instanceof Float64Array || column instanceof Int32Array ? takeRows(column, rows) : column,
  ]);
  return { ...(Object.fromEntries(columns) as Legs), count: rows.length };
}

function takeRows(column: Float64Array | Int32Array, rows: readonly number[]): Float64Array | Int32Array {
  return column instanceof Float64Array
    ? Float64Array.from(rows, (row) => column[row])
    : Int32Array.from(rows, (row) => column[row]);
}

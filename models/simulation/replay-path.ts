import type { PathReplay } from '../../schemas/path-replay.ts';
import { allocateColumns } from './columns.ts';
import { dayRecorder, type DayRecords } from './day-records.ts';
import type { RunPlan, ScenarioPlan } from './plan.ts';
import { positionPnl } from './position-pnl.ts';
import { isTilted, simulatePaths } from './reference.ts';

/** A path to replay, and the ids of what is on it. */
export interface ReplayRequest {
  readonly plan: RunPlan;
  /** With the sampling law that its run drew paths from. */
  readonly scenario: ScenarioPlan;
  /** Number of the path in the run, from 0. */
  readonly path: number;
  /** In the order of the plan; an index whose implied correlation has no meaning has null. */
  readonly names: readonly string[];
  readonly indices: readonly { readonly id: string; readonly impliedCorrelation: number | null }[];
  readonly positions: readonly { readonly id: string }[];
}

/** What the path alone tells of its replay; the rest is about its run. */
export type ReplayedPath = Omit<PathReplay, 'seed' | 'recordedPnl' | 'arithmetic'>;

/** A run of nothing but one path, which is drawn by its own number. */
export function onlyPath(plan: RunPlan, path: number): RunPlan {
  return { ...plan, firstPath: plan.firstPath + path, paths: 1 };
}

/**
 * Simulates one path of a run again, in the arithmetic of the reference simulator, and tells what happened on each day.
 *
 * @throws RangeError when the run has no such path
 */
export function replayPath({ plan, scenario, path, names, indices, positions }: ReplayRequest): ReplayedPath {
  if (!(Number.isInteger(path) && path >= 0 && path < plan.paths)) {
    throw new RangeError(`path is ${path}; need a whole number from 0 to ${plan.paths - 1}`);
  }
  const alone = onlyPath(plan, path);
  const columns = allocateColumns(alone, scenario);
  const { records, observe } = dayRecorder(alone);
  simulatePaths(alone, scenario, 0, 1, columns, observe);
  const byPosition = positionPnl(alone, records, positions.length);
  const { count, spots } = plan.names;
  const width = count + plan.indices.length;
  const slot = (id: string, s: number, spot: number) => ({
    id,
    spot: column(records.levels, width, s, (level) => spot * level),
    impliedVol: column(records.vols, width, s),
  });
  return {
    scenario: scenario.id,
    path,
    law: isTilted(scenario, alone.firstPath) ? 'tilted' : 'scenario',
    weight: finite(columns.weights?.[0] ?? 1),
    pnl: finite(columns.pnl[0]),
    maxDrawdown: finite(columns.maxDrawdown[0]),
    breachDay: columns.breachDay[0] === 0 ? null : columns.breachDay[0],
    ruinDay: columns.ruinDay[0] === 0 ? null : columns.ruinDay[0],
    daysUnderWater: columns.daysUnderWater[0],
    days: bookDays(plan, scenario, records),
    underlyings: names.map((id, i) => slot(id, i, spots[i])),
    indices: indices.map(({ id, impliedCorrelation }, k) => ({
      ...slot(id, count + k, plan.indices[k].spot),
      impliedCorrelation: column(records.impliedCorrelations, indices.length, k, (rho) =>
        impliedCorrelation === null ? Number.NaN : rho,
      ),
      realisedCorrelation: column(records.basketCorrelations, indices.length, k),
      realisedPairwise: column(records.pairwiseCorrelations, indices.length, k),
    })),
    positions: positions.map(({ id }, p) => ({ id, pnl: column(byPosition[p], 1, 0) })),
  };
}

function bookDays({ nav }: RunPlan, { regimes }: ScenarioPlan, records: DayRecords): PathReplay['days'] {
  return {
    regime: Array.from(records.regimes, (regime) => (regime < 0 ? null : regimes[regime])),
    pnl: column(records.pnl, 1, 0),
    nav: column(records.pnl, 1, 0, (pnl) => nav + pnl),
    drawdown: column(records.drawdowns, 1, 0),
  };
}

/** One number a day from a table of `width` numbers a day; null where there is none. */
function column(
  table: Float64Array,
  width: number,
  at: number,
  map: (value: number) => number = (value) => value,
): (number | null)[] {
  return Array.from({ length: table.length / width }, (_, day) => finite(map(table[day * width + at])));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

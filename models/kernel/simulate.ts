import { CHUNK_PATHS, type PathColumns, requireWholeChunks } from '../simulation/columns.ts';
import type { RunPlan, ScenarioPlan } from '../simulation/plan.ts';
import { type PathRecord, recordPath } from '../simulation/record-path.ts';
import { type KernelBlock, firstOf, loadPlan } from './bind.ts';
import type { KernelExports } from './kernel-exports.ts';

/** Places of nav.ts's rows behind `navAt`, in numbers. */
const PNL = 4;
const MAX_DRAWDOWN = 12;
const BREACH_DAY = 16;
const RUIN_DAY = 20;
const DAYS_UNDER_WATER = 24;

/** The returns of a block, which pairwise correlation reads again, should stay near the processor. */
const HISTORY_BYTES = 2 ** 20;
/** With fewer, too many tiles would mix regimes. */
const FEWEST_COLUMNS = 64;

/**
 * simulatePaths of simulation/reference.ts by a kernel: with a strict one the same bits, with a fused one the same up to
 * roundings.
 *
 * @param fromPath  first path, a multiple of CHUNK_PATHS
 * @param toPath    one past the last: a multiple of CHUNK_PATHS, or the number of paths
 * @param columns   receives the results at the paths' places
 * @throws RangeError when the paths are not whole chunks
 */
export function simulateWithKernel(
  kernel: KernelExports,
  plan: RunPlan,
  scenario: ScenarioPlan,
  fromPath: number,
  toPath: number,
  columns: PathColumns,
): void {
  requireWholeChunks(plan, fromPath, toPath);
  const block = loadPlan(kernel, plan, scenario, Math.min(blockColumns(plan), toPath - fromPath));
  const record = newRecord(block, scenario);
  const sampled = scenario.sampling !== null;
  const columnOf = new Uint32Array(block.columns);
  for (let first = fromPath; first < toPath; first += block.columns) {
    const number = plan.firstPath + first;
    kernel.simulate(number);
    for (let column = 0; column < block.columns; column++) columnOf[block.paths[column] - number] = column;
    // The last block may go beyond the last path.
    const count = Math.min(block.columns, toPath - first);
    for (let place = 0; place < count; place++) {
      gather(block, sampled, columnOf[place], record);
      recordPath(plan, scenario, first + place, record, columns);
    }
  }
}

/** Paths of a block: a chunk, or a part of one where the returns of a chunk take too much memory. */
export function blockColumns({ days, names }: Pick<RunPlan, 'days' | 'names'>): number {
  let columns = CHUNK_PATHS;
  while (columns > FEWEST_COLUMNS && columns * days * names.count * 8 > HISTORY_BYTES) columns /= 2;
  return columns;
}

/** A path gathered from its column. */
interface Gathered extends PathRecord {
  pnl: number;
  maxDrawdown: number;
  breachDay: number;
  ruinDay: number;
  daysUnderWater: number;
  readonly regimeDays: Float64Array;
  readonly regimeFirstDay: Float64Array;
  readonly directionSums: Float64Array;
  readonly directionSquares: Float64Array;
  readonly pairwise: Float64Array;
}

function newRecord({ slots, columns, pairwise }: KernelBlock, { regimes }: ScenarioPlan): Gathered {
  const ofRegimes = () => new Float64Array(regimes.length);
  return {
    pnl: 0,
    maxDrawdown: 0,
    breachDay: 0,
    ruinDay: 0,
    daysUnderWater: 0,
    regimeDays: ofRegimes(),
    regimeFirstDay: ofRegimes(),
    directionSums: ofRegimes(),
    directionSquares: ofRegimes(),
    squares: new Float64Array(slots),
    pairwise: new Float64Array(pairwise.length / columns),
  };
}

/** What the kernel knows of the path in a column. */
function gather(block: KernelBlock, sampled: boolean, column: number, record: Gathered): void {
  const { state } = block;
  const first = firstOf(block, column);
  const nav = first + block.navAt;
  record.pnl = state[nav + PNL];
  record.maxDrawdown = state[nav + MAX_DRAWDOWN];
  record.breachDay = state[nav + BREACH_DAY];
  record.ruinDay = state[nav + RUIN_DAY];
  record.daysUnderWater = state[nav + DAYS_UNDER_WATER];
  const regimes = record.regimeDays.length;
  for (let r = 0; r < regimes; r++) {
    record.regimeDays[r] = state[first + block.regimeDaysAt + 4 * r];
    record.regimeFirstDay[r] = state[first + block.regimeFirstDayAt + 4 * r];
    if (!sampled) continue;
    record.directionSums[r] = state[first + block.sumsAt + 4 * r];
    record.directionSquares[r] = state[first + block.sumsAt + 4 * (regimes + r)];
  }
  for (let s = 0, at = first + 4; s < block.slots; s++, at += 8) record.squares[s] = state[at];
  for (let k = 0; k < record.pairwise.length; k++) record.pairwise[k] = block.pairwise[k * block.columns + column];
}

import { CHUNK_PATHS, type PathColumns } from '../simulation/columns.ts';
import { basketCorrelation } from '../simulation/path-correlation.ts';
import { type PathTotals, pathWeight } from '../simulation/path-weight.ts';
import type { RunPlan, ScenarioPlan } from '../simulation/plan.ts';
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
  const aligned = fromPath % CHUNK_PATHS === 0 && (toPath % CHUNK_PATHS === 0 || toPath === plan.paths);
  if (!aligned) throw new RangeError(`paths ${fromPath} to ${toPath} are not whole chunks of ${CHUNK_PATHS}`);
  const block = loadPlan(kernel, plan, scenario, Math.min(blockColumns(plan), toPath - fromPath));
  const scratch = newScratch(block, scenario);
  const columnOf = new Uint32Array(block.columns);
  for (let first = fromPath; first < toPath; first += block.columns) {
    const number = plan.firstPath + first;
    kernel.simulate(number);
    for (let column = 0; column < block.columns; column++) columnOf[block.paths[column] - number] = column;
    // The last block may go beyond the last path.
    const count = Math.min(block.columns, toPath - first);
    for (let place = 0; place < count; place++) {
      recordPath(block, plan, scenario, { path: first + place, column: columnOf[place] }, scratch, columns);
    }
  }
}

/** Paths of a block: a chunk, or a part of one where the returns of a chunk take too much memory. */
export function blockColumns({ days, names }: Pick<RunPlan, 'days' | 'names'>): number {
  let columns = CHUNK_PATHS;
  while (columns > FEWEST_COLUMNS && columns * days * names.count * 8 > HISTORY_BYTES) columns /= 2;
  return columns;
}

/** Numbers of one path, gathered from its column. */
interface Scratch extends PathTotals {
  readonly squares: Float64Array;
  readonly regimeDays: Float64Array;
  readonly directionSums: Float64Array;
  readonly directionSquares: Float64Array;
}

function newScratch({ slots }: KernelBlock, { regimes }: ScenarioPlan): Scratch {
  const ofRegimes = () => new Float64Array(regimes.length);
  return {
    squares: new Float64Array(slots),
    regimeDays: ofRegimes(),
    directionSums: ofRegimes(),
    directionSquares: ofRegimes(),
  };
}

/** Writes what the kernel knows of a path at the path's place. */
function recordPath(
  block: KernelBlock,
  plan: RunPlan,
  { sampling, regimes }: ScenarioPlan,
  { path, column }: { readonly path: number; readonly column: number },
  scratch: Scratch,
  columns: PathColumns,
): void {
  const { state, slots } = block;
  const { paths, days, indices, financing } = plan;
  const { squares, regimeDays, directionSums, directionSquares } = scratch;
  const first = firstOf(block, column);
  const nav = first + block.navAt;
  columns.pnl[path] = state[nav + PNL];
  columns.maxDrawdown[path] = state[nav + MAX_DRAWDOWN];
  columns.breachDay[path] = state[nav + BREACH_DAY];
  columns.ruinDay[path] = state[nav + RUIN_DAY];
  columns.daysUnderWater[path] = state[nav + DAYS_UNDER_WATER];
  const count = regimes.length;
  for (let r = 0; r < count; r++) {
    regimeDays[r] = state[first + block.regimeDaysAt + 4 * r];
    columns.regimeDays[r * paths + path] = regimeDays[r];
    columns.regimeFirstDay[r * paths + path] = state[first + block.regimeFirstDayAt + 4 * r];
    if (sampling === null) continue;
    directionSums[r] = state[first + block.sumsAt + 4 * r];
    directionSquares[r] = state[first + block.sumsAt + 4 * (count + r)];
    if (columns.directionSums !== null) columns.directionSums[r * paths + path] = directionSums[r];
    if (columns.directionSquares !== null) columns.directionSquares[r * paths + path] = directionSquares[r];
  }
  const weight = sampling === null ? 1 : pathWeight(sampling, scratch);
  if (columns.weights !== null) columns.weights[path] = weight;
  const annual = financing.daysPerYear / days;
  const chunk = Math.floor(path / CHUNK_PATHS) * slots;
  for (let s = 0, at = first + 4; s < slots; s++, at += 8) {
    squares[s] = state[at];
    columns.varianceSums[chunk + s] += weight * (squares[s] * annual);
  }
  for (let k = 0; k < indices.length; k++) {
    columns.basketCorrelation[k * paths + path] = basketCorrelation(plan, k, squares);
    columns.pairwiseCorrelation[k * paths + path] = block.pairwise[k * block.columns + column];
  }
}

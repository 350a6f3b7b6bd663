import type { RunPlan, SamplingPlan, ScenarioPlan } from '../simulation/plan.ts';
import type { KernelExports } from './kernel-exports.ts';
import { fillLegs, sizeLegs } from './leg-tables.ts';
import { packFactor } from './pack-factor.ts';
import { viewsOf } from './views.ts';

/** Four paths are worked on at once. */
export const TILE_PATHS = 4;
/** Doubles of a slot in a tile of the state: four ln S / S(0), then four sums of squared returns. */
const SLOT_DOUBLES = 8;
const SQUARES = 4;
/** Bytes of a row. */
const TILE_BYTES = 32;
/** Random words of a pair of normals: two for each path. */
const PAIR_BYTES = 32;

/** A kernel with a run laid out in its memory, ready for one block of paths after another. */
export interface KernelBlock {
  readonly exports: KernelExports;
  /** Paths of a block, a multiple of TILE_PATHS. */
  readonly columns: number;
  readonly slots: number;
  /** [columns] the path of each column after a block; paths change places while it runs. */
  readonly paths: Uint32Array;
  /** [columns] regime of the last day */
  readonly regimes: Uint32Array;
  /** [columns / 4][tileDoubles]: slots first, 8 numbers each; then rows of 4. Read through the functions below. */
  readonly state: Float64Array;
  readonly tileDoubles: number;
  /** Places in a tile of the rows of regimes and of nav.ts. */
  readonly regimeDaysAt: number;
  readonly regimeFirstDayAt: number;
  readonly sumsAt: number;
  readonly navAt: number;
  /** [indices][columns] realised pairwise correlation */
  readonly pairwise: Float64Array;
  /** [names][4] normals of the tile drawn last, in the order of the names */
  readonly normals: Float64Array;
}

/**
 * Lays out a scenario in the memory of a kernel. Views of an earlier layout must not be used any more.
 *
 * @param columns  most paths of one block; filled up to a multiple of four
 * @throws RangeError when it is below 1
 */
export function loadPlan(kernel: KernelExports, plan: RunPlan, scenario: ScenarioPlan, columns: number): KernelBlock {
  if (!(Number.isInteger(columns) && columns >= 1)) throw new RangeError(`columns is ${columns}; need >= 1`);
  const { names, indices, days, key, financing } = plan;
  const width = Math.ceil(columns / TILE_PATHS) * TILE_PATHS;
  const slots = names.count + indices.length;
  const members = indices.reduce((sum, index) => sum + index.members.length, 0);
  const regimes = scenario.regimes.length;
  const pairs = normalPairs(plan);
  kernel.names.value = names.count;
  kernel.indices.value = indices.length;
  kernel.memberCount.value = members;
  kernel.regimes.value = regimes;
  kernel.days.value = days;
  kernel.columns.value = width;
  kernel.drawBlocks.value = Math.ceil(names.drawBlocks.length / 2) * 2;
  kernel.pairCount.value = pairs.length / 3;
  kernel.betaCount.value = names.betas.length;
  kernel.impliedVolSpeed.value = scenario.impliedVolSpeed;
  kernel.impliedCorrelationSpeed.value = scenario.impliedCorrelationSpeed;
  kernel.startNav.value = plan.nav;
  kernel.breachNav.value = plan.survivalThreshold * plan.nav;
  kernel.dailyGrowth.value = financing.dailyGrowth;
  kernel.initialValue.value = financing.initialValue;
  kernel.sampled.value = scenario.sampling === null ? 0 : 1;
  sizeLegs(kernel, plan);
  kernel.allocate();
  kernel.setKey(key.lo, key.hi);

  const { floats, words } = viewsOf(kernel);
  words(kernel.blocks, names.drawBlocks.length).set(names.drawBlocks);
  words(kernel.pairs, pairs.length).set(pairs);
  const rows = Math.ceil(names.count / 4) * 4;
  const packed = kernel.factorBytes.value / Float64Array.BYTES_PER_ELEMENT;
  const factors = floats(kernel.factors, regimes * packed);
  const drifts = floats(kernel.drifts, regimes * rows);
  for (let r = 0; r < regimes; r++) {
    factors.set(packFactor(scenario.factors[r], names.count), r * packed);
    drifts.set(scenario.drifts[r], r * rows);
  }
  new Int8Array(kernel.memory.buffer, kernel.forced.value, days + 1).set(scenario.forced);
  const fill = (at: WebAssembly.Global<'i32'>, values: ArrayLike<number>): void =>
    floats(at, values.length).set(values);
  fill(kernel.initialThresholds, scenario.initialThresholds);
  fill(kernel.transitionThresholds, scenario.transitionThresholds);
  words(kernel.memberCounts, indices.length).set(indices.map((index) => index.members.length));
  words(kernel.constituentCounts, indices.length).set(indices.map((index) => index.constituents));
  words(kernel.members, members).set(indices.flatMap((index) => Array.from(index.members, (m) => m * TILE_BYTES)));
  fill(
    kernel.weights,
    indices.flatMap((index) => [...index.weights]),
  );
  fill(kernel.logImpliedMultipliers, scenario.logImpliedMultipliers);
  fill(kernel.impliedCorrelationLevels, scenario.impliedCorrelations);
  fill(
    kernel.impliedCorrelationStarts,
    indices.map((index) => index.impliedCorrelation),
  );
  fill(kernel.betas, names.betas);
  fill(
    kernel.volSums,
    indices.flatMap((index) => [...index.volSums]),
  );
  fill(
    kernel.squareSums,
    indices.flatMap((index) => [...index.squareSums]),
  );
  fill(kernel.growth, financing.growth);
  fillLegs(kernel, plan);
  if (scenario.sampling !== null) fillSampling(kernel, scenario.sampling);

  const tileDoubles = kernel.tileBytes.value / Float64Array.BYTES_PER_ELEMENT;
  return {
    exports: kernel,
    columns: width,
    slots,
    paths: words(kernel.paths, width),
    regimes: words(kernel.regimeOf, width),
    state: floats(kernel.state, (width / TILE_PATHS) * tileDoubles),
    tileDoubles,
    regimeDaysAt: kernel.regimeDaysAt.value / Float64Array.BYTES_PER_ELEMENT,
    regimeFirstDayAt: kernel.regimeFirstDayAt.value / Float64Array.BYTES_PER_ELEMENT,
    sumsAt: kernel.sumsAt.value / Float64Array.BYTES_PER_ELEMENT,
    navAt: kernel.navAt.value / Float64Array.BYTES_PER_ELEMENT,
    pairwise: floats(kernel.pairwise, indices.length * width),
    normals: floats(kernel.normals, rows * TILE_PATHS),
  };
}

function fillSampling(kernel: KernelExports, sampling: SamplingPlan): void {
  const { floats } = viewsOf(kernel);
  const { thresholds, inflations, shifts, directions, watched } = sampling;
  floats(kernel.tiltedThresholds, thresholds.length).set(thresholds);
  floats(kernel.inflations, inflations.length).set(inflations);
  floats(kernel.shifts, shifts.length).set(shifts);
  floats(kernel.directions, directions.length).set(directions);
  new Uint8Array(kernel.memory.buffer, kernel.watched.value, watched.length).set(watched);
}

/** ln S / S(0) of a slot in a column. */
export function logLevelAt(block: KernelBlock, slot: number, column: number): number {
  return block.state[firstOf(block, column) + slot * SLOT_DOUBLES];
}

/** Sum of the squared log returns of a slot in a column. */
export function squaresAt(block: KernelBlock, slot: number, column: number): number {
  return block.state[firstOf(block, column) + slot * SLOT_DOUBLES + SQUARES];
}

/** Where the numbers of a column start in the state; those of a tile's rows follow every four. */
export function firstOf({ tileDoubles }: Pick<KernelBlock, 'tileDoubles'>, column: number): number {
  return (column >> 2) * tileDoubles + (column & 3);
}

/**
 * The pairs of normals that some name uses, three numbers a pair, in bytes: where its two words are among those drawn,
 * and where each normal goes: to its name, or to the row behind all names when none has it.
 */
function normalPairs({ names }: RunPlan): Uint32Array {
  const unused = Math.ceil(names.count / 4) * 4;
  const nameOf = new Int32Array(4 * names.drawBlocks.length).fill(unused);
  for (let i = 0; i < names.count; i++) nameOf[names.draws[i]] = i;
  const rows: number[] = [];
  for (let pair = 0; 2 * pair < nameOf.length; pair++) {
    const [first, second] = [nameOf[2 * pair], nameOf[2 * pair + 1]];
    if (first !== unused || second !== unused) rows.push(pair * PAIR_BYTES, first * TILE_BYTES, second * TILE_BYTES);
  }
  return Uint32Array.from(rows);
}

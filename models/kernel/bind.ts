import type { RunPlan, ScenarioPlan } from '../simulation/plan.ts';
import { packFactor } from './pack-factor.ts';

/** Four paths are worked on at once. */
export const TILE_PATHS = 4;
/** Doubles of a slot in a tile of the state: four ln S / S(0), then four sums of squared returns. */
const SLOT_DOUBLES = 8;
const SQUARES = 4;
const TILE_BYTES = 32;
/** Random words of a pair of normals: two for each path. */
const PAIR_BYTES = 32;

/** What assembly/kernel.ts exports; numbers that are pointers are globals, which move when a run is laid out. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly allocate: (
    names: number,
    drawBlocks: number,
    pairs: number,
    regimes: number,
    days: number,
    indices: number,
    members: number,
    columns: number,
  ) => void;
  readonly setKey: (low: number, high: number) => void;
  readonly reset: (firstPath: number) => void;
  readonly drawNormals: (tile: number, day: number) => void;
  readonly simulate: (firstPath: number) => void;
  /** `count` tiles of 32 bytes at `from`, `stride` apart, to tiles at `to` */
  readonly exponentials: (from: number, stride: number, to: number, count: number) => void;
  readonly logarithms: (from: number, to: number, count: number) => void;
  readonly blocks: WebAssembly.Global<'i32'>;
  readonly pairs: WebAssembly.Global<'i32'>;
  readonly factors: WebAssembly.Global<'i32'>;
  readonly factorBytes: WebAssembly.Global<'i32'>;
  readonly drifts: WebAssembly.Global<'i32'>;
  readonly forced: WebAssembly.Global<'i32'>;
  readonly initialThresholds: WebAssembly.Global<'i32'>;
  readonly transitionThresholds: WebAssembly.Global<'i32'>;
  readonly memberCounts: WebAssembly.Global<'i32'>;
  readonly members: WebAssembly.Global<'i32'>;
  readonly weights: WebAssembly.Global<'i32'>;
  readonly paths: WebAssembly.Global<'i32'>;
  readonly regimeOf: WebAssembly.Global<'i32'>;
  readonly state: WebAssembly.Global<'i32'>;
  readonly normals: WebAssembly.Global<'i32'>;
}

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
  /** [columns / 4][slots][8], read through logLevelAt and squaresAt */
  readonly state: Float64Array;
  /** [names][4] normals of the tile drawn last, in the order of the names */
  readonly normals: Float64Array;
}

/** An instance of a compiled kernel: one a thread, for any number of runs. */
export function instantiateKernel(module: WebAssembly.Module): KernelExports {
  return new WebAssembly.Instance(module).exports as unknown as KernelExports;
}

/**
 * Lays out a scenario in the memory of a kernel. Views of an earlier layout must not be used any more.
 *
 * @param columns  most paths of one block; filled up to a multiple of four
 * @throws RangeError when it is below 1
 */
export function loadPlan(kernel: KernelExports, plan: RunPlan, scenario: ScenarioPlan, columns: number): KernelBlock {
  if (!(Number.isInteger(columns) && columns >= 1)) throw new RangeError(`columns is ${columns}; need >= 1`);
  const { names, indices, days, key } = plan;
  const width = Math.ceil(columns / TILE_PATHS) * TILE_PATHS;
  const slots = names.count + indices.length;
  const members = indices.reduce((sum, index) => sum + index.members.length, 0);
  const regimes = scenario.regimes.length;
  const pairs = normalPairs(plan);
  kernel.allocate(
    names.count,
    names.drawBlocks.length,
    pairs.length / 3,
    regimes,
    days,
    indices.length,
    members,
    width,
  );
  kernel.setKey(key.lo, key.hi);

  const { buffer } = kernel.memory;
  const floats = (at: WebAssembly.Global<'i32'>, length: number): Float64Array =>
    new Float64Array(buffer, at.value, length);
  const words = (at: WebAssembly.Global<'i32'>, length: number): Uint32Array =>
    new Uint32Array(buffer, at.value, length);

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
  new Int8Array(buffer, kernel.forced.value, days + 1).set(scenario.forced);
  floats(kernel.initialThresholds, scenario.initialThresholds.length).set(scenario.initialThresholds);
  floats(kernel.transitionThresholds, scenario.transitionThresholds.length).set(scenario.transitionThresholds);
  words(kernel.memberCounts, indices.length).set(indices.map((index) => index.members.length));
  words(kernel.members, members).set(indices.flatMap((index) => Array.from(index.members, (m) => m * TILE_BYTES)));
  floats(kernel.weights, members).set(indices.flatMap((index) => [...index.weights]));

  return {
    exports: kernel,
    columns: width,
    slots,
    paths: words(kernel.paths, width),
    regimes: words(kernel.regimeOf, width),
    state: floats(kernel.state, width * slots * 2),
    normals: floats(kernel.normals, rows * TILE_PATHS),
  };
}

/** ln S / S(0) of a slot in a column. */
export function logLevelAt({ state, slots }: KernelBlock, slot: number, column: number): number {
  return state[place(slots, slot, column)];
}

/** Sum of the squared log returns of a slot in a column. */
export function squaresAt({ state, slots }: KernelBlock, slot: number, column: number): number {
  return state[place(slots, slot, column) + SQUARES];
}

function place(slots: number, slot: number, column: number): number {
  return ((column >> 2) * slots + slot) * SLOT_DOUBLES + (column & 3);
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

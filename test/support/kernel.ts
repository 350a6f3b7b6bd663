import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KernelExports, instantiateKernel } from '../../models/kernel/kernel-exports.ts';
import type { KernelMode } from '../../scripts/kernel-binary.ts';
import { root } from './source-tree.ts';

const PAGE = 65536;

/** A fresh instance of a committed kernel. */
export function kernelOf(mode: KernelMode): KernelExports {
  return instantiateKernel(new WebAssembly.Module(readFileSync(join(root, `models/kernel/kernel-${mode}.wasm`))));
}

/** Applies a function of tiles to any number of arguments, in memory that the kernel does not use for anything else. */
export function applyTiles(kernel: KernelExports, name: 'exponentials' | 'logarithms', x: Float64Array): Float64Array {
  const tiles = Math.ceil(x.length / 4);
  const bytes = tiles * 32;
  const from = kernel.memory.grow(Math.ceil((2 * bytes) / PAGE)) * PAGE;
  new Float64Array(kernel.memory.buffer, from, x.length).set(x);
  if (name === 'exponentials') kernel.exponentials(from, 32, from + bytes, tiles);
  else kernel.logarithms(from, from + bytes, tiles);
  return new Float64Array(kernel.memory.buffer, from + bytes, x.length).slice();
}

/** The first place where two arrays differ in a bit, in words; null when there is none. All NaN are one value. */
export function firstDifference(got: ArrayLike<number>, expected: ArrayLike<number>): string | null {
  if (got.length !== expected.length) return `${got.length} numbers; expected ${expected.length}`;
  for (let i = 0; i < got.length; i++) {
    if (!Object.is(got[i], expected[i])) return `[${i}] got ${got[i]}, expected ${expected[i]}`;
  }
  return null;
}

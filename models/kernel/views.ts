import type { KernelExports } from './kernel-exports.ts';

/** Views of a kernel's memory at pointers it exports; they end with the next `allocate`. */
export function viewsOf({ memory }: Pick<KernelExports, 'memory'>) {
  const { buffer } = memory;
  return {
    floats: (at: WebAssembly.Global<'i32'>, length: number) => new Float64Array(buffer, at.value, length),
    words: (at: WebAssembly.Global<'i32'>, length: number) => new Uint32Array(buffer, at.value, length),
  };
}

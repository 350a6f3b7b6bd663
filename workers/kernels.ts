import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { instantiateKernel } from '../models/kernel/kernel-exports.ts';
import { knownAnswer, KNOWN_ANSWERS } from './known-answer.ts';

/** Strict: a product is rounded before it is added. Fused: it is not. See models/decisions/0002-kernel.md. */
export type Arithmetic = 'strict' | 'fused';

/** A compiled kernel, which threads instantiate. */
export interface Kernel {
  readonly arithmetic: Arithmetic;
  readonly module: WebAssembly.Module;
  /** Identifies the arithmetic: same hash and input, same bits. */
  readonly hash: string;
}

/** The kernels of this process: the one to use, and the one that a request may ask for. */
export interface Kernels {
  readonly fastest: Kernel;
  readonly strict: Kernel;
}

/**
 * Compiles the kernels and puts both to a block of paths whose answer is known. Where the fused one does not compile or
 * does not give its answer (a processor that rounds products first), the strict one is used for everything.
 *
 * @param read  the binary of a kernel; for tests
 * @throws Error when the strict kernel does not give its answer: nothing this process computes could be trusted
 */
export function loadKernels(read: (arithmetic: Arithmetic) => Uint8Array<ArrayBuffer> = readBinary): Kernels {
  const load = (arithmetic: Arithmetic) => compile(arithmetic, read(arithmetic));
  const strict = load('strict');
  if (strict === null || knownAnswer(instantiateKernel(strict.module)) !== KNOWN_ANSWERS.strict) {
    throw new Error('the strict kernel does not give the known answer on this machine; the package is damaged');
  }
  const fused = load('fused');
  const fuses = fused !== null && knownAnswer(instantiateKernel(fused.module)) === KNOWN_ANSWERS.fused;
  return { strict, fastest: fuses ? fused : strict };
}

/** The kernel that a request asks for. */
export function kernelOf({ fastest, strict }: Kernels, request: { readonly strict: boolean }): Kernel {
  return request.strict ? strict : fastest;
}

/** Null when this runtime does not know the instructions. */
function compile(arithmetic: Arithmetic, binary: Uint8Array<ArrayBuffer>): Kernel | null {
  if (!WebAssembly.validate(binary)) return null;
  const digest = createHash('sha256').update(binary).digest('hex').slice(0, 16);
  return { arithmetic, module: new WebAssembly.Module(binary), hash: `${arithmetic}-${digest}` };
}

function readBinary(arithmetic: Arithmetic): Uint8Array<ArrayBuffer> {
  return readFileSync(new URL(`../models/kernel/kernel-${arithmetic}.wasm`, import.meta.url));
}

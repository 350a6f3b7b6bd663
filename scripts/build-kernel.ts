/**
 * Writes models/kernel/kernel-strict.wasm and kernel-fused.wasm from models/kernel/assembly. They are committed, so that
 * nothing but a change of the kernel needs its compiler; a test compiles them anew and compares bytes. Prints the known
 * answers, which belong into workers/known-answer.ts; the fused one from a processor that fuses, where the two differ.
 */
import { writeFileSync } from 'node:fs';
import { instantiateKernel } from '../models/kernel/kernel-exports.ts';
import { knownAnswer } from '../workers/known-answer.ts';
import { kernelBinary, kernelModes } from './kernel-binary.ts';

for (const mode of kernelModes) {
  const binary = await kernelBinary(mode);
  writeFileSync(new URL(`../models/kernel/kernel-${mode}.wasm`, import.meta.url), binary);
  const answer = knownAnswer(instantiateKernel(new WebAssembly.Module(binary.slice())));
  console.log(`kernel-${mode}.wasm: ${binary.length} bytes, known answer ${answer}`);
}

/**
 * Writes models/kernel/kernel-strict.wasm and kernel-fused.wasm from models/kernel/assembly. They are committed, so that
 * nothing but a change of the kernel needs its compiler; a test compiles them anew and compares bytes.
 */
import { writeFileSync } from 'node:fs';
import { kernelBinary, kernelModes } from './kernel-binary.ts';

for (const mode of kernelModes) {
  const binary = await kernelBinary(mode);
  writeFileSync(new URL(`../models/kernel/kernel-${mode}.wasm`, import.meta.url), binary);
  console.log(`kernel-${mode}.wasm: ${binary.length} bytes`);
}

/** The compiled kernel, as scripts/build-kernel.ts writes it and as a test compares it. */
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

/** Strict: a product is rounded before it is added. Fused: it is not, on processors that can. */
export const kernelModes = ['strict', 'fused'] as const;
export type KernelMode = (typeof kernelModes)[number];

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Compiles models/kernel/assembly.
 *
 * -O2 and not -O3, whose code makes V8 spill more. No runtime: the kernel lays out its own memory. The warning that is
 * off is about vectors as arguments, which no caller outside uses.
 * @throws Error with what the compiler said
 */
export async function kernelBinary(mode: KernelMode): Promise<Uint8Array> {
  const options =
    '--outFile kernel.wasm -O2 --noAssert --runtime stub --uncheckedBehavior always ' +
    `--disableWarning 112 --enable simd --enable relaxed-simd --use FUSED=${mode === 'fused' ? 1 : 0}`;
  const written: Uint8Array[] = [];
  let said = '';
  const stream = {
    write(chunk: Uint8Array | string): void {
      said += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    },
  };
  const { error } = await main(['models/kernel/assembly/kernel.ts', '--baseDir', root, ...options.split(' ')], {
    stdout: stream,
    stderr: stream,
    writeFile(_name, contents) {
      if (typeof contents !== 'string') written.push(contents);
    },
  });
  const [binary] = written;
  if (error !== null || binary === undefined || said !== '') {
    throw new Error(`the kernel does not compile: ${error?.message ?? ''}\n${said}`);
  }
  return binary;
}

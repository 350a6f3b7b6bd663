/**
 * The kernel with a run that stops after a stage of each day: from the kernel's own sources and with its own compiler
 * options, so that the stages are the ones of the committed kernel. Only the loop over days and tiles is written again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const ENTRY = 'models/kernel/assembly/kernel.ts';

/** AssemblyScript, not in a .ts file because it is none: the compiler alone reads it, as the end of the kernel. */
const ADDED = new URL('staged-kernel.as', import.meta.url);

/** @throws Error with what the compiler said */
export async function stagedKernelModule(mode: 'fused' | 'strict'): Promise<WebAssembly.Module> {
  const options =
    '--outFile kernel.wasm -O2 --noAssert --runtime stub --uncheckedBehavior always ' +
    `--disableWarning 112 --enable simd --enable relaxed-simd --use FUSED=${mode === 'fused' ? 1 : 0}`;
  const written: Uint8Array[] = [];
  let said = '';
  const stream = { write: (chunk: Uint8Array | string) => void (said += Buffer.from(chunk as string).toString()) };
  const { error } = await main([ENTRY, '--baseDir', root, ...options.split(' ')], {
    stdout: stream,
    stderr: stream,
    readFile: (name, baseDir) => {
      const text = textOrNull(join(baseDir, name));
      return name === ENTRY && text !== null ? text + readFileSync(ADDED, 'utf8') : text;
    },
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') written.push(contents);
    },
  });
  const [binary] = written;
  if (error !== null || binary === undefined) throw new Error(`the staged kernel does not compile: ${said}`);
  return new WebAssembly.Module(Uint8Array.from(binary));
}

/** The compiler asks for files that may not exist, to find out which of several there is. */
function textOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

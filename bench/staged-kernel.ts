/**
 * The kernel with a run that stops after a stage of each day: from the kernel's own sources and with its own compiler
 * options, so that the stages are the ones of the committed kernel. Only the loop over days and tiles is written again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const ENTRY = 'models/kernel/assembly/staged-kernel.ts';

/** A later stage reads what the earlier ones left, so leaving the last ones out changes nothing of the rest. */
const SOURCE = `
export * from './kernel';
import { blocks, columns, days, drawBlocks, drifts, factorBytes, factors, indices, normals, otherReturns, pairCount,
  pairs, paths, regimeOf, returns, rows, state, tileBytes, words } from './block';
import { keepReturns, measurePairwise } from './history';
import { moveImplied } from './implied';
import { reset } from './kernel';
import { blend, multiply } from './multiply';
import { countRegimes, recordNav } from './nav';
import { normalsOfTile } from './normal';
import { markOptions } from './options';
import { drawNormalWords } from './random';
import { drawRegimes } from './regimes';
import { moveIndices, moveNames } from './returns';
import { markSwaps } from './swaps';
import { resetTotals } from './totals';
import { markUnits } from './units';

export function simulateStages(firstPath: u32, stages: i32): void {
  reset(firstPath);
  for (let day = 1; day <= days; day++) {
    drawRegimes(firstPath, day);
    for (let column = 0; column < columns; column += 4) {
      const tile = state + <usize>(column >> 2) * tileBytes;
      const ofTile = v128.load(paths + (column << 2));
      countRegimes(tile, column, day);
      if (stages < 2) continue;
      drawNormalWords(ofTile, day, blocks, drawBlocks, words);
      if (stages < 3) continue;
      normalsOfTile(words, pairs, pairCount, normals, ofTile, day, blocks);
      if (stages < 4) continue;
      const regimes = regimeOf + (column << 2);
      const first: usize = load<u32>(regimes);
      const last: usize = load<u32>(regimes, 12);
      multiply(factors + first * factorBytes, drifts + first * ((<usize>rows) << 3), normals, returns, rows);
      for (let r = first + 1; r <= last; r++) {
        multiply(factors + r * factorBytes, drifts + r * ((<usize>rows) << 3), normals, otherReturns, rows);
        blend(v128.load(regimes), <u32>r, otherReturns, returns, rows);
      }
      if (stages < 5) continue;
      if (stages >= 12 && indices > 0) keepReturns(firstPath, column, day);
      moveNames(tile);
      if (stages < 6) continue;
      moveIndices(tile);
      if (stages < 7) continue;
      moveImplied(tile, column);
      if (stages < 8) continue;
      resetTotals();
      markOptions(tile, day);
      if (stages < 9) continue;
      markSwaps(tile, day);
      if (stages < 10) continue;
      markUnits();
      if (stages < 11) continue;
      recordNav(tile, day);
    }
  }
  if (stages >= 12) measurePairwise(firstPath);
}
`;

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
    readFile: (name, baseDir) => (name === ENTRY ? SOURCE : textOrNull(join(baseDir, name))),
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

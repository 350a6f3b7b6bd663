import { readdirSync, readFileSync } from 'node:fs';
import type { StressResult } from '../schemas/stress-result.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import { createStressEngine } from '../workers/stress-engine.ts';

/** Paths of a golden run: several chunks, the last one cut, and enough for a pilot, in a second or two. */
const GOLDEN_PATHS = 2100;

const folder = new URL('../examples/', import.meta.url);

export function exampleNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''));
}

/** The result of an example with few paths, without its timing. */
export async function goldenResult(name: string): Promise<Omit<StressResult, 'timing'>> {
  const request = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as StressRunRequest;
  const engine = createStressEngine({ threads: 2 });
  try {
    // Strict arithmetic has the same bits on every processor.
    const simulation = { ...request.simulation, paths: GOLDEN_PATHS, arithmetic: 'strict' as const };
    const prepared = await engine.prepare({ ...request, simulation });
    if (!prepared.ok) throw new Error(`${name}: ${JSON.stringify(prepared.failures)}`);
    const outcome = await engine.run(prepared.value, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    if (!outcome.ok) throw new Error(`${name}: ${JSON.stringify(outcome.failures)}`);
    const { timing: _timing, ...result } = outcome.value;
    return result;
  } finally {
    await engine.close();
  }
}

/** As the files are written: every digit of every double. */
export function goldenText(result: Omit<StressResult, 'timing'>): string {
  return `${JSON.stringify(result, null, 1)}\n`;
}

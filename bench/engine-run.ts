import type { StressResult } from '../schemas/stress-result.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import type { StressEngine } from '../workers/engine.ts';

/** Runs a request from its checks to its result. @throws Error with the failures of a refused one */
export async function runOf(
  engine: StressEngine,
  request: StressRunRequest,
): Promise<{ readonly seconds: number; readonly result: StressResult }> {
  const started = performance.now();
  const prepared = await engine.prepare(request);
  if (!prepared.ok) throw new Error(prepared.failures.map(({ message }) => message).join('; '));
  const run = await engine.run(prepared.value, { signal: new AbortController().signal, onProgress: () => undefined });
  if (!run.ok) throw new Error(run.failures.map(({ message }) => message).join('; '));
  return { seconds: (performance.now() - started) / 1000, result: run.value };
}

import { Piscina } from 'piscina';
import type { StressEngine } from './engine.ts';
import { runStress } from './run-stress.ts';

/** Changes with every change of the arithmetic: runs with the same hash and input have the same bits. */
export const KERNEL_HASH = 'reference-1';

/** Most work of one run: about an hour and a half of one thread of the reference simulator. */
export const DEFAULT_ASSET_STEPS = 1e11;

// The source runs as .ts, the published package as .js; the worker has the suffix of this file.
const WORKER = new URL(`./tasks${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url).href;

/**
 * Starts the threads of an engine: `threads` for simulation, and one more for checks and analytics, so that a request
 * is answered while every other thread simulates.
 */
export function createStressEngine({
  threads,
  assetSteps = DEFAULT_ASSET_STEPS,
}: {
  readonly threads: number;
  readonly assetSteps?: number;
}): StressEngine {
  const simulation = new Piscina({ filename: WORKER, minThreads: threads, maxThreads: threads });
  const checks = new Piscina({ filename: WORKER, minThreads: 1, maxThreads: 1 });
  return {
    threads,
    kernelHash: KERNEL_HASH,
    prepare: (request) => checks.run({ request, assetSteps }, { name: 'prepare' }),
    run: (prepared, options) => runStress(simulation, threads, prepared, options),
    greeks: (body) => checks.run(body, { name: 'greeks' }),
    breakEven: (body) => checks.run(body, { name: 'breakEven' }),
    close: async () => {
      await Promise.all([simulation.close({ force: true }), checks.close({ force: true })]);
    },
  };
}

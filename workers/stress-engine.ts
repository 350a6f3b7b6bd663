import { Piscina } from 'piscina';
import type { Outcome } from '../models/outcome.ts';
import type { BookGreeks, BreakEven } from '../schemas/analytics.ts';
import type { CanonicalContent, PreparedRun, StressEngine } from './engine.ts';
import { loadKernels, kernelOf } from './kernels.ts';
import { stressResult } from './measure-scenario.ts';
import { replayRunPath } from './replay-run-path.ts';
import { runStress } from './run-stress.ts';
import { scenarioSampling } from './scenario-sampling.ts';
import { shardsOf } from './shard-size.ts';
import { joinScenario, simulateShard } from './shards.ts';
import { defaultBlockPaths, type Pools, type RunThreads } from './simulate-blocks.ts';

/** Most work of one run: about half an hour of one thread. */
export const DEFAULT_ASSET_STEPS = 1e11;

// The source runs as .ts, the published package as .js; a worker has the suffix of this file.
const suffix = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const worker = (name: string) => new URL(`./${name}${suffix}`, import.meta.url).href;

/**
 * Threads beside the simulating ones: one answers requests while every other simulates, the second measures a finished
 * scenario, which sorts its paths.
 */
const TASK_THREADS = 2;

/** Starts the threads of a run: `threads` that simulate, and up to two for checks, analytics and measures. */
export function startPools(threads: number): Pools {
  return {
    simulation: new Piscina({ filename: worker('simulate-block'), minThreads: threads, maxThreads: threads }),
    threads,
    kernels: loadKernels(),
    tasks: new Piscina({ filename: worker('tasks'), minThreads: 1, maxThreads: TASK_THREADS, idleTimeout: 60_000 }),
  };
}

export async function closePools({ simulation, tasks }: Pools): Promise<void> {
  await Promise.all([simulation.close({ force: true }), tasks.close({ force: true })]);
}

/**
 * The simulation as the service sees it.
 *
 * @param threads     that simulate
 * @param assetSteps  most work of a run
 */
export function createStressEngine({
  threads,
  assetSteps = DEFAULT_ASSET_STEPS,
}: {
  readonly threads: number;
  readonly assetSteps?: number;
}): StressEngine {
  const pools = startPools(threads);
  // A pool that has closed takes tasks again, so a run between two of its own would go on, or wait for ever.
  const closing = new AbortController();
  const open = (): Pools => {
    if (closing.signal.aborted) throw new Error('the engine is closed');
    return pools;
  };
  return {
    threads,
    load: () => ({
      threads,
      simulating: threads - pools.simulation.idleThreads,
      waitingBlocks: pools.simulation.queueSize,
    }),
    kernelHash: pools.kernels.fastest.hash,
    kernelHashes: [...new Set([pools.kernels.fastest.hash, pools.kernels.strict.hash])],
    kernelHashOf: ({ request }) => kernelOf(pools.kernels, request).hash,
    prepare: async (request) =>
      (await open().tasks.run({ request, assetSteps }, { name: 'prepare' })) as Outcome<PreparedRun>,
    run: async (prepared, { signal, ...options }) =>
      runStress(open(), prepared, { ...options, signal: AbortSignal.any([signal, closing.signal]) }),
    shards: ({ request }, range) => shardsOf(request.plan, range),
    sharded: ({ request }, signal) => {
      const run: RunThreads = {
        pools: open(),
        request,
        signal: AbortSignal.any([signal, closing.signal]),
        size: defaultBlockPaths(request.plan),
      };
      return {
        sampling: (scenario, onPilot) => scenarioSampling(run, scenario, onPilot),
        simulate: (...task) => simulateShard(run, ...task),
        join: (...task) => joinScenario(run, ...task),
      };
    },
    result: ({ request }, scenarios, timing) => stressResult(request, scenarios, timing),
    replay: async (prepared, choice, signal) =>
      replayRunPath(open(), prepared, choice, AbortSignal.any([signal, closing.signal])),
    greeks: async (body) => (await open().tasks.run(body, { name: 'greeks' })) as Outcome<BookGreeks>,
    breakEven: async (body) => (await open().tasks.run(body, { name: 'breakEven' })) as Outcome<BreakEven>,
    checkDocument: async (task) =>
      (await open().tasks.run(task, { name: 'checkDocument' })) as Outcome<CanonicalContent>,
    close: async () => {
      closing.abort();
      await closePools(pools);
    },
  };
}

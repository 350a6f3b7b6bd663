import type { Outcome } from '../models/outcome.ts';
import { allocateColumns } from '../models/simulation/columns.ts';
import { firstPaths } from '../models/simulation/first-paths.ts';
import type { ScenarioResult, StressResult } from '../schemas/stress-result.ts';
import type { PreparedRun, RunOptions } from './engine.ts';
import {
  judgeTarget,
  measureScenario,
  type Reached,
  type SimulatedScenario,
  stressResult,
} from './measure-scenario.ts';
import { scenarioSampling } from './scenario-sampling.ts';
import { defaultBlockPaths, type Pools, type RunThreads, simulateBlocks } from './simulate-blocks.ts';

/**
 * Runs a prepared request: blocks of paths by scenario, then the measures, also in a thread.
 *
 * Blocks write at their paths' places and sums run in path order, so the result has the same bits for any number of
 * threads; only `timing` differs. With a target each scenario is simulated in batches until it is reached; what ends it
 * is computed from whole batches alone, so the number of paths is as reproducible as the rest.
 *
 * @param blockPaths  paths of a block, for tests; a multiple of CHUNK_PATHS
 */
export async function runStress(
  pools: Pools,
  prepared: PreparedRun,
  options: RunOptions,
  blockPaths?: number,
): Promise<Outcome<StressResult>> {
  const started = performance.now();
  const { request } = prepared;
  const { plan } = request;
  const { signal, onVectors } = options;
  const run: RunThreads = { pools, request, signal, size: blockPaths ?? defaultBlockPaths(plan) };
  const scenarios: ScenarioResult[] = [];
  let cpuSeconds = 0;
  let done = 0;
  let planned = prepared.paths;
  let piloted = 0;
  const progress: Progress = {
    onBlock: (paths) => options.onProgress((done += paths), planned, piloted),
    onPlan: (paths) => options.onProgress(done, (planned += paths), piloted),
    onPilot: (paths) => void (piloted += paths),
  };
  const finish = async (i: number, { simulated, reached }: FinishedScenario): Promise<Outcome<ScenarioResult>> => {
    const measured = await measureScenario(run, i, simulated, reached);
    if (measured.ok && onVectors !== undefined) {
      const { pnl, weights } = firstPaths(simulated.columns, plan.paths, simulated.paths);
      await onVectors(i, { pnl, weights });
    }
    return measured;
  };
  // A scenario is measured while the next one is simulated: one thread sorts what the others have left. Not further
  // ahead, since the columns of every scenario under way are in memory.
  let measuring: Promise<Outcome<ScenarioResult>> | null = null;
  for (const i of request.scenarios.keys()) {
    const simulated = await simulateScenario(run, i, progress);
    const before = await measuring;
    if (before?.ok === false) return before;
    if (before !== null) scenarios.push(before.value);
    if (!simulated.ok) return simulated;
    cpuSeconds += simulated.value.cpuSeconds;
    measuring = finish(i, simulated.value);
    // Awaited above; but when the next simulation throws first, that is the error.
    measuring.catch(() => undefined);
  }
  const last = await measuring;
  if (last?.ok === false) return last;
  if (last !== null) scenarios.push(last.value);
  const wallSeconds = (performance.now() - started) / 1000;
  const timing = { cpuSeconds, wallSeconds, pathsPerSecond: done / wallSeconds };
  return { ok: true, value: stressResult(request, scenarios, timing) };
}

interface Progress {
  /** Paths that are done. */
  readonly onBlock: (paths: number) => void;
  /** Paths that are to be done beside those planned before. */
  readonly onPlan: (paths: number) => void;
  /** Paths of a pilot that are done; told with the next block of the run. */
  readonly onPilot: (paths: number) => void;
}

interface FinishedScenario {
  readonly simulated: SimulatedScenario;
  readonly reached: Reached | null;
  readonly cpuSeconds: number;
}

/** Chooses how paths are drawn, then simulates all of the plan, or with a target batches until it is reached. */
async function simulateScenario(run: RunThreads, i: number, progress: Progress): Promise<Outcome<FinishedScenario>> {
  const { plan, target, scenarios } = run.request;
  const chosen = await scenarioSampling(run, i, progress.onPilot);
  const sampling = chosen.choice;
  const scenario = { ...scenarios[i], sampling: chosen.sampling };
  // Shared memory that is never written takes none, so columns have room for every path that there may be.
  const columns = allocateColumns(plan, scenario);
  let { cpuSeconds } = chosen;
  let from = 0;
  let paths = target?.firstPaths ?? plan.paths;
  for (let batches = 1; ; batches++) {
    cpuSeconds += await simulateBlocks(run, { plan, scenario, columns }, { from, to: paths }, progress.onBlock);
    const simulated: SimulatedScenario = { columns, paths, sampling, batches };
    const judged = await judgeTarget(run, i, simulated);
    if (!judged.ok) return judged;
    const reached = judged.value;
    if (reached === null || reached.paths === paths) return { ok: true, value: { simulated, reached, cpuSeconds } };
    progress.onPlan(reached.paths - paths);
    from = paths;
    paths = reached.paths;
  }
}

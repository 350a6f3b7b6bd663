import type { Piscina } from 'piscina';
import { pointer } from '../models/failures.ts';
import type { Outcome } from '../models/outcome.ts';
import { compileLimit } from '../models/risk/limits/compile-limit.ts';
import { type JudgedScenario, verdict } from '../models/risk/verdict.ts';
import { allocateColumns, CHUNK_PATHS } from '../models/simulation/columns.ts';
import type { ResolvedRequest } from '../models/book/prepare-run.ts';
import { assetsPerDay, type RunPlan } from '../models/simulation/plan.ts';
import type { ScenarioResult, StressResult } from '../schemas/stress-result.ts';
import type { PreparedRun, RunOptions } from './engine.ts';
import type { SimulateTask } from './simulate-block.ts';
import type { MeasureTask } from './tasks.ts';

/** The threads a run uses. */
export interface Pools {
  /** `threads` threads of simulate-block. */
  readonly simulation: Piscina;
  readonly threads: number;
  /** Threads of tasks: checks, analytics, measures. */
  readonly tasks: Piscina;
}

/**
 * Work of a block in asset-steps: about a tenth of a second of the reference simulator. Smaller blocks spend their time
 * crossing threads, larger ones make progress jump.
 */
const BLOCK_ASSET_STEPS = 1_000_000;

/**
 * Runs a prepared request: blocks of paths by scenario, then the measures, also in a thread.
 *
 * Blocks write at their paths' places and sums run in path order, so the result has the same bits for any number of
 * threads; only `timing` differs.
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
  const size = blockPaths ?? defaultBlockPaths(plan);
  const scenarios: ScenarioResult[] = [];
  let cpuSeconds = 0;
  let done = 0;
  for (const [i, scenario] of request.scenarios.entries()) {
    const columns = allocateColumns(plan, scenario);
    const base: Omit<SimulateTask, 'fromPath' | 'toPath'> = { plan, scenario, columns };
    cpuSeconds += await simulateBlocks(pools, base, size, options.signal, (paths) => {
      done += paths;
      options.onProgress(done);
    });
    const measured = await measure(pools, request, i, columns, options.signal);
    if (!measured.ok) return measured;
    scenarios.push(measured.value);
  }
  const wallSeconds = (performance.now() - started) / 1000;
  const result: StressResult = {
    initialValue: plan.financing.initialValue,
    positions: [...request.positions],
    scenarios,
    verdict: verdict(scenarios.map(judged), request.currency),
    assumptions: { repairs: [...request.repairs], residuals: [...request.residuals], notes: [...request.notes] },
    timing: { cpuSeconds, wallSeconds, pathsPerSecond: prepared.paths / wallSeconds },
  };
  return { ok: true, value: result };
}

/** Whole chunks, about BLOCK_ASSET_STEPS of work. */
export function defaultBlockPaths(plan: RunPlan): number {
  const perPath = plan.days * assetsPerDay(plan);
  return CHUNK_PATHS * Math.max(1, Math.round(BLOCK_ASSET_STEPS / perPath / CHUNK_PATHS));
}

/** Each thread takes the next block when it has finished one. @returns processor seconds */
async function simulateBlocks(
  { simulation, threads }: Pools,
  base: Omit<SimulateTask, 'fromPath' | 'toPath'>,
  size: number,
  signal: AbortSignal,
  onBlock: (paths: number) => void,
): Promise<number> {
  const { paths } = base.plan;
  // One failed block makes the others pointless; `stop` takes them off the pool.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let next = 0;
  let seconds = 0;
  const take = async () => {
    while (next < paths) {
      const fromPath = next;
      const toPath = Math.min(paths, fromPath + size);
      next = toPath;
      seconds += (await simulation.run({ ...base, fromPath, toPath } satisfies SimulateTask, {
        name: 'simulateBlock',
        signal: either,
      })) as number;
      onBlock(toPath - fromPath);
    }
  };
  try {
    await Promise.all(Array.from({ length: threads }, take));
  } catch (error) {
    stop.abort();
    throw error;
  }
  return seconds;
}

async function measure(
  { tasks }: Pools,
  request: ResolvedRequest,
  i: number,
  columns: SimulateTask['columns'],
  signal: AbortSignal,
): Promise<Outcome<ScenarioResult>> {
  const { plan, levels, limits, figures: book, names, indices } = request;
  const scenario = request.scenarios[i];
  const task: MeasureTask = {
    at: pointer('scenarios', i),
    plan,
    scenario,
    columns,
    levels,
    limits,
    book,
    names,
    indices,
  };
  return (await tasks.run(task, { name: 'measure', signal })) as Outcome<ScenarioResult>;
}

/** The limits of a scenario with what they compile to, as the verdict reads them. */
function judged({ id, limits, survivability }: ScenarioResult): JudgedScenario {
  return {
    id,
    survivability,
    limits: limits.map((outcome) => {
      const compiled = compileLimit(outcome.expression);
      if (!compiled.ok) throw new RangeError(`limit ${outcome.id} was not checked: ${compiled.findings[0].message}`);
      return { id: outcome.id, limit: compiled.limit, outcome };
    }),
  };
}

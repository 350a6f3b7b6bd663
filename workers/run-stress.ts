import { pointer } from '../models/failures.ts';
import type { Outcome } from '../models/outcome.ts';
import { compileLimit } from '../models/risk/limits/compile-limit.ts';
import type { Estimate } from '../models/risk/moments.ts';
import { nextPaths, precisionOf, precisionWarnings, relativeErrorOf } from '../models/risk/precision.ts';
import { type JudgedScenario, verdict } from '../models/risk/verdict.ts';
import { allocateColumns, type PathColumns } from '../models/simulation/columns.ts';
import type { SamplingChoice } from '../models/sampling/choose-sampling.ts';
import type { ScenarioResult, StressResult } from '../schemas/stress-result.ts';
import type { PreparedRun, RunOptions } from './engine.ts';
import { scenarioSampling } from './scenario-sampling.ts';
import { defaultBlockPaths, type Pools, type RunThreads, runTask, simulateBlocks } from './simulate-blocks.ts';
import type { EstimateTask, MeasureTask } from './tasks.ts';

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
  const { signal } = options;
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
    measuring = measure(run, i, simulated.value);
    // Awaited above; but when the next simulation throws first, that is the error.
    measuring.catch(() => undefined);
  }
  const last = await measuring;
  if (last?.ok === false) return last;
  if (last !== null) scenarios.push(last.value);
  const wallSeconds = (performance.now() - started) / 1000;
  const result: StressResult = {
    initialValue: plan.financing.initialValue,
    positions: [...request.positions],
    scenarios,
    verdict: verdict(scenarios.map(judged), request.currency),
    assumptions: { repairs: [...request.repairs], residuals: [...request.residuals], notes: [...request.notes] },
    timing: { cpuSeconds, wallSeconds, pathsPerSecond: done / wallSeconds },
  };
  return { ok: true, value: result };
}

interface Progress {
  /** Paths that are done. */
  readonly onBlock: (paths: number) => void;
  /** Paths that are to be done beside those planned before. */
  readonly onPlan: (paths: number) => void;
  /** Paths of a pilot that are done; told with the next block of the run. */
  readonly onPilot: (paths: number) => void;
}

interface SimulatedScenario {
  /** With room for `plan.paths`. */
  readonly columns: PathColumns;
  readonly paths: number;
  readonly sampling: SamplingChoice;
  readonly cpuSeconds: number;
  /** Null without a target. */
  readonly precision: { readonly figure: Estimate; readonly batches: number } | null;
}

/** Chooses how paths are drawn, then simulates all of the plan, or with a target batches until it is reached. */
async function simulateScenario(run: RunThreads, i: number, progress: Progress): Promise<Outcome<SimulatedScenario>> {
  const { plan, target, scenarios } = run.request;
  const chosen = await scenarioSampling(run, i, progress.onPilot);
  const sampling = chosen.choice;
  const scenario = { ...scenarios[i], sampling: chosen.sampling };
  // Shared memory that is never written takes none, so columns have room for every path that there may be.
  const columns = allocateColumns(plan, scenario);
  const batch = (from: number, to: number) =>
    simulateBlocks(run, { plan, scenario, columns }, { from, to }, progress.onBlock);
  if (target === null) {
    const cpuSeconds = chosen.cpuSeconds + (await batch(0, plan.paths));
    return { ok: true, value: { columns, paths: plan.paths, sampling, cpuSeconds, precision: null } };
  }
  let paths = target.firstPaths;
  let cpuSeconds = chosen.cpuSeconds + (await batch(0, paths));
  for (let batches = 1; ; batches++) {
    const task: EstimateTask = { at: pointer('scenarios', i), plan, columns, paths, target };
    const estimated = await runTask<Outcome<Estimate>>(run, 'estimate', task);
    if (!estimated.ok) return estimated;
    const figure = estimated.value;
    const next = nextPaths(paths, relativeErrorOf(figure), target);
    if (next === paths) {
      return { ok: true, value: { columns, paths, sampling, cpuSeconds, precision: { figure, batches } } };
    }
    progress.onPlan(next - paths);
    cpuSeconds += await batch(paths, next);
    paths = next;
  }
}

async function measure(
  run: RunThreads,
  i: number,
  { columns, paths, sampling, precision }: SimulatedScenario,
): Promise<Outcome<ScenarioResult>> {
  const { plan, target, scenarios, levels, limits, figures: book, names, indices } = run.request;
  const task: MeasureTask = {
    at: pointer('scenarios', i),
    plan,
    scenario: scenarios[i],
    columns,
    paths,
    sampling,
    levels,
    limits,
    book,
    names,
    indices,
  };
  const measured = await runTask<Outcome<ScenarioResult>>(run, 'measure', task);
  if (!measured.ok || target === null || precision === null) return measured;
  const { figure, batches } = precision;
  const reached = precisionOf(target, figure, batches);
  const warnings = [...measured.value.warnings, ...precisionWarnings(reached, figure, paths)];
  return { ok: true, value: { ...measured.value, target: reached, warnings } };
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

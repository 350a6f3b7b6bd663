/**
 * A request through the engine in this thread: the functions that the workers run, without the pool.
 */
import type { ResolvedRequest } from '../../models/book/prepare-run.ts';
import type { Outcome } from '../../models/outcome.ts';
import { allocateColumns, CHUNK_PATHS, type PathColumns } from '../../models/simulation/columns.ts';
import { measureScenario } from '../../models/risk/scenario-result.ts';
import {
  chooseSampling,
  type ChosenSampling,
  firstStage,
  type PilotStage,
  secondStage,
  withoutPilot,
} from '../../models/sampling/choose-sampling.ts';
import type { RunPlan, ScenarioPlan } from '../../models/simulation/plan.ts';
import { simulatePaths } from '../../models/simulation/reference.ts';
import type { SamplingMethod } from '../../schemas/sampling.ts';
import type { ScenarioResult } from '../../schemas/stress-result.ts';
import type { StressRunRequest } from '../../schemas/stress-run.ts';
import type { PreparedRun } from '../../workers/engine.ts';
import { prepare } from '../../workers/tasks.ts';

/** One scenario of a request, simulated. */
export interface Simulated {
  readonly request: ResolvedRequest;
  readonly columns: PathColumns;
  readonly result: ScenarioResult;
}

/** Work no test should ask for by accident. */
const ASSET_STEPS = 1e9;

/** Checks and resolves a request; its seed, when left out, is that of the service. */
export function prepareRequest(request: StressRunRequest): Outcome<PreparedRun> {
  return prepare({ request, assetSteps: ASSET_STEPS });
}

/**
 * Simulates and measures every scenario of a request, plainly unless it asks for tail sampling: most tests look at the
 * paths themselves, whose means are those of the scenario only where all weigh the same.
 *
 * @param blockChunks  chunks of paths in one call of the simulator; the numbers do not depend on it
 * @throws RangeError with the failures when the request is refused
 */
export function simulateAll(wire: StressRunRequest, blockChunks = Number.POSITIVE_INFINITY): Simulated[] {
  const prepared = prepareRequest(wire);
  if (!prepared.ok) throw new RangeError(`refused: ${JSON.stringify(prepared.failures)}`);
  const { request } = prepared.value;
  const { plan, levels, limits, figures, names, indices } = request;
  const requested = wire.simulation?.sampling ?? 'plain';
  return request.scenarios.map((planned) => {
    const { sampling, choice } = chooseHere(plan, planned, requested, levels);
    const scenario = { ...planned, sampling };
    const columns = allocateColumns(plan, scenario);
    for (let from = 0; from < plan.paths; ) {
      const to = Math.min(plan.paths, from + blockChunks * CHUNK_PATHS);
      simulatePaths(plan, scenario, from, to, columns);
      from = to;
    }
    const measured = { plan, scenario, columns, sampling: choice, levels, limits, book: figures, names, indices };
    const result = measureScenario(measured);
    return { request, columns, result };
  });
}

/** The choice of the service, with the pilot simulated in this thread. */
export function chooseHere(
  plan: RunPlan,
  scenario: ScenarioPlan,
  requested: SamplingMethod,
  levels: readonly number[],
): ChosenSampling {
  const plain = withoutPilot(requested, plan.paths);
  if (plain !== null) return plain;
  const one = firstStage(plan, scenario);
  const first = simulateStage(one);
  const two = secondStage(plan, scenario, first);
  const second = two === null ? null : { columns: simulateStage(two), sampling: two.scenario.sampling };
  return chooseSampling(plan, scenario, { first, second }, levels);
}

/** All paths of a stage of a pilot. */
export function simulateStage({ plan, scenario }: PilotStage): PathColumns {
  const columns = allocateColumns(plan, scenario);
  simulatePaths(plan, scenario, 0, plan.paths, columns);
  return columns;
}

/** The same for a request with one scenario. */
export function simulate(wire: StressRunRequest): Simulated {
  const [only, ...rest] = simulateAll(wire);
  if (only === undefined || rest.length > 0) throw new RangeError(`${1 + rest.length} scenarios; need one`);
  return only;
}

/** Mean of a column and its standard error s / √n. */
export function meanOf(column: ArrayLike<number>): { readonly mean: number; readonly error: number } {
  const n = column.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += column[i];
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (column[i] - mean) ** 2;
  return { mean, error: Math.sqrt(squares / (n - 1) / n) };
}

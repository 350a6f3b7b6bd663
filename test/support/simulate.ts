/**
 * A request through the engine in this thread: the functions that the workers run, without the pool.
 */
import type { ResolvedRequest } from '../../models/book/prepare-run.ts';
import type { Outcome } from '../../models/outcome.ts';
import { allocateColumns, CHUNK_PATHS, type PathColumns } from '../../models/simulation/columns.ts';
import { measureScenario } from '../../models/risk/scenario-result.ts';
import { simulatePaths } from '../../models/simulation/reference.ts';
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
 * Simulates and measures every scenario of a request.
 *
 * @param blockChunks  chunks of paths in one call of the simulator; the numbers do not depend on it
 * @throws RangeError with the failures when the request is refused
 */
export function simulateAll(wire: StressRunRequest, blockChunks = Number.POSITIVE_INFINITY): Simulated[] {
  const prepared = prepareRequest(wire);
  if (!prepared.ok) throw new RangeError(`refused: ${JSON.stringify(prepared.failures)}`);
  const { request } = prepared.value;
  const { plan, levels, limits, figures, names, indices } = request;
  return request.scenarios.map((scenario) => {
    const columns = allocateColumns(plan, scenario);
    for (let from = 0; from < plan.paths; ) {
      const to = Math.min(plan.paths, from + blockChunks * CHUNK_PATHS);
      simulatePaths(plan, scenario, from, to, columns);
      from = to;
    }
    const result = measureScenario({ plan, scenario, columns, levels, limits, book: figures, names, indices });
    return { request, columns, result };
  });
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

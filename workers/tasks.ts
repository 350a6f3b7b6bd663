/** What a thread for checks, analytics and measures runs. What crosses is plain data or failures, never an Error class. */
import { bookGreeks, breakEven } from '../models/book/analytics.ts';
import { prepareRun } from '../models/book/prepare-run.ts';
import type { Outcome } from '../models/outcome.ts';
import { beyondDoubles, type MeasureRequest, measureScenario } from '../models/risk/scenario-result.ts';
import type { ScenarioResult } from '../schemas/stress-result.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import type { PreparedRun } from './engine.ts';
import { fillDefaults } from './fill-defaults.ts';
import { inputHash, seedFromHash } from './input-hash.ts';

export interface PrepareTask {
  readonly request: StressRunRequest;
  readonly assetSteps: number;
}

export function prepare({ request, assetSteps }: PrepareTask): Outcome<PreparedRun> {
  const filled = fillDefaults(request);
  const hash = inputHash(filled);
  const seed = filled.simulation.seed ?? seedFromHash(hash);
  const prepared = prepareRun(filled, seed, assetSteps);
  if (!prepared.ok) return prepared;
  const { plan, scenarios } = prepared.value;
  return { ok: true, value: { inputHash: hash, seed, paths: plan.paths * scenarios.length, request: prepared.value } };
}

export interface MeasureTask extends MeasureRequest {
  /** Pointer of the scenario in the request. */
  readonly at: string;
}

/** Measures a simulated scenario; prices that left the range of doubles are the input's fault, and come back as one. */
export function measure({ at, ...request }: MeasureTask): Outcome<ScenarioResult> {
  const message = beyondDoubles(request.columns);
  if (message !== null) return { ok: false, failures: [{ reason: 'not_finite', pointer: at, message }] };
  return { ok: true, value: measureScenario(request) };
}

export const greeks = bookGreeks;
export { breakEven };

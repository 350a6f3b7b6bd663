/** What a thread for checks, analytics and measures runs. What crosses is plain data or failures, never an Error class. */
import { bookGreeks, breakEven } from '../models/book/analytics.ts';
import { prepareRun } from '../models/book/prepare-run.ts';
import type { Outcome } from '../models/outcome.ts';
import { measureScenario } from '../models/risk/scenario-result.ts';
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

export const measure = measureScenario;
export const greeks = bookGreeks;
export { breakEven };

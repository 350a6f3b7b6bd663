/** What a thread runs. Everything that crosses is plain data; large arrays lie on shared memory and are not copied. */
import { bookGreeks, breakEven } from '../models/book/analytics.ts';
import { prepareRun } from '../models/book/prepare-run.ts';
import type { Outcome } from '../models/outcome.ts';
import { measureScenario } from '../models/risk/scenario-result.ts';
import type { PathColumns } from '../models/simulation/columns.ts';
import type { RunPlan, ScenarioPlan } from '../models/simulation/plan.ts';
import { simulatePaths } from '../models/simulation/reference.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import type { PreparedRun } from './engine.ts';
import { fillDefaults } from './fill-defaults.ts';
import { inputHash, seedFromHash } from './input-hash.ts';

export interface PrepareTask {
  readonly request: StressRunRequest;
  readonly assetSteps: number;
}

/** A block of whole chunks of paths; the results go into `columns`. */
export interface SimulateTask {
  readonly plan: RunPlan;
  readonly scenario: ScenarioPlan;
  readonly fromPath: number;
  readonly toPath: number;
  readonly columns: PathColumns;
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

/** @returns processor seconds of this thread */
export function simulate({ plan, scenario, fromPath, toPath, columns }: SimulateTask): number {
  const before = process.threadCpuUsage();
  simulatePaths(plan, scenario, fromPath, toPath, columns);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1e6;
}

export const measure = measureScenario;
export const greeks = bookGreeks;
export { breakEven };

import type { PathColumns } from '../models/simulation/columns.ts';
import type { RunPlan, ScenarioPlan } from '../models/simulation/plan.ts';
import { simulatePaths } from '../models/simulation/reference.ts';

/** A block of whole chunks of paths. The arrays lie on shared memory: they are read and written in place, not copied. */
export interface SimulateTask {
  readonly plan: RunPlan;
  readonly scenario: ScenarioPlan;
  readonly fromPath: number;
  readonly toPath: number;
  /** Receives the results at the paths' places. */
  readonly columns: PathColumns;
}

/**
 * What a simulating thread runs. It imports nothing but the simulator, so that a thread ended by a cancelled run is
 * back in tens of milliseconds.
 *
 * @returns processor seconds of this thread
 */
export function simulateBlock({ plan, scenario, fromPath, toPath, columns }: SimulateTask): number {
  const before = process.threadCpuUsage();
  simulatePaths(plan, scenario, fromPath, toPath, columns);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1e6;
}

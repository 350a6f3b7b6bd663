import { type ChosenSampling, firstStage, type PilotStage, withoutPilot } from '../models/sampling/choose-sampling.ts';
import { allocateColumns, type PathColumns } from '../models/simulation/columns.ts';
import type { RunPlan, ScenarioPlan } from '../models/simulation/plan.ts';
import type { SamplingMethod } from '../schemas/sampling.ts';
import type { ChooseSamplingTask, SecondStageTask } from './tasks.ts';

export interface SamplingRequest {
  readonly plan: RunPlan;
  readonly scenario: ScenarioPlan;
  readonly requested: SamplingMethod;
  readonly levels: readonly number[];
}

/** What a choice needs of the threads. */
export interface PilotThreads {
  /** Simulates all paths of the stage into the columns. @returns processor seconds */
  readonly simulate: (stage: PilotStage, columns: PathColumns) => Promise<number>;
  readonly secondStage: (task: SecondStageTask) => Promise<PilotStage | null>;
  readonly choose: (task: ChooseSamplingTask) => Promise<ChosenSampling>;
}

/**
 * Decides how the paths of a scenario are drawn: by its pilot, when one is worth its paths. The pilot's path numbers are
 * its own and its blocks are written at their places, so the choice depends on the request alone.
 *
 * @returns the choice, and the processor seconds that the pilot took
 */
export async function chooseScenarioSampling(
  { plan, scenario, requested, levels }: SamplingRequest,
  threads: PilotThreads,
): Promise<ChosenSampling & { readonly cpuSeconds: number }> {
  const plain = withoutPilot(requested, plan.paths);
  if (plain !== null) return { ...plain, cpuSeconds: 0 };
  const first = await simulateStage(firstStage(plan, scenario), threads);
  const stage = await threads.secondStage({ plan, scenario, first: first.columns });
  const second =
    stage === null ? null : { ...(await simulateStage(stage, threads)), sampling: stage.scenario.sampling };
  const columns = { first: first.columns, second };
  const chosen = await threads.choose({ plan, scenario, columns, levels });
  return { ...chosen, cpuSeconds: first.cpuSeconds + (second?.cpuSeconds ?? 0) };
}

async function simulateStage(stage: PilotStage, { simulate }: PilotThreads) {
  const columns = allocateColumns(stage.plan, stage.scenario);
  return { columns, cpuSeconds: await simulate(stage, columns) };
}

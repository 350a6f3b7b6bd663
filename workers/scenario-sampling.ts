import { type ChosenSampling, firstStage, type PilotStage, withoutPilot } from '../models/sampling/choose-sampling.ts';
import { allocateColumns } from '../models/simulation/columns.ts';
import { type RunThreads, runTask, simulateBlocks } from './simulate-blocks.ts';
import type { ChooseSamplingTask, SecondStageTask } from './tasks.ts';

/**
 * Decides how the paths of a scenario are drawn: by its pilot, when one is worth its paths. The pilot's path numbers are
 * its own and its blocks are written at their places, so the choice depends on the request and the arithmetic alone: it is
 * the same whenever it is asked for.
 *
 * @param i        place of the scenario in the request
 * @param onPilot  told the paths of the pilot that are done
 * @returns the choice, and the processor seconds that the pilot took
 */
export async function scenarioSampling(
  run: RunThreads,
  i: number,
  onPilot: (paths: number) => void,
): Promise<ChosenSampling & { readonly cpuSeconds: number }> {
  const { plan, scenarios, sampling: requested, levels } = run.request;
  const scenario = scenarios[i];
  const plain = withoutPilot(requested, plan.paths);
  if (plain !== null) return { ...plain, cpuSeconds: 0 };
  const first = await simulateStage(run, firstStage(plan, scenario), onPilot);
  const pilot: SecondStageTask = { plan, scenario, first: first.columns };
  const stage = await runTask<PilotStage | null>(run, 'pilotSecondStage', pilot);
  const second =
    stage === null ? null : { ...(await simulateStage(run, stage, onPilot)), sampling: stage.scenario.sampling };
  const task: ChooseSamplingTask = { plan, scenario, columns: { first: first.columns, second }, levels };
  const chosen = await runTask<ChosenSampling>(run, 'choosePathSampling', task);
  return { ...chosen, cpuSeconds: first.cpuSeconds + (second?.cpuSeconds ?? 0) };
}

/** All paths of a stage. */
async function simulateStage(run: RunThreads, stage: PilotStage, onPilot: (paths: number) => void) {
  const columns = allocateColumns(stage.plan, stage.scenario);
  const cpuSeconds = await simulateBlocks(run, { ...stage, columns }, { from: 0, to: stage.plan.paths }, onPilot);
  return { columns, cpuSeconds };
}

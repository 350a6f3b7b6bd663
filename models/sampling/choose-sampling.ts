import type { SamplingResult } from '../../schemas/sampling.ts';
import { CHUNK_PATHS, type PathColumns } from '../simulation/columns.ts';
import { DEFENSIVE_SHARE, type RunPlan, type SamplingPlan, type ScenarioPlan } from '../simulation/plan.ts';
import { chooseLaw, LEAST_GAIN } from './choose-law.ts';
import { fitTilts } from './fit-tilts.ts';
import { joinPilot, tailOf } from './pilot-sample.ts';
import { chainOf, modelLaw, samplingPlan } from './sampling-law.ts';
import { dayMoments, tiltChain } from './tilted-chain.ts';

/** Paths of each of the two stages of a pilot: four chunks. Half as many find laws that lose at some level. */
export const STAGE_PATHS = 4 * CHUNK_PATHS;
export const PILOT_PATHS = 2 * STAGE_PATHS;

/** Fewest paths of a run that a pilot is made for: with fewer it would cost more than the run. */
export const LEAST_PATHS = 2000;

/** Number of the first path of a pilot; runs stay below it, so no pilot shares a draw with a run. */
const FIRST_PILOT_PATH = 2 ** 31;

/** Share of the worst plain paths that the second stage is drawn towards. */
const FIRST_TAIL_SHARE = 0.1;

/** What the result says of the sampling before the run itself is measured. */
export type SamplingChoice = Omit<SamplingResult, 'varianceReduction' | 'survival'>;

/** How the paths of a scenario will be drawn. */
export interface ChosenSampling {
  /** Null: from the law of the model. */
  readonly sampling: SamplingPlan | null;
  readonly choice: SamplingChoice;
}

/** Paths to simulate before the run: a plan and a scenario as the simulator takes them. */
export interface PilotStage {
  readonly plan: RunPlan;
  readonly scenario: ScenarioPlan & { readonly sampling: SamplingPlan };
}

/** Paths are drawn from the law of the model, for a reason given in words. */
export function plainSampling(requested: SamplingResult['requested'], note: string, pilotPaths = 0): ChosenSampling {
  const choice = { method: 'plain' as const, requested, note, pilotPaths };
  return {
    sampling: null,
    choice: { ...choice, defensiveShare: null, tailShare: null, directionShare: null, regimes: [] },
  };
}

/**
 * Whether a pilot is worth its paths.
 *
 * @param paths  most paths the scenario may come to
 * @returns null when it is, or the plain sampling to use instead
 */
export function withoutPilot(requested: SamplingResult['requested'], paths: number): ChosenSampling | null {
  if (requested === 'plain') return plainSampling(requested, 'Plain sampling was asked for.');
  if (paths >= LEAST_PATHS) return null;
  return plainSampling(
    requested,
    `The run has ${paths} paths; under ${LEAST_PATHS} the pilot of ${PILOT_PATHS} that tail sampling needs costs more than it saves.`,
  );
}

/**
 * First stage of a pilot: plain paths that record what any law Q weighs a path by. They are drawn as if from a mixture
 * whose Q is the model, so their weights are 1.
 */
export function firstStage(plan: RunPlan, scenario: ScenarioPlan): PilotStage {
  return {
    plan: { ...plan, paths: STAGE_PATHS, firstPath: FIRST_PILOT_PATH },
    scenario: { ...scenario, sampling: samplingPlan(plan, scenario, modelLaw(scenario.regimes.length), true) },
  };
}

/**
 * Second stage: the regimes are tilted towards the worst tenth of the first, so that it has enough bad paths to fit a
 * law to.
 *
 * @param first  columns of the first stage
 * @returns null when a number of them is not finite
 */
export function secondStage(plan: RunPlan, scenario: ScenarioPlan, first: PathColumns): PilotStage | null {
  const sample = joinPilot([first], null);
  if (sample === null) return null;
  const tail = tailOf(sample, FIRST_TAIL_SHARE);
  const tilts = fitTilts(
    chainOf(plan, scenario),
    tail.days.map((sum) => sum / tail.weight),
  );
  const law = { ...modelLaw(scenario.regimes.length), tilts };
  return {
    plan: { ...plan, paths: STAGE_PATHS, firstPath: FIRST_PILOT_PATH + STAGE_PATHS },
    scenario: { ...scenario, sampling: samplingPlan(plan, scenario, law, true) },
  };
}

export interface PilotColumns {
  readonly first: PathColumns;
  /** Of the second stage, with what it was drawn from; null when there was none. */
  readonly second: { readonly columns: PathColumns; readonly sampling: SamplingPlan } | null;
}

/**
 * Chooses how the paths of a scenario are drawn, from its pilot and the levels of VaR and ES. A book that no law promises
 * much to is drawn plainly.
 */
export function chooseSampling(
  plan: RunPlan,
  scenario: ScenarioPlan,
  { first, second }: PilotColumns,
  levels: readonly number[],
): ChosenSampling {
  const sample = second === null ? null : joinPilot([first, second.columns], second.sampling);
  if (sample === null) {
    return plainSampling('tail', 'Numbers of the pilot left the range of doubles.', PILOT_PATHS);
  }
  const chain = chainOf(plan, scenario);
  const chosen = chooseLaw(chain, sample, levels);
  if (chosen === null) {
    const note = `On a pilot of ${PILOT_PATHS} paths no law promised errors of ES as of ${LEAST_GAIN} times the paths at all levels, so the paths are plain.`;
    return plainSampling('tail', note, PILOT_PATHS);
  }
  const { law, recipe, gain } = chosen;
  const meanDays = dayMoments(tiltChain(chain, modelLaw(law.tilts.length).tilts)).mean;
  const sampledDays = dayMoments(tiltChain(chain, law.tilts)).mean;
  const times = gain < 10 ? Math.round(gain * 10) / 10 : Math.round(gain);
  return {
    sampling: samplingPlan(plan, scenario, law, false),
    choice: {
      method: 'tail',
      requested: 'tail',
      note: `A pilot of ${PILOT_PATHS} paths promised errors of ES as of at least ${times} times the paths, in the mean over the levels.`,
      defensiveShare: DEFENSIVE_SHARE,
      pilotPaths: PILOT_PATHS,
      tailShare: recipe.tiltShare,
      directionShare: recipe.moveShare,
      regimes: scenario.regimes.map((id, r) => ({
        id,
        meanDays: meanDays[r],
        sampledDays: sampledDays[r],
        inflation: law.inflations[r],
        shift: law.shifts[r],
      })),
    },
  };
}

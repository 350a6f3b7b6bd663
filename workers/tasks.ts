/** What a thread for checks, analytics and measures runs. What crosses is plain data or failures, never an Error class. */
import { bookGreeks, breakEven } from '../models/book/analytics.ts';
import { prepareRun } from '../models/book/prepare-run.ts';
import type { Outcome } from '../models/outcome.ts';
import type { Estimate } from '../models/risk/moments.ts';
import { type Target, targetFigure } from '../models/risk/precision.ts';
import { runWeighting } from '../models/risk/weighting.ts';
import { beyondDoubles, type MeasureRequest, measureScenario } from '../models/risk/scenario-result.ts';
import {
  chooseSampling,
  type ChosenSampling,
  type PilotColumns,
  type PilotStage,
  secondStage,
} from '../models/sampling/choose-sampling.ts';
import type { PathColumns } from '../models/simulation/columns.ts';
import { firstPaths } from '../models/simulation/first-paths.ts';
import { assetsPerDay, type RunPlan, type ScenarioPlan } from '../models/simulation/plan.ts';
import { type ReplayRequest, replayPath } from '../models/simulation/replay-path.ts';
import type { PathReplay } from '../schemas/path-replay.ts';
import type { ScenarioResult } from '../schemas/stress-result.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import type { PreparedRun } from './engine.ts';
import { checkDocument } from './check-document.ts';
import { fillDefaults } from './fill-defaults.ts';
import { inputHash, seedFromHash } from './input-hash.ts';
import { isSplit } from './shard-size.ts';

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
  const { plan, scenarios, target } = prepared.value;
  const paths = (target?.firstPaths ?? plan.paths) * scenarios.length;
  const work = plan.paths * plan.days * assetsPerDay(plan) * scenarios.length;
  const split = isSplit(plan, scenarios.length);
  return { ok: true, value: { inputHash: hash, seed, paths, assetSteps: work, split, request: prepared.value } };
}

/** Paths that were simulated, in columns that may have room for more. */
export interface SimulatedPaths {
  /** Pointer of the scenario in the request. */
  readonly at: string;
  readonly plan: RunPlan;
  readonly columns: PathColumns;
  readonly paths: number;
}

export interface EstimateTask extends SimulatedPaths {
  readonly target: Pick<Target, 'metric' | 'level'>;
}

/** The figure of a target, with its error. */
export function estimate({ target, ...simulated }: EstimateTask): Outcome<Estimate> {
  const kept = finitePaths(simulated);
  return kept.ok ? { ok: true, value: targetFigure(kept.value, runWeighting(kept.value.weights), target) } : kept;
}

export interface MeasureTask extends MeasureRequest, SimulatedPaths {}

/** Measures a simulated scenario, as a run of just these paths is measured. */
export function measure({ at, paths, ...request }: MeasureTask): Outcome<ScenarioResult> {
  const kept = finitePaths({ at, paths, ...request });
  if (!kept.ok) return kept;
  return { ok: true, value: measureScenario({ ...request, plan: { ...request.plan, paths }, columns: kept.value }) };
}

/** The columns of what was simulated; prices that left the range of doubles are the input's fault, and come back as one. */
function finitePaths({ at, plan, columns, paths }: SimulatedPaths): Outcome<PathColumns> {
  const kept = firstPaths(columns, plan.paths, paths);
  const message = beyondDoubles(kept);
  if (message !== null) return { ok: false, failures: [{ reason: 'not_finite', pointer: at, message }] };
  return { ok: true, value: kept };
}

export interface SecondStageTask {
  readonly plan: RunPlan;
  readonly scenario: ScenarioPlan;
  readonly first: PathColumns;
}

/** What the second stage of a pilot is drawn from. */
export function pilotSecondStage({ plan, scenario, first }: SecondStageTask): PilotStage | null {
  return secondStage(plan, scenario, first);
}

export interface ChooseSamplingTask {
  readonly plan: RunPlan;
  readonly scenario: ScenarioPlan;
  readonly columns: PilotColumns;
  readonly levels: readonly number[];
}

/** How the paths of a scenario are drawn, from its pilot. */
export function choosePathSampling({ plan, scenario, columns, levels }: ChooseSamplingTask): ChosenSampling {
  return chooseSampling(plan, scenario, columns, levels);
}

export interface ReplayTask extends ReplayRequest, Pick<PathReplay, 'seed' | 'arithmetic'> {
  /** NaN or infinite when prices left the range of doubles; null when it is not known. */
  readonly recordedPnl: number | null;
}

/**
 * A path day by day, as JSON. The text is written here because of a large book over a long horizon it has over 100 MB,
 * and a server that wrote it would answer nothing else for seconds. A number that is not finite becomes null.
 */
export function replay({ seed, arithmetic, recordedPnl, ...request }: ReplayTask): string {
  const { scenario, path, law, weight, pnl, ...rest } = replayPath(request);
  return JSON.stringify({
    scenario,
    path,
    seed,
    law,
    weight,
    pnl,
    recordedPnl,
    arithmetic,
    ...rest,
  } satisfies PathReplay);
}

export const greeks = bookGreeks;
export { breakEven, checkDocument };

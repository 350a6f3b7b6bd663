import { pointer } from '../models/failures.ts';
import type { Outcome } from '../models/outcome.ts';
import { compileLimit } from '../models/risk/limits/compile-limit.ts';
import type { Estimate } from '../models/risk/moments.ts';
import { nextPaths, precisionOf, precisionWarnings, relativeErrorOf } from '../models/risk/precision.ts';
import { type JudgedScenario, verdict } from '../models/risk/verdict.ts';
import type { ResolvedRequest } from '../models/book/prepare-run.ts';
import type { PathColumns } from '../models/simulation/columns.ts';
import type { SamplingChoice } from '../models/sampling/choose-sampling.ts';
import type { ScenarioResult, StressResult } from '../schemas/stress-result.ts';
import { type RunThreads, runTask } from './simulate-blocks.ts';
import type { EstimateTask, MeasureTask } from './tasks.ts';

/** Paths of a scenario that have been simulated. */
export interface SimulatedScenario {
  /** With room for the paths of the plan. */
  readonly columns: PathColumns;
  readonly paths: number;
  readonly sampling: SamplingChoice;
  /** How often it was simulated on for its target, the first time included. */
  readonly batches: number;
}

/** What a target says after a batch: how many paths there have to be, and the figure; null without a target. */
export interface Reached {
  readonly figure: Estimate;
  /** As many as there are when they are enough. */
  readonly paths: number;
}

/** Whether the target of a run is reached. */
export async function judgeTarget(
  run: RunThreads,
  i: number,
  { columns, paths }: SimulatedScenario,
): Promise<Outcome<Reached | null>> {
  const { plan, target } = run.request;
  if (target === null) return { ok: true, value: null };
  const task: EstimateTask = { at: pointer('scenarios', i), plan, columns, paths, target };
  const estimated = await runTask<Outcome<Estimate>>(run, 'estimate', task);
  if (!estimated.ok) return estimated;
  const figure = estimated.value;
  return { ok: true, value: { figure, paths: nextPaths(paths, relativeErrorOf(figure), target) } };
}

/** Measures a scenario whose paths are enough, in a thread. */
export async function measureScenario(
  run: RunThreads,
  i: number,
  { columns, paths, sampling, batches }: SimulatedScenario,
  reached: Reached | null,
): Promise<Outcome<ScenarioResult>> {
  const { plan, target, scenarios, levels, limits, figures: book, names, indices } = run.request;
  const task: MeasureTask = {
    at: pointer('scenarios', i),
    plan,
    scenario: scenarios[i],
    columns,
    paths,
    sampling,
    levels,
    limits,
    book,
    names,
    indices,
  };
  const measured = await runTask<Outcome<ScenarioResult>>(run, 'measure', task);
  if (!measured.ok || target === null || reached === null) return measured;
  const precision = precisionOf(target, reached.figure, batches);
  const warnings = [...measured.value.warnings, ...precisionWarnings(precision, reached.figure, paths)];
  return { ok: true, value: { ...measured.value, target: precision, warnings } };
}

/** The result of a run whose scenarios have all been measured. */
export function stressResult(
  request: ResolvedRequest,
  scenarios: readonly ScenarioResult[],
  timing: StressResult['timing'],
): StressResult {
  return {
    initialValue: request.plan.financing.initialValue,
    positions: [...request.positions],
    scenarios: [...scenarios],
    verdict: verdict(scenarios.map(judged), request.currency),
    assumptions: { repairs: [...request.repairs], residuals: [...request.residuals], notes: [...request.notes] },
    timing,
  };
}

/** The limits of a scenario with what they compile to, as the verdict reads them. */
function judged({ id, limits, survivability }: ScenarioResult): JudgedScenario {
  return {
    id,
    survivability,
    limits: limits.map((outcome) => {
      const compiled = compileLimit(outcome.expression);
      if (!compiled.ok) throw new RangeError(`limit ${outcome.id} was not checked: ${compiled.findings[0].message}`);
      return { id: outcome.id, limit: compiled.limit, outcome };
    }),
  };
}

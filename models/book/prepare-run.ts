import type { Limit } from '../../schemas/book.ts';
import type { SamplingMethod } from '../../schemas/sampling.ts';
import type { MatrixRepair, PositionValue, ResidualUnderlying } from '../../schemas/stress-result.ts';
import { pointer } from '../failures.ts';
import type { Outcome } from '../outcome.ts';
import type { BookFigures } from '../risk/limits/limit-metrics.ts';
import { resolveTarget, type Target } from '../risk/precision.ts';
import type { MeasureRequest } from '../risk/scenario-result.ts';
import { PILOT_PATHS, withoutPilot } from '../sampling/choose-sampling.ts';
import { assetsPerDay, type RunPlan, type ScenarioPlan } from '../simulation/plan.ts';
import type { FilledRequest } from './filled-request.ts';
import { type CheckedRequest, checkStressRun } from './check/stress-run.ts';
import { bookTotals, legValues, positionValues } from './greeks.ts';
import { resolveMatrix } from './resolve-matrix.ts';
import { inputNotes } from './input-notes.ts';
import { type ResolvedMarket, resolveMarket } from './resolve-market.ts';
import { residualsOf, resolveRun } from './resolve-run.ts';
import { resolveScenario } from './resolve-scenario.ts';
import { slotsOf } from './slots.ts';

/** A request resolved: plans to simulate, and what the result says about the start. */
export interface ResolvedRequest {
  readonly plan: RunPlan;
  /** Strict arithmetic was asked for. */
  readonly strict: boolean;
  readonly scenarios: readonly ScenarioPlan[];
  readonly sampling: SamplingMethod;
  /** When a scenario stops before the paths of the plan; null when all are simulated. */
  readonly target: Target | null;
  readonly levels: readonly number[];
  readonly limits: readonly Limit[];
  readonly currency: string;
  readonly names: MeasureRequest['names'];
  readonly indices: MeasureRequest['indices'];
  readonly positions: readonly PositionValue[];
  readonly figures: BookFigures;
  readonly repairs: readonly MatrixRepair[];
  readonly residuals: readonly ResidualUnderlying[];
  readonly notes: readonly string[];
}

/**
 * Most work of factoring the matrices of a request, regimes × names³: about ten seconds of a thread, and what they take
 * stays under 300 MB. 1,000 names may have 30 regimes, 300 names more than a request can hold.
 */
const PREPARATION_WORK = 3e10;

/**
 * Checks and resolves a request that satisfies its schema. Cubic in the number of names (matrices are checked and
 * factored), so it belongs in a thread.
 *
 * @param seed        uint64 in decimal, already decided
 * @param assetSteps  most work allowed: paths (maxPaths of a target, and those of a pilot) × days × (names + legs), over all scenarios
 * @returns the plans, or every failure
 */
export function prepareRun(request: FilledRequest, seed: string, assetSteps: number): Outcome<ResolvedRequest> {
  const checked = checkStressRun(request);
  const { failures } = checked;
  const { book, market: wireMarket, simulation } = request;
  if (book === undefined || wireMarket === undefined) return failures.refusal();
  if (!failures.clearAt('/market')) {
    // The rest of the market cannot be resolved, but its matrix can still be judged.
    if (failures.clearAt('/market/correlation') && failures.clearAt('/market/underlyings')) {
      resolveMatrix(wireMarket.correlation, wireMarket.underlyings, '/market/correlation', failures, []);
    }
    return failures.refusal();
  }
  const { horizonDays: days, levels, survivalThreshold } = simulation;
  const target = simulation.target === undefined ? null : resolveTarget(simulation.target, simulation.paths);
  const paths = target?.maxPaths ?? simulation.paths;
  // A seed that was refused makes no key; what else is wrong can be judged with any.
  const usable = failures.clearAt('/simulation/seed') ? seed : '0';
  const settings = { seed: usable, paths, days, survivalThreshold };
  // A book with failures cannot be resolved, but its market and scenarios can still be judged.
  const run = failures.clearAt('/book') ? resolveRun(book, wireMarket, settings, failures) : undefined;
  const market = run?.market ?? (failures.clearAt('/book') ? undefined : resolveMarket(book, wireMarket, failures));
  if (market === undefined) return failures.refusal();
  // Every position names something else than this market: it is cut to nothing, and no scenario can be resolved in it.
  if (market.names.count === 0) return failures.refusal();
  const matrices = checked.scenarios.reduce((sum, scenario) => sum + (scenario?.regimes.length ?? 0), 0);
  if (matrices * market.names.count ** 3 > PREPARATION_WORK) {
    failures.add(
      'too_much_work',
      '/scenarios',
      `${matrices} regimes of ${market.names.count} underlyings have to be factored; at most ${Math.floor(PREPARATION_WORK / market.names.count ** 3)} of that size are allowed: use fewer scenarios`,
    );
    return failures.refusal();
  }
  const repairs: MatrixRepair[] = [...market.repairs];
  const scenarios = resolveScenarios(request, checked, market, days, repairs);
  if (run === undefined || scenarios.includes(undefined) || failures.any) return failures.refusal();

  const { plan } = run;
  const pilot = withoutPilot(simulation.sampling, paths) === null ? PILOT_PATHS : 0;
  const work = (paths + pilot) * days * assetsPerDay(plan) * scenarios.length;
  if (work > assetSteps) {
    const word = target === null ? 'paths' : 'maxPaths';
    const simulated = pilot === 0 ? word : `(${word} + ${pilot} of a pilot)`;
    failures.add(
      'too_much_work',
      target === null ? '/simulation/paths' : '/simulation/target/maxPaths',
      `the run ${target === null ? 'costs' : 'may cost'} ${work.toLocaleString('en-US')} asset-steps (${simulated} × days × (underlyings + legs) × scenarios); at most ${assetSteps.toLocaleString('en-US')} are allowed: use fewer ${word}, days or scenarios`,
    );
    return failures.refusal();
  }
  return {
    ok: true,
    value: {
      plan,
      strict: simulation.arithmetic === 'strict',
      scenarios: scenarios as ScenarioPlan[],
      sampling: simulation.sampling,
      target,
      levels,
      limits: book.limits,
      currency: book.currency,
      names: market.names.ids,
      indices: market.indices.map(({ id, impliedCorrelation, impliedVol }) => ({ id, impliedCorrelation, impliedVol })),
      ...startOf(
        book.positions.map(({ id }) => id),
        market,
        plan,
      ),
      repairs,
      residuals: residualsOf(market),
      notes: inputNotes(book, market),
    },
  };
}

function resolveScenarios(
  request: FilledRequest,
  { scenarios, failures }: CheckedRequest,
  market: ResolvedMarket,
  days: number,
  repairs: MatrixRepair[],
): (ScenarioPlan | undefined)[] {
  const underlyings = request.market?.underlyings ?? [];
  return scenarios.map((scenario, i) => {
    const at = pointer('scenarios', i);
    if (scenario === undefined || !failures.clearAt(at)) return undefined;
    return resolveScenario(scenario, { market, underlyings, days, at, failures, repairs });
  });
}

/** Values and sensitivities at the start, by position and for limits (delta and gamma of a book in money). */
function startOf(
  ids: readonly string[],
  market: ResolvedMarket,
  plan: RunPlan,
): Pick<ResolvedRequest, 'positions' | 'figures'> {
  const values = legValues(plan.legs, market);
  return {
    positions: positionValues(ids, values),
    figures: {
      initialValue: plan.financing.initialValue,
      premium: values.reduce((sum, { premium }) => sum + premium, 0),
      greeks: bookTotals(values, slotsOf(market)),
    },
  };
}

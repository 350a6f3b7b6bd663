import { log } from '../numeric/elementary.ts';
import type { RegimeChain } from '../regimes/chain.ts';
import type { RatioTerms } from '../simulation/mixture-weight.ts';
import type { RunPlan, SamplingPlan, ScenarioPlan } from '../simulation/plan.ts';
import { sharedBytes, shareFloats } from '../simulation/shared-array.ts';
import { commonDirections } from './directions.ts';
import { tiltChain, tiltedThresholds } from './tilted-chain.ts';

/** What tells a law Q from the law of the model. */
export interface SamplingLaw {
  /** [K] θ of the days in each regime */
  readonly tilts: Float64Array;
  /** [K] κ, above 0, and m of the common direction */
  readonly inflations: Float64Array;
  readonly shifts: Float64Array;
}

/** The law of the model itself. */
export function modelLaw(regimes: number): SamplingLaw {
  const zeros = new Float64Array(regimes);
  return { tilts: zeros, inflations: new Float64Array(regimes).fill(1), shifts: zeros };
}

export function chainOf(plan: Pick<RunPlan, 'days'>, { transition, initial, forced }: ScenarioPlan): RegimeChain {
  return { transition, initial, forced, days: plan.days };
}

/** @param logNormaliser  ln Z of the tilted chain */
export function ratioTerms({ tilts, inflations, shifts }: SamplingLaw, logNormaliser: number): RatioTerms {
  const sumTerms = shifts.map((shift, r) => shift / (inflations[r] * inflations[r]));
  return {
    logNormaliser,
    dayTerms: tilts.map((tilt, r) => tilt - log(inflations[r]) - 0.5 * shifts[r] * sumTerms[r]),
    sumTerms,
    squareTerms: inflations.map((kappa) => 0.5 * (1 - 1 / (kappa * kappa))),
  };
}

/**
 * The tables that a simulator draws paths of a law from, on shared memory. Where nothing moves there is no direction to
 * move: κ is 1 and m is 0 there, whatever the law says.
 *
 * @param pilot  records X and S of every regime, also where nothing is moved
 * @throws RangeError when a tilt or a shift is not finite, or an inflation not positive
 */
export function samplingPlan(plan: RunPlan, scenario: ScenarioPlan, given: SamplingLaw, pilot: boolean): SamplingPlan {
  const directions = commonDirections(plan, scenario);
  const law = withoutIdleMoves(given, directions);
  const { tilts, inflations, shifts } = law;
  if (!inflations.every((kappa) => kappa > 0 && kappa < Infinity)) {
    throw new RangeError(`inflations are ${inflations.join(', ')}; need finite numbers > 0`);
  }
  if (!shifts.every(Number.isFinite)) throw new RangeError(`shifts are ${shifts.join(', ')}; need finite numbers`);
  const tilted = tiltChain(chainOf(plan, scenario), tilts);
  const { logNormaliser, dayTerms, sumTerms, squareTerms } = ratioTerms(law, tilted.logNormaliser);
  const watched = sharedBytes(inflations.length);
  for (let r = 0; r < watched.length; r++) watched[r] = pilot || inflations[r] !== 1 || shifts[r] !== 0 ? 1 : 0;
  return {
    thresholds: shareFloats(tiltedThresholds(tilted)),
    logNormaliser,
    dayTerms: shareFloats(dayTerms),
    sumTerms: shareFloats(sumTerms),
    squareTerms: shareFloats(squareTerms),
    inflations: shareFloats(inflations),
    shifts: shareFloats(shifts),
    watched,
    directions: shareFloats(directions),
    pilot,
  };
}

function withoutIdleMoves({ tilts, inflations, shifts }: SamplingLaw, directions: Float64Array): SamplingLaw {
  const count = directions.length / tilts.length;
  const idle = tilts.map((_, r) => Number(directions.subarray(r * count, (r + 1) * count).every((part) => part === 0)));
  return {
    tilts,
    inflations: inflations.map((kappa, r) => (idle[r] === 1 ? 1 : kappa)),
    shifts: shifts.map((shift, r) => (idle[r] === 1 ? 0 : shift)),
  };
}

import type { RunPlan, ScenarioPlan } from '../simulation/plan.ts';

/**
 * The common direction of each regime: the unit vector v along which a day's normals move the basket the most.
 *
 *   v_r ∝ F_rᵀ w,   F_r the Cholesky factor scaled by volatility × √dt
 *
 * w are the weights of the first index the book trades, equal weights when it trades none; so v·z is the standardised
 * return of that basket on a day.
 *
 * @returns [K × names] row-major; a row of zeros where nothing moves
 */
export function commonDirections(plan: RunPlan, scenario: ScenarioPlan): Float64Array {
  const { count } = plan.names;
  const weights = basketWeights(plan);
  const directions = new Float64Array(scenario.regimes.length * count);
  for (let r = 0; r < scenario.regimes.length; r++) {
    const direction = directions.subarray(r * count, (r + 1) * count);
    const factor = scenario.factors[r];
    let at = 0;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) direction[j] += weights[i] * factor[at++];
    }
    let squares = 0;
    for (let j = 0; j < count; j++) squares += direction[j] * direction[j];
    if (!(squares > 0 && squares < Infinity)) {
      direction.fill(0);
      continue;
    }
    const length = Math.sqrt(squares);
    for (let j = 0; j < count; j++) direction[j] /= length;
  }
  return directions;
}

/** [names] */
function basketWeights({ names, indices, reference }: RunPlan): Float64Array {
  if (reference < 0) return new Float64Array(names.count).fill(1);
  const weights = new Float64Array(names.count);
  const { members, weights: shares } = indices[reference];
  for (let j = 0; j < members.length; j++) weights[members[j]] += shares[j];
  return weights;
}

/**
 * A block of paths in plain TypeScript, with the state that the reference simulator keeps to itself: what a stage of the
 * kernel is compared with. Whether this is the reference is a test of its own.
 */
import { exp, log } from '../../models/numeric/elementary.ts';
import { normalsOfBlock, regimeWord } from '../../models/random/draws.ts';
import { nextRegime } from '../../models/regimes/chain.ts';
import type { RunPlan, ScenarioPlan } from '../../models/simulation/plan.ts';

/** One path at the horizon. */
export interface PlainPath {
  readonly regime: number;
  /** [days + 1] regime of each day */
  readonly regimes: Int32Array;
  /** [slots] ln S / S(0), and the sum of squared log returns */
  readonly logLevels: Float64Array;
  readonly squares: Float64Array;
}

/** Normals of a path on a day, in the order of the names. */
export function plainNormals({ names, key }: RunPlan, path: number, day: number): Float64Array {
  const drawn = new Float64Array(4 * names.drawBlocks.length);
  for (const [b, block] of names.drawBlocks.entries()) normalsOfBlock(path, day, block, key, drawn, 4 * b);
  return Float64Array.from(names.draws, (draw) => drawn[draw]);
}

/** All days of a path. */
export function plainPath(plan: RunPlan, scenario: ScenarioPlan, path: number): PlainPath {
  const { names, indices, days } = plan;
  const slots = names.count + indices.length;
  const logLevels = new Float64Array(slots);
  const levels = new Float64Array(slots);
  const squares = new Float64Array(slots);
  const regimes = new Int32Array(days + 1);
  for (let day = 1; day <= days; day++) {
    const regime = regimeOfDay(plan, scenario, path, day, regimes[day - 1]);
    regimes[day] = regime;
    const z = plainNormals(plan, path, day);
    const factor = scenario.factors[regime];
    for (let i = 0, at = 0; i < names.count; i++) {
      let x = scenario.drifts[regime][i];
      for (let j = 0; j <= i; j++) x += factor[at++] * z[j];
      logLevels[i] += x;
      levels[i] = exp(logLevels[i]);
      squares[i] += x * x;
    }
    for (const [k, { members, weights }] of indices.entries()) {
      const slot = names.count + k;
      let level = 0;
      for (let j = 0; j < members.length; j++) level += weights[j] * levels[members[j]];
      const x = log(level) - logLevels[slot];
      logLevels[slot] = log(level);
      squares[slot] += x * x;
    }
  }
  return { regime: regimes[days], regimes, logLevels, squares };
}

function regimeOfDay(plan: RunPlan, scenario: ScenarioPlan, path: number, day: number, yesterday: number): number {
  if (scenario.forced[day] >= 0) return scenario.forced[day];
  const count = scenario.regimes.length;
  if (count === 1) return 0;
  const word = regimeWord(path, day, plan.key);
  const [thresholds, row] =
    day === 1 ? [scenario.initialThresholds, 0] : [scenario.transitionThresholds, yesterday * (count - 1)];
  return nextRegime(word, thresholds, row, count);
}

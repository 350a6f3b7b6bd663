import t from 'tap';
import { mixtureWeights, type PathStatistics } from '../../../models/sampling/pilot-sample.ts';
import { ratioTerms, modelLaw, type SamplingLaw, samplingPlan } from '../../../models/sampling/sampling-law.ts';
import { allocateColumns, type PathColumns } from '../../../models/simulation/columns.ts';
import { DEFENSIVE_PERIOD, DEFENSIVE_SHARE, type RunPlan, type ScenarioPlan } from '../../../models/simulation/plan.ts';
import { simulatePaths } from '../../../models/simulation/reference.ts';
import type { Forced } from '../../support/sampled-books.ts';
import { sampledBook } from '../../support/sampled-books.ts';
import { agrees } from '../../support/close.ts';
import { meanOf, prepareRequest } from '../../support/simulate.ts';

function resolved(paths: number, forced: Forced = []): { plan: RunPlan; scenario: ScenarioPlan } {
  const outcome = prepareRequest(sampledBook('long dispersion', { paths, forced }));
  if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
  return { plan: outcome.value.request.plan, scenario: outcome.value.request.scenarios[0] };
}

function run(plan: RunPlan, scenario: ScenarioPlan): PathColumns {
  const columns = allocateColumns(plan, scenario);
  simulatePaths(plan, scenario, 0, plan.paths, columns);
  return columns;
}

/** A law with every part: regimes tilted, the direction moved and stretched in some. */
const LAW: SamplingLaw = {
  tilts: Float64Array.of(0, 0.05, 0.15),
  inflations: Float64Array.of(1, 1.05, 1.15),
  shifts: Float64Array.of(-0.05, 0, 0.1),
};
const PATHS = 6000;

t.test('a law that is the model gives the plain numbers to the bit, each weight 1', async (t) => {
  const { plan, scenario } = resolved(600);
  const plain = run(plan, scenario);
  for (const pilot of [false, true]) {
    const sampling = samplingPlan(plan, scenario, modelLaw(3), pilot);
    const { weights, directionSums, directionSquares, ...same } = run(plan, { ...scenario, sampling });
    t.ok(weights?.every((weight) => weight === 1));
    t.equal(directionSums !== null && directionSquares !== null, pilot);
    t.strictSame({ ...same, weights: null, directionSums: null, directionSquares: null }, plain);
  }
});

t.test('every tenth path is that of the model, the others are not', async (t) => {
  const { plan, scenario } = resolved(600);
  const plain = run(plan, scenario);
  const tilted = run(plan, { ...scenario, sampling: samplingPlan(plan, scenario, LAW, false) });
  for (let path = 0; path < plan.paths; path++) {
    t.equal(tilted.pnl[path] === plain.pnl[path], path % DEFENSIVE_PERIOD === 0, `path ${path}`);
  }
});

t.test('weights average to 1, none is above ten, and they give the means of the model', async (t) => {
  for (const forced of [[], [{ fromDay: 3, toDay: 5, regime: 'crisis' }]]) {
    const { plan, scenario } = resolved(PATHS, forced);
    const plain = run(plan, scenario);
    const { weights, ...tilted } = run(plan, { ...scenario, sampling: samplingPlan(plan, scenario, LAW, false) });
    if (weights === null) throw new RangeError('no weights');
    t.ok(weights.every((weight) => weight > 0 && weight <= 1 / DEFENSIVE_SHARE));
    const { mean, error } = meanOf(weights);
    agrees(t, 'mean weight', { value: mean, expected: 1, error });
    for (let r = 0; r < 3; r++) {
      const days = (columns: Pick<PathColumns, 'regimeDays'>) =>
        columns.regimeDays.subarray(r * PATHS, (r + 1) * PATHS);
      const weighted = meanOf(weights.map((weight, path) => weight * days(tilted)[path]));
      const expected = meanOf(days(plain));
      const both = Math.hypot(weighted.error, expected.error);
      agrees(t, `days in ${r}`, { value: weighted.mean, expected: expected.mean, error: both });
    }
    const weighted = meanOf(weights.map((weight, path) => weight * tilted.pnl[path]));
    const expected = meanOf(plain.pnl);
    const both = Math.hypot(weighted.error, expected.error);
    agrees(t, 'P&L', { value: weighted.mean, expected: expected.mean, error: both });
    const slots = plan.names.count + plan.indices.length;
    const chunks = tilted.varianceSums.length / slots;
    for (let s = 0; s < slots; s++) {
      let sum = 0;
      for (let chunk = 0; chunk < chunks; chunk++) sum += tilted.varianceSums[chunk * slots + s];
      let other = 0;
      for (let chunk = 0; chunk < chunks; chunk++) other += plain.varianceSums[chunk * slots + s];
      t.ok(Math.abs(sum / other - 1) < 0.1, `variance of slot ${s}: ${sum / PATHS}, plain ${other / PATHS}`);
    }
  }
});

t.test('a direction that is moved has the mean and the variance of its law', async (t) => {
  const { plan, scenario } = resolved(PATHS);
  const { directionSums, directionSquares, regimeDays } = run(plan, {
    ...scenario,
    sampling: samplingPlan(plan, scenario, LAW, true),
  });
  for (let r = 0; r < 3; r++) {
    let [days, sums, squares] = [0, 0, 0];
    for (let path = 0; path < PATHS; path++) {
      if (path % DEFENSIVE_PERIOD === 0) continue;
      days += regimeDays[r * PATHS + path];
      sums += directionSums?.[r * PATHS + path] ?? Number.NaN;
      squares += directionSquares?.[r * PATHS + path] ?? Number.NaN;
    }
    const [m, kappa] = [LAW.shifts[r], LAW.inflations[r]];
    agrees(t, `mean of y in ${r}`, { value: sums / days, expected: m, error: kappa / Math.sqrt(days) });
    const error = Math.sqrt((2 * kappa ** 4 + 4 * kappa ** 2 * m ** 2) / days);
    agrees(t, `mean square of y in ${r}`, { value: squares / days, expected: kappa ** 2 + m ** 2, error });
  }
});

t.test('what a pilot records of a path gives the weight that the simulator gave it', async (t) => {
  const { plan, scenario } = resolved(600);
  const sampling = samplingPlan(plan, scenario, LAW, true);
  const columns = run(plan, { ...scenario, sampling });
  const statistics: PathStatistics = {
    regimes: 3,
    paths: 600,
    days: Float64Array.from(columns.regimeDays),
    sums: columns.directionSums as Float64Array,
    squares: columns.directionSquares as Float64Array,
  };
  t.strictSame(
    mixtureWeights(statistics, ratioTerms(LAW, sampling.logNormaliser)),
    new Float64Array(columns.weights ?? []),
  );
});

t.test('paths of a pilot share no draw with those of the run', async (t) => {
  const { plan, scenario } = resolved(300);
  const sampling = samplingPlan(plan, scenario, modelLaw(3), true);
  const pilot = run({ ...plan, firstPath: 2 ** 31 }, { ...scenario, sampling });
  const seen = new Set(run(plan, scenario).pnl);
  t.notOk(pilot.pnl.some((value) => seen.has(value)));
});

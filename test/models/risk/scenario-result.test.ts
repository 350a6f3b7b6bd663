import t from 'tap';
import { measureScenario } from '../../../models/risk/scenario-result.ts';
import { plainSampling } from '../../../models/sampling/choose-sampling.ts';
import { sampledBook } from '../../support/sampled-books.ts';
import { simulate } from '../../support/simulate.ts';

const LEVELS = [0.95, 0.99];

/** Measures a plain simulation with weights of its paths. */
function measured(weightOf: ((path: number) => number) | null) {
  const { request, columns } = simulate(sampledBook('long dispersion', { paths: 1500, levels: LEVELS }));
  const { plan, scenarios, levels, limits, figures: book, names, indices } = request;
  const weights = weightOf === null ? null : Float64Array.from(columns.pnl, (_, path) => weightOf(path));
  // Sums of realised variances carry the weights from the simulation on.
  const varianceSums = columns.varianceSums.map((sum) => sum * (weightOf?.(0) ?? 1));
  const [scenario] = scenarios;
  const { choice: sampling } = plainSampling('plain', 'a test');
  const given = { plan, scenario, columns: { ...columns, weights, varianceSums }, sampling };
  return { columns, result: measureScenario({ ...given, levels, limits, book, names, indices }) };
}

/** What counts that every tenth path is a stratum of its own, which plain paths do not. */
const ERRORS = new Set(['standardError', 'interval95']);

/** Where two results differ by more than rounding; errors are left out. */
function differences(got: unknown, expected: unknown, at = ''): string[] {
  if (typeof got === 'number' && typeof expected === 'number') {
    return Math.abs(got - expected) <= 1e-9 * Math.max(1, Math.abs(expected)) ? [] : [`${at}: ${got}, not ${expected}`];
  }
  if (typeof got === 'object' && typeof expected === 'object' && got !== null && expected !== null) {
    const fields = new Set([...Object.keys(got), ...Object.keys(expected)].filter((field) => !ERRORS.has(field)));
    return [...fields].flatMap((field) =>
      differences(
        (got as Record<string, unknown>)[field],
        (expected as Record<string, unknown>)[field],
        `${at}/${field}`,
      ),
    );
  }
  return Object.is(got, expected) ? [] : [`${at}: ${String(got)}, not ${String(expected)}`];
}

t.test('equal weights give the plain result, whatever they are, with the errors of the strata', async (t) => {
  const { result: plain } = measured(null);
  for (const weight of [1, 3]) {
    const { sampling, ...weighted } = measured(() => weight).result;
    t.same(differences(weighted, { ...plain, sampling: undefined }), [], `weights of ${weight}`);
    for (const { level, var: ofVar, es } of sampling.varianceReduction) {
      for (const factor of [ofVar, es]) t.ok(Math.abs((factor ?? 0) - 1) < 0.01, `${factor} is gained at ${level}`);
    }
  }
});

t.test('paths without weight are as good as absent', async (t) => {
  const { columns, result } = measured((path) => (path < 750 ? 1 : 0));
  const half = columns.pnl.subarray(0, 750);
  t.equal(result.effectivePaths, 750);
  t.same(differences(result.pnl.mean.value, half.reduce((sum, pnl) => sum + pnl, 0) / 750), []);
  t.equal(result.pnl.min, Math.min(...columns.pnl), 'the worst path is one that was simulated');
  const losses = half.toSorted().slice(0, 8);
  t.equal(result.lossDistribution.var[1].value, -losses[7], 'VaR 99 % of 750 paths is the eighth loss');
  const inCrisis = columns.regimeDays.subarray(2 * 1500, 2 * 1500 + 750);
  t.same(differences(result.regimes[2].probabilityOfAnyDay, inCrisis.filter((days) => days > 0).length / 750), []);
});

t.test('a tail of few effective paths is warned of', async (t) => {
  // A weight of 1,000 on the three worst paths leaves their tail worth three.
  const { columns } = measured(null);
  const third = columns.pnl.toSorted()[2];
  const { warnings } = measured((path) => (columns.pnl[path] <= third ? 1000 : 1)).result;
  t.match(warnings, [
    /^VaR and ES at 0.95 rest on weighted paths worth 1.0 equal ones; use at least 15000 paths$/,
    /^VaR and ES at 0.99 rest on weighted paths worth 1.0 equal ones/,
  ]);
});

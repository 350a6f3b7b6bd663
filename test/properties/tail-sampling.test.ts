import fc from 'fast-check';
import t from 'tap';
import { beyondDoubles } from '../../models/risk/scenario-result.ts';
import { type SamplingLaw, samplingPlan } from '../../models/sampling/sampling-law.ts';
import { allocateColumns } from '../../models/simulation/columns.ts';
import { DEFENSIVE_SHARE } from '../../models/simulation/plan.ts';
import { simulatePaths } from '../../models/simulation/reference.ts';
import type { ScenarioResult } from '../../schemas/stress-result.ts';
import { arbitraryRequest } from '../support/arbitraries.ts';
import { agrees } from '../support/close.ts';
import { meanOf, prepareRequest, simulate } from '../support/simulate.ts';
import { sampledBook } from '../support/sampled-books.ts';

/** A law for any number of regimes. */
function arbitraryLaw(): fc.Arbitrary<(regimes: number) => SamplingLaw> {
  const part = fc.tuple(
    fc.double({ min: -0.5, max: 0.5, noNaN: true }),
    fc.double({ min: 0.8, max: 1.5, noNaN: true }),
    fc.double({ min: -0.75, max: 0.75, noNaN: true }),
  );
  return fc.array(part, { minLength: 8, maxLength: 8 }).map((parts) => (regimes) => ({
    tilts: Float64Array.from(parts.slice(0, regimes), ([tilt]) => tilt),
    inflations: Float64Array.from(parts.slice(0, regimes), ([, inflation]) => inflation),
    shifts: Float64Array.from(parts.slice(0, regimes), ([, , shift]) => shift),
  }));
}

t.test('any law in any scenario weighs every path with at most ten, and no result is out of range', async (t) => {
  let simulated = 0;
  fc.assert(
    fc.property(arbitraryRequest({ names: 4, horizonDays: 15, paths: 300 }), arbitraryLaw(), (request, lawOf) => {
      const outcome = prepareRequest(request);
      if (!outcome.ok) return;
      const { plan, scenarios } = outcome.value.request;
      for (const scenario of scenarios) {
        const sampling = samplingPlan(plan, scenario, lawOf(scenario.regimes.length), true);
        const columns = allocateColumns(plan, { ...scenario, sampling });
        simulatePaths(plan, { ...scenario, sampling }, 0, plan.paths, columns);
        if (beyondDoubles(columns) !== null) return;
        simulated++;
        const { weights } = columns;
        if (weights === null || !weights.every((weight) => weight >= 0 && weight <= 1 / DEFENSIVE_SHARE)) {
          throw new RangeError(`weights ${weights}`);
        }
        // The mean weight is 1; a law that is far off has an error that says so.
        const { mean, error } = meanOf(weights);
        if (plan.paths >= 100 && Math.abs(mean - 1) > 6 * error + 0.05) throw new RangeError(`${mean} ± ${error}`);
      }
    }),
    { numRuns: 100, seed: 90 },
  );
  t.ok(simulated > 60, `${simulated} scenarios`);
});

interface Judged {
  readonly name: string;
  readonly value: number;
  readonly error: number;
}

/** Figures of a scenario with their standard errors. */
function judged({ pnl, lossDistribution, survivability }: ScenarioResult): Judged[] {
  const of = (name: string, { value, standardError }: { value: number; standardError: number | null }) => ({
    name,
    value,
    error: standardError ?? Number.NaN,
  });
  return [
    of('mean', pnl.mean),
    of('P(loss)', pnl.probabilityOfLoss),
    of('P(survival)', survivability.probability),
    ...lossDistribution.es.map((estimate) => of(`ES ${estimate.level}`, estimate)),
    ...lossDistribution.var.map((estimate) => of(`VaR ${estimate.level}`, estimate)),
  ];
}

for (const [name, seed] of [
  ['long dispersion', '1'],
  ['variance', '2'],
  ['short index straddle', '1'],
  ['single-name shock', '3'],
] as const) {
  t.test(`${name}: figures of tail sampling agree with plain ones within their errors`, async (t) => {
    const request = (sampling: 'plain' | 'tail') =>
      sampledBook(name, { paths: 8000, horizonDays: 15, levels: [0.95, 0.99], seed, sampling });
    const tail = simulate(request('tail')).result;
    t.equal(tail.sampling.method, 'tail', tail.sampling.note);
    const plain = judged(simulate(request('plain')).result);
    for (const [k, { name: figure, value, error }] of judged(tail).entries()) {
      agrees(t, figure, { value, expected: plain[k].value, error: Math.hypot(error, plain[k].error) });
    }
    const { realised } = tail.correlation.INDEX ?? {};
    if (realised !== undefined) t.ok((realised.p05 ?? 1) < (realised.p95 ?? 0), 'correlations are weighed too');
  });
}

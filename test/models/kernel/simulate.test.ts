import fc from 'fast-check';
import t from 'tap';
import { blockColumns, simulateWithKernel } from '../../../models/kernel/simulate.ts';
import { CHUNK_PATHS, type PathColumns, allocateColumns } from '../../../models/simulation/columns.ts';
import type { RunPlan, ScenarioPlan } from '../../../models/simulation/plan.ts';
import { simulatePaths } from '../../../models/simulation/reference.ts';
import type { StressRunRequest } from '../../../schemas/stress-run.ts';
import { threeRegimes } from '../../../bench/three-regimes.ts';
import { arbitraryRequest } from '../../support/arbitraries.ts';
import { exampleRequest } from '../../support/examples.ts';
import { kernelOf } from '../../support/kernel.ts';
import { prepareRequest } from '../../support/simulate.ts';

const strict = kernelOf('strict');
const fused = kernelOf('fused');

function prepared(request: StressRunRequest): { plan: RunPlan; scenarios: readonly ScenarioPlan[] } {
  const outcome = prepareRequest(request);
  if (!outcome.ok) throw new RangeError(`refused: ${JSON.stringify(outcome.failures)}`);
  return outcome.value.request;
}

function referenceColumns(plan: RunPlan, scenario: ScenarioPlan): PathColumns {
  const columns = allocateColumns(plan, scenario);
  simulatePaths(plan, scenario, 0, plan.paths, columns);
  return columns;
}

function kernelColumns(plan: RunPlan, scenario: ScenarioPlan, kernel = strict): PathColumns {
  const columns = allocateColumns(plan, scenario);
  simulateWithKernel(kernel, plan, scenario, 0, plan.paths, columns);
  return columns;
}

/** The first number that differs in a bit, in words. */
function firstDifference(got: PathColumns, expected: PathColumns): string | null {
  for (const [name, column] of Object.entries(expected) as [keyof PathColumns, Float64Array | null][]) {
    const other = got[name];
    if (column === null && other === null) continue;
    if (column === null || other === null) return `${name} is there in one only`;
    const at = column.findIndex((value, i) => !Object.is(other[i], value));
    if (at >= 0) return `${name}[${at}] is ${other[at]}; the reference has ${column[at]}`;
  }
  return null;
}

t.test('every column of a strict kernel is the reference simulator, bit for bit, whatever the request', async (t) => {
  let compared = 0;
  fc.assert(
    fc.property(arbitraryRequest({ names: 13, horizonDays: 25, paths: 40 }), (request) => {
      const { plan, scenarios } = prepared(request);
      for (const scenario of scenarios) {
        const wrong = firstDifference(kernelColumns(plan, scenario), referenceColumns(plan, scenario));
        if (wrong !== null) throw new Error(wrong);
        compared += plan.paths;
      }
    }),
    { numRuns: 300, seed: 3 },
  );
  t.ok(compared > 1000, `${compared} paths`);
});

for (const name of ['ai-basket', 'sp20-variance', 'worst-case'] as const) {
  t.test(`${name} has the same columns from the strict kernel, over several blocks and a part of one`, async (t) => {
    const example = exampleRequest(name);
    const { plan, scenarios } = prepared({ ...example, simulation: { ...example.simulation, paths: 700 } });
    for (const scenario of scenarios) {
      t.equal(firstDifference(kernelColumns(plan, scenario), referenceColumns(plan, scenario)), null, scenario.id);
    }
  });
}

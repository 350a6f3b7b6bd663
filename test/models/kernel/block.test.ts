import fc from 'fast-check';
import t from 'tap';
import { type KernelBlock, loadPlan, logLevelAt, squaresAt } from '../../../models/kernel/bind.ts';
import { allocateColumns, CHUNK_PATHS } from '../../../models/simulation/columns.ts';
import type { RunPlan, ScenarioPlan } from '../../../models/simulation/plan.ts';
import { simulatePaths } from '../../../models/simulation/reference.ts';
import type { StressRunRequest } from '../../../schemas/stress-run.ts';
import { arbitraryRequest } from '../../support/arbitraries.ts';
import { kernelOf } from '../../support/kernel.ts';
import { type PlainPath, plainPath } from '../../support/plain-block.ts';
import { prepareRequest } from '../../support/simulate.ts';
import { threeRegimes } from '../../../bench/three-regimes.ts';

const strict = kernelOf('strict');
const fused = kernelOf('fused');

function prepared(request: StressRunRequest): { plan: RunPlan; scenarios: readonly ScenarioPlan[] } {
  const outcome = prepareRequest(request);
  if (!outcome.ok) throw new RangeError(`refused: ${JSON.stringify(outcome.failures)}`);
  return outcome.value.request;
}

/** What differs in a bit between a column and the path it holds, in words. */
function difference(block: KernelBlock, column: number, plain: PlainPath): string | null {
  const path = block.paths[column];
  if (block.regimes[column] !== plain.regime) return `regime of path ${path}`;
  for (let slot = 0; slot < block.slots; slot++) {
    const pairs = [
      ['log level', logLevelAt(block, slot, column), plain.logLevels[slot]],
      ['squares', squaresAt(block, slot, column), plain.squares[slot]],
    ] as const;
    for (const [what, got, expected] of pairs) {
      if (!Object.is(got, expected)) return `${what} of slot ${slot}, path ${path}: got ${got}, expected ${expected}`;
    }
  }
  return null;
}

/** Simulates a block and compares every column. */
function firstWrong(plan: RunPlan, scenario: ScenarioPlan, firstPath: number, columns: number): string | null {
  const block = loadPlan(strict, plan, scenario, columns);
  strict.simulate(firstPath);
  for (let column = 0; column < block.columns; column++) {
    const wrong = difference(block, column, plainPath(plan, scenario, block.paths[column]));
    if (wrong !== null) return wrong;
  }
  const expected = Array.from({ length: block.columns }, (_, place) => firstPath + place);
  const held = Array.from(block.paths).toSorted((a, b) => a - b);
  return held.every((path, place) => path === expected[place]) ? null : `paths ${held.join()}`;
}

t.test('what the kernel is compared with is the reference simulator, bit for bit', async (t) => {
  let compared = 0;
  fc.assert(
    fc.property(arbitraryRequest({ names: 5, horizonDays: 20, paths: 20 }), (request) => {
      const { plan, scenarios } = prepared(request);
      for (const scenario of scenarios) {
        const columns = allocateColumns(plan, scenario);
        simulatePaths(plan, scenario, 0, plan.paths, columns);
        const slots = plan.names.count + plan.indices.length;
        const sums = new Float64Array(slots);
        for (let path = 0; path < plan.paths; path++) {
          const plain = plainPath(plan, scenario, path);
          for (let slot = 0; slot < slots; slot++, compared++) {
            sums[slot] += plain.squares[slot] * (plan.financing.daysPerYear / plan.days);
          }
          for (let r = 0; r < scenario.regimes.length; r++) {
            const days = plain.regimes.subarray(1).filter((regime) => regime === r).length;
            if (columns.regimeDays[r * plan.paths + path] !== days) throw new Error(`path ${path}: days in ${r}`);
          }
        }
        for (let slot = 0; slot < slots; slot++) {
          if (!Object.is(columns.varianceSums[slot], sums[slot])) throw new Error(`slot ${slot}: ${sums[slot]}`);
        }
      }
    }),
    { numRuns: 40, seed: 1 },
  );
  t.ok(compared > 1000 && CHUNK_PATHS >= 20, `${compared} sums of squares`);
});

t.test(
  'levels, squares and regimes of a strict block are the plain ones, bit for bit, whatever the request',
  async (t) => {
    let blocks = 0;
    const firstPaths = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 32 - 64 }));
    fc.assert(
      fc.property(
        arbitraryRequest({ names: 13, horizonDays: 20 }),
        firstPaths,
        fc.integer({ min: 1, max: 40 }),
        (request, firstPath, columns) => {
          const { plan, scenarios } = prepared(request);
          for (const scenario of scenarios) {
            const wrong = firstWrong(plan, scenario, firstPath, columns);
            if (wrong !== null) throw new Error(wrong);
            blocks++;
          }
        },
      ),
      { numRuns: 120, seed: 2 },
    );
    t.ok(blocks >= 120, `${blocks} blocks`);
  },
);

t.test('tiles that mix regimes are right for every count of names around a multiple of four', async (t) => {
  for (const names of [1, 2, 3, 4, 5, 7, 8, 9, 12, 21]) {
    const { plan, scenarios } = prepared(threeRegimes(names));
    t.equal(firstWrong(plan, scenarios[0], 1000, 21), null, `${names} names`);
  }
});

t.test('a block gives the same bits after another, larger run as on a new instance', async (t) => {
  const small = prepared(threeRegimes(3));
  const large = prepared(threeRegimes(40));
  loadPlan(strict, large.plan, large.scenarios[0], 64);
  strict.simulate(0);
  t.equal(firstWrong(small.plan, small.scenarios[0], 0, 64), null);
});

t.test('prices beyond the range of doubles are the plain ones too', async (t) => {
  const { plan, scenarios } = prepared(threeRegimes(6));
  const [scenario] = scenarios;
  for (const drift of [40, -40, Number.NaN]) {
    const drifts = scenario.drifts.map((each) => each.map((x, i) => (i % 2 === 0 ? drift : x)));
    t.equal(firstWrong(plan, { ...scenario, drifts }, 0, 16), null, `a drift of ${drift} a day`);
  }
});

t.test('the fused kernel draws the same regimes and differs in levels and variances by roundings', async (t) => {
  const { plan, scenarios } = prepared(threeRegimes(21));
  const [scenario] = scenarios;
  const block = loadPlan(fused, plan, scenario, 64);
  fused.simulate(0);
  let largest = 0;
  for (let column = 0; column < block.columns; column++) {
    const plain = plainPath(plan, scenario, block.paths[column]);
    t.equal(block.regimes[column], plain.regime);
    for (let slot = 0; slot < block.slots; slot++) {
      largest = Math.max(
        largest,
        Math.abs(logLevelAt(block, slot, column) - plain.logLevels[slot]),
        Math.abs(squaresAt(block, slot, column) / plain.squares[slot] - 1),
      );
    }
  }
  // 63 days × 21 terms, each off by some 2^-53 of a daily return: 1e-14 would take them all in one direction.
  t.ok(largest > 0 && largest < 1e-14, `${largest}`);
});

t.test('blocks of no paths are refused', async (t) => {
  const { plan, scenarios } = prepared(threeRegimes(2));
  t.throws(() => loadPlan(strict, plan, scenarios[0], 0), { message: 'columns is 0; need >= 1' });
});

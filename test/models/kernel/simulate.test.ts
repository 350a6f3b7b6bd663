import fc from 'fast-check';
import t from 'tap';
import { blockColumns, simulateWithKernel } from '../../../models/kernel/simulate.ts';
import { CHUNK_PATHS, type PathColumns, allocateColumns } from '../../../models/simulation/columns.ts';
import type { RunPlan, SamplingPlan, ScenarioPlan } from '../../../models/simulation/plan.ts';
import { simulatePaths } from '../../../models/simulation/reference.ts';
import type { Position } from '../../../schemas/position.ts';
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

/** Any sampling plan of the right sizes: what is compared are bits, so it need not be a law. */
function arbitrarySampling(plan: RunPlan, scenario: ScenarioPlan): fc.Arbitrary<SamplingPlan> {
  const regimes = scenario.regimes.length;
  const number = (least: number, most: number) => fc.double({ min: least, max: most, noNaN: true });
  const numbers = (length: number, least: number, most: number) =>
    fc.array(number(least, most), { minLength: length, maxLength: length }).map((all) => Float64Array.from(all));
  const rising = numbers(regimes - 1, 0, 1).map((all) => all.toSorted().map((share) => Math.floor(share * 2 ** 32)));
  const rows = (plan.days + 1) * regimes;
  return fc.record({
    thresholds: fc
      .array(rising, { minLength: rows, maxLength: rows })
      .map((all) => Float64Array.from(all.flatMap((row) => [...row]))),
    logNormaliser: number(-1, 1),
    dayTerms: numbers(regimes, -0.5, 0.5),
    sumTerms: numbers(regimes, -0.5, 0.5),
    squareTerms: numbers(regimes, -0.1, 0.1),
    inflations: numbers(regimes, 0.8, 1.5),
    shifts: numbers(regimes, -0.3, 0.3),
    watched: fc.array(fc.nat(1), { minLength: regimes, maxLength: regimes }).map((all) => Uint8Array.from(all)),
    directions: numbers(regimes * plan.names.count, -1, 1),
    pilot: fc.boolean(),
  });
}

t.test('columns drawn from a sampling plan are the reference simulator, bit for bit', async (t) => {
  let compared = 0;
  fc.assert(
    fc.property(
      arbitraryRequest({ names: 9, horizonDays: 15, paths: 40 }),
      fc.constantFrom(0, 7, 2 ** 31),
      fc.gen(),
      (request, firstPath, generate) => {
        const { plan: run, scenarios } = prepared(request);
        const plan = { ...run, firstPath };
        for (const model of scenarios) {
          const scenario = { ...model, sampling: generate(arbitrarySampling, plan, model) };
          const wrong = firstDifference(kernelColumns(plan, scenario), referenceColumns(plan, scenario));
          if (wrong !== null) throw new Error(wrong);
          compared += plan.paths;
        }
      },
    ),
    { numRuns: 200, seed: 4 },
  );
  t.ok(compared > 1000, `${compared} paths`);
});

t.test('blocks in any order and of any size, on an instance used before, give the same bits', async (t) => {
  const { plan, scenarios } = prepared({ ...threeRegimes(9), simulation: { horizonDays: 10, paths: 1500, seed: '7' } });
  const [scenario] = scenarios;
  const expected = kernelColumns(plan, scenario);
  for (const chunks of [1, 2, 4]) {
    const columns = allocateColumns(plan, scenario);
    const size = chunks * CHUNK_PATHS;
    const starts = Array.from({ length: Math.ceil(plan.paths / size) }, (_, i) => i * size).reverse();
    for (const from of starts) {
      simulateWithKernel(strict, plan, scenario, from, Math.min(plan.paths, from + size), columns);
    }
    t.equal(firstDifference(columns, expected), null, `${size} paths a block`);
  }
});

t.test('a run whose returns outgrow the caches is cut into smaller blocks with the same bits', async (t) => {
  const request = { ...threeRegimes(200), simulation: { horizonDays: 100, paths: 300, seed: '7' } };
  const { plan, scenarios } = prepared(request);
  t.ok(blockColumns(plan) < CHUNK_PATHS, `${blockColumns(plan)} columns`);
  t.equal(firstDifference(kernelColumns(plan, scenarios[0]), referenceColumns(plan, scenarios[0])), null);
});

t.test('the fused kernel gives the columns of the strict one up to roundings', async (t) => {
  for (const name of ['ai-basket', 'sp20-variance', 'worst-case'] as const) {
    const example = exampleRequest(name);
    const { plan, scenarios } = prepared({ ...example, simulation: { ...example.simulation, paths: 512 } });
    for (const scenario of scenarios) {
      const got = kernelColumns(plan, scenario, fused);
      const expected = kernelColumns(plan, scenario);
      let largest = 0;
      for (const [path, pnl] of expected.pnl.entries()) {
        largest = Math.max(
          largest,
          Math.abs(got.pnl[path] - pnl),
          Math.abs(got.basketCorrelation[path] - expected.basketCorrelation[path]),
        );
      }
      t.ok(largest > 0 && largest < 1e-10 * plan.nav, `${name}, ${scenario.id}: ${largest}`);
      t.strictSame(got.regimeDays, expected.regimeDays);
    }
  }
});

/** Every kind of leg on names and the index, from one day to beyond the horizon, near the money and far from it. */
function manyLegs(names: number): StressRunRequest {
  const base = threeRegimes(names);
  const ids = [...Array.from({ length: names }, (_, i) => `N${i + 1}`), 'INDEX'];
  const positions = ids.flatMap((underlying, i): Position[] => [
    {
      id: `swap ${i}`,
      type: 'varianceSwap',
      underlying,
      side: 'long',
      vegaNotional: 1000,
      strikeVol: 0.2,
      maturityDays: 5 + i,
      capMultiple: 0.8 + 0.4 * i,
    },
    {
      id: `free ${i}`,
      type: 'varianceSwap',
      underlying,
      side: 'short',
      vegaNotional: 900,
      strikeVol: 0.2,
      maturityDays: 9,
    },
    ...[0.2, 0.97, 1, 1.1, 4].map(
      (strike, j): Position => ({
        id: `straddle ${i} ${j}`,
        type: 'straddle',
        underlying,
        side: 'long',
        quantity: 10 + j,
        multiplier: 1,
        strike: { percentOfSpot: strike },
        expiryDays: 1 + 3 * j,
      }),
    ),
    { id: `units ${i}`, type: 'underlying', underlying, side: 'short', quantity: 3 },
  ]);
  return {
    ...base,
    book: { nav: 1e6, positions },
    simulation: { horizonDays: 12, paths: 64, seed: '11' },
  };
}

t.test('volatilities of nothing and beyond all bounds, and prices of any size, are the reference too', async (t) => {
  const { plan, scenarios } = prepared(manyLegs(5));
  const [scenario] = scenarios;
  const names = plan.names;
  const levels = (each: number[]) => ({
    ...scenario,
    impliedVolSpeed: 1,
    logImpliedMultipliers: Float64Array.from(each),
  });
  const cases: Record<string, [RunPlan, ScenarioPlan]> = {
    'as it is': [plan, scenario],
    'implied volatilities of 0': [
      { ...plan, names: { ...names, impliedVols: names.impliedVols.map(() => 0) } },
      scenario,
    ],
    'one implied volatility of 0': [
      { ...plan, names: { ...names, impliedVols: names.impliedVols.map((vol, i) => (i === 1 ? 0 : vol)) } },
      scenario,
    ],
    'multipliers that vanish and overflow': [plan, levels([0, -800, 800])],
    'subnormal volatilities': [plan, levels([-707, -708, -708.3])],
    'an index variance below 0': [
      { ...plan, indices: plan.indices.map((index) => ({ ...index, impliedCorrelation: -1 })) },
      { ...scenario, impliedCorrelationSpeed: 0 },
    ],
    'prices of 1e-8': [{ ...plan, names: { ...names, spots: names.spots.map(() => 1e-8) } }, scenario],
    'prices of 1e8': [{ ...plan, names: { ...names, spots: names.spots.map(() => 1e8) } }, scenario],
    'volatilities of 0 on the path': [plan, { ...scenario, factors: scenario.factors.map((f) => f.map(() => 0)) }],
    'drifts of 3 a day': [plan, { ...scenario, drifts: scenario.drifts.map((d, r) => d.map(() => [0, 3, -3][r])) }],
    'drifts that overflow': [plan, { ...scenario, drifts: scenario.drifts.map((d) => d.map(() => 200)) }],
  };
  for (const [name, [run, each]] of Object.entries(cases)) {
    t.equal(firstDifference(kernelColumns(run, each), referenceColumns(run, each)), null, name);
  }
  t.ok(kernelColumns(...cases['prices of 1e-8']).pnl.every(Number.isFinite));
  t.ok(kernelColumns(...cases['prices of 1e8']).pnl.every(Number.isFinite));
});

t.test('paths that are not whole chunks are refused', async (t) => {
  const { plan, scenarios } = prepared(threeRegimes(2));
  const columns = allocateColumns(plan, scenarios[0]);
  t.throws(() => simulateWithKernel(strict, plan, scenarios[0], 3, 256, columns), {
    message: 'paths 3 to 256 are not whole chunks of 256',
  });
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

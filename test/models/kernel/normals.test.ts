import fc from 'fast-check';
import t from 'tap';
import { threeRegimes } from '../../../bench/three-regimes.ts';
import { loadPlan, TILE_PATHS } from '../../../models/kernel/bind.ts';
import { REFINED_RADIUS_WORDS } from '../../../models/random/box-muller.ts';
import { drawPurposes, drawWords, seedKey } from '../../../models/random/draws.ts';
import type { NamePlan, RunPlan, ScenarioPlan } from '../../../models/simulation/plan.ts';
import { kernelOf } from '../../support/kernel.ts';
import { plainNormals } from '../../support/plain-block.ts';
import { prepareRequest } from '../../support/simulate.ts';

const kernel = kernelOf('strict');
const fused = kernelOf('fused');
const outcome = prepareRequest(threeRegimes(1));
if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
const base = outcome.value.request;

/** A plan whose names have given numbers in the market. */
function planOf(numbers: readonly number[], seed: string): { plan: RunPlan; scenario: ScenarioPlan } {
  const count = numbers.length;
  const drawBlocks = [...new Set(numbers.map((number) => number >> 2))].toSorted((a, b) => a - b);
  const names: NamePlan = {
    ...base.plan.names,
    count,
    drawBlocks: Int32Array.from(drawBlocks),
    draws: Int32Array.from(numbers, (number) => 4 * drawBlocks.indexOf(number >> 2) + (number & 3)),
  };
  const [scenario] = base.scenarios;
  const factors = scenario.factors.map(() => new Float64Array((count * (count + 1)) / 2));
  const drifts = scenario.drifts.map(() => new Float64Array(count));
  return { plan: { ...base.plan, key: seedKey(seed), names, indices: [] }, scenario: { ...scenario, factors, drifts } };
}

/** The largest difference between the normals of a tile and the plain ones; 0 only when all bits are equal. */
function apart(of: typeof kernel, numbers: readonly number[], seed: string, firstPath: number, day: number): number {
  const { plan, scenario } = planOf(numbers, seed);
  const block = loadPlan(of, plan, scenario, TILE_PATHS);
  of.reset(firstPath);
  of.drawNormals(0, day);
  let largest = 0;
  for (let lane = 0; lane < TILE_PATHS; lane++) {
    const plain = plainNormals(plan, (firstPath + lane) >>> 0, day);
    for (let i = 0; i < numbers.length; i++) {
      const got = block.normals[TILE_PATHS * i + lane];
      if (!Object.is(got, plain[i])) largest = Math.max(largest, Math.abs(got - plain[i]), Number.MIN_VALUE);
    }
  }
  return largest;
}

const counters = fc.record({
  numbers: fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 21 }), { minLength: 1, maxLength: 11 }),
  seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  // Path numbers go round at 2^32, in the plain generator too.
  firstPath: fc.oneof(fc.constantFrom(0, 2 ** 31 - 2, 2 ** 32 - 2), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  day: fc.integer({ min: 1, max: 5000 }),
});

t.test('normals of a tile are the plain ones, bit for bit, for any path, day, seed and set of names', async (t) => {
  let drawn = 0;
  fc.assert(
    fc.property(counters, ({ numbers, seed, firstPath, day }) => {
      drawn += numbers.length * TILE_PATHS;
      return apart(kernel, numbers, seed, firstPath, day) === 0;
    }),
    { numRuns: 2000, seed: 3 },
  );
  t.ok(drawn > 20_000, `${drawn} normals`);
});

t.test('names in any order and any number of them draw what each draws alone', async (t) => {
  for (let count = 1; count <= 17; count++) {
    const numbers = Array.from({ length: count }, (_, i) => (7 * i) % 17);
    t.equal(apart(kernel, numbers, '7', 5, 3), 0, `${count} names`);
  }
});

/** Day 7, block 0, seed 42: paths whose radius word is below 256, found by trying 51 million of them. */
const small = [
  { path: 2725032, pair: 0, word: 180 },
  { path: 3032429, pair: 1, word: 199 },
  { path: 13239605, pair: 0, word: 223 },
  { path: 38510789, pair: 0, word: 18 },
  { path: 44545317, pair: 1, word: 32 },
  { path: 50904752, pair: 1, word: 160 },
];

t.test('a small radius word is refined with 32 more bits, in its own lane and no other', async (t) => {
  const words = new Uint32Array(4);
  for (const { path, pair, word } of small) {
    drawWords(path, 7, drawPurposes.normals, 0, seedKey('42'), words, 0);
    t.equal(words[2 * pair], word, 'the counter is what this test says');
    t.ok(word < REFINED_RADIUS_WORDS);
    for (let lane = 0; lane < TILE_PATHS; lane++) {
      t.equal(apart(kernel, [0, 1, 2, 3, 4, 5], '42', path - lane, 7), 0, `path ${path} in lane ${lane}`);
      t.equal(apart(kernel, [9, 2, 5, 0], '42', path - lane, 7), 0, `path ${path} in lane ${lane}, other names`);
    }
  }
});

t.test('fused normals differ from the strict ones by roundings only', async (t) => {
  let largest = 0;
  fc.assert(
    fc.property(counters, ({ numbers, seed, firstPath, day }) => {
      largest = Math.max(largest, apart(fused, numbers, seed, firstPath, day));
    }),
    { numRuns: 1000, seed: 4 },
  );
  // A radius of 6 times a cosine that is a few units of 2^-53 off.
  t.ok(largest > 0 && largest < 4e-15, `${largest}`);
});

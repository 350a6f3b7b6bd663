import { createHash } from 'node:crypto';
import { prepareRun } from '../models/book/prepare-run.ts';
import type { KernelExports } from '../models/kernel/kernel-exports.ts';
import { simulateWithKernel } from '../models/kernel/simulate.ts';
import { allocateColumns } from '../models/simulation/columns.ts';
import type { ScenarioPlan } from '../models/simulation/plan.ts';
import type { simulatePaths } from '../models/simulation/reference.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import { fillDefaults } from './fill-defaults.ts';

/** What `knownAnswer` gives where arithmetic is as it should be. Printed by `npm run build:kernel`. */
export const KNOWN_ANSWERS = {
  strict: 'd471f63bfad85d736847981d80e568e054c1aed6c24e3a4695518582938dfd70',
  fused: '8c40df41033db6b9f3162cf09499bbfd87dd16e3b3e626e3fa0fe45616c4c344',
} as const;

/** Every kind of leg, two regimes, an index, few paths. */
const QUESTION: StressRunRequest = {
  book: {
    nav: 1e6,
    positions: [
      {
        id: 'short index variance',
        type: 'varianceSwap',
        underlying: 'I',
        side: 'short',
        vegaNotional: 2000,
        strikeVol: 0.2,
        maturityDays: 30,
      },
      {
        id: 'capped variance',
        type: 'varianceSwap',
        underlying: 'A',
        side: 'long',
        vegaNotional: 1000,
        strikeVol: 0.3,
        maturityDays: 12,
        capMultiple: 1.2,
      },
      {
        id: 'straddle',
        type: 'straddle',
        underlying: 'B',
        side: 'long',
        quantity: 100,
        multiplier: 1,
        strike: { percentOfSpot: 1.02 },
        expiryDays: 8,
      },
      { id: 'units', type: 'underlying', underlying: 'C', side: 'short', quantity: 50 },
    ],
  },
  market: {
    asOf: '2026-01-02',
    rate: 0.03,
    underlyings: [
      { id: 'A', spot: 100, impliedVol: 0.3 },
      { id: 'B', spot: 50, impliedVol: 0.25, dividendYield: 0.02 },
      { id: 'C', spot: 20, impliedVol: 0.4, dividendYield: 0.01 },
    ],
    indices: [
      {
        id: 'I',
        spot: 1000,
        constituents: [
          { underlying: 'A', weight: 0.5 },
          { underlying: 'B', weight: 0.3 },
          { underlying: 'C', weight: 0.2 },
        ],
      },
    ],
    correlation: { kind: 'average', value: 0.3 },
  },
  scenarios: [
    {
      id: 'question',
      regimes: [
        { id: 'calm' },
        {
          id: 'crisis',
          volMultiplier: 2.5,
          drift: -0.3,
          correlation: { kind: 'spike', average: 0.85 },
          impliedVolMultiplier: 1.8,
          impliedCorrelation: 0.8,
        },
      ],
      transition: {
        kind: 'daily',
        matrix: [
          [0.8, 0.2],
          [0.3, 0.7],
        ],
      },
      impliedVolHalfLifeDays: 3,
    },
  ],
  simulation: { horizonDays: 12, paths: 64, seed: '90' },
};

/** SHA-256, hex, of what a kernel leaves of a few paths, drawn from the model and from another law. */
export function knownAnswer(kernel: KernelExports): string {
  return answerOf((plan, scenario, from, to, columns) => simulateWithKernel(kernel, plan, scenario, from, to, columns));
}

/** The same of any simulator. */
export function answerOf(simulate: typeof simulatePaths): string {
  const prepared = prepareRun(fillDefaults(QUESTION), '90', Number.POSITIVE_INFINITY);
  if (!prepared.ok) throw new RangeError(`the question is refused: ${JSON.stringify(prepared.failures)}`);
  const { plan, scenarios } = prepared.value;
  const hash = createHash('sha256');
  for (const scenario of [scenarios[0], { ...scenarios[0], sampling: LAW }]) {
    const columns = allocateColumns(plan, scenario);
    simulate(plan, scenario, 0, plan.paths, columns);
    for (const column of Object.values(columns) as (Float64Array | Uint16Array | null)[]) {
      if (column !== null) hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
    }
  }
  return hash.digest('hex');
}

/** A law for three names and two regimes; that it is one does not matter here. */
const LAW: ScenarioPlan['sampling'] = {
  thresholds: new Float64Array(2 * 13).fill(0.6 * 2 ** 32),
  logNormaliser: 0.1,
  dayTerms: Float64Array.of(0, 0.05),
  sumTerms: Float64Array.of(0, 0.02),
  squareTerms: Float64Array.of(0, 0.1),
  inflations: Float64Array.of(1, 1.1),
  shifts: Float64Array.of(0, -0.1),
  watched: Uint8Array.of(0, 1),
  directions: Float64Array.of(0.6, 0.64, 0.48, 0.6, 0.64, 0.48),
  pilot: false,
};

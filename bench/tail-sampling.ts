/**
 * What tail sampling gains: variance-reduction factors of ES 99, ES 99.9 and the mean from the spread over seeds, beside
 * those that the runs state of themselves, and the paths, pilot included, to an ES 99.9 known to ±1 % (95 % interval).
 *
 *   node bench/tail-sampling.ts [--seeds 60] [--paths 8000] [--names 21] [--books W1,W2] [--levels 0.95,0.975,0.99,0.995,0.999]
 *
 * The factor of a spread over s seeds has a relative error of 2/√s. Books are those of workloads.ts and sampling-books.ts.
 */
import { parseArgs } from 'node:util';
import type { SamplingMethod } from '../schemas/sampling.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import { createStressEngine } from '../workers/stress-engine.ts';
import { runOf } from './engine-run.ts';
import { SAMPLING_BOOKS } from './sampling-books.ts';
import { NORMAL_95 } from './statistics.ts';
import { requestOf } from './workloads.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '60' },
    paths: { type: 'string', default: '8000' },
    names: { type: 'string', default: '21' },
    books: { type: 'string', default: 'W1,W2' },
    levels: { type: 'string', default: '0.95,0.975,0.99,0.995,0.999' },
  },
});
const seeds = Number(values.seeds);
const paths = Number(values.paths);
const levels = values.levels.split(',').map(Number);
const PRECISION = 0.01;
const TAIL = 0.999;
const engine = createStressEngine({ threads: 2, assetSteps: Number.POSITIVE_INFINITY });

/** Estimates of a run with the variances it states. */
interface Run {
  readonly method: SamplingMethod;
  readonly pilotPaths: number;
  readonly figures: Readonly<Record<string, { readonly value: number; readonly variance: number }>>;
}

async function runWith(request: StressRunRequest, seed: number, sampling: SamplingMethod): Promise<Run> {
  const simulation = { horizonDays: 63, paths, seed: String(seed), sampling, levels };
  const [{ pnl, lossDistribution, sampling: drawn }] = (await runOf(engine, { ...request, simulation })).result
    .scenarios;
  const figure = ({ value, standardError }: { value: number; standardError: number | null }) => ({
    value,
    variance: (standardError ?? Number.NaN) ** 2,
  });
  const tails = lossDistribution.es.filter(({ level }) => level === 0.99 || level === TAIL);
  return {
    method: drawn.method,
    pilotPaths: drawn.pilotPaths,
    figures: {
      mean: figure(pnl.mean),
      ...Object.fromEntries(tails.map((estimate) => [`ES ${estimate.level}`, figure(estimate)])),
    },
  };
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

function variance(numbers: readonly number[]): number {
  const centre = mean(numbers);
  return numbers.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (numbers.length - 1);
}

try {
  for (const name of values.books.split(',')) {
    const request =
      name === 'W1' || name === 'W2' ? requestOf(name, Number(values.names), 1000, '1') : SAMPLING_BOOKS[name];
    if (request === undefined) throw new Error(`no book is called "${name}"`);
    const runs: Record<SamplingMethod, Run[]> = { plain: [], tail: [] };
    for (let seed = 1; seed <= seeds; seed++) {
      for (const sampling of ['plain', 'tail'] as const) runs[sampling].push(await runWith(request, seed, sampling));
    }
    const drawn = runs.tail.filter(({ method }) => method === 'tail').length;
    process.stdout.write(`${name}, ${seeds} seeds of ${paths} paths, ${drawn} drawn from a tilted law\n`);
    for (const figure of Object.keys(runs.tail[0].figures)) {
      const of = (sampling: SamplingMethod) => runs[sampling].map(({ figures }) => figures[figure]);
      const spread = (sampling: SamplingMethod) => variance(of(sampling).map(({ value }) => value));
      const stated = (sampling: SamplingMethod) => mean(of(sampling).map((one) => one.variance));
      const factor = spread('plain') / spread('tail');
      const centre = mean(of('tail').map(({ value }) => value));
      const needed = (sampling: SamplingMethod) =>
        paths * (NORMAL_95 / (PRECISION * centre)) ** 2 * (sampling === 'plain' ? stated('plain') : spread('tail'));
      const cost =
        figure === `ES ${TAIL}`
          ? `, ±1 %: plain ${Math.round(needed('plain'))} paths, tail ${Math.round(needed('tail'))} + ${runs.tail[0].pilotPaths}`
          : '';
      process.stdout.write(
        `  ${figure.padEnd(9)} ${centre.toPrecision(5)}  factor ${factor.toPrecision(3)} (stated ${(stated('plain') / stated('tail')).toPrecision(3)})${cost}\n`,
      );
    }
  }
} finally {
  await engine.close();
}

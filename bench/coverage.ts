/**
 * Whether 95 % intervals hold what they should in 95 of 100 runs: VaR, ES, mean and probabilities of six books over
 * repeated seeds, tail-sampled and plain. The truth is a tail-sampled run of many more paths with a seed of its own.
 *
 *   node bench/coverage.ts [--seeds 200] [--paths 10000] [--truth 1000000] [--books 'variance,long dispersion'] [--sampling tail,plain]
 *
 * With 200 seeds the standard error of a coverage of 95 % is 1.5 %, and the figures of one book go together: they are of
 * the same paths. Where an interval has no end (VaR beyond the sample) the run is left out and the number told is stated.
 */
import { parseArgs } from 'node:util';
import type { ScenarioResult } from '../schemas/stress-result.ts';
import type { SamplingMethod } from '../schemas/sampling.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import { createStressEngine } from '../workers/stress-engine.ts';
import { runOf } from './engine-run.ts';
import { SAMPLING_BOOKS } from './sampling-books.ts';
import { NORMAL_95 } from './statistics.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    paths: { type: 'string', default: '10000' },
    truth: { type: 'string', default: '1000000' },
    books: { type: 'string', default: Object.keys(SAMPLING_BOOKS).join(',') },
    sampling: { type: 'string', default: 'tail,plain' },
  },
});
const LEVELS = [0.95, 0.99, 0.999];
const seeds = Number(values.seeds);
const engine = createStressEngine({ threads: 2, assetSteps: Number.POSITIVE_INFINITY });

interface Figure {
  readonly value: number;
  readonly interval: readonly [number, number] | null;
}

async function figuresOf(
  request: StressRunRequest,
  paths: number,
  seed: string,
  sampling: SamplingMethod,
): Promise<{ readonly method: SamplingMethod; readonly figures: Record<string, Figure> }> {
  const { horizonDays } = request.simulation ?? {};
  const simulation = { ...(horizonDays === undefined ? {} : { horizonDays }), paths, seed, sampling, levels: LEVELS };
  const { result } = await runOf(engine, { ...request, simulation });
  const [scenario] = result.scenarios;
  return { method: scenario.sampling.method, figures: figures(scenario) };
}

function figures({ pnl, lossDistribution, survivability }: ScenarioResult): Record<string, Figure> {
  const ends = (given: readonly (number | null)[] | undefined): Figure['interval'] =>
    given === undefined || given[0] == null || given[1] == null ? null : [given[0], given[1]];
  const { value, standardError } = pnl.mean;
  const half = NORMAL_95 * (standardError ?? Number.NaN);
  return {
    mean: { value, interval: [value - half, value + half] },
    'P(loss)': { value: pnl.probabilityOfLoss.value, interval: ends(pnl.probabilityOfLoss.interval95) },
    'P(survival)': { value: survivability.probability.value, interval: ends(survivability.probability.interval95) },
    ...Object.fromEntries(
      LEVELS.flatMap((level, k) => [
        [`VaR ${level}`, { value: lossDistribution.var[k].value, interval: ends(lossDistribution.var[k].interval95) }],
        [`ES ${level}`, { value: lossDistribution.es[k].value, interval: ends(lossDistribution.es[k].interval95) }],
      ]),
    ),
  };
}

try {
  for (const name of values.books.split(',')) {
    const request = SAMPLING_BOOKS[name];
    if (request === undefined)
      throw new Error(`no book is called "${name}"; there are ${Object.keys(SAMPLING_BOOKS).join(', ')}`);
    const { figures: truth } = await figuresOf(request, Number(values.truth), '987654321', 'tail');
    for (const sampling of values.sampling.split(',') as SamplingMethod[]) {
      const counts = new Map(Object.keys(truth).map((figure) => [figure, { held: 0, told: 0 }]));
      let tail = 0;
      for (let seed = 1; seed <= seeds; seed++) {
        const run = await figuresOf(request, Number(values.paths), String(seed), sampling);
        if (run.method === 'tail') tail++;
        for (const [figure, { interval }] of Object.entries(run.figures)) {
          const count = counts.get(figure);
          if (count === undefined || interval === null) continue;
          count.told++;
          if (interval[0] <= truth[figure].value && truth[figure].value <= interval[1]) count.held++;
        }
      }
      const cells = [...counts].map(
        ([figure, { held, told }]) =>
          `${figure} ${told === 0 ? '–' : (100 * (held / told)).toFixed(1)}${told === seeds ? '' : ` of ${told}`}`,
      );
      process.stdout.write(`${name}, ${sampling} (${tail} of ${seeds} drawn so): ${cells.join('  ')}\n`);
    }
  }
} finally {
  await engine.close();
}

/** Time to an ES 99.9 % known to ±1 %, with plain and with tail sampling: what a user waits for a number to trust. */
import type { StressEngine } from '../workers/engine.ts';
import { createStressEngine } from '../workers/stress-engine.ts';
import { runOf } from './engine-run.ts';
import type { Options } from './options.ts';
import { duration, figures, type Row, type Section, type Table, whole } from './report.ts';
import { NORMAL_95, pathsForHalfWidth, summarise } from './statistics.ts';
import { requestOf, type Workload } from './workloads.ts';

const NAMES = 21;
const LEVEL = 0.999;
/** Half-width of the 95 % interval, a fraction of the ES. */
const PRECISION = 0.01;
/** Small runs say what a run costs before its first path, large ones what a path costs and how far the ES is known. */
const SMALL = 10_000;
const LARGE = 200_000;
/** A run as long as predicted is made when it takes no longer than this. */
const MOST_SECONDS = 120;

type Sampling = 'plain' | 'tail';

interface Estimate {
  readonly es: number;
  readonly standardError: number;
  /** Paths and seconds that ±1 % takes. */
  readonly paths: number;
  readonly seconds: number;
  /** How the paths were drawn, which the engine may decide otherwise than it was asked. */
  readonly method: string;
  readonly pilotPaths: number;
  /** The engine's own word for how many times the paths plain sampling would need; null when it has none. */
  readonly varianceReduction: number | null;
  /** Seconds of a run of no paths: checks, pilot, measures. */
  readonly fixedSeconds: number;
  readonly nsPerPath: number;
  /** Half-width of a run of that many paths, a fraction of its ES; null when it would take too long. */
  readonly confirmed: { readonly halfWidth: number; readonly seconds: number } | null;
}

export async function precisionSection(options: Options): Promise<Section> {
  const threads = Math.max(...options.threads);
  const engine = createStressEngine({ threads, assetSteps: Number.POSITIVE_INFINITY });
  const rows: Row[] = [];
  const tables: Table[] = [];
  const refused = new Set<string>();
  const seeds = Math.min(options.rounds, 3);
  try {
    for (const workload of ['W1', 'W2'] as const) {
      const estimates: [Sampling, Estimate][] = [];
      for (const sampling of ['plain', 'tail'] as const) {
        options.say(`precision: ${workload}, ${sampling}`);
        const estimate = await estimateOf(engine, workload, sampling, seeds, options.paths?.[0] ?? LARGE);
        if (typeof estimate === 'string') refused.add(`${sampling}: ${estimate}`);
        else estimates.push([sampling, estimate]);
      }
      const plain = estimates.find(([sampling]) => sampling === 'plain')?.[1];
      const cells: string[][] = [];
      for (const [sampling, estimate] of estimates) {
        const { es, standardError, paths, seconds, fixedSeconds, nsPerPath, confirmed } = estimate;
        const gain = plain === undefined ? null : plain.seconds / seconds;
        rows.push({
          kind: 'precision',
          name: sampling,
          workload,
          names: NAMES,
          threads,
          level: LEVEL,
          precision: PRECISION,
          es,
          standardError,
          paths,
          seconds,
          fixedSeconds,
          nsPerPath,
          method: estimate.method,
          pilotPaths: estimate.pilotPaths,
          varianceReduction: estimate.varianceReduction,
          fewerPaths: plain === undefined ? null : plain.paths / paths,
          timesFasterThanPlain: gain,
          confirmedHalfWidth: confirmed?.halfWidth ?? null,
          confirmedSeconds: confirmed?.seconds ?? null,
        });
        cells.push([
          estimate.method === sampling ? sampling : `${sampling}, drawn ${estimate.method}`,
          whole(es),
          whole(paths),
          duration(seconds),
          duration(fixedSeconds),
          plain === undefined ? '' : figures(plain.paths / paths),
          gain === null ? '' : figures(gain),
          confirmed === null
            ? 'not run'
            : `± ${(100 * confirmed.halfWidth).toFixed(2)} % in ${duration(confirmed.seconds)}`,
        ]);
      }
      tables.push({
        caption: `${workload}, ${NAMES} names, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
        head: [
          'sampling',
          'ES 99.9 %',
          'paths',
          'time',
          'of it fixed',
          'times fewer paths',
          'times faster',
          'a run of that size',
        ],
        cells,
      });
    }
  } finally {
    await engine.close();
  }
  return {
    title: 'Time to precision',
    notes: [
      `Until the 95 % interval of ES 99.9 % is ± 1 % of it, whole runs of the engine: checks, pilot, simulation, measures. Standard errors fall as 1/√paths, so the paths follow from the standard error of runs of ${whole(options.paths?.[0] ?? LARGE)} paths (mean square of ${seeds} seeds), and the time from them and runs of ${whole(SMALL)}. Where the predicted run is short enough, it is made: last column.`,
      'W2 is not delta-hedged in this version, so its tail is that of the straddles alone.',
      ...(refused.size === 0 ? [] : [`Not measured, ${[...refused].join('; ')}.`]),
    ],
    tables,
    rows,
  };
}

/** @returns why the engine refused, in words, when it did */
async function estimateOf(
  engine: StressEngine,
  workload: Workload,
  sampling: Sampling,
  seeds: number,
  paths: number,
): Promise<Estimate | string> {
  const run = async (count: number, seed: number) => {
    const request = requestOf(workload, NAMES, count, String(seed));
    const { seconds, result } = await runOf(engine, { ...request, simulation: { ...request.simulation, sampling } });
    const found = result.scenarios[0].lossDistribution.es.find(({ level }) => level === LEVEL);
    if (found?.standardError == null || found.value == null)
      throw new Error(`ES ${LEVEL} of ${count} paths has no standard error`);
    const { method, pilotPaths, varianceReduction } = result.scenarios[0].sampling;
    const gain = varianceReduction.find(({ level }) => level === LEVEL)?.es ?? null;
    return { seconds, es: found.value, standardError: found.standardError, method, pilotPaths, gain };
  };
  try {
    await run(SMALL, 1); // the optimising compiler has seen it now
  } catch (error) {
    return (error as Error).message;
  }
  const small: number[] = [];
  const large: Awaited<ReturnType<typeof run>>[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    small.push((await run(SMALL, seed)).seconds);
    large.push(await run(paths, seed));
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const es = mean(large.map((one) => one.es));
  const standardError = Math.sqrt(mean(large.map((one) => one.standardError ** 2)));
  const [short, long] = [summarise(small).median, summarise(large.map(({ seconds }) => seconds)).median];
  const perPath = (long - short) / (paths - SMALL);
  const fixedSeconds = Math.max(0, short - SMALL * perPath);
  const needed = Math.ceil(pathsForHalfWidth(paths, es, standardError, PRECISION));
  const seconds = fixedSeconds + needed * perPath;
  const { method, pilotPaths, gain } = large[0];
  const told = { method, pilotPaths, varianceReduction: gain };
  const estimate = { ...told, es, standardError, paths: needed, seconds, fixedSeconds, nsPerPath: perPath * 1e9 };
  // The tail of fewer paths is too small to hold a standard error, and more than this are not accepted.
  if (seconds > MOST_SECONDS || needed < 1000 || needed > 1e7) return { ...estimate, confirmed: null };
  const made = await run(needed, seeds + 1);
  return { ...estimate, confirmed: { halfWidth: (NORMAL_95 * made.standardError) / made.es, seconds: made.seconds } };
}

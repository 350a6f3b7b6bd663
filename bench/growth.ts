/** How the cost of a run grows with names, days, positions and paths. */
import { createStressEngine } from '../workers/stress-engine.ts';
import type { Position } from '../schemas/position.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import { compete, type Standing } from './contest.ts';
import { Crew, pathsFor } from './crew.ts';
import { runOf } from './engine-run.ts';
import { disturbedNote, ownContender, triesNote } from './kernel.ts';
import type { Options } from './options.ts';
import { duration, figures, type Row, type Section, type Table, whole } from './report.ts';
import { kernelModule } from './simulators.ts';
import { DAYS, prepared, requestOf } from './workloads.ts';

const SEED = '42';
const NAMES = 21;

/** One size of what grows. */
interface Point {
  readonly size: number;
  readonly request: StressRunRequest;
}

export async function growthSection(options: Options): Promise<Section> {
  const rows: Row[] = [];
  const sizes = options.names ?? [8, 21, 51, 101, 201];
  const series = [
    { by: 'names', points: sizes.map((size) => ({ size, request: requestOf('W1', size, 1, SEED) })) },
    { by: 'days', points: [21, 63, 126, 252].map((size) => ({ size, request: lasting(size) })) },
    { by: 'positions', points: [1, 22, 110, 440].map((size) => ({ size, request: holding(size) })) },
  ];
  const tables: Table[] = [];
  for (const { by, points } of series) {
    options.say(`growth: ${by}`);
    tables.push(await growthOf(by, points, options, rows));
  }
  options.say('growth: paths');
  tables.push(await growthOfPaths(options, rows));
  return {
    title: 'Growth',
    notes: [
      `W1 with ${NAMES} names over ${DAYS} days unless a table says otherwise. The first three tables are the fused kernel on one thread, as a run uses it; sizes take turns, median of ${options.rounds} samples${triesNote(options.tries)}. The last is a whole run of the engine: simulation on all threads, then the measures.`,
      'Positions are straddles on the index and the names by turns, at eleven strikes, all priced on every day. Variance swaps on one underlying are added up beforehand: more of them cost nothing.',
      ...disturbedNote(
        rows.filter((row) => row['by'] !== 'paths'),
        options.rounds,
      ),
    ],
    tables,
    rows,
  };
}

async function growthOf(by: string, points: readonly Point[], options: Options, rows: Row[]): Promise<Table> {
  const crew = new Crew(1);
  try {
    const contenders = [];
    const days: number[] = [];
    const names: number[] = [];
    for (const { size, request } of points) {
      const { plan } = prepared(request, SEED);
      // As many paths as fill a sample, whose work is not that of the names alone.
      const paths = pathsFor(options.assetSteps, plan.names.count + plan.legs.options.count, plan.days);
      const simulation = { ...request.simulation, paths };
      const { run } = await crew.load(
        { kind: 'kernel', module: kernelModule('fused') },
        prepared({ ...request, simulation }, SEED),
      );
      contenders.push(ownContender(String(size), 1, run, paths));
      days.push(plan.days);
      names.push(plan.names.count);
    }
    // Nanoseconds a path: each size has its own number of asset-steps.
    const standings = await compete(contenders, { ...options, assetSteps: 1 });
    const perStep = (standing: Standing, i: number) => standing.ns.median / (days[i] * names[i]);
    for (const [i, standing] of standings.entries()) {
      rows.push({
        kind: 'growth',
        name: 'fused',
        workload: 'W1',
        names: names[i],
        threads: 1,
        by,
        size: points[i].size,
        days: days[i],
        microsecondsPerPath: standing.ns.median / 1000,
        nsPerAssetStep: perStep(standing, i),
        disturbed: standing.disturbed,
      });
    }
    return {
      caption: `by ${by}`,
      head: [by, 'µs a path', 'times the first', 'ns per asset-step'],
      cells: standings.map((standing, i) => [
        whole(points[i].size),
        figures(standing.ns.median / 1000),
        figures(standing.ns.median / standings[0].ns.median),
        figures(perStep(standing, i)),
      ]),
    };
  } finally {
    await crew.close();
  }
}

async function growthOfPaths(options: Options, rows: Row[]): Promise<Table> {
  const threads = Math.max(...options.threads);
  const engine = createStressEngine({ threads });
  const sizes = options.paths ?? [1000, 10_000, 100_000, 1_000_000];
  try {
    await runOf(engine, requestOf('W1', NAMES, 10_000, SEED)); // the optimising compiler has seen it now
    const cells: string[][] = [];
    for (const paths of sizes) {
      const { seconds } = await runOf(engine, requestOf('W1', NAMES, paths, SEED));
      rows.push({
        kind: 'growth',
        name: 'engine',
        workload: 'W1',
        names: NAMES,
        threads,
        by: 'paths',
        size: paths,
        days: DAYS,
        seconds,
      });
      cells.push([whole(paths), duration(seconds), figures((seconds / paths) * 1e6)]);
    }
    return {
      caption: `by paths, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
      head: ['paths', 'run', 'µs a path'],
      cells,
    };
  } finally {
    await engine.close();
  }
}

/** W1 with another horizon, and swaps that end with it. */
function lasting(days: number): StressRunRequest {
  const request = requestOf('W1', NAMES, 1, SEED);
  const { book } = request;
  if (book === undefined) throw new RangeError('W1 has no book');
  return {
    ...request,
    book: {
      ...book,
      positions: book.positions.map((position) => ({ ...position, maturityDays: days }) as typeof position),
    },
    simulation: { ...request.simulation, horizonDays: days },
  };
}

/** The market of W1 with straddles on the index and the names by turns, from the last, at eleven strikes. */
function holding(count: number): StressRunRequest {
  const request = requestOf('W2', NAMES, 1, SEED);
  const { book } = request;
  if (book === undefined) throw new RangeError('W2 has no book');
  const straddles = book.positions.toReversed();
  const positions = Array.from({ length: count }, (_, i) => ({
    ...straddles[i % straddles.length],
    id: `P${i}`,
    strike: { percentOfSpot: 95 + (i % 11) },
  })) as Position[];
  return { ...request, book: { ...book, positions } };
}

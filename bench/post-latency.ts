/** From POST to result, over HTTP: the variance-swap example at growing numbers of paths. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from './options.ts';
import { duration, figures, type Row, type Section, whole } from './report.ts';
import { example, isOver, look, post, startService } from './service.ts';
import { summarise } from './statistics.ts';

/** Longer runs are asked about until they have ended. */
const WAIT_SECONDS = 60;
const POLL_MS = 50;
/** A size is measured this often or for this long. */
const SECONDS_OF_A_SIZE = 60;

export async function postSection(options: Options): Promise<Section> {
  const threads = Math.max(...options.threads);
  const { book, market, scenarios = [], simulation } = example(1);
  const names = market?.underlyings.length ?? 0;
  const service = await startService(threads);
  const rows: Row[] = [];
  try {
    await postAndWait(service.base, 5000, 0); // the optimising compiler has seen it now
    for (const paths of options.paths ?? [10_000, 100_000, 1_000_000]) {
      options.say(`post: ${whole(paths)} paths`);
      const taken: number[] = [];
      const started = performance.now();
      while (
        taken.length === 0 ||
        (taken.length < options.rounds && performance.now() - started < SECONDS_OF_A_SIZE * 1000)
      ) {
        taken.push(await postAndWait(service.base, paths, taken.length + 1));
      }
      const { median, least, most } = summarise(taken);
      rows.push({
        kind: 'post',
        name: 'rho90',
        workload: 'sp20-variance',
        names,
        threads,
        paths,
        scenarios: scenarios.length,
        runs: taken.length,
        seconds: median,
        secondsLeast: least,
        secondsMost: most,
        pathsPerSecond: (paths * scenarios.length) / median,
      });
    }
  } finally {
    await service.stop();
  }
  return {
    title: 'POST to result',
    notes: [
      `examples/sp20-variance.json (${book?.positions.length ?? 0} variance swaps on ${names} names and their index, ${simulation?.horizonDays ?? 0} days, ${scenarios.length} scenarios: paths are of each) posted to a service of ${threads === 1 ? 'one thread' : `${threads} threads`} on this machine with \`Prefer: wait=${WAIT_SECONDS}\`, to the last byte of the result; longer runs are asked for every ${POLL_MS} ms. Median of the runs, each with its own seed.`,
    ],
    tables: [
      {
        caption: '',
        head: ['paths', 'runs', 'median', 'least … most', 'paths a second'],
        cells: rows.map((row) => [
          whole(Number(row['paths'])),
          String(row['runs']),
          duration(Number(row['seconds'])),
          `${duration(Number(row['secondsLeast']))} … ${duration(Number(row['secondsMost']))}`,
          figures(Number(row['pathsPerSecond'])),
        ]),
      },
    ],
    rows,
  };
}

/** @returns seconds until the whole result has arrived */
async function postAndWait(base: string, paths: number, seed: number): Promise<number> {
  const request = example(paths);
  const body = { ...request, simulation: { ...request.simulation, seed: String(seed) } };
  const started = performance.now();
  let run = await post(base, body, { prefer: `wait=${WAIT_SECONDS}` });
  while (!isOver(run)) {
    await sleep(POLL_MS);
    run = await look(base, run.id);
  }
  if (run.status !== 'succeeded') throw new Error(`the run ended ${run.status}: ${JSON.stringify(run.failures)}`);
  if (run.result === undefined) {
    const answer = await fetch(`${base}/v1/stress-runs/${run.id}/result`);
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`the result answered ${answer.status}`);
  }
  return (performance.now() - started) / 1000;
}

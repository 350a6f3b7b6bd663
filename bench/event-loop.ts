/** Is the event loop free while every thread simulates? How long GET /healthz takes, idle and during a run. */
import type { StressRun } from '../schemas/stress-run.ts';
import type { Options } from './options.ts';
import { duration, type Row, type Section, whole } from './report.ts';
import { example, isOver, look, post, startService } from './service.ts';

const PATHS = 1_000_000;
const IDLE_REQUESTS = 1000;

export async function eventLoopSection(options: Options): Promise<Section> {
  const threads = Math.max(...options.threads);
  const paths = options.paths?.[0] ?? PATHS;
  options.say(`event loop: ${whole(paths)} paths`);
  const service = await startService(threads);
  try {
    const { base } = service;
    await answers(base, () => Promise.resolve(true), IDLE_REQUESTS); // the optimising compiler has seen it now
    const idle = await answers(base, () => Promise.resolve(true), IDLE_REQUESTS);
    const started = performance.now();
    let run: StressRun = await post(base, example(paths, ['baseline']));
    let asked = 0;
    const busy = await answers(base, async () => {
      // One in fifty questions is about the run itself, so that the run is not what is measured.
      if (asked++ % 50 === 0) run = await look(base, run.id);
      return !isOver(run);
    });
    if (run.status !== 'succeeded') throw new Error(`the run ended ${run.status}`);
    const seconds = (performance.now() - started) / 1000;
    const { market } = example(paths);
    const names = market?.underlyings.length ?? 0;
    const shared = { kind: 'event-loop', workload: 'sp20-variance', names, threads, paths };
    const rows: Row[] = [
      { ...shared, name: 'idle', ...idle },
      { ...shared, name: 'simulating', ...busy },
    ];
    return {
      title: 'Event loop under load',
      notes: [
        `The variance-swap example in its baseline scenario with ${whole(paths)} paths (${duration(seconds)} from POST to result), posted to a service of ${threads === 1 ? 'one thread' : `${threads} threads`}, while another process asks \`GET /healthz\` one request after the other. Checks, simulation and measures run in threads; what is left to the loop is reading and judging a body.`,
      ],
      tables: [
        {
          caption: '',
          head: ['GET /healthz, ms', 'requests', 'p50', 'p99', 'most'],
          cells: [line('idle', idle), line('while simulating', busy)],
        },
      ],
      rows,
    };
  } finally {
    await service.stop();
  }
}

function line(what: string, { requests, p50, p99, most }: Awaited<ReturnType<typeof answers>>): string[] {
  return [what, whole(requests), ...[p50, p99, most].map((ms) => ms.toFixed(2))];
}

/** Asks /healthz one question after the other while `goOn`, at most `limit` times; milliseconds. */
async function answers(base: string, goOn: () => Promise<boolean>, limit = Number.POSITIVE_INFINITY) {
  const taken: number[] = [];
  while (taken.length < limit && (await goOn())) {
    const asked = performance.now();
    const answer = await fetch(`${base}/healthz`);
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`/healthz answered ${answer.status}`);
    taken.push(performance.now() - asked);
  }
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(share * taken.length))] ?? Number.NaN;
  return { requests: taken.length, p50: at(0.5), p99: at(0.99), most: at(1) };
}

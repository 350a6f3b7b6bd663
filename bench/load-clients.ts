/**
 * Clients of the service, in a process of their own: each posts a small run, asks for it as often as it is told to
 * (`Retry-After`), reads the result, and posts the next. What they saw goes to standard output as JSON.
 *
 *   node bench/load-clients.ts BASE CLIENTS SECONDS PATHS
 */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StressRun, StressRunRequest } from '../schemas/stress-run.ts';
import { isOver } from './service.ts';

export interface Seen {
  /** Answers by method and status: "GET 200". */
  readonly statuses: Readonly<Record<string, number>>;
  /** Milliseconds from the request to the last byte of the answer. */
  readonly get: readonly number[];
  readonly post: readonly number[];
  readonly succeeded: number;
  /** Of requests without an answer. */
  readonly errors: Readonly<Record<string, number>>;
  readonly seconds: number;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
/** What a client waits that was not told for how long. */
const defaultSeconds = 1;

if (import.meta.main) {
  const [base, clients, seconds, paths] = process.argv.slice(2);
  const seen = await load(base, Number(clients), Number(seconds), Number(paths));
  process.stdout.write(`${JSON.stringify(seen)}\n`);
  agent.destroy();
}

async function load(base: string, clients: number, seconds: number, paths: number): Promise<Seen> {
  const statuses: Record<string, number> = {};
  const errors: Record<string, number> = {};
  const taken = { GET: [] as number[], POST: [] as number[] };
  let succeeded = 0;
  const started = performance.now();
  const isTime = (): boolean => performance.now() - started < seconds * 1000;

  const ask = async (method: 'GET' | 'POST', path: string, body?: string): Promise<Answer | null> => {
    const asked = performance.now();
    try {
      const answer = await exchange(method, `${base}${path}`, body);
      taken[method].push(performance.now() - asked);
      const name = `${method} ${answer.status}`;
      statuses[name] = (statuses[name] ?? 0) + 1;
      return answer;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      errors[code ?? message] = (errors[code ?? message] ?? 0) + 1;
      return null;
    }
  };
  const pause = (answer: Answer | null): Promise<void> =>
    sleep(1000 * Number(answer?.headers['retry-after'] ?? defaultSeconds));

  const client = async (number: number): Promise<void> => {
    for (let count = 0; isTime(); count++) {
      const posted = await ask(
        'POST',
        '/v1/stress-runs',
        JSON.stringify(smallRun(String(number * 1_000_000 + count), paths)),
      );
      if (posted?.status !== 202) {
        await pause(posted);
        continue;
      }
      let answer: Answer | null = posted;
      let run = JSON.parse(posted.body) as StressRun;
      const { id } = run;
      while (!isOver(run) && isTime()) {
        await pause(answer);
        answer = await ask('GET', `/v1/stress-runs/${id}`);
        if (answer?.status === 200) run = JSON.parse(answer.body) as StressRun;
      }
      if (run.status !== 'succeeded') continue;
      succeeded++;
      await ask('GET', `/v1/stress-runs/${id}/result`);
    }
  };
  // They come over a second, as people do, and not in one burst that nobody would send twice.
  await Promise.all(
    Array.from({ length: clients }, async (_, i) => {
      await sleep((1000 * i) / clients);
      await client(i);
    }),
  );
  return {
    statuses,
    errors,
    get: taken.GET,
    post: taken.POST,
    succeeded,
    seconds: (performance.now() - started) / 1000,
  };
}

function exchange(method: string, url: string, body: string | undefined): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const sent = request(url, { method, agent, headers }, (response) => {
    const pieces: Buffer[] = [];
    response.on('data', (piece: Buffer) => pieces.push(piece));
    response.on('error', reject);
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(pieces).toString(),
      }),
    );
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

/** One variance swap in a market of two names. */
function smallRun(seed: string, paths: number): StressRunRequest {
  return {
    book: {
      nav: 1_000_000,
      positions: [
        {
          id: 'a',
          type: 'varianceSwap',
          underlying: 'A',
          side: 'long',
          vegaNotional: 1000,
          strikeVol: 0.3,
          maturityDays: 21,
        },
      ],
    },
    market: {
      underlyings: [
        { id: 'A', spot: 100, impliedVol: 0.3 },
        { id: 'B', spot: 50, impliedVol: 0.4 },
      ],
      correlation: { kind: 'average', value: 0.4 },
    },
    simulation: { horizonDays: 21, paths, seed },
  };
}

import { readFileSync } from 'node:fs';
import type { Test } from 'tap';
import type { StressRun, StressRunRequest } from '../../schemas/stress-run.ts';
import { buildApp } from '../../server/app.ts';
import { openRuns, type Runs } from '../../server/jobs/open-runs.ts';
import type { Role } from '../../server/config.ts';
import { DEFAULT_SERVICE_LIMITS, type Limits } from '../../server/limits.ts';
import type { PnlSource } from '../../server/storage/pnl-source.ts';
import type { Storage } from '../../server/storage/open-database.ts';
import { sqlLibraryStore } from '../../server/storage/sql-library-store.ts';
import { schemaValidator } from '../../server/validation.ts';
import { createStressEngine } from '../../workers/stress-engine.ts';
import { memoryStorage } from '../support/database.ts';

/** Services of one database share its ids. */
let ids = 0;
const ajv = schemaValidator({ coerceTypes: false });

/** The service as `main.ts` wires it, without a socket, on an embedded database in memory. */
export async function startService(
  t: Test,
  limits: Partial<Limits> = {},
  {
    clock = () => new Date(),
    threads = 1,
    role = 'all',
    storage: given,
    pnl,
  }: { clock?: () => Date; threads?: number; role?: Role; storage?: Storage; pnl?: PnlSource } = {},
) {
  const storage = given ?? (await memoryStorage(t));
  const engine = createStressEngine({ threads });
  let runs: Runs | undefined;
  const common = {
    newId: () => `id-${++ids}`,
    version: '0.0.0-test',
    limits: { ...DEFAULT_SERVICE_LIMITS, ...limits },
  };
  const app = await buildApp({
    engine,
    openRuns: async (observer) => {
      runs = await openRuns({ ...storage, ...common, engine, role, clock, observer });
      return pnl === undefined ? runs : Object.assign(runs, { pnl });
    },
    library: sqlLibraryStore(storage.database),
    role,
    clock,
    ...common,
    logger: false,
  });
  t.teardown(async () => {
    await app.close();
    await engine.close();
  });

  const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    });
  const get = (url: string) => app.inject({ method: 'GET', url });
  /** The run once it has one of the statuses. */
  const untilStatus = (id: string, status: StressRun['status']): Promise<StressRun> =>
    until(async () => {
      const run = (await get(`/v1/stress-runs/${id}`)).json<StressRun>();
      return run.status === status ? run : undefined;
    });
  if (runs === undefined) throw new Error('the app has opened no runs');
  return { app, engine, runs, post, get, untilStatus };
}

/** Asks again, letting everything else proceed in between, until there is an answer. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export type Service = Awaited<ReturnType<typeof startService>>;

/** Checks a value against a named schema, in which every object is closed. */
export function matchesSchema(t: Test, id: string, value: unknown): void {
  const validate = ajv.getSchema(`${id}#`);
  if (validate === undefined) throw new RangeError(`id is ${id}; need a named schema`);
  t.ok(validate(value), `${id}: ${JSON.stringify(validate.errors)}`);
}

/** Checks that an answer is problem details of a status, and gives its body. */
export function problemOf(t: Test, response: Awaited<ReturnType<Service['post']>>, status: number) {
  t.equal(response.statusCode, status, response.body.slice(0, 500));
  t.match(response.headers['content-type'], /^application\/problem\+json/);
  const problem = response.json();
  matchesSchema(t, 'Problem', problem);
  t.equal(problem.status, status);
  t.notMatch(response.body, /node_modules|\.ts:|\bat [A-Za-z]+ \(/, 'nothing of the inside is shown');
  return problem;
}

/** Two names in one variance book: as small as a request gets. */
export function smallRequest(simulation: StressRunRequest['simulation'] = {}): StressRunRequest {
  return {
    label: 'small',
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
    simulation: { horizonDays: 21, paths: 500, seed: '42', ...simulation },
  };
}

/** Far more than a test waits for. */
export const longRequest = (): StressRunRequest => smallRequest({ horizonDays: 1260, paths: 5_000_000 });

export function example(name: string): StressRunRequest {
  return JSON.parse(readFileSync(new URL(`../../examples/${name}.json`, import.meta.url), 'utf8'));
}

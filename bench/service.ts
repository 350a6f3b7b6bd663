import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StressRun, StressRunRequest } from '../schemas/stress-run.ts';

export interface Service {
  /** http://127.0.0.1:port */
  readonly base: string;
  readonly stop: () => Promise<void>;
}

/**
 * The service on a free port of this machine, as a user starts it.
 *
 * @param databaseUrl  of PostgreSQL; without it the database is embedded, empty and its own
 * @param nodeOptions  for a profile
 */
export async function startService(
  threads: number,
  {
    databaseUrl = '',
    nodeOptions = [],
  }: { readonly databaseUrl?: string; readonly nodeOptions?: readonly string[] } = {},
): Promise<Service> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rho90-bench-'));
  const child = spawn(process.execPath, [...nodeOptions, 'server/main.ts'], {
    cwd: new URL('..', import.meta.url),
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'silent',
      RHO90_THREADS: String(threads),
      RHO90_DATA_DIR: dataDir,
      DATABASE_URL: databaseUrl,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer | number | null];
  const base = Buffer.isBuffer(line) ? /http:\/\/[^/\s]+/.exec(line.toString())?.[0] : undefined;
  if (base === undefined) {
    child.kill();
    throw new Error(`the service said ${String(line)}`);
  }
  return {
    base,
    stop: async () => {
      child.kill();
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The variance-swap example with other paths, and other scenarios if given. */
export function example(paths: number, scenarios?: readonly string[]): StressRunRequest {
  const request = JSON.parse(
    readFileSync(new URL('../examples/sp20-variance.json', import.meta.url), 'utf8'),
  ) as StressRunRequest;
  return {
    ...request,
    ...(scenarios === undefined ? {} : { scenarios: [...scenarios] }),
    simulation: { ...request.simulation, paths },
  };
}

/** @throws Error when the answer is not one of the statuses */
export async function post(
  base: string,
  body: StressRunRequest,
  headers: Record<string, string> = {},
): Promise<StressRun> {
  const answer = await fetch(`${base}/v1/stress-runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (answer.status !== 200 && answer.status !== 202) {
    throw new Error(`POST answered ${answer.status}: ${await answer.text()}`);
  }
  return (await answer.json()) as StressRun;
}

export async function look(base: string, id: string): Promise<StressRun> {
  return (await (await fetch(`${base}/v1/stress-runs/${id}`)).json()) as StressRun;
}

export function isOver({ status }: StressRun): boolean {
  return status !== 'queued' && status !== 'running';
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { until } from '../server/service.ts';

const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url));

export interface Program {
  readonly child: ChildProcess;
  readonly output: { out: string; err: string };
  readonly ended: Promise<[code: number | null, signal: string | null]>;
  /** Where it serves, once it does; rejects when it ends before. */
  readonly base: Promise<string>;
}

/** The program with some settings, as a user starts it; it is killed with the test. */
export function startProgram(t: Test, env: Record<string, string>): Program {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'silent', RHO90_THREADS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (data) => (output.out += data));
  child.stderr.on('data', (data) => (output.err += data));
  const ended = once(child, 'close') as Program['ended'];
  t.teardown(() => child.kill('SIGKILL'));
  const base = until(async () => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended: ${output.err}`);
    return /http:\/\/127\.0\.0\.1:\d+(?=\/docs)/.exec(output.out)?.[0];
  });
  // Not every test waits for it.
  base.catch(() => undefined);
  return { child, output, ended, base };
}

/**
 * Is the event loop free while every thread simulates? Starts the service, posts the variance-swap example with
 * 100,000 paths in the baseline scenario, asks /healthz again and again until the run has ended, and prints how long
 * the answers took.
 *
 *   node bench/event-loop.ts [--paths 100000] [--json]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { StressRun, StressRunRequest } from '../schemas/stress-run.ts';
import { describeMachine } from './machine.ts';

const { values } = parseArgs({
  options: { paths: { type: 'string', default: '100000' }, json: { type: 'boolean', default: false } },
});
const service = spawn(process.execPath, ['server/main.ts'], {
  cwd: new URL('..', import.meta.url),
  env: { ...process.env, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent' },
  stdio: ['ignore', 'pipe', 'inherit'],
});

try {
  const [line] = (await once(service.stdout, 'data')) as [Buffer];
  const base = /http:\/\/[^/]+/.exec(line.toString())?.[0];
  if (base === undefined) throw new Error(`the service said ${line.toString()}`);
  const report = await measure(base);
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${table(report)}\n`);
} finally {
  service.kill();
}

async function measure(base: string) {
  const example = JSON.parse(
    readFileSync(new URL('../examples/sp20-variance.json', import.meta.url), 'utf8'),
  ) as StressRunRequest;
  const body: StressRunRequest = {
    ...example,
    scenarios: ['baseline'],
    simulation: { ...example.simulation, paths: Number(values.paths), horizonDays: 63 },
  };
  const idle = await latencies(base, () => Promise.resolve(true), 300);
  const started = performance.now();
  const posted = await fetch(`${base}/v1/stress-runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (posted.status !== 202) throw new Error(`POST answered ${posted.status}: ${await posted.text()}`);
  const { id } = (await posted.json()) as StressRun;
  let asked = 0;
  let run: StressRun | undefined;
  const busy = await latencies(base, async () => {
    // One in fifty questions is about the run itself, so that the run is not what is measured.
    if (asked++ % 50 !== 0) return true;
    run = (await (await fetch(`${base}/v1/stress-runs/${id}`)).json()) as StressRun;
    return run.status === 'queued' || run.status === 'running';
  });
  if (run?.status !== 'succeeded') throw new Error(`the run ended ${run?.status}`);
  return {
    machine: describeMachine(),
    threads: availableParallelism(),
    paths: Number(values.paths),
    days: 63,
    names: 21,
    seconds: (performance.now() - started) / 1000,
    idle,
    busy,
  };
}

/** Asks /healthz one question after the other while `goOn`, at most `limit` times. */
async function latencies(base: string, goOn: () => Promise<boolean>, limit = Number.POSITIVE_INFINITY) {
  const taken: number[] = [];
  while (taken.length < limit && (await goOn())) {
    const asked = performance.now();
    const answer = await fetch(`${base}/healthz`);
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`/healthz answered ${answer.status}`);
    taken.push(performance.now() - asked);
  }
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(share * taken.length))];
  return { requests: taken.length, p50: at(0.5), p99: at(0.99), max: taken.at(-1) ?? Number.NaN };
}

function table({ machine, paths, days, names, seconds, idle, busy }: Awaited<ReturnType<typeof measure>>): string {
  const row = (name: string, { requests, p50, p99, max }: typeof idle) =>
    `${name.padEnd(22)}${String(requests).padStart(9)}${[p50, p99, max].map((ms) => ms.toFixed(1).padStart(9)).join('')}`;
  return [
    machine,
    `${paths} paths x ${days} days x ${names} names (20 and their index): ${seconds.toFixed(1)} s from POST to result`,
    `GET /healthz, ms       requests      p50      p99      max`,
    row('idle', idle),
    row('while simulating', busy),
  ].join('\n');
}

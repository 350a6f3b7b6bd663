/**
 * The service under a crowd: many clients post small runs and ask for them as often as they are told to, while a run of
 * ten million paths is simulated. On the embedded database and, where one is given that is empty, on
 * one of PostgreSQL.
 *
 *   node bench/service-load.ts [--clients 500] [--seconds 60] [--paths 500] [--large 1e7] [--threads 2]
 *     [--postgres postgres://…] [--profile DIR]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Seen } from './load-clients.ts';
import { describeMachine } from './machine.ts';
import { type Row, type Section, textOf, whole } from './report.ts';
import { example, look, post, startService } from './service.ts';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '60' },
    paths: { type: 'string', default: '500' },
    large: { type: 'string', default: '1e7' },
    threads: { type: 'string', default: String(availableParallelism()) },
    postgres: { type: 'string' },
    profile: { type: 'string' },
  },
});
const [clients, seconds, paths, large, threads] = [
  values.clients,
  values.seconds,
  values.paths,
  values.large,
  values.threads,
].map(Number);
/** What a client may be told. */
const allowed = new Set(['200', '202', '429', '503']);

const rows: Row[] = [await measure('embedded', undefined)];
if (values.postgres !== undefined) rows.push(await measure('PostgreSQL', values.postgres));
const cell = (row: Row, field: string): string => {
  const value = row[field];
  return typeof value === 'number' ? (field.includes('Ms') ? value.toFixed(1) : whole(value)) : String(value);
};
const section: Section = {
  title: 'A crowd of clients',
  notes: [
    `${whole(clients)} clients on ${threads} threads for ${whole(seconds)} s: each posts a run of ${whole(paths)} paths, asks for it when Retry-After says, reads the result and posts the next, while the variance-swap example with ${whole(large)} paths is simulated.`,
  ],
  tables: [
    {
      caption: '',
      head: ['database', 'runs/s', 'GET p50', 'GET p99', 'POST p50', 'POST p99', 'answers', 'errors', 'large run'],
      cells: rows.map((row) => [
        row.name,
        Number(row['runsPerSecond']).toFixed(1),
        ...['getMs50', 'getMs99', 'postMs50', 'postMs99', 'statuses', 'errors', 'progress'].map((field) =>
          cell(row, field),
        ),
      ]),
    },
  ],
  rows,
};
process.stdout.write(`${describeMachine()}\n\n${textOf(section)}`);

async function measure(database: string, databaseUrl: string | undefined): Promise<Row> {
  const service = await startService(threads, {
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(values.profile === undefined
      ? {}
      : { nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${values.profile}/${database}`] }),
  });
  try {
    const { id } = await post(service.base, example(large, ['baseline']));
    const seen = await crowd(service.base);
    const { status, progress } = await look(service.base, id);
    const statuses = Object.keys(seen.statuses).toSorted();
    const wrong = statuses.filter((name) => !allowed.has(name.split(' ')[1] ?? ''));
    if (wrong.length > 0) throw new Error(`answers that no client should get: ${wrong.join(', ')}`);
    return {
      kind: 'service-load',
      name: database,
      workload: 'crowd',
      names: 2,
      threads,
      runsPerSecond: seen.succeeded / seen.seconds,
      getMs50: quantile(seen.get, 0.5),
      getMs99: quantile(seen.get, 0.99),
      postMs50: quantile(seen.post, 0.5),
      postMs99: quantile(seen.post, 0.99),
      statuses: statuses.map((name) => `${name}: ${seen.statuses[name]}`).join(', '),
      errors: Object.keys(seen.errors).length === 0 ? 'none' : JSON.stringify(seen.errors),
      progress: `${status}, ${whole((100 * progress.pathsDone) / progress.paths)} %`,
    };
  } finally {
    await service.stop();
  }
}

async function crowd(base: string): Promise<Seen> {
  const script = fileURLToPath(new URL('load-clients.ts', import.meta.url));
  const child = spawn(process.execPath, [script, base, ...[clients, seconds, paths].map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[code: number | null]>;
  const [said, [code]] = await Promise.all([text(child.stdout), ended]);
  if (code !== 0) throw new Error(`the clients ended with ${String(code)}`);
  return JSON.parse(said) as Seen;
}

function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

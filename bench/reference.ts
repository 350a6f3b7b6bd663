/**
 * Speed of the reference simulator on one thread: the examples' books in the baseline scenario, in process. An
 * asset-step is one name on one day of one path.
 *
 *   node bench/reference.ts [--paths 4096] [--rounds 5] [--json]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { prepareRun } from '../models/book/prepare-run.ts';
import { allocateColumns } from '../models/simulation/columns.ts';
import { assetsPerDay } from '../models/simulation/plan.ts';
import { simulatePaths } from '../models/simulation/reference.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import { fillDefaults } from '../workers/fill-defaults.ts';
import { describeMachine } from './machine.ts';

const { values } = parseArgs({
  options: {
    paths: { type: 'string', default: '4096' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const paths = Number(values.paths);
const folder = new URL('../examples/', import.meta.url);
const rows = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => measure(file, JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as StressRunRequest));
if (values.json) process.stdout.write(`${JSON.stringify({ machine: describeMachine(), rows })}\n`);
else {
  process.stdout.write(
    `${describeMachine()}\nreference simulator, one thread, ${paths} paths, median of ${values.rounds}\n`,
  );
  for (const row of rows) {
    process.stdout.write(
      `${row.name.padEnd(20)} names ${String(row.names).padStart(3)}  legs ${String(row.legs).padStart(3)}  days ${row.days}  ${row.nsPerAssetStep.toFixed(0).padStart(5)} ns per asset-step  ${Math.round(row.pathsPerSecond)} paths/s\n`,
    );
  }
}

function measure(file: string, request: StressRunRequest) {
  const prepared = prepareRun(
    fillDefaults({ ...request, scenarios: ['baseline'], simulation: { ...request.simulation, paths } }),
    '42',
    Number.POSITIVE_INFINITY,
  );
  if (!prepared.ok) throw new Error(`${file}: ${JSON.stringify(prepared.failures)}`);
  const { plan, scenarios } = prepared.value;
  const columns = allocateColumns(plan, scenarios[0]);
  simulatePaths(plan, scenarios[0], 0, paths, columns); // the optimising compiler has seen it now
  const seconds = Array.from({ length: Number(values.rounds) }, () => {
    const started = performance.now();
    simulatePaths(plan, scenarios[0], 0, paths, columns);
    return (performance.now() - started) / 1000;
  }).sort((a, b) => a - b);
  const median = seconds[Math.floor(seconds.length / 2)];
  return {
    name: file.replace('.json', ''),
    names: plan.names.count,
    legs: assetsPerDay(plan) - plan.names.count,
    days: plan.days,
    nsPerAssetStep: (median * 1e9) / (paths * plan.days * plan.names.count),
    pathsPerSecond: paths / median,
  };
}

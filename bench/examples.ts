/** Speed on the books that the repository ships: the kernel and the reference in the baseline scenario, one thread. */
import { readdirSync, readFileSync } from 'node:fs';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import { compete, type Contender } from './contest.ts';
import { Crew, pathsFor } from './crew.ts';
import { disturbedNote, find, OWN_SIMULATORS, ownContender, triesNote } from './kernel.ts';
import type { Options } from './options.ts';
import { figures, type Row, type Section, whole } from './report.ts';
import { assetsPerDay } from '../models/simulation/plan.ts';
import { prepared } from './workloads.ts';

const SEED = '42';
const folder = new URL('../examples/', import.meta.url);

export async function examplesSection(options: Options): Promise<Section> {
  const rows: Row[] = [];
  const cells: string[][] = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const name = file.replace('.json', '');
    options.say(`examples: ${name}`);
    const request = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as StressRunRequest;
    const sized = (paths: number) =>
      prepared({ ...request, scenarios: ['baseline'], simulation: { ...request.simulation, paths } }, SEED);
    const { plan } = sized(1);
    const names = plan.names.count;
    const crew = new Crew(1);
    try {
      const resolved = sized(pathsFor(options.assetSteps, names, plan.days));
      const contenders: Contender[] = [];
      for (const own of OWN_SIMULATORS) {
        const { run } = await crew.load(own.simulator, resolved);
        contenders.push(ownContender(own.name, 1, run, pathsFor(options.assetSteps * own.share, names, plan.days)));
      }
      const standings = await compete(contenders, { ...options, assetSteps: plan.days * names });
      const fused = find(standings, 'fused', 1);
      for (const standing of standings) {
        const { ns, disturbed } = standing;
        const pathsPerSecond = 1e9 / (ns.median * plan.days * names);
        rows.push({
          kind: 'example',
          name: standing.name,
          workload: name,
          names,
          threads: 1,
          legs: assetsPerDay(plan) - names,
          days: plan.days,
          nsPerAssetStep: ns.median,
          ratioToOurs: ns.median / fused.ns.median,
          pathsPerSecond,
          disturbed,
        });
      }
      const [ours, , reference] = standings;
      cells.push([
        name,
        String(names),
        String(assetsPerDay(plan) - names),
        String(plan.days),
        ...[ours, reference].flatMap(({ ns }) => [figures(ns.median), whole(1e9 / (ns.median * plan.days * names))]),
      ]);
    } finally {
      await crew.close();
    }
  }
  return {
    title: 'Example books',
    notes: [
      `The books of examples/ in the baseline scenario, one thread; median of ${options.rounds} samples${triesNote(options.tries)}.`,
      ...disturbedNote(rows, options.rounds),
    ],
    tables: [
      {
        caption: '',
        head: ['example', 'names', 'legs', 'days', 'fused, ns per asset-step', 'paths/s', 'reference', 'paths/s'],
        cells,
      },
    ],
    rows,
  };
}

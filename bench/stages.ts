/** What each stage of the kernel costs, as the difference between runs that stop after it and before it. */
import { compete, type Contender, type Standing } from './contest.ts';
import { Crew, pathsFor } from './crew.ts';
import { disturbedNote, find, ownContender, triesNote } from './kernel.ts';
import type { Options } from './options.ts';
import { type Row, type Section, type Table } from './report.ts';
import { kernelModule, type Simulator } from './simulators.ts';
import { STAGES } from './stage-list.ts';
import { stagedKernelModule } from './staged-kernel.ts';
import { DAYS, prepared, requestOf, type Workload } from './workloads.ts';

const SEED = '42';
/** What follows the stages of the kernel: laying out its memory for a block, and writing the columns of each path. */
const COLUMNS = 'layout and columns';

export async function stagesSection(options: Options): Promise<Section> {
  const sizes = options.names ?? [21, 101];
  const module = await stagedKernelModule('fused');
  const rows: Row[] = [];
  const tables: Table[] = [];
  for (const names of sizes) {
    const parts = new Map<Workload, ReturnType<typeof costs>>();
    for (const workload of ['W1', 'W2'] as const) {
      options.say(`stages: ${workload}, ${names} names`);
      parts.set(workload, costs(await standingsOf(workload, names, module, options)));
    }
    for (const [workload, ofWorkload] of parts) {
      for (const { stage, ns, share, disturbed } of ofWorkload) {
        rows.push({
          kind: 'stage',
          name: stage,
          workload,
          names,
          threads: 1,
          days: DAYS,
          nsPerAssetStep: ns,
          share,
          disturbed,
        });
      }
    }
    const [w1, w2] = [parts.get('W1') ?? [], parts.get('W2') ?? []];
    tables.push({
      caption: `${names} names, one thread, fused, ns per asset-step`,
      head: ['stage', 'W1', '%', 'W2', '%'],
      cells: w1.map(({ stage, ns, share }, i) => [
        stage,
        ns.toFixed(2),
        (100 * share).toFixed(0),
        w2[i].ns.toFixed(2),
        (100 * w2[i].share).toFixed(0),
      ]),
    });
  }
  return {
    title: 'Stages of the kernel',
    notes: [
      'By difference: the kernel is compiled from the same sources with a loop that leaves a day after a given stage, and a stage is the run that stops after it less the run that stops before it, each the least of its samples; what it takes from the caches of the others is thus part of it. Legs are the variance swaps in W1 and the straddles in W2. Differences of some hundredths are noise and may be negative.',
      `“${COLUMNS}” is the committed kernel as a run uses it less all stages. ${options.rounds} samples${triesNote(options.tries)}.`,
      ...disturbedNote(rows, options.rounds),
    ],
    tables,
    rows,
  };
}

async function standingsOf(
  workload: Workload,
  names: number,
  module: WebAssembly.Module,
  options: Options,
): Promise<Standing[]> {
  const paths = pathsFor(options.assetSteps, names, DAYS);
  const resolved = prepared(requestOf(workload, names, paths, SEED), SEED);
  const crew = new Crew(1);
  try {
    const contenders: Contender[] = [];
    const add = async (name: string, simulator: Simulator) => {
      const { run } = await crew.load(simulator, resolved);
      contenders.push(ownContender(name, 1, run, paths));
    };
    for (const last of STAGES) await add(last, { kind: 'stages', module, last });
    await add(COLUMNS, { kind: 'kernel', module: kernelModule('fused') });
    return await compete(contenders, { ...options, assetSteps: names * DAYS });
  } finally {
    await crew.close();
  }
}

/**
 * Differences of each contender to the one before it, and the whole. Of the least samples: what disturbs a sample only
 * adds to it, and a median of some rounds still holds more of that than a small stage takes.
 */
function costs(standings: readonly Standing[]) {
  const whole = find(standings, COLUMNS, 1).ns.least;
  const stages = standings.map(({ name, ns, disturbed }, i) => {
    const cost = ns.least - (i === 0 ? 0 : standings[i - 1].ns.least);
    return { stage: name, ns: cost, share: cost / whole, disturbed };
  });
  return [...stages, { stage: 'whole', ns: whole, share: 1, disturbed: 0 }];
}

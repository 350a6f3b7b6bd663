import { compete, type Contender, ratio, type Standing } from './contest.ts';
import { Crew, pathsFor } from './crew.ts';
import type { Options } from './options.ts';
import { figures, type Row, type Section } from './report.ts';
import { kernelModule, type Simulator } from './simulators.ts';
import { DAYS, prepared, requestOf } from './workloads.ts';

const SEED = '42';
/** The reference is ten times slower: it gets fewer paths, so that its samples are as long as the others'. */
export const OWN_SIMULATORS: readonly {
  readonly name: string;
  readonly simulator: Simulator;
  readonly share: number;
}[] = [
  { name: 'fused', simulator: { kind: 'kernel', module: kernelModule('fused') }, share: 1 },
  { name: 'strict', simulator: { kind: 'kernel', module: kernelModule('strict') }, share: 1 },
  { name: 'reference', simulator: { kind: 'reference' }, share: 0.1 },
];

/** Speed of the kernel on W1: fused and strict, on one thread and on more, with the reference beside it. */
export async function kernelSection(options: Options): Promise<Section> {
  const { rounds, tries, threads } = options;
  const sizes = options.names ?? [8, 21, 51, 101, 201];
  const rows: Row[] = [];
  const cells: string[][] = [];
  for (const names of sizes) {
    options.say(`kernel: ${names} names`);
    const standings = await standingsOf(names, threads, options);
    for (const standing of standings) {
      const ours = find(standings, 'fused', standing.threads);
      rows.push(speedRow('kernel', 'W1', names, rounds, standing, ours));
      cells.push([
        String(names),
        standing.name,
        String(standing.threads),
        figures(standing.ns.median),
        `${figures(standing.ns.least)} … ${figures(standing.ns.most)}`,
        figures(ratio(standing, ours)),
        figures(ratio(find(standings, standing.name, threads[0]), standing)),
      ]);
    }
  }
  return {
    title: 'Kernel',
    notes: [
      `W1: A names and their index, ${DAYS} days, three regimes each with its own correlation matrix, a variance swap on every name and on the index, marked daily.`,
      'An asset-step is one name on one day of one path. `fused` and `strict` are the compiled kernel; `reference` is the plain TypeScript simulator that defines the numbers.',
      `Simulators take turns; median (least … most) of ${rounds} samples${triesNote(tries)}. Times 1: against fused on as many threads. Speed-up: against itself on ${threads[0] === 1 ? 'one thread' : `${threads[0]} threads`}.`,
      ...disturbedNote(rows, rounds),
    ],
    tables: [
      {
        caption: 'ns per asset-step',
        head: ['names', 'simulator', 'threads', 'median', 'least … most', 'times fused', 'speed-up'],
        cells,
      },
    ],
    rows,
  };
}

async function standingsOf(names: number, threads: readonly number[], options: Options): Promise<Standing[]> {
  const most = pathsFor(options.assetSteps, names, DAYS);
  const resolved = prepared(requestOf('W1', names, most, SEED), SEED);
  const crew = new Crew(Math.max(...threads));
  try {
    const contenders: Contender[] = [];
    for (const { name, simulator, share } of OWN_SIMULATORS) {
      const { run } = await crew.load(simulator, resolved);
      const paths = pathsFor(options.assetSteps * share, names, DAYS);
      for (const count of threads) contenders.push(ownContender(name, count, run, paths));
    }
    return await compete(contenders, { ...options, assetSteps: names * DAYS });
  } finally {
    await crew.close();
  }
}

/** A simulator of this project as a contender. */
export function ownContender(
  name: string,
  threads: number,
  run: (paths: number, threads: number) => Promise<number>,
  paths: number,
): Contender {
  return { name, threads, pid: null, sample: async () => ({ seconds: await run(paths, threads), paths }) };
}

export function find(standings: readonly Standing[], name: string, threads: number): Standing {
  const found = standings.find((standing) => standing.name === name && standing.threads === threads);
  if (found === undefined) throw new RangeError(`${name} on ${threads} threads did not compete`);
  return found;
}

/** @param ours  what ratios are to */
export function speedRow(
  kind: string,
  workload: string,
  names: number,
  rounds: number,
  standing: Standing,
  ours: Standing,
): Row {
  const { name, threads, paths, ns, disturbed } = standing;
  return {
    kind,
    name,
    workload,
    names,
    threads,
    days: DAYS,
    paths,
    rounds,
    nsPerAssetStep: ns.median,
    nsLeast: ns.least,
    nsMost: ns.most,
    ratioToOurs: ratio(standing, ours),
    disturbed,
  };
}

export function triesNote(tries: number): string {
  return tries > 1 ? `, each taken up to ${tries} times until no other process disturbed it` : '';
}

/** How far the machine was quiet. */
export function disturbedNote(rows: readonly Row[], rounds: number): string[] {
  const disturbed = rows.reduce((sum, row) => sum + Number(row['disturbed']), 0);
  return disturbed === 0
    ? []
    : [
        `The machine was not quiet: other processes took more than 4 % of a core in ${disturbed} of ${rows.length * rounds} samples.`,
      ];
}

/** W1 and W2: this project beside other programs, in one run, taking turns. */
import { expectedShortfall } from '../models/risk/expected-shortfall.ts';
import { sortSample } from '../models/risk/sample.ts';
import { allocateColumns } from '../models/simulation/columns.ts';
import { compete, type Contender, ratio, type Standing } from './contest.ts';
import { Crew, pathsFor } from './crew.ts';
import { disturbedNote, find, OWN_SIMULATORS, ownContender, speedRow, triesNote } from './kernel.ts';
import type { Options } from './options.ts';
import { type PeerAnswer, type PeerProcess, peerVersions, type Skipped, startPeers } from './peers.ts';
import { figures, type Row, type Section, type Table, whole } from './report.ts';
import { kernelModule, simulatorOf } from './simulators.ts';
import { stagedKernelModule } from './staged-kernel.ts';
import { DAYS, prepared, requestOf, type Workload } from './workloads.ts';

const SEED = '42';
/** Paths of the run that the peers' ES is held against. */
const CHECKED_PATHS = 204_800;
const FEWEST_CHECKED = 500;
/** Ours without book and columns: regimes, names, indices and realised variances, which is what the prototypes compute. */
const PATHS_ONLY = ['fused, paths only', 'strict, paths only'] as const;
/** Said wherever the numbers of W2 are. */
const UNHEDGED =
  'The peers’ W2 also hedges every straddle’s delta daily, with costs, which this version does not yet: they do more there. They also sum the swaps of W1 at the end; ours records realised correlations on every path.';

export async function comparisonSection(workload: Workload, options: Options): Promise<Section> {
  const sizes = options.names ?? (workload === 'W1' ? [21, 51] : [21]);
  const rows: Row[] = [];
  const tables: Table[] = [];
  const skipped = new Map<string, string>();
  for (const names of sizes) {
    for (const threads of options.threads) {
      options.say(`${workload}: ${names} names, ${threads} threads`);
      const match = await play(workload, names, threads, options);
      for (const { name, reason } of match.skipped) skipped.set(name, reason);
      const ours = find(match.standings, 'fused', threads);
      const pathsOnly = match.standings.find(({ name }) => name === PATHS_ONLY[0]);
      for (const standing of match.standings) {
        rows.push({
          ...speedRow(workload.toLowerCase(), workload, names, options.rounds, standing, ours),
          ratioToOurPathsOnly: pathsOnly === undefined ? null : ratio(standing, pathsOnly),
          peer: !isOurs(standing.name),
          ...match.shortfalls.get(standing.name),
        });
      }
      tables.push(tableOf(names, threads, match.standings, { workload, ours, pathsOnly }, match.shortfalls));
    }
  }
  return {
    title: `${workload} beside other programs`,
    notes: [
      workload === 'W1'
        ? `A names and their index, ${DAYS} days, three regimes; a variance swap on every name (long) and on the index (short). The peers sum realised variances and pay at the end; ours marks the book daily and also records NAV, drawdown, breach days and realised correlations. Ours, “paths only”, does what the prototypes do: no book and no columns.`
        : `The market of W1; a straddle on every name (long) and on the index (short), 126 days to expiry, repriced daily: NAV path, drawdown, first breach day. ${UNHEDGED}`,
      `Programs take turns; ns per asset-step (a name on one day of one path), median (least … most) of ${options.rounds} samples${triesNote(options.tries)}; times fused is the median of the ratios round by round.`,
      ...(options.peers === undefined
        ? ['No peers were given (--peers DIR).']
        : [`Peers: ${peerVersions(options.peers)}, this Node.`]),
      ...(skipped.size === 0 ? [] : [`Skipped: ${[...skipped].map(([name, why]) => `${name} (${why})`).join(', ')}.`]),
      ...disturbedNote(rows, options.rounds),
    ],
    tables,
    rows: [...rows, ...skippedRows(workload, skipped)],
  };
}

function skippedRows(workload: Workload, skipped: ReadonlyMap<string, string>): Row[] {
  return [...skipped].map(([name, reason]) => ({ kind: 'skipped', name, workload, names: 0, threads: 0, reason }));
}

/** Expected shortfall at 99 % of the payoff, and how many standard errors it is from ours. */
interface Shortfall {
  readonly es99: number;
  readonly es99StandardError: number | null;
  readonly es99Distance: number | null;
}

async function play(workload: Workload, names: number, threads: number, options: Options) {
  const most = pathsFor(options.assetSteps, names, DAYS);
  const crew = new Crew(threads);
  const { running, skipped } = await startPeers(options.peers, workload, names, options.say);
  try {
    const resolved = prepared(requestOf(workload, names, most, SEED), SEED);
    const contenders: Contender[] = [];
    for (const { name, simulator, share } of await ownSimulators(workload)) {
      const { run } = await crew.load(simulator, resolved);
      contenders.push(ownContender(name, threads, run, pathsFor(options.assetSteps * share, names, DAYS)));
    }
    const answers = new Map<string, PeerAnswer[]>();
    for (const process of running) {
      if (threads > 1 && !process.peer.scales) {
        skipped.push({ name: process.peer.name, reason: `${threads} threads: it runs on one` });
        continue;
      }
      const heard: PeerAnswer[] = [];
      answers.set(process.peer.name, heard);
      contenders.push(peerContender(process, workload, names, threads, most, heard));
    }
    const standings = await compete(contenders, { ...options, assetSteps: names * DAYS });
    const shortfalls =
      workload === 'W1' ? shortfallsOf(names, standings, running, answers) : new Map<string, Shortfall>();
    return { standings, skipped: skipped as readonly Skipped[], shortfalls };
  } finally {
    for (const process of running) process.close();
    await crew.close();
  }
}

/** In W2 nobody stops at the paths. */
async function ownSimulators(workload: Workload): Promise<typeof OWN_SIMULATORS> {
  if (workload === 'W2') return OWN_SIMULATORS;
  const [fused, strict] = [await stagedKernelModule('fused'), await stagedKernelModule('strict')];
  return [
    ...OWN_SIMULATORS,
    { name: PATHS_ONLY[0], simulator: { kind: 'stages', module: fused, last: 'indices' }, share: 1 },
    { name: PATHS_ONLY[1], simulator: { kind: 'stages', module: strict, last: 'indices' }, share: 1 },
  ];
}

/** Whether a name is one of ours. */
function isOurs(name: string): boolean {
  return OWN_SIMULATORS.some((own) => own.name === name) || PATHS_ONLY.some((own) => own === name);
}

function peerContender(
  process: PeerProcess,
  workload: Workload,
  names: number,
  threads: number,
  ourPaths: number,
  heard: PeerAnswer[],
): Contender {
  const paths = Math.max(16, Math.round(ourPaths * process.peer.share));
  return {
    name: process.peer.name,
    threads,
    pid: process.pid,
    sample: async (round) => {
      // A seed a round, so that answers of many rounds average.
      const answer = await process.ask(workload, names, paths, threads, round + 1);
      heard.push(answer);
      return { seconds: answer.sec, paths };
    },
  };
}

/**
 * The peers' ES of all their samples together against ours. Theirs come without a standard error, so ours is scaled by
 * the square root of the numbers of paths.
 */
function shortfallsOf(
  names: number,
  standings: readonly Standing[],
  running: readonly PeerProcess[],
  answers: ReadonlyMap<string, readonly PeerAnswer[]>,
): Map<string, Shortfall> {
  const shortfalls = new Map<string, Shortfall>();
  const {
    plan,
    scenarios: [scenario],
  } = prepared(requestOf('W1', names, CHECKED_PATHS, SEED), SEED);
  const columns = allocateColumns(plan, scenario);
  simulatorOf({ kind: 'kernel', module: kernelModule('fused') }, plan, scenario, columns)(0, CHECKED_PATHS);
  const { value, standardError } = expectedShortfall(sortSample(columns.pnl, null), 0.99);
  if (standardError === null) throw new RangeError(`${CHECKED_PATHS} paths have no tail`);
  shortfalls.set('fused', { es99: value, es99StandardError: standardError, es99Distance: 0 });
  for (const { peer } of running) {
    const heard = answers.get(peer.name);
    const paths = standings.find(({ name }) => name === peer.name)?.paths;
    // A hundredth of fewer paths is no tail.
    if (!peer.sameModel || heard === undefined || paths === undefined || paths < FEWEST_CHECKED) continue;
    // A sample that was taken again repeats its seed: of each only one counts.
    const distinct = [...new Set(heard.map((answer) => answer.es99))];
    const es99 = distinct.reduce((sum, one) => sum + one, 0) / distinct.length;
    const error = standardError * Math.sqrt(CHECKED_PATHS / (paths * distinct.length));
    shortfalls.set(peer.name, {
      es99,
      es99StandardError: error,
      es99Distance: (es99 - value) / Math.hypot(error, standardError),
    });
  }
  return shortfalls;
}

/** What the times of a table are also given in. */
interface Yardsticks {
  readonly workload: Workload;
  readonly ours: Standing;
  readonly pathsOnly: Standing | undefined;
}

function tableOf(
  names: number,
  threads: number,
  standings: readonly Standing[],
  { workload, ours, pathsOnly }: Yardsticks,
  shortfalls: ReadonlyMap<string, Shortfall>,
): Table {
  const checked = shortfalls.size > 0;
  return {
    caption: `${workload}, ${names} names, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
    head: [
      'program',
      'median',
      'least … most',
      'times fused',
      ...(pathsOnly === undefined ? [] : ['times paths only']),
      ...(checked ? ['ES 99', 'standard errors from ours'] : []),
    ],
    cells: standings
      .toSorted((a, b) => a.ns.median - b.ns.median)
      .map((standing) => {
        const shortfall = shortfalls.get(standing.name);
        return [
          isOurs(standing.name) ? `rho90 ${standing.name}` : standing.name,
          figures(standing.ns.median),
          `${figures(standing.ns.least)} … ${figures(standing.ns.most)}`,
          figures(ratio(standing, ours)),
          ...(pathsOnly === undefined ? [] : [figures(ratio(standing, pathsOnly))]),
          ...(checked
            ? [
                shortfall === undefined ? '' : whole(shortfall.es99),
                shortfall === undefined || isOurs(standing.name) ? '' : (shortfall.es99Distance ?? 0).toFixed(1),
              ]
            : []),
        ];
      }),
  };
}

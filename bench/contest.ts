import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { medianRatio, type Summary, summarise } from './statistics.ts';

/** Something that is measured against others. */
export interface Contender {
  readonly name: string;
  readonly threads: number;
  /** Takes one sample. @returns seconds, and the paths simulated in them */
  readonly sample: (round: number) => Promise<{ readonly seconds: number; readonly paths: number }>;
  /** Of a process of its own; null when it runs in this one. */
  readonly pid: number | null;
}

export interface Standing {
  readonly name: string;
  readonly threads: number;
  readonly paths: number;
  /** Nanoseconds per asset-step: a name on one day of one path. */
  readonly ns: Summary;
  /** [rounds] the same, in the order in which they were taken */
  readonly samples: readonly number[];
  /** Samples that other processes took more than DISTURBED of a core from, whatever was retried. */
  readonly disturbed: number;
}

export interface ContestOptions {
  readonly rounds: number;
  /** Most times a sample is taken until the machine left it alone; 1 keeps the first. */
  readonly tries: number;
  /** names × days: asset-steps of a path */
  readonly assetSteps: number;
}

/** Share of a core that other processes may take during a sample. */
const DISTURBED = 0.04;
/** A tick of the kernel's clock of processor time, seconds: 100 a second for every program on Linux. */
const TICK = 0.01;

/**
 * Lets contenders take turns, round after round, so that what slows the machine slows all of them. The first round is
 * for the optimising compilers and is not counted. A sample that other processes disturbed is taken again; when the
 * tries are used up the least disturbed one is kept.
 */
export async function compete(contenders: readonly Contender[], options: ContestOptions): Promise<Standing[]> {
  const { rounds, tries, assetSteps } = options;
  const taken = contenders.map(() => ({ samples: [] as number[], paths: 0, disturbed: 0 }));
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      const sample = await leastDisturbed(contender, round, round === 0 ? 1 : tries);
      if (round === 0) continue;
      taken[i].samples.push((sample.seconds * 1e9) / (sample.paths * assetSteps));
      taken[i].paths = sample.paths;
      if (sample.disturbed) taken[i].disturbed++;
    }
  }
  return contenders.map(({ name, threads }, i) => ({ name, threads, ...taken[i], ns: summarise(taken[i].samples) }));
}

/** Median over the rounds of one contender's time over another's. */
export function ratio(one: Standing, other: Standing): number {
  return medianRatio(one.samples, other.samples);
}

async function leastDisturbed(contender: Contender, round: number, tries: number) {
  let best: { seconds: number; paths: number; foreign: number; disturbed: boolean } | undefined;
  for (let attempt = 0; attempt < tries; attempt++) {
    if (tries > 1) await untilQuiet();
    const before = { busy: busySeconds(), own: ownSeconds(contender.pid), at: performance.now() };
    const { seconds, paths } = await contender.sample(round);
    const elapsed = (performance.now() - before.at) / 1000;
    const foreign = (busySeconds() - before.busy - (ownSeconds(contender.pid) - before.own)) / elapsed;
    // Clocks that count whole ticks can be one and a half of them apart.
    const disturbed = foreign > Math.max(DISTURBED, (1.5 * TICK) / elapsed);
    if (best === undefined || foreign < best.foreign) best = { seconds, paths, foreign, disturbed };
    if (!disturbed) break;
  }
  if (best === undefined) throw new RangeError(`tries is ${tries}; need >= 1`);
  return best;
}

/** Waits for a moment in which nothing else runs, a second at most. */
async function untilQuiet(): Promise<void> {
  for (let i = 0; i < 16; i++) {
    const before = busySeconds();
    await sleep(60);
    if (busySeconds() - before <= 2 * TICK) return;
  }
}

/** Processor seconds of all processes since the machine started; 0 where the system does not tell. */
function busySeconds(): number {
  if (process.platform !== 'linux') return 0;
  const [, user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split(/\s+/, 9)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK;
}

/** Processor seconds of this process, and of the contender's. */
function ownSeconds(pid: number | null): number {
  const { user, system } = process.cpuUsage();
  const own = (user + system) / 1e6;
  if (pid === null || process.platform !== 'linux') return own;
  // The second field is the program's name in brackets, which may hold blanks; times are fields 14 and 15.
  const [, fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\)(?=[^)]*$)/);
  const [utime, stime] = fields.trim().split(' ').slice(11, 13).map(Number);
  return own + (utime + stime) * TICK;
}

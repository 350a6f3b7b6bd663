/** The peers of a folder as contenders: one process each, asked line by line. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { processorFlags } from './machine.ts';
import { type Peer, PEERS, PEER_VERSIONS } from './peer-table.ts';
import type { Workload } from './workloads.ts';

/** What a peer answers; more fields may come with it. */
export interface PeerAnswer {
  readonly sec: number;
  readonly mean: number;
  readonly sd?: number;
  readonly es99: number;
}

export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/** Paths of a block, for peers that take it. */
const BLOCK = 512;

export class PeerProcess {
  readonly peer: Peer;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #said: () => string;

  constructor(peer: Peer, child: ChildProcess, lines: Interface, said: () => string) {
    if (child.pid === undefined) throw new Error('it did not start');
    this.peer = peer;
    this.pid = child.pid;
    this.#child = child;
    this.#lines = lines[Symbol.asyncIterator]();
    this.#said = said;
  }

  /** @throws Error with what it said last, when it ends instead of answering */
  async ask(workload: Workload, names: number, paths: number, threads: number, seed: number): Promise<PeerAnswer> {
    this.#child.stdin?.write(`${workload.slice(1)} ${names} ${paths} ${threads} ${seed} ${BLOCK}\n`);
    const line = await this.#lines.next();
    if (line.done === true) {
      const { exitCode, signalCode } = this.#child;
      throw new Error(`it ended (${signalCode ?? `exit ${exitCode}`})${this.#said()}`);
    }
    return JSON.parse(line.value) as PeerAnswer;
  }

  close(): void {
    this.#child.stdin?.end();
    this.#child.kill();
  }
}

/**
 * Starts the peers that compute a workload and lets each simulate a little, which compiles what compiles late.
 *
 * @param folder  undefined starts none
 */
export async function startPeers(
  folder: string | undefined,
  workload: Workload,
  names: number,
  say: (message: string) => void,
): Promise<{ readonly running: PeerProcess[]; readonly skipped: Skipped[] }> {
  const running: PeerProcess[] = [];
  const skipped: Skipped[] = [];
  if (folder === undefined) return { running, skipped };
  const flags = processorFlags();
  for (const peer of PEERS) {
    const { name } = peer;
    const missing = [...peer.needs, `params/A${names}.bin`].find((file) => !existsSync(join(folder, file)));
    const flag = (peer.flags ?? []).find((needed) => !flags.has(needed));
    if (!peer.workloads.includes(workload)) skipped.push({ name, reason: `does not compute ${workload}` });
    else if (flag !== undefined) skipped.push({ name, reason: `this processor has no ${flag}` });
    else if (missing !== undefined) skipped.push({ name, reason: `not built: ${missing} is missing` });
    else {
      say(`starting ${name}`);
      const started = await start(folder, peer, workload, names);
      if (started instanceof PeerProcess) running.push(started);
      else skipped.push({ name, reason: started });
    }
  }
  return { running, skipped };
}

/** @returns the process, or why it does not run */
async function start(folder: string, peer: Peer, workload: Workload, names: number): Promise<PeerProcess | string> {
  const [program, ...args] = peer.command;
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: resolve(folder),
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, OMP_WAIT_POLICY: 'passive', OPENBLAS_NUM_THREADS: '1' },
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-2000)));
  // A program that does not exist, or a pipe of one that has ended: the answer that does not come tells.
  const failed = new Promise<string>((done) => child.on('error', (error) => done(error.message)));
  child.stdin.on('error', (error) => (said += `\n${error.message}`));
  const lastLine = () => {
    const line = said.trim().split('\n').at(-1) ?? '';
    return line === '' ? '' : `: ${line}`;
  };
  if (child.pid === undefined) return failed;
  const running = new PeerProcess(peer, child, createInterface(child.stdout), lastLine);
  try {
    await running.ask(workload, names, 1024, 1, 1);
    return running;
  } catch (error) {
    running.close();
    return (error as Error).message;
  }
}

/** What the peers are built on, as far as it can be told: `numpy 2.4.0, …`. */
export function peerVersions(folder: string): string {
  const told = Object.entries(PEER_VERSIONS).map(([name, [program, ...args]]) => {
    try {
      const options = { cwd: resolve(folder), encoding: 'utf8', stdio: 'pipe' } as const;
      return `${name} ${execFileSync(program, args, options).trim()}`;
    } catch (error) {
      return `${name} unknown (${(error as Error).name})`;
    }
  });
  return told.join(', ');
}

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ResolvedRequest } from '../models/book/prepare-run.ts';
import { allocateColumns, CHUNK_PATHS, type PathColumns } from '../models/simulation/columns.ts';
import type { LoadOrder, RunOrder } from './simulator-thread.ts';
import type { Simulator } from './simulators.ts';

/** A simulator loaded in the threads of a crew. */
export interface LoadedSimulator {
  /** Where its last run wrote. */
  readonly columns: PathColumns;
  /** Simulates paths [0, paths) on the first `threads` threads. @returns wall seconds */
  readonly run: (paths: number, threads: number) => Promise<number>;
}

/** Threads that simulate for measurements, as many as the widest of these. */
export class Crew {
  readonly #threads: Worker[];
  #loaded = 0;

  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => new Worker(new URL('simulator-thread.ts', import.meta.url)));
  }

  /** @param resolved  its plan holds at least as many paths as any run */
  async load(simulator: Simulator, resolved: ResolvedRequest): Promise<LoadedSimulator> {
    const {
      plan,
      scenarios: [scenario],
    } = resolved;
    const columns = allocateColumns(plan, scenario);
    const id = this.#loaded++;
    await this.#all({ kind: 'load', id, simulator, plan, scenario, columns }, this.#threads.length);
    return {
      columns,
      run: async (paths, threads) => {
        if (paths % CHUNK_PATHS !== 0 || paths > plan.paths) throw new RangeError(`paths is ${paths}`);
        columns.varianceSums.fill(0);
        const counter = new Int32Array(new SharedArrayBuffer(4));
        const started = performance.now();
        await this.#all({ kind: 'run', id, paths, counter }, threads);
        return (performance.now() - started) / 1000;
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  /** Gives an order to the first `count` threads and waits for all of them; a thread that fails rejects. */
  async #all(order: LoadOrder | RunOrder, count: number): Promise<void> {
    await Promise.all(
      this.#threads.slice(0, count).map(async (thread) => {
        const done = once(thread, 'message');
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        thread.postMessage(order);
        await done;
      }),
    );
  }
}

/** Chunks come in fours, so that one, two or four threads end together. */
const STEP = 4 * CHUNK_PATHS;

/** Whole chunks, about as many asset-steps (a name on one day of one path) as asked for. */
export function pathsFor(assetSteps: number, names: number, days: number): number {
  return STEP * Math.max(1, Math.round(assetSteps / (names * days * STEP)));
}

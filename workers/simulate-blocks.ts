import type { Piscina } from 'piscina';
import type { ResolvedRequest } from '../models/book/prepare-run.ts';
import { CHUNK_PATHS } from '../models/simulation/columns.ts';
import { assetsPerDay, type RunPlan } from '../models/simulation/plan.ts';
import { type Kernels, kernelOf } from './kernels.ts';
import type { SimulateTask } from './simulate-block.ts';
import type * as tasks from './tasks.ts';

/** The threads a run uses. */
export interface Pools {
  /** `threads` threads of simulate-block. */
  readonly simulation: Piscina;
  readonly threads: number;
  readonly kernels: Kernels;
  /** Threads of tasks: checks, analytics, measures. */
  readonly tasks: Piscina;
}

/** What the simulation of a run works with. */
export interface RunThreads {
  readonly pools: Pools;
  readonly request: ResolvedRequest;
  readonly signal: AbortSignal;
  /** Paths of a block. */
  readonly size: number;
}

/**
 * Work of a block in asset-steps: about a tenth of a second. Smaller blocks spend their time crossing threads and laying
 * out the kernel's memory, larger ones make progress jump.
 */
const BLOCK_ASSET_STEPS = 8_000_000;

/** Whole chunks, about BLOCK_ASSET_STEPS of work. */
export function defaultBlockPaths(plan: RunPlan): number {
  const perPath = plan.days * assetsPerDay(plan);
  return CHUNK_PATHS * Math.max(1, Math.round(BLOCK_ASSET_STEPS / perPath / CHUNK_PATHS));
}

/** Each thread takes the next block when it has finished one. @returns processor seconds */
export async function simulateBlocks(
  { pools: { simulation, threads, kernels }, request, signal, size }: RunThreads,
  base: Omit<SimulateTask, 'kernel' | 'fromPath' | 'toPath'>,
  { from, to }: { readonly from: number; readonly to: number },
  onBlock: (paths: number) => void,
): Promise<number> {
  const kernel = kernelOf(kernels, request);
  // A pilot is less than a block: it is shared out all the same.
  const most = Math.min(size, CHUNK_PATHS * Math.ceil((to - from) / CHUNK_PATHS / threads));
  // One failed block makes the others pointless; `stop` takes them off the pool.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let next = from;
  let seconds = 0;
  const take = async () => {
    while (next < to) {
      const fromPath = next;
      const toPath = Math.min(to, fromPath + most);
      next = toPath;
      seconds += (await simulation.run({ kernel, ...base, fromPath, toPath } satisfies SimulateTask, {
        name: 'simulateBlock',
        signal: either,
      })) as number;
      onBlock(toPath - fromPath);
    }
  };
  try {
    await Promise.all(Array.from({ length: threads }, take));
  } catch (error) {
    stop.abort();
    throw error;
  }
  return seconds;
}

/** Runs one of the tasks in a thread of its pool. */
export async function runTask<T>({ pools, signal }: RunThreads, name: keyof typeof tasks, task: unknown): Promise<T> {
  return (await pools.tasks.run(task, { name, signal })) as T;
}

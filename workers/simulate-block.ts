import { setPriority } from 'node:os';
import { type KernelExports, instantiateKernel } from '../models/kernel/kernel-exports.ts';
import { simulateWithKernel } from '../models/kernel/simulate.ts';
import type { PathColumns } from '../models/simulation/columns.ts';
import type { RunPlan, ScenarioPlan } from '../models/simulation/plan.ts';
import type { Kernel } from './kernels.ts';

/** A block of whole chunks of paths. The arrays lie on shared memory: they are read and written in place, not copied. */
export interface SimulateTask {
  /** Compiled once, shared by all threads. */
  readonly kernel: Kernel;
  readonly plan: RunPlan;
  readonly scenario: ScenarioPlan;
  readonly fromPath: number;
  readonly toPath: number;
  /** Receives the results at the paths' places. */
  readonly columns: PathColumns;
}

/**
 * Below that of the thread that answers requests, and of a database on the same machine: both want little and want it at
 * once. On Linux this is of the calling thread; elsewhere it would be of the whole process, which is no help.
 */
const NICENESS = 10;
if (process.platform === 'linux') setPriority(NICENESS);

/** Instances of this thread by the hash of their kernel. */
const instances = new Map<string, KernelExports>();

/**
 * What a simulating thread runs. It imports little but the simulator, so that a thread ended by a cancelled run is
 * back in tens of milliseconds.
 *
 * @returns processor seconds of this thread
 */
export function simulateBlock({ kernel, plan, scenario, fromPath, toPath, columns }: SimulateTask): number {
  const before = process.threadCpuUsage();
  const instance = instances.get(kernel.hash) ?? instantiateKernel(kernel.module);
  instances.set(kernel.hash, instance);
  simulateWithKernel(instance, plan, scenario, fromPath, toPath, columns);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1e6;
}

import { allocateColumns } from '../models/simulation/columns.ts';
import { onlyPath } from '../models/simulation/replay-path.ts';
import type { PathChoice, PreparedRun } from './engine.ts';
import { kernelOf } from './kernels.ts';
import { scenarioSampling } from './scenario-sampling.ts';
import { defaultBlockPaths, type Pools, type RunThreads, runTask, simulateBlocks } from './simulate-blocks.ts';
import type { ReplayTask } from './tasks.ts';

/**
 * Replays one path of a run: its scenario's law is chosen again, from the same pilot, then the path is simulated by the
 * kernel of the run, for its P&L to the bit, and by the reference simulator, for its days.
 *
 * @returns a `PathReplay` as JSON
 */
export async function replayRunPath(
  pools: Pools,
  { request, seed }: PreparedRun,
  { scenario: place, path, kernelHash }: PathChoice,
  signal: AbortSignal,
): Promise<string> {
  const { plan, names, indices, positions } = request;
  const run: RunThreads = { pools, request, signal, size: defaultBlockPaths(plan) };
  const { sampling } = await scenarioSampling(run, place, () => undefined);
  const scenario = { ...request.scenarios[place], sampling };
  const kernel = kernelOf(pools.kernels, request);
  const recorded = kernel.hash === kernelHash ? await kernelPnl(run, { scenario, path }) : null;
  const task: ReplayTask = {
    plan,
    scenario,
    path,
    names,
    indices,
    positions: positions.map(({ id }) => ({ id })),
    seed,
    recordedPnl: recorded,
    arithmetic: kernel.arithmetic,
  };
  return runTask<string>(run, 'replay', task);
}

/** P&L of a path as the kernel of its run computes it: a path has the same bits in a block of any size. */
async function kernelPnl(run: RunThreads, { scenario, path }: Pick<ReplayTask, 'scenario' | 'path'>): Promise<number> {
  const plan = onlyPath(run.request.plan, path);
  const columns = allocateColumns(plan, scenario);
  await simulateBlocks(run, { plan, scenario, columns }, { from: 0, to: 1 }, () => undefined);
  return columns.pnl[0];
}

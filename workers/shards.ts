import type { Outcome } from '../models/outcome.ts';
import type { ChosenSampling } from '../models/sampling/choose-sampling.ts';
import { allocateColumns } from '../models/simulation/columns.ts';
import { firstPaths } from '../models/simulation/first-paths.ts';
import { columnArrays, placeColumns } from '../models/simulation/join-columns.ts';
import type { RunPlan } from '../models/simulation/plan.ts';
import type { JoinedScenario, PathRange, StoredShard } from './engine.ts';
import { judgeTarget, measureScenario, type SimulatedScenario } from './measure-scenario.ts';
import { type RunThreads, simulateBlocks } from './simulate-blocks.ts';

/** A plan of these paths alone; their numbers, and so their draws, are those that they have in the whole run. */
function planOf(plan: RunPlan, { from, to }: PathRange): RunPlan {
  return { ...plan, paths: to - from, firstPath: plan.firstPath + from };
}

/** Simulates the paths of a shard. @returns its columns, and the processor seconds that it took */
export async function simulateShard(
  run: RunThreads,
  i: number,
  { sampling }: ChosenSampling,
  range: PathRange,
  onBlock: (paths: number) => void,
): Promise<{ readonly arrays: readonly ArrayBufferView[]; readonly cpuSeconds: number }> {
  const plan = planOf(run.request.plan, range);
  const scenario = { ...run.request.scenarios[i], sampling };
  const columns = allocateColumns(plan, scenario);
  const cpuSeconds = await simulateBlocks(run, { plan, scenario, columns }, { from: 0, to: plan.paths }, onBlock);
  return { arrays: columnArrays(columns), cpuSeconds };
}

/**
 * Joins the shards of a scenario's paths [0, paths), in any order, and measures it when they are enough: to the bit as if
 * they had been simulated in one piece.
 */
export async function joinScenario(
  run: RunThreads,
  i: number,
  { sampling, choice }: ChosenSampling,
  { paths, batches }: { readonly paths: number; readonly batches: number },
  shards: AsyncIterable<StoredShard>,
): Promise<Outcome<JoinedScenario>> {
  const { plan } = run.request;
  const scenario = { ...run.request.scenarios[i], sampling };
  const columns = allocateColumns(plan, scenario);
  let found = 0;
  for await (const { from, to, bytes } of shards) {
    const part = planOf(plan, { from, to });
    const partColumns = allocateColumns(part, scenario);
    await fill(columnArrays(partColumns), bytes);
    placeColumns({ columns, room: plan.paths }, { columns: partColumns, paths: part.paths, fromPath: from });
    found += part.paths;
  }
  if (found !== paths) throw new RangeError(`shards have ${found} paths; need ${paths}`);
  const simulated: SimulatedScenario = { columns, paths, sampling: choice, batches };
  const judged = await judgeTarget(run, i, simulated);
  if (!judged.ok) return judged;
  const reached = judged.value;
  if (reached !== null && reached.paths !== paths) return { ok: true, value: { kind: 'more', paths: reached.paths } };
  const measured = await measureScenario(run, i, simulated, reached);
  if (!measured.ok) return measured;
  const { pnl, weights } = firstPaths(columns, plan.paths, paths);
  return { ok: true, value: { kind: 'measured', result: measured.value, vectors: { pnl, weights } } };
}

/** Reads bytes into arrays, one after the other. @throws RangeError when there are fewer or more */
async function fill(arrays: readonly ArrayBufferView[], bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const targets = arrays.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
  const room = targets.reduce((sum, { byteLength }) => sum + byteLength, 0);
  let found = 0;
  let array = 0;
  let at = 0;
  for await (const piece of bytes) {
    found += piece.byteLength;
    if (found > room) break;
    for (let read = 0; read < piece.byteLength; ) {
      const target = targets[array];
      const length = Math.min(target.byteLength - at, piece.byteLength - read);
      target.set(piece.subarray(read, read + length), at);
      read += length;
      at += length;
      if (at === target.byteLength) {
        array++;
        at = 0;
      }
    }
  }
  if (found !== room) throw new RangeError(`a shard has ${found} bytes; need ${room}`);
}

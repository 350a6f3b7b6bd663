import { CHUNK_PATHS } from '../models/simulation/columns.ts';
import { assetsPerDay, type RunPlan } from '../models/simulation/plan.ts';
import type { PathRange } from './engine.ts';

/**
 * Work of a shard in asset-steps: some five seconds of a thread. A small run waits as long for the threads, at most, and
 * as much is lost when a process dies; what a shard leaves takes some tenths of a second to store.
 */
const SHARD_ASSET_STEPS = 2 ** 28;
/** What a shard leaves of each path is some 60 bytes. */
const SHARD_PATHS = 2 ** 18;
/** Runs of up to so many shards are not split: storing them would take longer than is gained. */
const UNSPLIT_SHARDS = 2;

/** Paths of a shard of this plan: whole chunks. */
function shardPaths(plan: RunPlan): number {
  const affordable = SHARD_ASSET_STEPS / (plan.days * assetsPerDay(plan));
  return CHUNK_PATHS * Math.max(1, Math.floor(Math.min(SHARD_PATHS, affordable) / CHUNK_PATHS));
}

/** Whether a run of so many scenarios is split at all. */
export function isSplit(plan: RunPlan, scenarios: number): boolean {
  return plan.paths * scenarios > UNSPLIT_SHARDS * shardPaths(plan);
}

/** Splits paths into shards of about equal size. @param from whole chunks */
export function shardsOf(plan: RunPlan, { from, to }: PathRange): readonly PathRange[] {
  const count = Math.ceil((to - from) / shardPaths(plan));
  const size = CHUNK_PATHS * Math.ceil((to - from) / count / CHUNK_PATHS);
  const shards: PathRange[] = [];
  for (let at = from; at < to; at += size) shards.push({ from: at, to: Math.min(to, at + size) });
  return shards;
}

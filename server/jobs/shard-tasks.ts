import { randomUUID } from 'node:crypto';
import type { ScenarioResult } from '../../schemas/stress-result.ts';
import type { JoinedScenario, StoredShard } from '../../workers/engine.ts';
import type { BlobStore, StoredBlob } from '../storage/blob-store.ts';
import type { Queryable } from '../storage/database.ts';
import type { StartedTask } from '../storage/task-store.ts';
import { endRun } from './end-run.ts';
import { ClaimLost, type QueuedTask } from './job-queue.ts';
import { discardVectors, stageVectors, storeVectors } from './path-vectors.ts';
import type { ReadyRun } from './prepared-runs.ts';
import { priorityOf } from './priority.ts';
import { failRun, shardQueue, startRun, succeeded, type TaskAtWork, type TaskDependencies } from './task.ts';

/** Puts the shards of a large run into the queue, and what joins them. */
export async function splitRun(dependencies: TaskDependencies, at: TaskAtWork, ready: ReadyRun): Promise<void> {
  const { database, jobs, persist } = dependencies;
  const { task, claim } = at;
  const { target, scenarios, plan } = ready.prepared.request;
  const to = target?.firstPaths ?? plan.paths;
  await persist(() =>
    database.transaction(async (tx) => {
      await startRun(dependencies, tx, task.runId, ready);
      await jobs.complete(tx, claim);
      await dependencies.tasks.delete(tx, claim.id);
      for (const scenario of scenarios.keys()) {
        await sendShards(dependencies, tx, task.run, ready, { scenario, from: 0, to, batch: 1 });
      }
      await dependencies.notices.publish(tx, 'queued', task.runId);
    }),
  );
}

async function sendShards(
  { jobs, tasks, engine, version }: TaskDependencies,
  tx: Queryable,
  run: number,
  { prepared }: ReadyRun,
  { scenario, from, to, batch }: { scenario: number; from: number; to: number; batch: number },
): Promise<void> {
  const queue = shardQueue(version, engine.kernelHashOf(prepared));
  const cost = { cost: prepared.assetSteps, split: true };
  const common = { queue, scenario, batch };
  const shards: QueuedTask[] = engine.shards(prepared, { from, to }).map((shard) => ({
    ...common,
    job: randomUUID(),
    kind: 'shard',
    fromPath: shard.from,
    toPath: shard.to,
    priority: priorityOf(cost, 'work'),
  }));
  const join: QueuedTask = {
    ...common,
    job: randomUUID(),
    kind: 'join',
    fromPath: 0,
    toPath: to,
    priority: priorityOf(cost, 'join'),
  };
  await tasks.add(tx, run, [...shards, join]);
  await jobs.sendJoined(tx, shards, join);
}

export async function performShard(dependencies: TaskDependencies, at: TaskAtWork, ready: ReadyRun): Promise<void> {
  const { database, blobs, jobs, runs, tasks, engine, notices, persist } = dependencies;
  const { task, claim, signal } = at;
  const { scenario, fromPath, toPath } = task;
  let pilotPaths = 0;
  let pathsDone = 0;
  const sampling = await ready.sampling(scenario, signal, (paths) =>
    at.onProgress({ pathsDone, pilotPaths: (pilotPaths += paths) }),
  );
  const { arrays, cpuSeconds } = await engine
    .sharded(ready.prepared, signal)
    .simulate(scenario, sampling, { from: fromPath, to: toPath }, (paths) =>
      at.onProgress({ pathsDone: (pathsDone += paths), pilotPaths }),
    );
  const staged = await blobs.stage(arrays);
  try {
    await persist(() =>
      database.transaction(async (tx) => {
        if ((await runs.share(tx, task.run)) !== 'running') throw new ClaimLost(`run ${task.runId} has ended`);
        await jobs.complete(tx, claim);
        await tasks.finish(tx, claim.id, { pathsDone, pilotPaths, cpuSeconds: cpuSeconds + sampling.cpuSeconds });
        await staged.insert(tx, { run: task.run, kind: 'shard', scenario, fromPath });
        await notices.publish(tx, 'changed', task.runId);
      }),
    );
  } catch (error) {
    await staged.discard();
    throw error;
  }
  // The join does not wait for the next look at what is complete.
  await jobs.release();
}

export async function performJoin(dependencies: TaskDependencies, at: TaskAtWork, ready: ReadyRun): Promise<void> {
  const { database, blobs, engine, persist } = dependencies;
  const { task, signal } = at;
  const { scenario, toPath: paths, batch: batches } = task;
  const sampling = await ready.sampling(scenario, signal, () => undefined);
  const stored = (await persist(() => blobs.list(database, task.run, 'shard'))).filter(
    (blob) => blob.scenario === scenario,
  );
  const joined = await engine
    .sharded(ready.prepared, signal)
    .join(scenario, sampling, { paths, batches }, readShards(blobs, stored, paths));
  if (!joined.ok) await failRun(dependencies, at, joined.failures);
  else if (joined.value.kind === 'more') await sendMore(dependencies, at, ready, joined.value.paths);
  else await storeScenario(dependencies, at, ready, joined.value);
}

async function* readShards(
  blobs: BlobStore,
  stored: readonly StoredBlob[],
  paths: number,
): AsyncGenerator<StoredShard> {
  for (const [i, blob] of stored.entries()) {
    const to = stored[i + 1]?.fromPath ?? paths;
    yield { from: blob.fromPath, to, bytes: blobs.read(blob) };
  }
}

/** The target is not reached: more paths, and a join of them all. */
async function sendMore(
  dependencies: TaskDependencies,
  { task, claim }: TaskAtWork,
  ready: ReadyRun,
  to: number,
): Promise<void> {
  const { database, jobs, runs, notices, persist } = dependencies;
  const { scenario, toPath: from, batch } = task;
  await persist(() =>
    database.transaction(async (tx) => {
      if ((await runs.lock(tx, task.runId))?.status !== 'running') throw new ClaimLost(`run ${task.runId} has ended`);
      await jobs.complete(tx, claim);
      await dependencies.tasks.delete(tx, claim.id);
      await runs.plan(tx, task.run, to - from);
      await sendShards(dependencies, tx, task.run, ready, { scenario, from, to, batch: batch + 1 });
      await notices.publish(tx, 'queued', task.runId);
    }),
  );
}

/** The scenario is measured; whoever stores the last one ends the run. */
async function storeScenario(
  dependencies: TaskDependencies,
  { task, claim }: TaskAtWork,
  ready: ReadyRun,
  { result, vectors }: Extract<JoinedScenario, { kind: 'measured' }>,
): Promise<void> {
  const { database, blobs, jobs, runs, tasks, persist } = dependencies;
  const { scenario, run, runId } = task;
  const staged = await stageVectors(blobs, scenario, vectors);
  const count = ready.prepared.request.scenarios.length;
  try {
    const afterwards = await persist(() =>
      database.transaction(async (tx) => {
        if ((await runs.lock(tx, runId))?.status !== 'running') throw new ClaimLost(`run ${runId} has ended`);
        await jobs.complete(tx, claim);
        await tasks.finish(tx, claim.id, { pathsDone: 0, pilotPaths: 0, cpuSeconds: 0 });
        await runs.writeScenario(tx, run, scenario, JSON.stringify(result));
        await storeVectors(dependencies, tx, run, [staged]);
        const removed = await blobs.remove(tx, { runs: [run], kind: 'shard', scenario });
        const ended = await endJoined(dependencies, tx, task, ready, count);
        return async () => {
          await removed();
          await ended?.();
        };
      }),
    );
    await afterwards();
  } catch (error) {
    await discardVectors(staged);
    throw error;
  }
}

/** Ends a run whose scenarios are all measured. */
async function endJoined(
  dependencies: TaskDependencies,
  tx: Queryable,
  { run, runId }: StartedTask,
  { prepared }: ReadyRun,
  count: number,
): Promise<(() => Promise<void>) | undefined> {
  const { runs, tasks, engine, clock } = dependencies;
  const stored = await runs.scenarios(tx, run, count);
  if (stored.includes(undefined)) return undefined;
  const finishedAt = clock();
  const { startedAt, paths } = await runs.timing(tx, run);
  const wallSeconds = Math.max(0.001, (finishedAt.getTime() - startedAt.getTime()) / 1000);
  const result = engine.result(
    prepared,
    stored.map((json) => JSON.parse(json as string) as ScenarioResult),
    { cpuSeconds: await tasks.cpuSeconds(tx, run), wallSeconds, pathsPerSecond: paths / wallSeconds },
  );
  return endRun(dependencies, tx, runId, succeeded(result, finishedAt));
}

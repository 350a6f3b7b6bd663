import { randomUUID } from 'node:crypto';
import type { Failure } from '../../schemas/failure.ts';
import type { ScenarioResult, StressResult } from '../../schemas/stress-result.ts';
import type { JoinedScenario, PathVectors, StoredShard, StressEngine } from '../../workers/engine.ts';
import type { BlobStore, StagedBlob, StoredBlob } from '../storage/blob-store.ts';
import type { Database, Queryable } from '../storage/database.ts';
import type { RunEnd, RunStore } from '../storage/run-store.ts';
import type { Progress, StartedTask, TaskStore } from '../storage/task-store.ts';
import type { Observer } from './observer.ts';
import { type Claim, ClaimLost, type JobQueue, type QueuedTask } from './job-queue.ts';
import type { Notices } from './notices.ts';
import type { PreparedRuns, ReadyRun } from './prepared-runs.ts';
import { priorityOf } from './priority.ts';
import { resultHash } from './result-hash.ts';

/** What storing and queueing go through; each belongs to the same database. */
export interface Stores {
  readonly observer: Observer;
  readonly database: Database;
  readonly runs: RunStore;
  readonly tasks: TaskStore;
  readonly blobs: BlobStore;
  readonly jobs: JobQueue;
  readonly notices: Notices;
}

export interface TaskDependencies extends Stores {
  readonly engine: StressEngine;
  readonly preparedRuns: PreparedRuns;
  readonly clock: () => Date;
  /** Version of rho90, stated in every run. */
  readonly version: string;
  /** Does something with the database, again and again while that is away. */
  readonly persist: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface TaskAtWork {
  readonly task: StartedTask;
  readonly claim: Claim;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Queue of the shards of runs that began with a version and an arithmetic. */
export function shardQueue(version: string, kernelHash: string): string {
  return `shard-${version}-${kernelHash}`.replaceAll(/[^\w.-]/g, '_');
}

/**
 * Ends a run with all that belongs to it, in a transaction.
 *
 * @returns to be called once that has committed; undefined when the run had ended before
 */
export async function endRun(
  { runs, tasks, blobs, jobs, notices, observer }: Stores,
  tx: Queryable,
  runId: string,
  end: RunEnd,
): Promise<(() => Promise<void>) | undefined> {
  const locked = await runs.lock(tx, runId);
  if (locked === undefined) return undefined;
  const left = await tasks.of(tx, locked.place);
  const place = await runs.end(tx, runId, end);
  if (place === undefined) return undefined;
  await jobs.cancel(tx, left);
  const removed = await blobs.remove(tx, { runs: [place], kind: 'shard' });
  await notices.publish(tx, 'ended', runId);
  return async () => {
    observer.runEnded(runId, end.status);
    await removed();
  };
}

/**
 * Does a task. What comes of it and the end of its job are one transaction, so it is done once, whoever else did it too.
 *
 * @throws ClaimLost when it is no longer this process's, and whatever the engine and the database throw
 */
export async function performTask(dependencies: TaskDependencies, at: TaskAtWork): Promise<void> {
  const { preparedRuns } = dependencies;
  const outcome = await dependencies.persist(() => preparedRuns.get(at.task.runId));
  if (!outcome.ok) {
    await failRun(dependencies, at, outcome.failures);
    return;
  }
  const ready = outcome.value;
  if (at.task.kind === 'shard') await performShard(dependencies, at, ready);
  else if (at.task.kind === 'join') await performJoin(dependencies, at, ready);
  else if (ready.prepared.split) await splitRun(dependencies, at, ready);
  else await performRun(dependencies, at, ready);
}

async function failRun(
  dependencies: TaskDependencies,
  { task, claim }: TaskAtWork,
  failures: readonly Failure[],
): Promise<void> {
  const { database, jobs, clock, persist } = dependencies;
  const afterwards = await persist(() =>
    database.transaction(async (tx) => {
      await jobs.complete(tx, claim);
      const end: RunEnd = { status: 'failed', finishedAt: clock(), failures: [...failures] };
      return endRun(dependencies, tx, task.runId, end);
    }),
  );
  await afterwards?.();
}

/** The run is at work from now on, as this version and this arithmetic compute it. */
async function startRun(
  { runs, notices, engine, clock, version }: TaskDependencies,
  tx: Queryable,
  runId: string,
  { prepared }: ReadyRun,
): Promise<number> {
  const place = await runs.start(tx, runId, {
    at: clock(),
    paths: prepared.paths,
    inputHash: prepared.inputHash,
    seed: prepared.seed,
    engine: { version, kernelHash: engine.kernelHashOf(prepared) },
  });
  if (place === undefined) throw new ClaimLost(`run ${runId} has ended`);
  await notices.publish(tx, 'changed', runId);
  return place;
}

/** A run in one piece. */
async function performRun(dependencies: TaskDependencies, at: TaskAtWork, ready: ReadyRun): Promise<void> {
  const { database, blobs, jobs, engine, clock, persist } = dependencies;
  const { task, claim } = at;
  await persist(() => database.transaction((tx) => startRun(dependencies, tx, task.runId, ready)));
  const staged: StagedVectors[] = [];
  let planned = ready.prepared.paths;
  try {
    const outcome = await engine.run(ready.prepared, {
      signal: at.signal,
      onProgress: (pathsDone, paths, pilotPaths) => {
        planned = paths;
        at.onProgress({ pathsDone, pilotPaths });
      },
      onVectors: async (scenario, vectors) => void staged.push(await stageVectors(blobs, scenario, vectors)),
    });
    if (!outcome.ok) {
      for (const vectors of staged) await discardVectors(vectors);
      await failRun(dependencies, at, outcome.failures);
      return;
    }
    const end = succeeded(outcome.value, clock());
    const afterwards = await persist(() =>
      database.transaction(async (tx) => {
        await jobs.complete(tx, claim);
        await dependencies.runs.plan(tx, task.run, planned - ready.prepared.paths);
        await storeVectors(dependencies, tx, task.run, staged);
        const ended = await endRun(dependencies, tx, task.runId, end);
        if (ended === undefined) throw new ClaimLost(`run ${task.runId} has ended`);
        return ended;
      }),
    );
    await afterwards();
  } catch (error) {
    for (const vectors of staged) await discardVectors(vectors);
    throw error;
  }
}

/** Puts the shards of a large run into the queue, and what joins them. */
async function splitRun(dependencies: TaskDependencies, at: TaskAtWork, ready: ReadyRun): Promise<void> {
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

async function performShard(dependencies: TaskDependencies, at: TaskAtWork, ready: ReadyRun): Promise<void> {
  const { database, blobs, jobs, tasks, engine, notices, persist } = dependencies;
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

async function performJoin(dependencies: TaskDependencies, at: TaskAtWork, ready: ReadyRun): Promise<void> {
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

function succeeded(result: StressResult, finishedAt: Date): RunEnd {
  return {
    status: 'succeeded',
    finishedAt,
    summary: result.verdict,
    resultHash: resultHash(result),
    result: JSON.stringify(result),
  };
}

interface StagedVectors {
  readonly scenario: number;
  readonly pnl: StagedBlob;
  readonly weights: StagedBlob | null;
}

async function stageVectors(blobs: BlobStore, scenario: number, { pnl, weights }: PathVectors): Promise<StagedVectors> {
  const staged = await blobs.stage([pnl]);
  return { scenario, pnl: staged, weights: weights === null ? null : await blobs.stage([weights]) };
}

async function storeVectors(
  { runs }: Stores,
  tx: Queryable,
  run: number,
  vectors: readonly StagedVectors[],
): Promise<void> {
  for (const { scenario, pnl, weights } of vectors) {
    await pnl.insert(tx, { run, kind: 'pnl', scenario, fromPath: 0 });
    await weights?.insert(tx, { run, kind: 'weights', scenario, fromPath: 0 });
    await runs.countBytes(tx, run, pnl.bytes + (weights?.bytes ?? 0));
  }
}

async function discardVectors({ pnl, weights }: StagedVectors): Promise<void> {
  await pnl.discard();
  await weights?.discard();
}

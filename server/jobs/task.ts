import type { Failure } from '../../schemas/failure.ts';
import type { StressResult } from '../../schemas/stress-result.ts';
import type { StressEngine } from '../../workers/engine.ts';
import type { Queryable } from '../storage/database.ts';
import type { RunEnd } from '../storage/run-store.ts';
import type { Progress, StartedTask } from '../storage/task-store.ts';
import { endRun, type Stores } from './end-run.ts';
import { type Claim, ClaimLost } from './job-queue.ts';
import type { PreparedRuns, ReadyRun } from './prepared-runs.ts';
import { resultHash } from './result-hash.ts';

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

/** The run is at work from now on, as this version and this arithmetic compute it. */
export async function startRun(
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

/** The run ends for a reason that the user is told; its job is done. */
export async function failRun(
  dependencies: TaskDependencies,
  { task, claim }: TaskAtWork,
  failures: readonly Failure[],
): Promise<void> {
  const { database, jobs, clock, persist } = dependencies;
  const afterwards = await persist(() =>
    database.transaction(async (tx) => {
      await dependencies.runs.lock(tx, task.runId);
      await jobs.complete(tx, claim);
      const end: RunEnd = { status: 'failed', finishedAt: clock(), failures: [...failures] };
      return endRun(dependencies, tx, task.runId, end);
    }),
  );
  await afterwards?.();
}

export function succeeded(result: StressResult, finishedAt: Date): RunEnd {
  return {
    status: 'succeeded',
    finishedAt,
    summary: result.verdict,
    resultHash: resultHash(result),
    result: JSON.stringify(result),
  };
}

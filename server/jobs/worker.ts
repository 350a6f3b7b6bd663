import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailable } from '../storage/database.ts';
import type { NodeStore } from '../storage/node-store.ts';
import type { StartedTask, Progress } from '../storage/task-store.ts';
import { type Claim, ClaimLost } from './job-queue.ts';
import { createLaneGate } from './lane-gate.ts';
import type { TaskOutcome } from './observer.ts';
import { endRun } from './end-run.ts';
import { performTask } from './perform-task.ts';
import { shardQueue, type TaskDependencies } from './task.ts';
import { prioritiesOf, type Size } from './priority.ts';
import { RUN_QUEUE } from './queue-run.ts';

export interface WorkerDependencies extends TaskDependencies {
  readonly node: NodeStore;
}

/** Takes jobs off the queues and does them. */
export interface Worker {
  readonly busy: number;
  /** Takes nothing more, gives back what is at work, and waits until that is stored. */
  stop(): Promise<void>;
}

const ANY_SIZE: readonly Size[] = ['small', 'medium', 'large'];
/**
 * Jobs at work at a time, and what each lane takes. Of two shards one is simulated while the other one is stored or
 * measured; small runs go on beside them, since each waits for its turn on the threads several times.
 */
const LANES: readonly (readonly Size[])[] = [ANY_SIZE, ANY_SIZE, ['small'], ['small']];
/**
 * How long an idle process waits before it looks by itself. Notices wake it before, but for jobs that are put back since
 * their process is dead, which the embedded database does not have.
 */
const idleMs = { postgres: 1000, pglite: 5000 };
const reportMs = 500;
/** Well under the ten seconds after which a process counts as dead. */
const touchMs = 3000;
/** A job during which the process died or failed so often is taken to be the reason. */
export const MAX_STARTS = 5;
/** Every so many jobs a lane takes one from the other end, so that small runs do not hold up a large one for ever. */
const FAIR_TURN = 2;

interface Lane {
  readonly claim: Claim;
  readonly task: StartedTask;
  readonly abort: AbortController;
  progress: Progress & { reported: boolean };
}

export function startWorker(dependencies: WorkerDependencies): Worker {
  const { database, tasks, runs, jobs, notices, engine, version, node, persist, observer, clock } = dependencies;
  const shardQueues = engine.kernelHashes.map((hash) => shardQueue(version, hash));
  const atWork = new Map<string, Lane>();
  const stopping = new AbortController();
  let wake = Promise.withResolvers<void>();
  /** A process died or failed during a job before: it is done alone. */
  const gate = createLaneGate();

  const unsubscribe = notices.subscribe((notice) => {
    if (notice === null || notice.kind === 'queued') {
      const woken = wake;
      wake = Promise.withResolvers<void>();
      woken.resolve();
    }
    if (notice?.kind !== 'ended') return;
    for (const { task, abort } of atWork.values()) if (task.runId === notice.runId) abort.abort();
  });

  const fetchOf = async (size: Size): Promise<Claim | undefined> => {
    if (size !== 'small') {
      for (const queue of shardQueues) {
        const shard = await jobs.fetch(queue, prioritiesOf(size));
        if (shard !== undefined) return shard;
      }
    }
    return jobs.fetch(RUN_QUEUE, prioritiesOf(size));
  };

  const next = async (sizes: readonly Size[]): Promise<Claim | undefined> => {
    for (const size of sizes) {
      const claim = await fetchOf(size);
      if (claim !== undefined) return claim;
    }
    return undefined;
  };

  /** A job goes back as if it had never been taken. */
  const giveBack = async (claim: Claim, task: StartedTask): Promise<void> => {
    await database.transaction(async (tx) => {
      await runs.lock(tx, task.runId);
      await tasks.giveBack(tx, claim.id, node.id);
      if (task.kind === 'run') await runs.giveBack(tx, task.run);
      await jobs.giveBack(tx, claim);
      await notices.publish(tx, 'queued', task.runId);
    });
  };

  const failFor = async (claim: Claim, task: StartedTask, why: string): Promise<void> => {
    const message = `${why}; its log has more under run ${task.runId}`;
    const failures = [{ reason: 'internal_error' as const, pointer: '', message }];
    const afterwards = await persist(() =>
      database.transaction(async (tx) => {
        await runs.lock(tx, task.runId);
        await jobs.complete(tx, claim);
        return endRun(dependencies, tx, task.runId, { status: 'failed', finishedAt: clock(), failures });
      }),
    );
    await afterwards?.();
  };

  const onFailure = async ({ claim, task, abort }: Lane, error: unknown): Promise<TaskOutcome> => {
    if (stopping.signal.aborted) {
      await giveBack(claim, task);
      return 'given back';
    }
    // Its run has ended, or another process has it by now.
    if (error instanceof ClaimLost || abort.signal.aborted) return 'lost';
    observer.error(error, task.runId);
    if (task.starts >= MAX_STARTS) {
      const why = error instanceof Error ? reasonOf(error) : 'an error of the server';
      await failFor(claim, task, `the simulation was tried ${task.starts} times and stopped because of ${why}`);
      return 'error';
    }
    await persist(() =>
      database.transaction(async (tx) => {
        await tasks.drop(tx, claim.id, node.id);
        await jobs.giveBack(tx, claim);
        await notices.publish(tx, 'queued', task.runId);
      }),
    );
    return 'error';
  };

  const perform = async (claim: Claim): Promise<void> => {
    const task = await persist(() => database.transaction((tx) => tasks.start(tx, claim.id, node.id)));
    if (task === undefined) {
      // Its run has ended between the two.
      await persist(() => database.transaction((tx) => jobs.complete(tx, claim))).catch(lostUnlessOther);
      return;
    }
    if (task.starts > MAX_STARTS) {
      await failFor(
        claim,
        task,
        `the server died ${task.starts - 1} times while it simulated this run, which is not tried again`,
      );
      return;
    }
    const isSuspect = task.starts > 1;
    const release = isSuspect ? await gate.beAlone() : null;
    if (isSuspect && release === null) {
      await giveBack(claim, task);
      return;
    }
    const lane: Lane = {
      claim,
      task,
      abort: new AbortController(),
      progress: { pathsDone: 0, pilotPaths: 0, reported: true },
    };
    atWork.set(claim.id, lane);
    const { signal } = lane.abort;
    if (stopping.signal.aborted) lane.abort.abort();
    const started = performance.now();
    observer.taskStarted(task);
    let outcome: TaskOutcome = 'done';
    try {
      const onProgress = (progress: Progress): void => {
        observer.pathsDone(progress.pathsDone - lane.progress.pathsDone);
        lane.progress = { ...progress, reported: false };
      };
      await performTask(dependencies, { task, claim, signal, onProgress });
    } catch (error) {
      outcome = await onFailure(lane, error).catch(lostUnlessOther);
    } finally {
      atWork.delete(claim.id);
      release?.();
      observer.taskEnded(task, outcome, (performance.now() - started) / 1000);
    }
  };

  const lane = async (sizes: readonly Size[]): Promise<void> => {
    for (let turn = 1; !stopping.signal.aborted; turn++) {
      await gate.enter();
      const { promise: woken } = wake;
      let found = false;
      try {
        const claim = await next(turn % FAIR_TURN === 0 ? sizes.toReversed() : sizes);
        found = claim !== undefined;
        if (claim !== undefined) await perform(claim);
      } catch (error) {
        observer.error(error);
        found = false;
      } finally {
        gate.leave();
      }
      if (found) continue;
      await Promise.race([
        woken,
        sleep(idleMs[database.kind], undefined, { signal: stopping.signal }).catch(() => undefined),
      ]);
    }
  };

  const report = async (): Promise<void> => {
    for (const [job, one] of atWork) {
      if (one.progress.reported) continue;
      one.progress.reported = true;
      // A job that was given to another process while this one was cut off is not done twice to the end.
      if (!(await tasks.progress(job, node.id, one.progress)) && atWork.has(job)) one.abort.abort();
    }
  };
  const touch = async (): Promise<void> => {
    if (atWork.size > 0) await jobs.touch([...atWork.values()].map(({ claim }) => claim));
  };
  const every = (milliseconds: number, work: () => Promise<void>): Promise<void> =>
    repeat(milliseconds, work, stopping.signal, observer.error);

  const loops = [
    ...LANES.map(lane),
    every(reportMs, report),
    // The embedded database is this process's alone.
    ...(database.kind === 'postgres' ? [every(touchMs, touch)] : []),
  ];

  return {
    get busy() {
      return atWork.size;
    },
    async stop() {
      unsubscribe();
      stopping.abort();
      for (const { abort } of atWork.values()) abort.abort();
      await Promise.all(loops);
    },
  };

  function lostUnlessOther(error: unknown): TaskOutcome {
    if (error instanceof ClaimLost) return 'lost';
    // The database is away while this process ends: the next one takes the job up by itself.
    if (error instanceof DatabaseUnavailable && stopping.signal.aborted) return 'lost';
    throw error;
  }
}

/** Does something again and again, each time some milliseconds after the last, until it is told to stop. */
export async function repeat(
  milliseconds: number,
  work: () => Promise<void>,
  stop: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!stop.aborted) {
    await sleep(milliseconds, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return;
    try {
      await work();
    } catch (error) {
      onError(error);
    }
  }
}

/** What a client may know of an error. */
function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'a full disk';
  return 'an error of the server';
}

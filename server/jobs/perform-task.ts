import { endRun } from './end-run.ts';
import { ClaimLost } from './job-queue.ts';
import { discardVectors, type StagedVectors, stageVectors, storeVectors } from './path-vectors.ts';
import type { ReadyRun } from './prepared-runs.ts';
import { performJoin, performShard, splitRun } from './shard-tasks.ts';
import { failRun, startRun, succeeded, type TaskAtWork, type TaskDependencies } from './task.ts';

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
        await dependencies.runs.lock(tx, task.runId);
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

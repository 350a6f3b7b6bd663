import type { FastifyBaseLogger } from 'fastify';
import type { ObservedTask, Observer } from './jobs/observer.ts';
import type { Metrics } from './metrics.ts';

/** Writes what happens to runs to the log, a line each with the id of the run, and counts it. */
export function observeRuns(log: FastifyBaseLogger, metrics: Metrics): Observer {
  const fieldsOf = ({ runId, kind, scenario, fromPath, toPath, starts }: ObservedTask) => ({
    runId,
    task: kind,
    ...(kind === 'run' ? {} : { scenario, fromPath, toPath }),
    ...(starts > 1 ? { starts } : {}),
  });
  return {
    runAccepted: () => metrics.accepted(),
    runEnded: (runId, status) => {
      metrics.runEnded(runId, status);
      log.info({ runId, status }, 'run ended');
    },
    pathsDone: metrics.pathsDone,
    taskStarted: (task) => log.debug(fieldsOf(task), 'task started'),
    taskEnded: (task, outcome, seconds) => {
      metrics.taskEnded(task, outcome, seconds);
      const level = task.kind === 'run' || outcome !== 'done' ? 'info' : 'debug';
      log[level]({ ...fieldsOf(task), outcome, seconds: Math.round(seconds * 1000) / 1000 }, 'task ended');
    },
    error: (error, runId) => {
      metrics.jobError();
      log.error({ err: error, ...(runId === undefined ? {} : { runId }) }, 'an error outside of a request');
    },
  };
}

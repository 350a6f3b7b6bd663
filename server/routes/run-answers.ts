/** What the routes of one run have in common. */
import type { FastifyReply } from 'fastify';
import type { StressRun } from '../../schemas/stress-run.ts';
import { ProblemError } from '../errors.ts';
import { foundFailures } from '../found-failures.ts';
import type { RunService } from '../jobs/run-service.ts';

const runId = { type: 'string', description: 'Id of the run, as its start and the list of runs give it.' } as const;

/** Parameters of a route of one run. */
export const runParams = { type: 'object', properties: { id: runId }, required: ['id'] } as const;

const maxRetrySeconds = 60;
/** For a run that waits, or has just begun: a crowd that asks every second would be most of what a small machine does. */
const unknownRetrySeconds = 2;

/** @throws ProblemError when there is no such run */
export async function mustExist(runs: Pick<RunService, 'get'>, id: string): Promise<StressRun> {
  const run = await runs.get(id);
  if (run === undefined) throw noSuchRun(id);
  return run;
}

export function noSuchRun(id: string): ProblemError {
  return new ProblemError(
    'not-found',
    `there is no run ${JSON.stringify(id)}; finished runs are kept for a while, the oldest goes first`,
  );
}

/** Why a run that exists has no result. */
export function noResult(run: StressRun): ProblemError {
  const { id, status, failures = [] } = run;
  if (status === 'queued' || status === 'running') {
    const headers = { 'retry-after': String(retrySeconds(run)) };
    return new ProblemError('not-in-this-state', `run ${id} is ${status}; its result comes when it has succeeded`, {
      headers,
    });
  }
  const detail = `run ${id} ${status === 'failed' ? 'has failed' : `was ${status}`} and has no result`;
  return new ProblemError('not-in-this-state', detail, { failures: foundFailures(failures) });
}

/** The scenario that was asked for by name; `scenarios` are those of the run. */
export function noSuchScenario(id: string, scenario: string, scenarios: readonly string[]): ProblemError {
  const there = scenarios.map((each) => JSON.stringify(each)).join(', ');
  return new ProblemError('not-found', `run ${id} has no scenario ${JSON.stringify(scenario)}; it has ${there}`);
}

/** When it is worth asking for a run again. */
export function retrySeconds({ progress }: StressRun): number {
  return Math.min(maxRetrySeconds, Math.max(1, Math.ceil(progress.secondsLeft ?? unknownRetrySeconds)));
}

/** An answer that is JSON already is sent as it is: to read and write it again could only change it. */
export function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(json);
}

import type { FastifyInstance, FastifyReply } from 'fastify';
import { ref } from '../../schemas/schema-kit.ts';
import { StressResult } from '../../schemas/stress-result.ts';
import { StressRun, StressRunList, StressRunRequest } from '../../schemas/stress-run.ts';
import { ProblemError, RequestRefused } from '../errors.ts';
import { foundFailures } from '../found-failures.ts';
import type { RunQueue } from '../jobs/run-queue.ts';
import type { References } from '../library/references.ts';
import type { Limits } from '../limits.ts';
import { waitPreference } from '../prefer.ts';
import { isFinished } from '../storage/run-store.ts';
import { settlesWithin } from '../wait.ts';
import { answer, bodyRefusals, refusals, retryAfter } from './responses.ts';
import { filterOf, ListQuery } from './run-filter.ts';

export interface StressRunDependencies {
  readonly runs: RunQueue;
  readonly references: References;
  readonly limits: Limits;
}

const tags = ['stress-runs'];
const byId = {
  type: 'object',
  properties: {
    id: { type: 'string', description: 'Id of the run, as its start and the list of runs give it.' },
  },
  required: ['id'],
};
/** Long enough that a crowd of clients does not ask all the time, short beside the time a slot takes to free. */
const busySeconds = 5;
const maxRetrySeconds = 60;

export function stressRunRoutes(app: FastifyInstance, { runs, references, limits }: StressRunDependencies): void {
  const mustExist = async (id: string): Promise<StressRun> => {
    const run = await runs.get(id);
    if (run === undefined) throw noSuchRun(id);
    return run;
  };

  app.post<{ Body: StressRunRequest; Headers: { prefer?: string } }>(
    '/v1/stress-runs',
    {
      schema: {
        operationId: 'startStressRun',
        tags,
        summary: 'Start a stress run',
        description:
          'Simulates a book in a market under each scenario, given in full or by the ids of stored ones. Whatever can be refused is refused here, all failures at once. ' +
          'By default the answer is 202 once the run is stored; it goes on by itself, whether or not the client stays or the server is restarted; ' +
          'with `Prefer: wait=N` the answer is 200 with the verdict and the result if the run ends within N seconds.',
        headers: {
          type: 'object',
          properties: {
            Prefer: {
              type: 'string',
              description: `\`wait=N\`: answer when the run has ended, but after N seconds at the latest (at most ${limits.waitSeconds}). RFC 7240. Default: do not wait.`,
              examples: ['wait=60'],
            },
          },
        },
        body: ref(StressRunRequest),
        response: {
          200: answer(StressRun, 'The run has ended in time; `result` holds its result when it succeeded.', {
            'Preference-Applied': preferenceApplied,
          }),
          202: answer(StressRun, 'The run is accepted and goes on.', {
            Location: { type: 'string', description: 'Where the run is.' },
            ...retryAfter,
            'Preference-Applied': preferenceApplied,
          }),
          ...refusals(...bodyRefusals, 503),
        },
      },
    },
    async (request, reply) => {
      const inlined = await references.inline(request.body);
      if (!inlined.ok) throw new RequestRefused(foundFailures(inlined.failures, inlined.total));
      const { bytes } = inlined.value;
      const submission = await runs.submit(
        inlined.value.request,
        bytes + sizeOf(request.headers['content-length'], limits),
        inlined.value.references,
      );
      switch (submission.kind) {
        case 'refused':
          throw new RequestRefused(foundFailures(submission.failures, submission.total));
        case 'full':
          throw notAccepting(
            `${limits.queuedRuns} runs, or requests of ${limits.queuedBytes} bytes, are waiting already; try again later`,
          );
        case 'draining':
          throw notAccepting('the server is stopping');
        case 'accepted':
      }
      const { id } = submission.run;
      const seconds = waitPreference(request.headers.prefer, limits.waitSeconds);
      if (seconds !== null) void reply.header('preference-applied', `wait=${seconds}`);
      if (await settlesWithin(submission.ended, seconds ?? 0, connectionEnd(reply))) {
        const ended = await mustExist(id);
        if (isFinished(ended)) return sendJson(reply, withResult(ended, await runs.result(id)));
      }
      // It goes on, or the server is stopping and leaves it to the next one.
      const run = await mustExist(id);
      return reply
        .code(202)
        .header('location', `/v1/stress-runs/${id}`)
        .header('retry-after', retrySeconds(run))
        .send(run);
    },
  );

  app.get<{ Querystring: ListQuery }>(
    '/v1/stress-runs',
    {
      schema: {
        operationId: 'listStressRuns',
        tags,
        summary: 'List runs',
        description: 'Newest first. Runs are stored: they are there after a restart of the server.',
        querystring: ListQuery,
        response: { 200: answer(StressRunList, 'A page of runs.'), ...refusals(400, 503) },
      },
    },
    async (request) => {
      const { limit = 50, cursor } = request.query;
      const page = await runs.list(filterOf(request.query), { limit, ...(cursor === undefined ? {} : { cursor }) });
      if (page !== null) return page;
      const message = `cursor is ${JSON.stringify(cursor)}; it must be the nextCursor of a page, unchanged`;
      throw new RequestRefused(foundFailures([{ reason: 'wrong_format', pointer: 'cursor', message }]));
    },
  );

  app.get<{ Params: { id: string } }>(
    '/v1/stress-runs/:id',
    {
      schema: {
        operationId: 'getStressRun',
        tags,
        summary: 'Look at a run',
        description: 'Status, progress and, once it has succeeded, the verdict.',
        params: byId,
        response: { 200: answer(StressRun, 'The run.'), ...refusals(404, 503) },
      },
    },
    async (request) => mustExist(request.params.id),
  );

  app.get<{ Params: { id: string } }>(
    '/v1/stress-runs/:id/result',
    {
      schema: {
        operationId: 'getStressResult',
        tags,
        summary: 'Get the result of a run',
        description: 'Loss distribution, survivability, correlations, regimes and limits, by scenario.',
        params: byId,
        response: { 200: answer(StressResult, 'The result.'), ...refusals(404, 409, 503) },
      },
    },
    async (request, reply) => {
      const run = await mustExist(request.params.id);
      const result = await runs.result(run.id);
      if (result === undefined) throw noResult(run);
      return sendJson(reply, result);
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/stress-runs/:id/cancel',
    {
      schema: {
        operationId: 'cancelStressRun',
        tags,
        summary: 'Cancel a run',
        description:
          'Ends a run that is waiting or being simulated. Cancelling a cancelled run changes nothing and answers 200; a run that has succeeded or failed cannot be cancelled (409).',
        params: byId,
        response: { 200: answer(StressRun, 'The cancelled run.'), ...refusals(404, 409, 503) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const cancellation = await runs.cancel(id);
      if (cancellation.kind === 'cancelled') return cancellation.run;
      if (cancellation.kind === 'unknown') throw noSuchRun(id);
      throw new ProblemError('not-in-this-state', `run ${id} has ${cancellation.run.status} and cannot be cancelled`);
    },
  );
}

const preferenceApplied = {
  type: 'string',
  description: 'The wait that was applied, when one was asked for.',
  examples: ['wait=60'],
};

/** A result is sent as the text that was stored: to read and write it again could only change it. */
function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(json);
}

function withResult(run: StressRun, result: string | undefined): string {
  const json = JSON.stringify(run);
  return result === undefined ? json : `${json.slice(0, -1)},"result":${result}}`;
}

function noSuchRun(id: string): ProblemError {
  return new ProblemError(
    'not-found',
    `there is no run ${JSON.stringify(id)}; finished runs are kept for a while, the oldest goes first`,
  );
}

function noResult(run: StressRun): ProblemError {
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

function notAccepting(detail: string): ProblemError {
  return new ProblemError('not-accepting-runs', detail, { headers: { 'retry-after': String(busySeconds) } });
}

/** When it is worth asking for a run again. */
function retrySeconds({ progress }: StressRun): number {
  return Math.min(maxRetrySeconds, Math.max(1, Math.ceil(progress.secondsLeft ?? 1)));
}

/** Fires when nobody is there to read the answer any more. */
function connectionEnd(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}

/** Size of a body; one that came in chunks did not say it, and counts as the largest allowed. */
function sizeOf(contentLength: string | undefined, { bodyBytes }: Limits): number {
  return contentLength === undefined ? bodyBytes : Number(contentLength);
}

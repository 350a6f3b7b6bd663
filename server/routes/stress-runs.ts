import type { FastifyInstance } from 'fastify';
import { StressResult } from '../../schemas/stress-result.ts';
import { StressRun, StressRunList } from '../../schemas/stress-run.ts';
import { ProblemError, RequestRefused } from '../errors.ts';
import { foundFailures } from '../found-failures.ts';
import type { RunService } from '../jobs/run-service.ts';
import { answer, refusals } from './responses.ts';
import { filterOf, ListQuery } from './run-filter.ts';
import { mustExist, noResult, noSuchRun, runParams, sendJson } from './run-answers.ts';

const tags = ['stress-runs'];
/** Looking at runs, and cancelling them. */
export function stressRunRoutes(app: FastifyInstance, { runs }: { readonly runs: RunService }): void {
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
        params: runParams,
        response: { 200: answer(StressRun, 'The run.'), ...refusals(404, 503) },
      },
    },
    async (request) => mustExist(runs, request.params.id),
  );

  app.get<{ Params: { id: string } }>(
    '/v1/stress-runs/:id/result',
    {
      schema: {
        operationId: 'getStressResult',
        tags,
        summary: 'Get the result of a run',
        description: 'Loss distribution, survivability, correlations, regimes and limits, by scenario.',
        params: runParams,
        response: { 200: answer(StressResult, 'The result.'), ...refusals(404, 409, 503) },
      },
    },
    async (request, reply) => {
      const run = await mustExist(runs, request.params.id);
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
        params: runParams,
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

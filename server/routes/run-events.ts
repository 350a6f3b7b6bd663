import sse from '@fastify/sse';
import type { FastifyInstance } from 'fastify';
import Negotiator from 'negotiator';
import type { RunService } from '../jobs/run-service.ts';
import { connectionEnd } from '../connection-end.ts';
import { ProblemError } from '../errors.ts';
import { isFinished } from '../storage/run-store.ts';
import { refusals } from './responses.ts';
import { mustExist, runParams } from './run-answers.ts';

const eventStream = 'text/event-stream';
/** Comments that keep proxies from ending a quiet connection. */
const heartbeatMs = 15_000;
/** After which a client that was cut off asks again. */
const retryMs = 2000;

export async function runEventRoutes(app: FastifyInstance, { runs }: { readonly runs: RunService }): Promise<void> {
  await app.register(sse.default, { heartbeatInterval: heartbeatMs });
  app.get<{ Params: { id: string }; Headers: { 'last-event-id'?: string } }>(
    '/v1/stress-runs/:id/events',
    {
      // Not 'only': what it refuses would not be problem details.
      sse: 'manual',
      exposeHeadRoute: false,
      schema: {
        operationId: 'followStressRun',
        tags: ['stress-runs'],
        summary: 'Follow a run',
        description:
          'Server-sent events: `progress` with the run whenever it has changed, at most about twice a second, and `ended` with the run as it ended, after which the stream is closed. ' +
          'Each event carries the whole run, so none that was missed is needed; a client that sends `Last-Event-ID` (an EventSource does by itself) is not told what it has seen.',
        params: runParams,
        headers: {
          type: 'object',
          properties: {
            'Last-Event-ID': {
              type: 'string',
              maxLength: 100,
              description: '`id` of the last event that was received. Default: none, the run is told as it is.',
            },
          },
        },
        response: {
          200: {
            description: 'The events.',
            content: {
              [eventStream]: {
                schema: {
                  type: 'string',
                  examples: [
                    'id: 2.20480\nevent: progress\ndata: {"id":"0193f3a2-7c1e-7d3a-9a51-0f8f7c2b9e10", …}\n\n',
                  ],
                },
              },
            },
          },
          ...refusals(404, 406, 503),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { accept } = request.headers;
      if (new Negotiator(request).mediaType([eventStream]) === undefined) {
        throw new ProblemError('not-acceptable', `Accept is ${JSON.stringify(accept)}; events come as ${eventStream}`);
      }
      await mustExist(runs, id);
      const events = async function* () {
        const seen = request.headers['last-event-id'];
        for await (const { moment, run } of runs.changes(id, connectionEnd(reply), seen)) {
          yield { id: moment, event: isFinished(run) ? 'ended' : 'progress', data: run, retry: retryMs };
        }
      };
      await reply.sse.send(events());
    },
  );
}

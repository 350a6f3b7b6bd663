import type { FastifyInstance } from 'fastify';
import { Health, Readiness, ServiceLimits } from '../../schemas/service.ts';
import type { Runs } from '../jobs/open-runs.ts';
import { countsWithin } from './run-counts.ts';
import { answer } from './responses.ts';

export interface ServiceDependencies {
  readonly runs: Runs;
  readonly limits: ServiceLimits;
  readonly version: string;
  readonly threads: number;
}

const tags = ['service'];
/** Probes come every few seconds and would fill the log. */
const quiet = { logLevel: 'warn' } as const;

export function serviceRoutes(app: FastifyInstance, { runs, limits, version, threads }: ServiceDependencies): void {
  app.get(
    '/v1/limits',
    {
      schema: {
        operationId: 'getLimits',
        tags,
        summary: 'What this server accepts',
        description: 'The largest body, book, market and run, and the names that limit expressions may use.',
        response: { 200: answer(ServiceLimits, 'The limits.') },
      },
    },
    async () => limits,
  );

  app.get(
    '/healthz',
    {
      ...quiet,
      schema: {
        operationId: 'getHealth',
        tags,
        summary: 'Is the process alive?',
        description: 'Answers 200 as long as the process answers at all.',
        response: { 200: answer(Health, 'It is.') },
      },
    },
    async () => ({ status: 'ok', version }) satisfies Health,
  );

  app.get(
    '/readyz',
    {
      ...quiet,
      schema: {
        operationId: 'getReadiness',
        tags,
        summary: 'Does it accept runs?',
        description:
          'Answers 503 once the server is stopping, and while its database does not answer, so that a load balancer looks elsewhere.',
        response: {
          200: answer(Readiness, 'It does.'),
          503: answer(Readiness, 'It does not: it is stopping, or its database does not answer.'),
        },
      },
    },
    async (_request, reply) => {
      const counted = await countsWithin(runs.store, app.log);
      const status = runs.draining ? 'draining' : counted === null ? 'notReady' : 'ready';
      const { queued, running } = counted ?? { queued: 0, running: 0 };
      const readiness: Readiness = { status, queuedRuns: queued, runningRuns: running, threads };
      return reply.code(status === 'ready' ? 200 : 503).send(readiness);
    },
  );
}

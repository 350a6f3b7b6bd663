import type { FastifyInstance } from 'fastify';
import { Health, Readiness, ServiceLimits } from '../../schemas/service.ts';
import type { RunQueue } from '../jobs/run-queue.ts';
import type { RunStore } from '../storage/run-store.ts';
import { settlesWithin } from '../wait.ts';
import { answer } from './responses.ts';

export interface ServiceDependencies {
  readonly runs: RunQueue;
  readonly store: RunStore;
  readonly limits: ServiceLimits;
  readonly version: string;
  readonly threads: number;
}

const tags = ['service'];
/** Probes come every few seconds and would fill the log. */
const quiet = { logLevel: 'warn' } as const;
/** Shorter than what probes wait for. */
const databaseSeconds = 2;

export function serviceRoutes(
  app: FastifyInstance,
  { runs, store, limits, version, threads }: ServiceDependencies,
): void {
  const databaseAnswers = async (): Promise<boolean> => {
    let answers = false;
    const ask = async (): Promise<void> => {
      try {
        await store.check();
        answers = true;
      } catch (error) {
        app.log.warn({ err: error }, 'the database does not answer');
      }
    };
    await settlesWithin(ask(), databaseSeconds, new AbortController().signal);
    return answers;
  };

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
      const { queued, running } = runs.counts();
      const status = runs.draining ? 'draining' : (await databaseAnswers()) ? 'ready' : 'notReady';
      const readiness: Readiness = { status, queuedRuns: queued, runningRuns: running, threads };
      return reply.code(status === 'ready' ? 200 : 503).send(readiness);
    },
  );
}

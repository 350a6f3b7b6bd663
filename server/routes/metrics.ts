import type { FastifyInstance } from 'fastify';
import type { Runs } from '../jobs/open-runs.ts';
import type { MeasuredNow, Metrics } from '../metrics.ts';
import type { RunCounts } from '../storage/run-store.ts';
import { countsWithin } from './run-counts.ts';
import { refusals } from './responses.ts';

export interface MetricsDependencies {
  readonly metrics: Metrics;
  readonly runs: Runs;
  readonly threads: MeasuredNow['threads'];
  readonly clock: () => Date;
}

/** Counts every answer, and shows what was counted. */
export function metricsRoute(app: FastifyInstance, { metrics, runs, threads, clock }: MetricsDependencies): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics.answered({
      method: request.method,
      // The pattern, not the URL: ids would make a series each.
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
  });
  app.get(
    '/metrics',
    {
      logLevel: 'warn',
      schema: {
        operationId: 'getMetrics',
        tags: ['service'],
        summary: 'Metrics for Prometheus',
        description:
          'Runs, queue, threads, event loop, database and requests in the text format of Prometheus. Counters are those of this process; `rho90_runs` and `rho90_queue_age_seconds` are of all processes on the database.',
        response: {
          200: {
            description: 'The metrics.',
            content: { 'text/plain': { schema: { type: 'string', examples: ['rho90_runs{status="queued"} 3\n'] } } },
          },
          ...refusals(),
        },
      },
    },
    async (_request, reply) => {
      const counts = (): Promise<RunCounts | null> => countsWithin(runs.store, app.log);
      const text = await metrics.text({
        runs: counts,
        threads,
        connections: runs.connections,
        now: clock,
      });
      return reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(text);
    },
  );
}

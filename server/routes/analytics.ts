import type { FastifyInstance } from 'fastify';
import type { Outcome } from '../../models/outcome.ts';
import { recovery } from '../../models/risk/recovery.ts';
import {
  BookGreeks,
  BookInMarket,
  BreakEven,
  ImpliedCorrelation,
  ImpliedCorrelationRequest,
  IndexVol,
  IndexVolRequest,
  Recovery,
  RecoveryRequest,
} from '../../schemas/analytics.ts';
import type { Failure } from '../../schemas/failure.ts';
import { ref } from '../../schemas/schema-kit.ts';
import { RequestRefused } from '../errors.ts';
import { foundFailures } from '../found-failures.ts';
import { impliedCorrelationOf, indexVolOf } from './index-closed-forms.ts';
import { answer, bodyRefusals, refusals } from './responses.ts';

const tags = ['analytics'];

/** What needs a market resolved, which is cubic in the number of names and so belongs in a thread. */
export interface BookAnalytics {
  greeks(body: BookInMarket): Promise<Outcome<BookGreeks>>;
  breakEven(body: BookInMarket): Promise<Outcome<BreakEven>>;
}

export function analyticsRoutes(app: FastifyInstance, books: BookAnalytics): void {
  app.post<{ Body: ImpliedCorrelationRequest }>(
    '/v1/analytics/implied-correlation',
    {
      schema: {
        operationId: 'impliedCorrelation',
        tags,
        summary: 'Correlation implied by an index volatility',
        description:
          'The one correlation of all pairs at which the constituents give the index volatility: ρ = (σ_I² − Σ wᵢ²σᵢ²) / Σ_{i≠j} wᵢwⱼσᵢσⱼ.',
        body: ref(ImpliedCorrelationRequest),
        response: { 200: answer(ImpliedCorrelation, 'Implied correlation.'), ...refusals(...bodyRefusals) },
      },
    },
    async (request) => valueOf(impliedCorrelationOf(request.body)),
  );

  app.post<{ Body: IndexVolRequest }>(
    '/v1/analytics/index-vol',
    {
      schema: {
        operationId: 'indexVol',
        tags,
        summary: 'Index volatility at a correlation',
        description:
          'The other way: σ_I² = Σ wᵢ²σᵢ² + ρ Σ_{i≠j} wᵢwⱼσᵢσⱼ, a year and, if asked, over a number of days.',
        body: ref(IndexVolRequest),
        response: { 200: answer(IndexVol, 'Index volatility.'), ...refusals(...bodyRefusals) },
      },
    },
    async (request) => valueOf(indexVolOf(request.body)),
  );

  app.post<{ Body: BookInMarket }>(
    '/v1/analytics/greeks',
    {
      schema: {
        operationId: 'bookGreeks',
        tags,
        summary: 'Sensitivities of a book',
        description:
          'Value, delta, gamma, vega, theta and correlation vega at the start: book, underlyings, positions.',
        body: ref(BookInMarket),
        response: { 200: answer(BookGreeks, 'Sensitivities.'), ...refusals(...bodyRefusals) },
      },
    },
    async (request) => valueOf(await books.greeks(request.body)),
  );

  app.post<{ Body: BookInMarket }>(
    '/v1/analytics/break-even',
    {
      schema: {
        operationId: 'breakEven',
        tags,
        summary: 'Break-even correlation of a variance book',
        description: 'The implied-correlation formula at the traded strikes, by index.',
        body: ref(BookInMarket),
        response: { 200: answer(BreakEven, 'Break-even correlations.'), ...refusals(...bodyRefusals) },
      },
    },
    async (request) => valueOf(await books.breakEven(request.body)),
  );

  app.post<{ Body: RecoveryRequest }>(
    '/v1/analytics/recovery',
    {
      schema: {
        operationId: 'recovery',
        tags,
        summary: 'The way back from a loss',
        description: 'Return needed to be where it started, and the years that takes at a return a year.',
        body: ref(RecoveryRequest),
        response: { 200: answer(Recovery, 'The way back.'), ...refusals(...bodyRefusals) },
      },
    },
    async ({ body }): Promise<Recovery> => {
      const { requiredReturn, years } = recovery(body);
      if (requiredReturn !== null && years !== null)
        return { requiredReturn, years, survivability: body.after / body.start };
      const message = `after is ${body.after}, too little beside ${body.start} for the return needed to be a number`;
      throw refused([{ reason: 'conflict', pointer: '/after', message }]);
    },
  );
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw refused(outcome.failures, outcome.total);
}

function refused(failures: readonly Failure[], total?: number): RequestRefused {
  return new RequestRefused(foundFailures(failures, total));
}

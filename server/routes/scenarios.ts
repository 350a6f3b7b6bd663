import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { Scenario, ScenarioList } from '../../schemas/scenario.ts';
import { closed } from '../../schemas/schema-kit.ts';
import { ProblemError, RequestRefused } from '../errors.ts';
import { foundFailures } from '../found-failures.ts';
import { answer, refusals } from './responses.ts';
import { pageFields } from './run-filter.ts';

const tags = ['scenarios'];
const PageQuery = Type.Object(pageFields, closed);

/** @param shipped  scenarios that come with the program, in the order of the documentation */
export function scenarioRoutes(app: FastifyInstance, shipped: readonly Scenario[]): void {
  app.get<{ Querystring: Static<typeof PageQuery> }>(
    '/v1/scenarios',
    {
      schema: {
        operationId: 'listScenarios',
        tags,
        summary: 'List the scenarios that come with the service',
        description: 'Their ids can stand in `scenarios` of a run; each can be copied, changed and sent inline.',
        querystring: PageQuery,
        response: { 200: answer(ScenarioList, 'A page of scenarios.'), ...refusals(400) },
      },
    },
    async ({ query: { limit = 50, cursor } }) => {
      const from = cursor === undefined ? 0 : shipped.findIndex(({ id }) => id === cursor) + 1;
      if (cursor !== undefined && from === 0) {
        const message = `cursor is ${JSON.stringify(cursor)}; it must be the nextCursor of a page, unchanged`;
        throw new RequestRefused(foundFailures([{ reason: 'wrong_format', pointer: 'cursor', message }]));
      }
      const items = shipped.slice(from, from + limit);
      return { items, nextCursor: from + limit < shipped.length ? items[items.length - 1].id : null };
    },
  );

  app.get<{ Params: { id: string } }>(
    '/v1/scenarios/:id',
    {
      schema: {
        operationId: 'getScenario',
        tags,
        summary: 'Look at a scenario',
        description: 'Its regimes, how they follow each other, and what it stands for.',
        params: {
          type: 'object',
          properties: { id: { type: 'string', description: 'Id of the scenario.', examples: ['baseline'] } },
          required: ['id'],
        },
        response: { 200: answer(Scenario, 'The scenario.'), ...refusals(404) },
      },
    },
    async ({ params: { id } }) => {
      const found = shipped.find((scenario) => scenario.id === id);
      if (found !== undefined) return found;
      throw new ProblemError(
        'not-found',
        `there is no scenario ${JSON.stringify(id)}; there are ${shipped.map((one) => one.id).join(', ')}`,
      );
    },
  );
}

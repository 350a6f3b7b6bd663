import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { PathReplay } from '../../schemas/path-replay.ts';
import { closed } from '../../schemas/schema-kit.ts';
import { connectionEnd } from '../connection-end.ts';
import { ProblemError, RequestRefused } from '../errors.ts';
import { foundFailures } from '../found-failures.ts';
import type { AskedPath, PathReplays, Replayed } from '../jobs/path-replays.ts';
import type { RunService } from '../jobs/run-service.ts';
import { answer, refusals } from './responses.ts';
import { mustExist, noSuchRun, noSuchScenario, runParams, sendJson } from './run-answers.ts';

export interface PathReplayDependencies {
  readonly runs: Pick<RunService, 'get'>;
  readonly replays: PathReplays;
}

const ScenarioQuery = Type.Object(
  {
    scenario: Type.Optional(
      Type.String({
        description: 'Scenario of the run. Default: the only one of a run that has one; otherwise it must be given.',
        maxLength: 64,
        examples: ['baseline'],
      }),
    ),
  },
  closed,
);

const params = {
  ...runParams,
  properties: {
    ...runParams.properties,
    path: {
      type: 'integer',
      minimum: 0,
      description: 'Number of the path, from 0: its place in the P&L vector.',
      examples: [0],
    },
  },
  required: ['id', 'path'],
} as const;

export function pathReplayRoutes(app: FastifyInstance, { runs, replays }: PathReplayDependencies): void {
  app.get<{ Params: { id: string; path: number }; Querystring: Static<typeof ScenarioQuery> }>(
    '/v1/stress-runs/:id/paths/:path',
    {
      schema: {
        operationId: 'replayPath',
        tags: ['stress-runs'],
        summary: 'Replay one path day by day',
        description:
          'Simulates one path of the run again from its seed: regimes, prices, volatilities, correlations, P&L of the book and of each position on every day. ' +
          'The replay is in strict arithmetic; of a run with fused arithmetic `pnl` differs from `recordedPnl` by less than 1e-12 of the larger P&Ls of the run. ' +
          'Runs that wait, have failed or were cancelled can be replayed as well.',
        params,
        querystring: ScenarioQuery,
        response: { 200: answer(PathReplay, 'The path.'), ...refusals(400, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { id, path } = request.params;
      const { scenario } = request.query;
      const run = await mustExist(runs, id);
      const replayed = await replays(run, { path, scenario }, connectionEnd(reply));
      if (replayed.kind === 'replayed') return sendJson(reply, replayed.json);
      if (replayed.kind === 'left') return reply.hijack();
      throw whyNot(id, { path, scenario }, replayed);
    },
  );
}

/** Why a path cannot be replayed. */
function whyNot(
  id: string,
  { path, scenario }: AskedPath,
  replayed: Exclude<Replayed, { readonly kind: 'replayed' | 'left' }>,
): ProblemError {
  switch (replayed.kind) {
    case 'gone':
      return noSuchRun(id);
    case 'refused': {
      const detail = `run ${id} was accepted by another version of the program; this one refuses its request, so it cannot be replayed`;
      return new ProblemError('not-in-this-state', detail, {
        failures: foundFailures(replayed.failures, replayed.total),
      });
    }
    case 'whichScenario':
      return scenario === undefined
        ? scenarioMissing(id, replayed.scenarios)
        : noSuchScenario(id, scenario, replayed.scenarios);
    case 'noPath':
  }
  const of = `scenario ${JSON.stringify(replayed.scenario)} of run ${id}`;
  return new ProblemError('not-found', `${of} has no path ${path}; its paths are 0 to ${replayed.paths - 1}`);
}

function scenarioMissing(id: string, scenarios: readonly string[]): RequestRefused {
  const there = scenarios.map((each) => JSON.stringify(each)).join(', ');
  const message = `scenario is missing; run ${id} has ${scenarios.length} of them: ${there}`;
  return new RequestRefused(foundFailures([{ reason: 'required', pointer: 'scenario', message }]));
}

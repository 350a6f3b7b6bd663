import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { PathReplay } from '../../schemas/path-replay.ts';
import { closed } from '../../schemas/schema-kit.ts';
import type { StressResult } from '../../schemas/stress-result.ts';
import type { StressRun, StressRunRequest } from '../../schemas/stress-run.ts';
import type { PreparedRun, StressEngine } from '../../workers/engine.ts';
import { connectionEnd } from '../connection-end.ts';
import { ProblemError, RequestRefused } from '../errors.ts';
import { foundFailures } from '../found-failures.ts';
import type { RunQueue } from '../jobs/run-queue.ts';
import type { RunStore } from '../storage/run-store.ts';
import { answer, refusals } from './responses.ts';
import { mustExist, noSuchRun, noSuchScenario, runParams, sendJson } from './run-answers.ts';

export interface PathReplayDependencies {
  readonly runs: Pick<RunQueue, 'get' | 'result'>;
  readonly store: Pick<RunStore, 'request'>;
  readonly engine: Pick<StressEngine, 'prepare' | 'replay'>;
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

export function pathReplayRoutes(app: FastifyInstance, { runs, store, engine }: PathReplayDependencies): void {
  app.get<{ Params: { id: string; path: number }; Querystring: Static<typeof ScenarioQuery> }>(
    '/v1/stress-runs/:id/paths/:path',
    {
      schema: {
        operationId: 'replayPath',
        tags: ['stress-runs'],
        summary: 'Replay one path day by day',
        description:
          'Simulates one path of the run again from its seed: regimes, prices, volatilities, correlations, P&L of the book and of each position on every day. ' +
          'The replay is in strict arithmetic; of a run with fused arithmetic `pnl` differs from `recordedPnl` by about 1e-12 of what the book holds. ' +
          'Runs that wait, have failed or were cancelled can be replayed as well.',
        params,
        querystring: ScenarioQuery,
        response: { 200: answer(PathReplay, 'The path.'), ...refusals(400, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { id, path } = request.params;
      const run = await mustExist(runs, id);
      const prepared = await prepareAgain(run);
      const ids = prepared.request.scenarios.map((scenario) => scenario.id);
      const scenario = scenarioOf(id, ids, request.query.scenario);
      const paths = await pathsOf(run, prepared, scenario);
      if (path >= paths) {
        const detail = `scenario ${JSON.stringify(ids[scenario])} of run ${id} has no path ${path}; its paths are 0 to ${paths - 1}`;
        throw new ProblemError('not-found', detail);
      }
      const { kernelHash } = run.engine;
      const gone = connectionEnd(reply);
      const replay = await engine.replay(prepared, { scenario, path, kernelHash }, gone).catch((error: unknown) => {
        // Ended because the client left: that is no error, and there is nobody to answer.
        if (gone.aborted) return null;
        throw error;
      });
      return replay === null ? reply.hijack() : sendJson(reply, replay);
    },
  );

  /** The plan of a run, from its request as it was accepted and the seed it was given. */
  async function prepareAgain({ id, seed }: StressRun): Promise<PreparedRun> {
    const stored = await store.request(id);
    // It may have been deleted just now.
    if (stored === undefined) throw noSuchRun(id);
    const request = JSON.parse(stored) as StressRunRequest;
    const outcome = await engine.prepare({ ...request, simulation: { ...request.simulation, seed } });
    if (outcome.ok) return outcome.value;
    const { failures, total = failures.length } = outcome;
    throw new ProblemError(
      'not-in-this-state',
      `run ${id} was accepted by another version of the program; this one refuses its request, so it cannot be replayed`,
      { failures: foundFailures(failures, total) },
    );
  }

  /** How many paths a scenario has; with a target that is known once it was reached, and until then the most it may have. */
  async function pathsOf({ id }: StressRun, { request }: PreparedRun, scenario: number): Promise<number> {
    const { plan, target } = request;
    if (target === null) return plan.paths;
    const result = await runs.result(id);
    return result === undefined ? plan.paths : (JSON.parse(result) as StressResult).scenarios[scenario].paths;
  }
}

/** Place of a scenario in its run. */
function scenarioOf(id: string, scenarios: readonly string[], asked: string | undefined): number {
  if (asked === undefined) {
    if (scenarios.length === 1) return 0;
    const there = scenarios.map((each) => JSON.stringify(each)).join(', ');
    const message = `scenario is missing; run ${id} has ${scenarios.length} of them: ${there}`;
    throw new RequestRefused(foundFailures([{ reason: 'required', pointer: 'scenario', message }]));
  }
  const place = scenarios.indexOf(asked);
  if (place < 0) throw noSuchScenario(id, asked, scenarios);
  return place;
}

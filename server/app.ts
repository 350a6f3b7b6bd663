import { type FastifyInstance, type FastifyServerOptions, fastify } from 'fastify';
import { CONSTANTS, LEVEL_FUNCTIONS } from '../models/risk/limits/vocabulary.ts';
import { SHIPPED_SCENARIOS } from '../models/regimes/library.ts';
import { NAMED_SCHEMAS } from '../schemas/registry.ts';
import type { StressEngine } from '../workers/engine.ts';
import { answerClientError, answerError, answerNotFound } from './error-answers.ts';
import { RequestRefused } from './errors.ts';
import { foundFailures } from './found-failures.ts';
import type { Role } from './config.ts';
import type { Observer } from './jobs/observer.ts';
import type { Runs } from './jobs/open-runs.ts';
import { createPathReplays } from './jobs/path-replays.ts';
import { parseJsonBody } from './json-body.ts';
import { LIBRARY_KINDS } from './library/kinds.ts';
import { createReferences } from './library/references.ts';
import { withTags } from './library/shipped-scenario.ts';
import { type Limits, serviceLimits } from './limits.ts';
import { createMetrics } from './metrics.ts';
import { observeRuns } from './observe.ts';
import { registerDocumentation } from './openapi/documentation.ts';
import { analyticsRoutes } from './routes/analytics.ts';
import { pathReplayRoutes } from './routes/path-replay.ts';
import { runEventRoutes } from './routes/run-events.ts';
import { metricsRoute } from './routes/metrics.ts';
import { pnlRoutes } from './routes/pnl.ts';
import type { LibraryDependencies } from './routes/library-answers.ts';
import { libraryChangeRoutes } from './routes/library-changes.ts';
import { libraryRoutes } from './routes/library.ts';
import { serviceRoutes } from './routes/service.ts';
import { startRunRoutes } from './routes/start-run.ts';
import { stressRunRoutes } from './routes/stress-runs.ts';
import type { LibraryStore } from './storage/library-store.ts';
import { validatorCompiler } from './validation.ts';

export interface AppDependencies {
  /** Stays the caller's: closing the app leaves it open. */
  readonly engine: StressEngine;
  /** Opens the runs, which are closed with the app. */
  readonly openRuns: (observer: Observer) => Promise<Runs>;
  readonly library: LibraryStore;
  /** One that only simulates answers probes and nothing else. */
  readonly role: Role;
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly version: string;
  /** `assetSteps` is enforced by the engine and only shown here. */
  readonly limits: Limits;
  readonly logger: NonNullable<FastifyServerOptions['logger']>;
}

/** A request that takes longer than this to arrive is no request: 16 MB in two minutes is 1 Mbit/s. */
const requestTimeout = 120_000;
const idleCheckMs = 50;
/** Longest id of anything is 64 characters. */
const maxParamLength = 200;

/**
 * Builds the service: every option of Fastify and every route. It listens to nothing yet, but the runs that the process
 * before this one left without an end are at work.
 */
export async function buildApp({
  engine,
  openRuns,
  library,
  role,
  clock,
  newId,
  version,
  limits,
  logger,
}: AppDependencies) {
  const app = fastify({
    logger,
    bodyLimit: limits.bodyBytes,
    requestTimeout,
    // Silence on a connection ends it, but not while a client waits for its run (`Prefer: wait`).
    connectionTimeout: requestTimeout + limits.waitSeconds * 1000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    // While the server stops, routes answer for themselves: runs are refused with problem details.
    return503OnClosing: false,
    trustProxy: false,
    requestIdHeader: false,
    genReqId: () => newId(),
    routerOptions: { maxParamLength },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) =>
      void answerError(error, request as never, reply as never, limits.bodyBytes),
  });

  app.setValidatorCompiler(validatorCompiler());
  // Serialisers made from a schema drop a field that the schema forgot; a test holds answers to their schemas instead.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, limits.bodyBytes));
  app.setNotFoundHandler(answerNotFound(app));
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'x-request-id': request.id });
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => {
    const parsed = parseJsonBody(body);
    if (!parsed.ok) throw new RequestRefused(foundFailures(parsed.failures));
    return parsed.value;
  });
  for (const schema of NAMED_SCHEMAS) app.addSchema(schema);

  const metrics = createMetrics();
  const runs = await openRuns(observeRuns(app.log, metrics));
  // Runs are stored, so there is nothing to wait for: others take them up, and clients that wait hear of it.
  let closing: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    // A connection whose answer is under way is not among the idle ones that the server closes as it closes, and would
    // be waited for until its client lets go of it.
    closing = setInterval(() => app.server.closeIdleConnections(), idleCheckMs);
    await runs.close();
  });
  app.addHook('onClose', async () => {
    clearInterval(closing);
    await metrics.close();
  });

  await registerDocumentation(app, version);
  const vocabulary = [
    ...LEVEL_FUNCTIONS.map((word) => ({ ...entryOf(word), kind: 'function' as const })),
    ...CONSTANTS.map((word) => ({ ...entryOf(word), kind: 'constant' as const })),
  ];
  if (role !== 'worker') await runRoutes(app, { engine, runs, library, clock, limits });
  serviceRoutes(app, { runs, limits: serviceLimits(limits, vocabulary), version, threads: engine.threads });
  metricsRoute(app, { metrics, runs, threads: () => engine.load(), clock });
  await app.ready();
  return app;
}

interface RouteDependencies extends Pick<AppDependencies, 'engine' | 'library' | 'clock' | 'limits'> {
  readonly runs: Runs;
}

/** Everything but probes. */
async function runRoutes(
  app: FastifyInstance,
  { engine, runs, library, clock, limits }: RouteDependencies,
): Promise<void> {
  const references = createReferences({
    store: library,
    shipped: SHIPPED_SCENARIOS,
    prepare: (request) => engine.prepare(request),
    maxBytes: limits.bodyBytes,
  });
  // Before runs, as in a first session: what a run names by its id has to be there.
  for (const kind of LIBRARY_KINDS) {
    const dependencies: LibraryDependencies = {
      store: library,
      clock,
      checkDocument: (task) => engine.checkDocument(task),
      shipped: kind.kind === 'scenario' ? withTags(SHIPPED_SCENARIOS) : [],
    };
    libraryChangeRoutes(app, kind, dependencies);
    libraryRoutes(app, kind, dependencies);
  }
  startRunRoutes(app, { runs, references, limits });
  stressRunRoutes(app, { runs });
  await runEventRoutes(app, { runs });
  pathReplayRoutes(app, { runs, replays: createPathReplays({ engine, store: runs.store }) });
  pnlRoutes(app, { runs, pnl: runs.pnl });
  analyticsRoutes(app, engine);
}

function entryOf({ name, description, unit }: { name: string; description: string; unit: string }) {
  return { name, description: `${description} Unit: ${unit}.` };
}

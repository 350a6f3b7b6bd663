import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ref } from '../../schemas/schema-kit.ts';
import { REFERENCE_NAMES, type RunReferences, StressRun, StressRunRequest } from '../../schemas/stress-run.ts';
import { connectionEnd } from '../connection-end.ts';
import { ProblemError, RequestRefused } from '../errors.ts';
import { foundFailures } from '../found-failures.ts';
import type { Acceptance, RunService } from '../jobs/run-service.ts';
import type { References } from '../library/references.ts';
import type { Limits } from '../limits.ts';
import { waitPreference } from '../prefer.ts';
import { isFinished } from '../storage/run-store.ts';
import { answer, bodyRefusals, type RefusalStatus, refusals, retryAfter } from './responses.ts';
import { mustExist, noSuchRun, retrySeconds, runParams, sendJson } from './run-answers.ts';

export interface StartRunDependencies {
  readonly runs: RunService;
  readonly references: References;
  readonly limits: Limits;
}

const tags = ['stress-runs'];
/** Long enough that a crowd of clients does not ask all the time, short beside the time a slot takes to free. */
const busySeconds = 5;

/** Starting a run, and repeating one. */
export function startRunRoutes(app: FastifyInstance, { runs, references, limits }: StartRunDependencies): void {
  /** 200 with the result when the run ends in the time that the client waits, otherwise 202. */
  const answerAcceptance = async (
    acceptance: Acceptance,
    request: FastifyRequest<{ Headers: StartHeaders }>,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    if (acceptance.kind !== 'accepted' && acceptance.kind !== 'replayed') throw refusalOf(acceptance, limits);
    const { id } = acceptance.run;
    request.log.info({ runId: id }, acceptance.kind === 'replayed' ? 'run answered again' : 'run accepted');
    if (acceptance.kind === 'replayed') void reply.header('idempotency-replayed', 'true');
    const seconds = waitPreference(request.headers.prefer, limits.waitSeconds);
    if (seconds !== null) void reply.header('preference-applied', `wait=${seconds}`);
    if (seconds !== null && seconds > 0) {
      const over = AbortSignal.any([connectionEnd(reply), AbortSignal.timeout(seconds * 1000)]);
      await runs.ended(id, over);
      const run = await mustExist(runs, id);
      if (isFinished(run)) return sendJson(reply, withResult(run, await runs.result(id)));
    }
    const run = await mustExist(runs, id);
    return reply
      .code(202)
      .header('location', `/v1/stress-runs/${id}`)
      .header('retry-after', retrySeconds(run))
      .send(run);
  };

  app.post<{ Body: StressRunRequest; Headers: StartHeaders }>(
    '/v1/stress-runs',
    {
      schema: {
        operationId: 'startStressRun',
        tags,
        summary: 'Start a stress run',
        description:
          'Simulates a book in a market under each scenario, given in full or by the ids of stored ones. Whatever can be refused is refused here, all failures at once. ' +
          'By default the answer is 202 once the run is stored; it goes on by itself, whether or not the client stays or the server is restarted; ' +
          'with `Prefer: wait=N` the answer is 200 with the verdict and the result if the run ends within N seconds. ' +
          'A request with an `Idempotency-Key` starts one run, however often it is sent within 24 hours.',
        headers: startHeaders(limits),
        body: ref(StressRunRequest),
        response: startResponses(...bodyRefusals, 429, 503),
      },
    },
    async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const idempotency = key === undefined ? undefined : { key, request: hashOf(request.body) };
      const sender = { owner: anyone, ...(idempotency === undefined ? {} : { idempotency }) };
      // What it names may have been deleted since: the answer stays the first one.
      const before = await runs.replay(sender);
      if (before !== undefined) return answerAcceptance(before, request, reply);
      const inlined = await references.inline(request.body);
      if (!inlined.ok) throw new RequestRefused(foundFailures(inlined.failures, inlined.total));
      const acceptance = await runs.submit({
        ...sender,
        request: inlined.value.request,
        bytes: inlined.value.bytes + sizeOf(request.headers['content-length'], limits),
        shown: inlined.value.references,
      });
      return answerAcceptance(acceptance, request, reply);
    },
  );

  app.post<{ Params: { id: string }; Headers: StartHeaders }>(
    '/v1/stress-runs/:id/rerun',
    {
      schema: {
        operationId: 'rerunStressRun',
        tags,
        summary: 'Repeat a run',
        description:
          'Starts a new run of the same request. By the same version on the same kind of processor (`engine`) it gives the same result to the byte, but for its `timing`: `resultHash` is the same.',
        params: runParams,
        headers: startHeaders(limits),
        response: startResponses(400, 404, 422, 429, 503),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const stored = await runs.request(id);
      if (stored === undefined) throw noSuchRun(id);
      const shown = referencesOf(await mustExist(runs, id));
      const key = request.headers['idempotency-key'];
      const acceptance = await runs.submit({
        request: JSON.parse(stored) as StressRunRequest,
        bytes: Buffer.byteLength(stored),
        owner: anyone,
        shown: { ...shown, rerunOf: id },
        ...(key === undefined ? {} : { idempotency: { key, request: hashOf({ rerun: id }) } }),
      });
      return answerAcceptance(acceptance, request, reply);
    },
  );
}

/** Whose runs they are, as long as there are no keys. */
const anyone = 'anyone';

interface StartHeaders {
  readonly prefer?: string;
  readonly 'idempotency-key'?: string;
}

function startHeaders({ waitSeconds }: Limits) {
  return {
    type: 'object',
    properties: {
      Prefer: {
        type: 'string',
        description: `\`wait=N\`: answer when the run has ended, but after N seconds at the latest (at most ${waitSeconds}). RFC 7240. Default: do not wait.`,
        examples: ['wait=60'],
      },
      'Idempotency-Key': {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        pattern: '^[!-~]+$',
        description:
          'Any text of your own, such as a UUID: a request that is sent again with the same key, say because the answer was lost, is answered with the run that the first one started, and `Idempotency-Replayed: true`. With another body it is refused (422). Kept for 24 hours. Default: none.',
        examples: ['7f1c0f6e-5a3b-4a57-9f57-0f2d3f8f3c11'],
      },
    },
  };
}

function startResponses(...statuses: readonly RefusalStatus[]) {
  const headers = {
    'Preference-Applied': preferenceApplied,
    'Idempotency-Replayed': {
      type: 'string',
      description: 'true when the run was started by an earlier request with this key.',
      examples: ['true'],
    },
  };
  return {
    200: answer(StressRun, 'The run has ended in time; `result` holds its result when it succeeded.', headers),
    202: answer(StressRun, 'The run is accepted and goes on.', {
      Location: { type: 'string', description: 'Where the run is.' },
      ...retryAfter,
      ...headers,
    }),
    ...refusals(...statuses),
  };
}

function refusalOf(acceptance: Exclude<Acceptance, { run: StressRun }>, limits: Limits): ProblemError {
  switch (acceptance.kind) {
    case 'refused':
      return new RequestRefused(foundFailures(acceptance.failures, acceptance.total));
    case 'keyReused': {
      const message = 'the Idempotency-Key was sent before with another request; use a new key for a new request';
      return new RequestRefused(foundFailures([{ reason: 'conflict', pointer: 'Idempotency-Key', message }]));
    }
    case 'full':
      return notAccepting(
        `${limits.queuedRuns} runs, or requests of ${limits.queuedBytes} bytes, are waiting already; try again later`,
      );
    case 'fullForOwner':
      return new ProblemError(
        'too-many-runs',
        `${limits.queuedRunsOfOwner} of your runs are waiting already; try again later`,
        {
          headers: { 'retry-after': String(busySeconds) },
        },
      );
    case 'draining':
  }
  return notAccepting('the server is stopping');
}

/** The stored inputs that a run names. */
function referencesOf(run: StressRun): RunReferences {
  return Object.fromEntries(REFERENCE_NAMES.filter((name) => name in run).map((name) => [name, run[name]]));
}

/** Of what a client sent: RFC 8785, so that the order of fields and spaces do not matter. */
function hashOf(body: object): string {
  return createHash('sha256')
    .update(canonicalize(body) ?? '')
    .digest('hex');
}

const preferenceApplied = {
  type: 'string',
  description: 'The wait that was applied, when one was asked for.',
  examples: ['wait=60'],
};

function withResult(run: StressRun, result: string | undefined): string {
  const json = JSON.stringify(run);
  return result === undefined ? json : `${json.slice(0, -1)},"result":${result}}`;
}

function notAccepting(detail: string): ProblemError {
  return new ProblemError('not-accepting-runs', detail, { headers: { 'retry-after': String(busySeconds) } });
}

/** Size of a body; one that came in chunks did not say it, and counts as the largest allowed. */
function sizeOf(contentLength: string | undefined, { bodyBytes }: Limits): number {
  return contentLength === undefined ? bodyBytes : Number(contentLength);
}

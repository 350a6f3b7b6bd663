import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import Negotiator from 'negotiator';
import { Type, type Static } from 'typebox';
import { PnlVectors } from '../../schemas/pnl-vector.ts';
import { closed, ref } from '../../schemas/schema-kit.ts';
import { ProblemError } from '../errors.ts';
import type { RunService } from '../jobs/run-service.ts';
import { pnlCsv } from '../pnl/csv.ts';
import { pnlJson } from '../pnl/json.ts';
import type { PnlSource, PnlVector } from '../storage/pnl-source.ts';
import { refusals } from './responses.ts';
import { mustExist, noResult, noSuchScenario, runParams } from './run-answers.ts';

export interface PnlDependencies {
  readonly runs: Pick<RunService, 'get'>;
  readonly pnl: PnlSource;
}

interface Format {
  /** What a client may ask for; the first is how the documentation calls it. */
  readonly accepted: readonly string[];
  readonly contentType: string;
  readonly disposition: 'inline' | 'attachment';
  readonly extension: string;
  readonly encode: (vectors: readonly PnlVector[]) => Promise<AsyncIterable<string | Uint8Array>>;
}

/** The first is the one for clients that do not mind. */
const FORMATS: readonly Format[] = [
  {
    accepted: ['application/json', 'application/json;charset=utf-8'],
    contentType: 'application/json; charset=utf-8',
    disposition: 'inline',
    extension: 'json',
    encode: async (vectors) => pnlJson(vectors),
  },
  {
    accepted: ['text/csv', 'text/csv;charset=utf-8'],
    contentType: 'text/csv; charset=utf-8; header=present',
    disposition: 'attachment',
    extension: 'csv',
    encode: async (vectors) => pnlCsv(vectors),
  },
  {
    accepted: ['application/vnd.apache.arrow.stream'],
    contentType: 'application/vnd.apache.arrow.stream',
    disposition: 'attachment',
    extension: 'arrows',
    // Loaded when it is first asked for: a quarter of a second and 20 MB, which most services never need.
    encode: async (vectors) => (await import('../pnl/arrow.ts')).pnlArrow(vectors),
  },
];

const PnlQuery = Type.Object(
  {
    scenario: Type.Optional(
      Type.String({
        description: 'Only this scenario of the run. Default: all, in their order.',
        maxLength: 64,
        examples: ['baseline'],
      }),
    ),
  },
  closed,
);

export function pnlRoutes(app: FastifyInstance, { runs, pnl }: PnlDependencies): void {
  app.get<{ Params: { id: string }; Querystring: Static<typeof PnlQuery> }>(
    '/v1/stress-runs/:id/pnl',
    {
      // Its length is not known before all of it has been read, so there is nothing that HEAD could say.
      exposeHeadRoute: false,
      schema: {
        operationId: 'getPnlVector',
        tags: ['stress-runs'],
        summary: 'Get the P&L of every path',
        description:
          'As JSON, CSV or an Apache Arrow IPC stream, by `Accept`, streamed and to the last bit: numbers in text are the shortest that are read back as the same double. ' +
          'CSV and Arrow have the columns scenario, path, pnl and weight, with a weight of 1 where paths are not weighted; JSON has `weights: null` there.',
        params: runParams,
        querystring: PnlQuery,
        response: { 200: documented, ...refusals(400, 404, 406, 409, 503) },
      },
    },
    async (request, reply) => {
      void reply.header('vary', 'Accept');
      const { id } = request.params;
      const format = formatFor(request.headers.accept);
      const run = await mustExist(runs, id);
      if (run.status !== 'succeeded') throw noResult(run);
      const vectors = await pnl(id);
      if (vectors === undefined) throw new ProblemError('not-found', `the P&L vector of run ${id} is kept no longer`);
      const body = await format.encode(chosen(id, vectors, request.query.scenario));
      return reply
        .header('content-type', format.contentType)
        .header('content-disposition', `${format.disposition}; filename="pnl-${id}.${format.extension}"`)
        .send(Readable.from(body, { objectMode: false }));
    },
  );
}

/** @throws ProblemError when none is acceptable */
function formatFor(accept: string | undefined): Format {
  const negotiator = new Negotiator({ headers: accept === undefined ? {} : { accept } });
  const [preferred] = negotiator.mediaTypes(FORMATS.flatMap(({ accepted }) => accepted));
  const found = FORMATS.find(({ accepted }) => preferred !== undefined && accepted.includes(preferred));
  if (found !== undefined) return found;
  const there = FORMATS.map(({ accepted }) => accepted[0]).join(', ');
  throw new ProblemError('not-acceptable', `Accept is ${JSON.stringify(accept)}; the P&L vector comes as ${there}`);
}

function chosen(id: string, vectors: readonly PnlVector[], scenario: string | undefined): readonly PnlVector[] {
  if (scenario === undefined) return vectors;
  const found = vectors.filter((vector) => vector.scenario === scenario);
  if (found.length > 0) return found;
  throw noSuchScenario(
    id,
    scenario,
    vectors.map((vector) => vector.scenario),
  );
}

const documented = {
  description: 'The P&L of every path.',
  headers: {
    'Content-Disposition': { type: 'string', description: 'A file name for it.' },
    Vary: { type: 'string', description: 'Accept.' },
  },
  content: {
    'application/json': { schema: ref(PnlVectors) },
    'text/csv': {
      schema: Type.String({
        description: 'RFC 4180 with a header line: scenario, path, pnl, weight.',
        examples: ['scenario,path,pnl,weight\r\nbaseline,0,1250.5,1\r\n'],
      }),
    },
    'application/vnd.apache.arrow.stream': {
      schema: Type.String({
        description:
          'Arrow IPC stream: scenario (dictionary of utf8), path (int32), pnl (float64), weight (float64), in record batches of at most 65536 rows.',
        contentMediaType: 'application/vnd.apache.arrow.stream',
      }),
    },
  },
};

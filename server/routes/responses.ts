import type { TSchema } from 'typebox';
import { Problem } from '../../schemas/failure.ts';
import { type ProblemKind, PROBLEMS } from '../errors.ts';
import { ref } from '../../schemas/schema-kit.ts';

interface DocumentedResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, { readonly schema: TSchema; readonly example?: unknown }>>;
}

const whenRefused = {
  400: 'Malformed, or against the schema: every failure is named.',
  404: 'There is nothing under this id.',
  406: 'No media type of the answer is accepted by `Accept`.',
  409: 'The state of the run does not allow this.',
  412: 'The newest version is not one that `If-Match` or `If-None-Match` asks for; its entity tag is in `ETag`.',
  413: 'The body is larger than the limit shown at `GET /v1/limits`.',
  415: 'The body is not application/json.',
  422: 'Understood, but inconsistent: every failure is named.',
  429: 'Too many of your runs are waiting.',
  500: 'The server failed; its log has the reason under the request id.',
  503: 'Not right now: the database cannot be reached, or, of a run to start, too many are waiting or the server is stopping.',
} as const;

export type RefusalStatus = keyof typeof whenRefused;

/** Headers as OpenAPI describes them. */
export const retryAfter = {
  'Retry-After': { type: 'integer', description: 'Seconds after which it is worth asking again.', examples: [1] },
};

/** A JSON answer of a named schema. */
export function answer(schema: TSchema, description: string, headers?: Record<string, unknown>): DocumentedResponse {
  return {
    description,
    ...(headers === undefined ? {} : { headers }),
    content: { 'application/json': { schema: ref(schema) } },
  };
}

/** An answer that is only a status. */
export function bodiless(description: string): { readonly type: 'null'; readonly description: string } {
  return { type: 'null', description };
}

/** The error answers of a route, by status; a failure of the server is always among them. */
export function refusals(...statuses: readonly RefusalStatus[]): Record<string, DocumentedResponse> {
  return Object.fromEntries(
    [...statuses, 500 as const].map((status) => [String(status), refusal(kindOf(status), whenRefused[status])]),
  );
}

/** An error answer of one kind. */
export function refusal(kind: ProblemKind, description: string): DocumentedResponse {
  return {
    description,
    ...([429, 503].includes(PROBLEMS[kind].status) ? { headers: retryAfter } : {}),
    content: { 'application/problem+json': { schema: ref(Problem), example: exampleOf(kind) } },
  };
}

function kindOf(status: keyof typeof whenRefused): ProblemKind {
  const found = Object.entries(PROBLEMS).find(([, problem]) => problem.status === status);
  if (found === undefined) throw new RangeError(`status is ${status}; no problem has it`);
  return found[0] as ProblemKind;
}

/** A problem as it is answered. */
function exampleOf(kind: ProblemKind): Problem {
  const { status, title } = PROBLEMS[kind];
  return {
    type: `/problems/${kind}`,
    title,
    status,
    detail: 'The occurrence in words.',
    instance: '/v1/stress-runs',
    requestId: '0193f3a2-7c1e-7d3a-9a51-0f8f7c2b9e10',
    ...(status === 400 || status === 422 ? { failures: [EXAMPLE_FAILURES[status]] } : {}),
  };
}

const EXAMPLE_FAILURES = {
  400: {
    reason: 'out_of_range',
    pointer: '/book/positions/0/quantity',
    message: 'quantity is -3; it must be greater than 0',
  },
  422: {
    reason: 'unknown_reference',
    pointer: '/book/positions/0/underlying',
    message: 'underlying is "NVDIA", which is no underlying or index of the market; the market has "NVDA", "SMH"',
  },
} as const;

/** What every route with a body can answer besides success. */
export const bodyRefusals = [400, 413, 415, 422] as const;

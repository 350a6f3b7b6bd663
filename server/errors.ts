import type { Failure, FailureReason, Problem } from '../schemas/failure.ts';
import { foundFailures, type FoundFailures } from './found-failures.ts';

/** The kinds of problem by the last part of their `type`. */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is malformed or against its schema' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'The resource does not have this method' },
  'not-acceptable': { status: 406, title: 'The answer does not come in an accepted media type' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'not-in-this-state': { status: 409, title: 'The state of the run does not allow this' },
  'read-only': { status: 409, title: 'What comes with the service cannot be changed' },
  'precondition-failed': { status: 412, title: 'The resource is not in the version that the request asks for' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'url-too-long': { status: 414, title: 'The URL is too long' },
  'unsupported-media-type': { status: 415, title: 'The body is not application/json' },
  'inconsistent-request': { status: 422, title: 'The request is understood, but contradicts itself or the market' },
  'too-many-runs': { status: 429, title: 'Too many of your runs are waiting' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'The server failed' },
  'not-accepting-runs': { status: 503, title: 'No run can be accepted right now' },
  'storage-full': { status: 503, title: 'There is no room on the disk' },
  'database-away': { status: 503, title: 'The database cannot be reached' },
} as const;

export type ProblemKind = keyof typeof PROBLEMS;

/**
 * Which problem each reason makes. Malformed or against the schema is 400; understood but inconsistent is 422. A
 * reason that both the schema and the checks across fields can give has one status, so that a client can rely on it.
 */
export const PROBLEM_OF_REASON: Readonly<Record<FailureReason, ProblemKind>> = {
  malformed_json: 'invalid-request',
  empty_body: 'invalid-request',
  unsupported_media_type: 'unsupported-media-type',
  body_too_large: 'body-too-large',
  required: 'invalid-request',
  unknown_field: 'invalid-request',
  wrong_type: 'invalid-request',
  not_finite: 'invalid-request',
  out_of_range: 'invalid-request',
  wrong_length: 'invalid-request',
  wrong_format: 'invalid-request',
  not_allowed: 'invalid-request',
  unknown_type: 'invalid-request',
  not_unique: 'invalid-request',
  exactly_one: 'invalid-request',
  duplicate_id: 'inconsistent-request',
  unknown_reference: 'inconsistent-request',
  conflict: 'inconsistent-request',
  unused_field: 'inconsistent-request',
  weights_exceed_one: 'inconsistent-request',
  residual_undetermined: 'inconsistent-request',
  sum_not_one: 'inconsistent-request',
  matrix_shape: 'inconsistent-request',
  matrix_not_symmetric: 'inconsistent-request',
  matrix_not_unit_diagonal: 'inconsistent-request',
  matrix_out_of_range: 'inconsistent-request',
  matrix_indefinite: 'inconsistent-request',
  impossible_index_volatility: 'inconsistent-request',
  impossible_correlation: 'inconsistent-request',
  expired: 'inconsistent-request',
  invalid_date: 'inconsistent-request',
  impossible_strike: 'inconsistent-request',
  expression_invalid: 'inconsistent-request',
  too_much_work: 'inconsistent-request',
  unsupported: 'inconsistent-request',
  internal_error: 'internal-error',
};

/** An answer other than success that a route chose. */
export class ProblemError extends Error {
  readonly kind: ProblemKind;
  readonly failures: FoundFailures;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: ProblemKind,
    detail: string,
    more: { readonly failures?: FoundFailures; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.kind = kind;
    this.failures = more.failures ?? foundFailures([]);
    this.headers = more.headers ?? {};
  }
}

/** Input that is refused; its status follows from the reasons. */
export class RequestRefused extends ProblemError {
  constructor(failures: FoundFailures) {
    super(kindOfFailures(failures.kept), detailOf(failures), { failures });
  }
}

/** The problem with the lowest status: what is malformed has to be mended first. */
function kindOfFailures(failures: readonly Failure[]): ProblemKind {
  const kinds = failures.map(({ reason }) => PROBLEM_OF_REASON[reason]);
  return kinds.toSorted((a, b) => PROBLEMS[a].status - PROBLEMS[b].status)[0] ?? 'invalid-request';
}

function detailOf({ kept, total }: FoundFailures): string {
  if (total === 1) return kept[0].message;
  return total > kept.length
    ? `${total} things are wrong; the first ${kept.length} are in failures`
    : `${total} things are wrong; all are in failures`;
}

/** The body of an error response. */
export function problemBody(
  { kind, message, failures }: Pick<ProblemError, 'kind' | 'message' | 'failures'>,
  request: { readonly url: string; readonly id: string },
): Problem {
  const { status, title } = PROBLEMS[kind];
  return {
    type: `/problems/${kind}`,
    title,
    status,
    detail: message,
    instance: request.url.split('?', 1)[0].slice(0, 500),
    requestId: request.id,
    ...(failures.kept.length === 0 ? {} : { failures: [...failures.kept] }),
  };
}

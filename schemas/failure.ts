import { Type, type Static } from 'typebox';
import { closed, ref, stringEnum } from './schema-kit.ts';

/**
 * Why an input is refused: the closed list of reasons, each with what it means.
 * openapi.yaml prints this table, and a test compares the two.
 */
export const FAILURE_REASONS = {
  malformed_json: 'The body is not JSON.',
  empty_body: 'The body is missing.',
  unsupported_media_type: 'The body is not application/json.',
  body_too_large: 'The body is larger than the limit shown at /v1/limits.',
  required: 'A field that must be given is missing.',
  unknown_field: 'The field does not exist here; the message lists those that do.',
  wrong_type: 'The value has another JSON type than the field.',
  not_finite: 'The number is too large for a double (it was read as infinite).',
  out_of_range: 'The number is outside its bounds.',
  wrong_length: 'A string or list is too short or too long.',
  wrong_format: 'The string does not have the form the field asks for.',
  not_allowed: 'The value is not one of those the field allows.',
  unknown_type: 'The discriminator names no known alternative; the message lists them.',
  not_unique: 'The list holds the same item twice.',
  duplicate_id: 'Two objects of one kind share an id.',
  unknown_reference: 'An id refers to something the request does not define.',
  exactly_one: 'Exactly one of several fields must be given.',
  conflict: 'Two fields contradict each other.',
  unused_field: 'The field has no effect in this combination, and is refused rather than ignored.',
  weights_exceed_one: 'The weights of an index sum to more than 1.',
  residual_undetermined: 'An index is not covered by its constituents, and nothing fixes the rest.',
  sum_not_one: 'Probabilities that must sum to 1 do not.',
  matrix_shape: 'A matrix is not square or does not fit its order.',
  matrix_not_symmetric: 'A correlation matrix is not symmetric.',
  matrix_not_unit_diagonal: 'A correlation matrix has a diagonal entry other than 1.',
  matrix_out_of_range: 'A correlation is outside [-1, 1].',
  matrix_indefinite: 'A correlation matrix has a negative eigenvalue.',
  impossible_index_volatility: 'No correlation between the constituents gives the volatility of the index.',
  impossible_correlation: 'The target correlation cannot be reached from the calm matrix.',
  expired: 'An expiry or maturity is not after the valuation date.',
  invalid_date: 'The date does not exist, or is not a trading day where one is needed.',
  impossible_strike: 'No strike has the delta asked for.',
  expression_invalid: 'A limit expression is not one comparison of allowed names and functions.',
  too_much_work: 'The run would exceed the work limit shown at /v1/limits; the message states its cost.',
  unsupported: 'The field is part of the contract, but this version does not compute it yet.',
  internal_error: 'The server failed while it computed the run; nothing is wrong with the input.',
} as const;

export type FailureReason = keyof typeof FAILURE_REASONS;

const reasons = Object.keys(FAILURE_REASONS) as FailureReason[];

export const Failure = Type.Object(
  {
    reason: stringEnum(reasons, {
      description: `Why, from this closed list:\n${reasons.map((r) => `* \`${r}\`: ${FAILURE_REASONS[r]}`).join('\n')}`,
      examples: ['out_of_range'],
    }),
    pointer: Type.String({
      description: 'JSON pointer (RFC 6901) into the request body, or the name of a query parameter or header.',
      examples: ['/book/positions/0/quantity'],
    }),
    message: Type.String({
      description: 'What was given and what is allowed.',
      examples: ['quantity is -3; it must be greater than 0'],
    }),
  },
  { $id: 'Failure', ...closed, description: 'One thing that is wrong with the input.' },
);
export type Failure = Static<typeof Failure>;

export const Problem = Type.Object(
  {
    type: Type.String({
      description: 'URI reference that identifies the kind of problem.',
      examples: ['/problems/invalid-request'],
    }),
    title: Type.String({ description: 'The kind of problem in words.', examples: ['The request is invalid'] }),
    status: Type.Integer({ description: 'HTTP status.', examples: [400] }),
    detail: Type.String({ description: 'This occurrence in words.', examples: ['2 fields are invalid'] }),
    instance: Type.String({ description: 'Path of the request.', examples: ['/v1/stress-runs'] }),
    requestId: Type.String({ description: 'Id of the request, as in the server log.', examples: ['req-1a'] }),
    failures: Type.Optional(
      Type.Array(ref(Failure), { description: 'Everything that is wrong with the input, all at once.' }),
    ),
  },
  { $id: 'Problem', ...closed, description: 'Error as RFC 9457 problem details (application/problem+json).' },
);
export type Problem = Static<typeof Problem>;

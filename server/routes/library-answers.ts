import type { FastifyReply } from 'fastify';
import type { DocumentToCheck } from '../../models/book/check/document.ts';
import type { Outcome } from '../../models/outcome.ts';
import type { Failure } from '../../schemas/failure.ts';
import { identifier } from '../../schemas/schema-kit.ts';
import { ProblemError, RequestRefused } from '../errors.ts';
import { foundFailures } from '../found-failures.ts';
import { entityTag, namedBy, type Preconditions, readPreconditions } from '../library/entity-tag.ts';
import type { LibraryKind } from '../library/kinds.ts';
import type { ShippedScenario } from '../library/shipped-scenario.ts';
import type { LibraryStore, StoredVersion, VersionContent } from '../storage/library-store.ts';

export interface LibraryDependencies {
  readonly store: LibraryStore;
  readonly clock: () => Date;
  /** What belongs in a thread. */
  readonly checkDocument: (task: DocumentToCheck) => Promise<Outcome<Pick<VersionContent, 'json' | 'hash'>>>;
  /** In the order of the documentation. Listed with the stored documents of this kind; nothing is stored under their ids. */
  readonly shipped: readonly ShippedScenario[];
}

/** Header of every answer that is a version. */
export const etag = { ETag: { type: 'string', description: 'Entity tag of the version, for `If-Match`.' } };

/** Conditional headers have no examples, which the page would send: an entity tag of another server holds nowhere. */
export const conditional = (description: string) => ({ type: 'string', description: `${description} RFC 9110.` });

/** The id in a path. */
export function idParams(kind: string, example: string) {
  return {
    type: 'object',
    properties: { id: identifier(`Id of the ${kind}, percent-encoded.`, example) },
    required: ['id'],
  };
}

/** Tag of what is there for a client that asks by id; undefined when it was deleted, or never was. */
export function currentTag(newest: StoredVersion | undefined): string | undefined {
  return newest === undefined || newest.deletedAt !== undefined ? undefined : entityTag(newest);
}

/**
 * The conditions of a request.
 *
 * @throws RequestRefused when they cannot be read
 */
export function preconditions(headers: Readonly<Record<string, unknown>>): Preconditions {
  const failures: Failure[] = [];
  const read = readPreconditions(headers, failures);
  if (failures.length > 0) throw new RequestRefused(foundFailures(failures));
  return read;
}

export function wrongCursor(cursor: string | undefined): RequestRefused {
  const message = `cursor is ${JSON.stringify(cursor)}; it must be the nextCursor of a page, unchanged`;
  return new RequestRefused(foundFailures([{ reason: 'wrong_format', pointer: 'cursor', message }]));
}

/** Where a document is. */
export function pathOf({ plural }: Pick<LibraryKind, 'plural'>, id: string): string {
  return `/v1/${plural}/${encodeURIComponent(id)}`;
}

export function shippedOf(shipped: readonly ShippedScenario[], id: string): ShippedScenario | undefined {
  return shipped.find(({ scenario }) => scenario.id === id);
}

/** Nothing was ever stored under an id. */
export function missing({ kind, plural }: LibraryKind, shipped: readonly ShippedScenario[], id: string): ProblemError {
  const named = `${kind} ${JSON.stringify(id)}`;
  if (shippedOf(shipped, id) !== undefined) {
    return new ProblemError('not-found', `${named} comes with the service and has no versions`);
  }
  const known = shipped.length === 0 ? '' : ` there are ${shipped.map(({ scenario }) => scenario.id).join(', ')}, and`;
  return new ProblemError('not-found', `there is no ${named};${known} GET /v1/${plural} lists what is stored`);
}

/**
 * Answers with a version, or with 304 when the client has it.
 *
 * @param json  its content, when it is at hand
 */
export async function sendVersion(
  reply: FastifyReply,
  { kind, store, asked = {} }: { kind: LibraryKind['kind']; store: LibraryStore; asked?: Preconditions },
  version: StoredVersion,
  json?: string,
): Promise<FastifyReply> {
  const tag = entityTag(version);
  void reply.header('etag', tag);
  if (namedBy(asked.ifNoneMatch, tag)) return reply.code(304).send();
  const content = json ?? (await store.content(kind, version.id, version.version));
  if (content === undefined) throw new Error(`${kind} ${version.id} has lost version ${version.version}`);
  const { summary: _, bytes: _bytes, ...fields } = version;
  // As the text that was stored: to read and write it again could only change it.
  const text = `${JSON.stringify(fields).slice(0, -1)},"${kind}":${content}}`;
  return reply.header('content-type', 'application/json; charset=utf-8').send(text);
}

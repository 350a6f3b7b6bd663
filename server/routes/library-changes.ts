import type { FastifyInstance } from 'fastify';
import { ref } from '../../schemas/schema-kit.ts';
import { ProblemError, RequestRefused } from '../errors.ts';
import { foundFailures } from '../found-failures.ts';
import { entityTag, holds } from '../library/entity-tag.ts';
import { documentOf, type LibraryKind } from '../library/kinds.ts';
import type { ShippedScenario } from '../library/shipped-scenario.ts';
import type { StoredVersion } from '../storage/library-store.ts';
import {
  conditional,
  currentTag,
  etag,
  idParams,
  type LibraryDependencies,
  missing,
  pathOf,
  preconditions,
  sendVersion,
  shippedOf,
} from './library-answers.ts';
import { answer, bodiless, bodyRefusals, refusal, refusals } from './responses.ts';

const ifMatch = conditional(
  'Only if the newest version has one of these entity tags (`*`: any), else 412. Default: in any case.',
);

/** What stores and deletes books, markets or scenarios. */
export function libraryChangeRoutes(
  app: FastifyInstance,
  kinds: LibraryKind,
  { store, clock, checkDocument, shipped }: LibraryDependencies,
): void {
  const { kind, plural, name } = kinds;
  const tags = [plural];
  const url = `/v1/${plural}`;

  app.put<{ Params: { id: string } }>(
    `${url}/:id`,
    {
      schema: {
        operationId: `put${name}`,
        tags,
        summary: `Store a ${kind}`,
        description:
          `As the next version of the id; what is equal to the newest version is not stored again. Versions never change, and each can be read for ever. ` +
          `Everything that a run would refuse and that can be known by now is refused here, all failures at once. ${kinds.note}`,
        params: idParams(kind, kinds.example),
        headers: {
          type: 'object',
          properties: {
            'If-Match': ifMatch,
            'If-None-Match': conditional(
              '`*`: only if nothing is stored under the id, else 412. Default: in any case.',
            ),
          },
        },
        body: ref(kinds.body),
        response: {
          200: answer(kinds.stored, 'It is the newest version, as a new one or as it was already.', etag),
          201: answer(kinds.stored, 'It is stored under an id that had nothing, or nothing any more.', {
            Location: { type: 'string', description: `Where the ${kind} is.` },
            ...etag,
          }),
          ...(shipped.length === 0 ? {} : { 409: refusal('read-only', 'A shipped scenario has this id.') }),
          ...refusals(...bodyRefusals, 412, 503),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      mustNotBeShipped(kinds, shipped, id);
      const asked = preconditions(request.headers);
      const { task, summary } = documentOf(kind, id, request.body);
      const checked = await checkDocument(task);
      if (!checked.ok) throw new RequestRefused(foundFailures(checked.failures, checked.total));
      const { json, hash } = checked.value;
      const outcome = await store.put(
        kind,
        id,
        { json, hash, summary },
        { at: clock(), condition: (newest) => holds(asked, currentTag(newest)) },
      );
      if (outcome.kind === 'refused') throw notInThisVersion(kind, id, outcome.newest);
      if (outcome.kind === 'created') void reply.code(201).header('location', pathOf(kinds, id));
      return sendVersion(reply, { kind, store }, outcome.version, json);
    },
  );

  app.delete<{ Params: { id: string } }>(
    `${url}/:id`,
    {
      schema: {
        operationId: `delete${name}`,
        tags,
        summary: `Delete a ${kind}`,
        description: `It is not found and not listed any more, and runs by its id are refused; its versions can still be read, and storing it again goes on with the next one. Deleting it again changes nothing.`,
        params: idParams(kind, kinds.example),
        headers: { type: 'object', properties: { 'If-Match': ifMatch } },
        response: {
          204: bodiless('It is deleted.'),
          ...(shipped.length === 0 ? {} : { 409: refusal('read-only', 'A shipped scenario has this id.') }),
          ...refusals(400, 404, 412, 503),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      mustNotBeShipped(kinds, shipped, id);
      const asked = preconditions(request.headers);
      // By the tag it had while it was there: a client that asks again, because the answer was lost, asks for the same.
      const tagBefore = (newest: StoredVersion | undefined): string | undefined =>
        newest === undefined ? undefined : entityTag({ version: newest.version, hash: newest.hash });
      const outcome = await store.remove(kind, id, {
        at: clock(),
        condition: (newest) => holds(asked, tagBefore(newest)),
      });
      if (outcome.kind === 'unknown') throw missing(kinds, shipped, id);
      if (outcome.kind === 'refused') throw notInThisVersion(kind, id, outcome.newest);
      return reply.code(204).send();
    },
  );
}

function mustNotBeShipped({ kind }: LibraryKind, shipped: readonly ShippedScenario[], id: string): void {
  if (shippedOf(shipped, id) === undefined) return;
  const detail = `${kind} ${JSON.stringify(id)} comes with the service and cannot be changed; choose another id`;
  throw new ProblemError('read-only', detail);
}

function notInThisVersion(kind: string, id: string, newest: StoredVersion | undefined): ProblemError {
  const named = `${kind} ${JSON.stringify(id)}`;
  const tag = currentTag(newest);
  if (newest === undefined || tag === undefined) {
    return new ProblemError('precondition-failed', `there is no ${named}, so that nothing matches If-Match`);
  }
  const detail = `${named} is in version ${newest.version}, whose entity tag is ${tag}; If-Match or If-None-Match asks for something else`;
  return new ProblemError('precondition-failed', detail, { headers: { etag: tag } });
}

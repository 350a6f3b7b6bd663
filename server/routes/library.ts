import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { closed } from '../../schemas/schema-kit.ts';
import { MAX_VERSION } from '../../schemas/stress-run.ts';
import { ProblemError } from '../errors.ts';
import { namedBy } from '../library/entity-tag.ts';
import type { LibraryKind } from '../library/kinds.ts';
import { listItem, pageWithShipped } from '../library/list-pages.ts';
import {
  conditional,
  etag,
  idParams,
  type LibraryDependencies,
  missing,
  pathOf,
  preconditions,
  sendVersion,
  shippedOf,
  wrongCursor,
} from './library-answers.ts';
import { answer, bodiless, refusals } from './responses.ts';
import { pageFields } from './run-filter.ts';

const VersionQuery = Type.Object(pageFields, closed);
const ListQuery = Type.Object(
  {
    ...pageFields,
    deleted: Type.Optional(
      Type.Boolean({ description: 'Also what has been deleted. Default: false.', default: false, examples: [false] }),
    ),
  },
  closed,
);
const ifNoneMatch = conditional('Entity tags that the client has; 304 if one is current. Default: none.');

/** What reads books, markets or scenarios. */
export function libraryRoutes(
  app: FastifyInstance,
  kinds: LibraryKind,
  { store, shipped }: Pick<LibraryDependencies, 'store' | 'shipped'>,
): void {
  const { kind, plural, name } = kinds;
  const tags = [plural];
  const url = `/v1/${plural}`;

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    url,
    {
      schema: {
        operationId: `list${name}s`,
        tags,
        summary: `List the ${plural}`,
        description:
          shipped.length === 0
            ? `By id, without their content. Ids can stand in \`${kind}Id\` of a run.`
            : 'Those that come with the service, in full; then, by id, those that were stored, without their content. Ids can stand in `scenarios` of a run; each scenario can be copied, changed, and stored or sent inline.',
        querystring: ListQuery,
        response: { 200: answer(kinds.list, `A page of ${plural}.`), ...refusals(400, 503) },
      },
    },
    async ({ query: { limit = 50, cursor, deleted = false } }) => {
      const query = { limit, ...(cursor === undefined ? {} : { cursor }) };
      const page = await pageWithShipped(
        shipped.map(({ scenario }) => scenario),
        query,
        (one) => store.list(kind, { ...one, deleted }),
      );
      if (page === null) throw wrongCursor(cursor);
      return page;
    },
  );

  app.get<{ Params: { id: string } }>(
    `${url}/:id`,
    {
      schema: {
        operationId: `get${name}`,
        tags,
        summary: `Look at a ${kind}`,
        description: `The newest version. One that has been deleted is not found, while its versions are.`,
        params: idParams(kind, kinds.lookedAt),
        headers: {
          type: 'object',
          properties: { 'If-None-Match': ifNoneMatch },
        },
        response: {
          200: answer(kinds.newest, `The ${kind}.`, etag),
          304: bodiless('The client has it.'),
          ...refusals(400, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const asked = preconditions(request.headers);
      const own = shippedOf(shipped, id);
      if (own !== undefined) {
        void reply.header('etag', own.tag);
        return namedBy(asked.ifNoneMatch, own.tag) ? reply.code(304).send() : own.scenario;
      }
      const newest = await store.newest(kind, id);
      if (newest === undefined) throw missing(kinds, shipped, id);
      if (newest.deletedAt === undefined) return sendVersion(reply, { kind, store, asked }, newest);
      const which = newest.version === 1 ? 'its version 1 remains' : `its versions 1 to ${newest.version} remain`;
      const detail = `${kind} ${JSON.stringify(id)} was deleted on ${newest.deletedAt}; ${which} under ${pathOf(kinds, id)}/versions`;
      throw new ProblemError('not-found', detail);
    },
  );

  app.get<{ Params: { id: string }; Querystring: Static<typeof VersionQuery> }>(
    `${url}/:id/versions`,
    {
      schema: {
        operationId: `list${name}Versions`,
        tags,
        summary: `List the versions of a ${kind}`,
        description: 'Newest first, without their content; also when it has been deleted.',
        params: idParams(kind, kinds.example),
        querystring: VersionQuery,
        response: { 200: answer(kinds.list, 'A page of versions.'), ...refusals(400, 404, 503) },
      },
    },
    async ({ params: { id }, query: { limit = 50, cursor } }) => {
      const page = await store.versions(kind, id, { limit, ...(cursor === undefined ? {} : { cursor }) });
      if (page === null) throw wrongCursor(cursor);
      if (page.items.length === 0 && (await store.newest(kind, id)) === undefined) throw missing(kinds, shipped, id);
      return { items: page.items.map(listItem), nextCursor: page.nextCursor };
    },
  );

  app.get<{ Params: { id: string; version: number } }>(
    `${url}/:id/versions/:version`,
    {
      schema: {
        operationId: `get${name}Version`,
        tags,
        summary: `Look at a version of a ${kind}`,
        description: 'Any version, also when it has been deleted.',
        params: {
          type: 'object',
          properties: {
            ...idParams(kind, kinds.example).properties,
            version: Type.Integer({
              description: `Version of the ${kind}.`,
              minimum: 1,
              maximum: MAX_VERSION,
              examples: [1],
            }),
          },
          required: ['id', 'version'],
        },
        headers: {
          type: 'object',
          properties: { 'If-None-Match': ifNoneMatch },
        },
        response: {
          200: answer(kinds.stored, 'The version.', etag),
          304: bodiless('The client has it.'),
          ...refusals(400, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const { id, version } = request.params;
      const asked = preconditions(request.headers);
      const found = await store.version(kind, id, version);
      if (found !== undefined) return sendVersion(reply, { kind, store, asked }, found);
      const newest = await store.newest(kind, id);
      if (newest === undefined) throw missing(kinds, shipped, id);
      const detail = `${kind} ${JSON.stringify(id)} has the versions 1 to ${newest.version}, and no version ${version}`;
      throw new ProblemError('not-found', detail);
    },
  );
}

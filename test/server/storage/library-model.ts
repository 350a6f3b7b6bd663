import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { LibraryStore } from '../../../server/storage/library-store.ts';

interface ModelVersion {
  readonly json: string;
  deleted: boolean;
}
/** Versions by id, the first at place 0. */
export type LibraryModel = Map<string, ModelVersion[]>;
type Command = fc.AsyncCommand<LibraryModel, LibraryStore>;

const at = new Date('2026-11-20T12:00:00.000Z');
const liveIn = (model: LibraryModel, id: string): ModelVersion | undefined => {
  const newest = model.get(id)?.at(-1);
  return newest === undefined || newest.deleted ? undefined : newest;
};
const command = (name: string, run: (model: LibraryModel, store: LibraryStore) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => name,
});

/** Puts, with and without a condition on the version, removals and every way to read, over few ids and contents. */
export function libraryCommands(): fc.Arbitrary<Iterable<Command>> {
  const id = fc.constantFrom('a', 'b', 'a b', '^/&');
  const json = fc.constantFrom('{"nav":1}', '{"nav":2}', '{"nav":3}');
  const expected = fc.option(fc.nat({ max: 4 }), { nil: undefined });
  return fc.commands(
    [
      fc.tuple(id, json, expected).map(([id, json, expected]) =>
        command(`put(${id}, ${json}, if ${expected})`, async (model, store) => {
          const versions = model.get(id) ?? [];
          const live = liveIn(model, id);
          const number = live === undefined ? 0 : versions.length;
          const outcome = await store.put(
            'book',
            id,
            { json, hash: json, summary: { json } },
            {
              at,
              condition: (newest) =>
                expected === undefined || expected === (newest?.deletedAt === undefined ? (newest?.version ?? 0) : 0),
            },
          );
          if (expected !== undefined && expected !== number) {
            assert.equal(outcome.kind, 'refused');
            return;
          }
          const kind = live === undefined ? 'created' : live.json === json ? 'same' : 'changed';
          if (kind !== 'same') model.set(id, [...versions, { json, deleted: false }]);
          assert.ok(outcome.kind === kind, `${outcome.kind}, expected ${kind}`);
          assert.equal(outcome.version.version, model.get(id)?.length);
        }),
      ),
      id.map((id) =>
        command(`remove(${id})`, async (model, store) => {
          const newest = model.get(id)?.at(-1);
          const outcome = await store.remove('book', id, { at, condition: () => true });
          assert.equal(outcome.kind, newest === undefined ? 'unknown' : 'removed');
          if (newest !== undefined) newest.deleted = true;
        }),
      ),
      fc.tuple(id, fc.nat({ max: 6 })).map(([id, version]) =>
        command(`get(${id}, ${version})`, async (model, store) => {
          const expected = model.get(id)?.[version - 1];
          const found = await store.version('book', id, version);
          assert.equal(await store.content('book', id, version), expected?.json);
          assert.deepEqual(found?.summary, expected === undefined ? undefined : { json: expected.json });
          assert.equal(found?.deletedAt !== undefined, expected?.deleted ?? false);
        }),
      ),
      fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 3 })).map(([deleted, limit]) =>
        command(`list(${deleted}, ${limit})`, async (model, store) => {
          const ids: string[] = [];
          let cursor: string | null = null;
          do {
            const page = await store.list('book', { limit, deleted, ...(cursor === null ? {} : { cursor }) });
            assert.ok(page !== null && page.items.length <= limit);
            ids.push(...page.items.map(({ id }) => id));
            cursor = page.nextCursor;
          } while (cursor !== null);
          const known = [...model.keys()].filter((id) => deleted || liveIn(model, id) !== undefined);
          assert.deepEqual(ids, known.toSorted());
        }),
      ),
      id.map((id) =>
        command(`versions(${id})`, async (model, store) => {
          const page = await store.versions('book', id, { limit: 50 });
          const contents = page?.items.map(({ hash }) => hash);
          assert.deepEqual(contents, (model.get(id) ?? []).map(({ json }) => json).toReversed());
        }),
      ),
    ],
    { maxCommands: 20 },
  );
}

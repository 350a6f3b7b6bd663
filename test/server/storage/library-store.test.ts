/** Stored documents on each database: what one does and the other does not is a defect. */
import * as fc from 'fast-check';
import t, { type Test } from 'tap';
import { DOCUMENT_KINDS, type DocumentKind } from '../../../schemas/library.ts';
import type { Database } from '../../../server/storage/database.ts';
import type { LibraryStore, PutOutcome, StoredVersion } from '../../../server/storage/library-store.ts';
import { sqlLibraryStore } from '../../../server/storage/sql-library-store.ts';
import { onBothDatabases } from '../../support/both-databases.ts';
import { libraryCommands, type LibraryModel } from './library-model.ts';

const epoch = Date.parse('2026-11-20T12:00:00.000Z');
const at = (seconds: number): Date => new Date(epoch + 1000 * seconds);
const always = { at: at(0), condition: () => true };
const content = (json: string) => ({ json, hash: `hash of ${json.slice(0, 50)}`, summary: { counts: json.length } });
const put = (store: LibraryStore, id: string, json: string, kind: DocumentKind = 'book'): Promise<PutOutcome> =>
  store.put(kind, id, content(json), always);
const versionOf = (outcome: PutOutcome): number | undefined =>
  outcome.kind === 'refused' ? undefined : outcome.version.version;

onBothDatabases(t, async (t, { database, other }) => {
  const { database: another } = await other();
  await suite(t, database, [database, another]);
});

/** @param writers  one database, as two processes have it; each has several sessions on a server */
async function suite(t: Test, database: Database, writers: readonly Database[]): Promise<void> {
  const emptyStore = async (): Promise<LibraryStore> => {
    await database.query('DELETE FROM rho90.document_version');
    await database.query('DELETE FROM rho90.document');
    return sqlLibraryStore(database);
  };

  t.test('each content that differs from the newest is the next version, and all can be read', async (t) => {
    const store = await emptyStore();
    t.same(await store.put('book', 'a', content('{"nav":1}'), { at: at(1), condition: () => true }), {
      kind: 'created',
      version: {
        id: 'a',
        version: 1,
        hash: 'hash of {"nav":1}',
        createdAt: '2026-11-20T12:00:01.000Z',
        bytes: 9,
        summary: { counts: 9 },
      },
    });
    t.match(await put(store, 'a', '{"nav":1}'), {
      kind: 'same',
      version: { version: 1, createdAt: at(1).toISOString() },
    });
    t.match(await put(store, 'a', '{"nav":2}'), { kind: 'changed', version: { version: 2 } });
    t.match(await put(store, 'a', '{"nav":1}'), { kind: 'changed', version: { version: 3 } }, 'an older one counts');
    t.match(await store.newest('book', 'a'), { version: 3 });
    t.match(await store.version('book', 'a', 1), { version: 1, bytes: 9, summary: { counts: 9 } });
    t.equal(await store.content('book', 'a', 2), '{"nav":2}');
    for (const version of [0, 4, 2_147_483_647]) t.equal(await store.version('book', 'a', version), undefined);
    t.equal(await store.content('book', 'a', 4), undefined);
  });

  t.test('one id is three documents of three kinds', async (t) => {
    const store = await emptyStore();
    for (const kind of DOCUMENT_KINDS) t.equal(versionOf(await put(store, 'same', `"${kind}"`, kind)), 1);
    for (const kind of DOCUMENT_KINDS) t.equal(await store.content(kind, 'same', 1), `"${kind}"`);
    await store.remove('market', 'same', always);
    t.equal((await store.newest('book', 'same'))?.deletedAt, undefined);
  });

  t.test('content of megabytes comes back to the byte, whatever it is made of', async (t) => {
    const store = await emptyStore();
    const wide = '\u{1f4c8}é\u0000x'.repeat(300_000);
    const json = JSON.stringify({ [wide.slice(0, 7)]: wide });
    await put(store, 'wide', json);
    t.ok((await store.content('book', 'wide', 1)) === json, `${json.length} characters`);
    t.equal((await store.newest('book', 'wide'))?.bytes, Buffer.byteLength(json));
    const summary = { name: 'NUL \u0000 and \u{1f4c8}' };
    await store.put('book', 'named', { json: '{}', hash: 'h', summary }, always);
    t.same((await store.newest('book', 'named'))?.summary, summary);
  });

  t.test('what is deleted keeps its versions, and comes back as the next one', async (t) => {
    const store = await emptyStore();
    t.same(await store.remove('book', 'a', always), { kind: 'unknown' });
    await put(store, 'a', '1');
    await put(store, 'a', '2');
    t.same(await store.remove('book', 'a', { at: at(7), condition: () => true }), { kind: 'removed' });
    t.same(await store.remove('book', 'a', { at: at(8), condition: () => true }), { kind: 'removed' }, 'again');
    t.match(await store.newest('book', 'a'), { version: 2, deletedAt: at(7).toISOString() });
    t.equal((await store.version('book', 'a', 1))?.deletedAt, undefined);
    t.equal(await store.content('book', 'a', 2), '2');
    t.match(await put(store, 'a', '2'), { kind: 'created', version: { version: 3 } }, 'with the content of before');
    t.equal((await store.newest('book', 'a'))?.deletedAt, undefined);
    t.equal((await store.version('book', 'a', 2))?.deletedAt, at(7).toISOString(), 'it was deleted then');
  });

  t.test('a condition sees the newest version, and nothing happens when it does not hold', async (t) => {
    const store = await emptyStore();
    const seen: (StoredVersion | undefined)[] = [];
    const never = {
      at: at(0),
      condition: (newest: StoredVersion | undefined) => {
        seen.push(newest);
        return false;
      },
    };
    t.same(await store.put('book', 'a', content('1'), never), { kind: 'refused', newest: undefined });
    t.same(await database.query('SELECT * FROM rho90.document'), []);
    await put(store, 'a', '1');
    t.match(await store.put('book', 'a', content('2'), never), { kind: 'refused', newest: { version: 1 } });
    t.match(await store.put('book', 'a', content('1'), never), { kind: 'refused' }, 'also for the same content');
    t.match(await store.remove('book', 'a', never), { kind: 'refused', newest: { version: 1 } });
    t.same(
      seen.map((newest) => newest?.version),
      [undefined, 1, 1, 1],
    );
    t.match(await store.newest('book', 'a'), { version: 1 });
    t.same((await store.versions('book', 'a', { limit: 9 }))?.items.length, 1);
  });

  t.test('writers at once get versions without a gap, each content its own', async (t) => {
    const [first] = [await emptyStore()];
    const stores = writers.map(sqlLibraryStore);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => put(stores[i % stores.length], 'contested', `{"nav":${i}}`)),
    );
    t.same(
      outcomes.map((outcome) => versionOf(outcome)).toSorted((a = 0, b = 0) => a - b),
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    t.equal(outcomes.filter(({ kind }) => kind === 'created').length, 1);
    for (const [i, outcome] of outcomes.entries()) {
      t.equal(await first.content('book', 'contested', versionOf(outcome) ?? 0), `{"nav":${i}}`);
    }
  });

  t.test('of writers at once with one content one stores it', async (t) => {
    await emptyStore();
    const stores = writers.map(sqlLibraryStore);
    const outcomes = await Promise.all(Array.from({ length: 16 }, (_, i) => put(stores[i % stores.length], 'a', '{}')));
    t.same(outcomes.map(({ kind }) => kind).toSorted(), ['created', ...Array<string>(15).fill('same')]);
    t.ok(outcomes.every((outcome) => versionOf(outcome) === 1));
  });

  t.test('of writers at once with one condition one wins, be it a put or a removal', async (t) => {
    const store = await emptyStore();
    const stores = writers.map(sqlLibraryStore);
    for (let round = 0; round < 10; round++) {
      const { version = 0, deletedAt } = (await store.newest('book', 'a')) ?? {};
      const condition = (newest: StoredVersion | undefined) =>
        (newest?.version ?? 0) === version && newest?.deletedAt === deletedAt;
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, (_, i) => {
          const one = stores[i % stores.length];
          // To remove what is deleted changes nothing, and so nobody would lose.
          return i % 4 === 3 && version > 0 && deletedAt === undefined
            ? one.remove('book', 'a', { at: at(round), condition })
            : one.put('book', 'a', content(`{"nav":${round * 100 + i}}`), { at: at(round), condition });
        }),
      );
      t.equal(outcomes.filter(({ kind }) => kind !== 'refused').length, 1, `round ${round}`);
    }
  });

  t.test('lists are by id in the order of bytes, without what is deleted, in pages that survive changes', async (t) => {
    const store = await emptyStore();
    const ids = ['Z', 'a', '^SPX', 'b/c', 'b c', '0', 'b:c', 'B'];
    for (const id of ids) await put(store, id, `"${id}"`);
    await put(store, 'a', '2');
    await put(store, 'other', '1', 'market');
    await store.remove('book', 'B', always);
    const list = async (limit: number, cursor?: string, deleted = false) => {
      const page = await store.list('book', { limit, deleted, ...(cursor === undefined ? {} : { cursor }) });
      return { ids: page?.items.map(({ id }) => id), next: page?.nextCursor ?? undefined };
    };
    const sorted = ids.toSorted();
    t.same(
      (await list(50)).ids,
      sorted.filter((id) => id !== 'B'),
    );
    t.same((await list(50, undefined, true)).ids, sorted);
    t.match((await store.list('book', { limit: 50, deleted: false }))?.items, { 3: { id: 'a', version: 2 } });
    const first = await list(3);
    t.same(first.ids, ['0', 'Z', '^SPX']);
    await store.remove('book', '^SPX', always);
    await put(store, 'A', 'before the cursor');
    await put(store, 'aa', 'behind it');
    const second = await list(3, first.next);
    t.same(second.ids, ['a', 'aa', 'b c']);
    const third = await list(3, second.next);
    t.same(third, { ids: ['b/c', 'b:c'], next: undefined });
    for (const wrong of ['', 'abc', Buffer.from('before:3').toString('base64url'), 'YWZ0ZXI6AA']) {
      t.equal(await store.list('book', { limit: 3, deleted: false, cursor: wrong }), null, wrong);
    }
  });

  t.test('the versions of a document are newest first, in pages that survive changes', async (t) => {
    const store = await emptyStore();
    for (let i = 1; i <= 5; i++) await put(store, 'a', String(i));
    const list = async (limit: number, cursor?: string) => {
      const page = await store.versions('book', 'a', { limit, ...(cursor === undefined ? {} : { cursor }) });
      return { versions: page?.items.map(({ version }) => version), next: page?.nextCursor ?? undefined };
    };
    const first = await list(2);
    t.same(first.versions, [5, 4]);
    await put(store, 'a', '6');
    const second = await list(2, first.next);
    t.same(second.versions, [3, 2]);
    t.same(await list(2, second.next), { versions: [1], next: undefined });
    t.same(await store.versions('book', 'b', { limit: 2 }), { items: [], nextCursor: null });
    for (const wrong of [
      'abc',
      Buffer.from('before:').toString('base64url'),
      Buffer.from('before:1e3').toString('base64url'),
    ]) {
      t.equal(await store.versions('book', 'a', { limit: 2, cursor: wrong }), null, wrong);
    }
  });

  t.test('an id that text cannot hold is one that nothing is stored under', async (t) => {
    const store = await emptyStore();
    for (const id of ['\u0000', 'a\u0000', '', "'; DROP TABLE rho90.document; --", '\u{1f4c8}']) {
      t.equal(await store.newest('book', id), undefined);
      t.equal(await store.content('book', id, 1), undefined);
      t.same(await store.versions('book', id, { limit: 1 }), { items: [], nextCursor: null });
      t.same(await store.remove('book', id, always), { kind: 'unknown' });
    }
  });

  t.test('any sequence of changes gives what a simple model gives', async (t) => {
    await fc.assert(
      fc.asyncProperty(libraryCommands(), async (commands) => {
        const store = await emptyStore();
        const model: LibraryModel = new Map();
        await fc.asyncModelRun(() => ({ model, real: store }), commands);
      }),
      { numRuns: 25 },
    );
    t.pass('25 sequences');
  });
}

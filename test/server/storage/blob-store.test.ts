import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { BlobDamaged, type BlobKey, PIECE_BYTES, type StoredBlob } from '../../../server/storage/blob-store.ts';
import { sqlRunStore } from '../../../server/storage/sql-run-store.ts';
import { onBothDatabases } from '../../support/both-databases.ts';
import { at, insertRun, queuedRun } from '../../support/stored-runs.ts';

/** Every byte differs from its neighbours, and no two pieces are the same. */
const counting = (length: number, from = 0): Uint32Array => Uint32Array.from({ length }, (_, i) => from + i);

onBothDatabases(t, (t, { database, blobs, clear, folder }) => {
  const runs = sqlRunStore(database, () => at(0));
  t.beforeEach(clear);

  const newRun = (id = 'a'): Promise<number> => insertRun(database, runs, queuedRun(id));
  const store = async (key: BlobKey, arrays: readonly ArrayBufferView[]): Promise<StoredBlob> => {
    const staged = await blobs.stage(arrays);
    await database.transaction((tx) => staged.insert(tx, key));
    const found = (await blobs.list(database, key.run, key.kind)).find(
      ({ scenario, fromPath }) => scenario === key.scenario && fromPath === key.fromPath,
    );
    if (found === undefined) throw new RangeError('the blob is not listed');
    return found;
  };
  const piecesOf = async (blob: StoredBlob, from?: number, to?: number): Promise<readonly Uint8Array[]> => {
    const found: Uint8Array[] = [];
    for await (const piece of blobs.read(blob, from, to)) found.push(piece);
    return found;
  };
  const read = async (...what: Parameters<typeof piecesOf>): Promise<Buffer> => Buffer.concat(await piecesOf(...what));
  const bytesOf = (arrays: readonly ArrayBufferView[]): Buffer =>
    Buffer.concat(arrays.map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength)));
  const files = (): string[] => (folder === null ? [] : readdirSync(folder));
  /** Rows of bytes, or files, that are there. */
  const kept = async (): Promise<number> =>
    folder === null
      ? (await database.query<{ n: number }>('SELECT count(DISTINCT blob) AS n FROM rho90.blob_part'))[0].n
      : files().length;

  t.test('bytes come back as they were, whole and by ranges, in pieces of bounded size', async (t) => {
    const run = await newRun();
    // Arrays of any kind, one of them a part of a longer buffer on shared memory, over three pieces in all.
    const shared = new Float64Array(new SharedArrayBuffer(800_000)).map((_, i) => i / 7);
    const arrays = [counting(150_000), new Uint8Array([1, 2, 3]), shared.subarray(5, 90_000), new Float64Array(0)];
    const expected = bytesOf(arrays);
    const blob = await store({ run, kind: 'pnl', scenario: 2, fromPath: 0 }, arrays);
    t.match(blob, { run, kind: 'pnl', scenario: 2, fromPath: 0, bytes: expected.length });
    t.ok((await read(blob)).equals(expected));
    for (const piece of await piecesOf(blob)) {
      t.ok(piece.byteLength > 0 && piece.byteLength <= PIECE_BYTES, `a piece of ${piece.byteLength} bytes`);
    }
    const ranges = [
      [0, 0],
      [0, 1],
      [expected.length - 1, expected.length],
      [PIECE_BYTES - 3, PIECE_BYTES + 5],
      [PIECE_BYTES, 2 * PIECE_BYTES],
      [1, expected.length],
      [5, 5],
    ];
    for (const [from, to] of ranges) {
      t.ok((await read(blob, from, to)).equals(expected.subarray(from, to)), `bytes ${from} to ${to}`);
    }
    const none = await store({ run, kind: 'weights', scenario: 0, fromPath: 0 }, []);
    t.equal(none.bytes, 0);
    t.equal((await read(none)).length, 0);
  });

  t.test('the blobs of a run are listed by kind, in the order of scenarios and paths', async (t) => {
    const [run, other] = [await newRun('a'), await newRun('b')];
    for (const [scenario, fromPath] of [
      [1, 0],
      [0, 512],
      [0, 256],
      [10, 0],
    ]) {
      await store({ run, kind: 'shard', scenario, fromPath }, [counting(1, fromPath)]);
    }
    await store({ run, kind: 'pnl', scenario: 0, fromPath: 0 }, [counting(2)]);
    await store({ run: other, kind: 'shard', scenario: 0, fromPath: 0 }, [counting(3)]);
    t.same(
      (await blobs.list(database, run, 'shard')).map(({ scenario, fromPath }) => [scenario, fromPath]),
      [
        [0, 256],
        [0, 512],
        [1, 0],
        [10, 0],
      ],
    );
    t.equal((await blobs.list(database, run, 'weights')).length, 0);
  });

  t.test('a blob whose bytes were changed, cut off or lost is reported as damaged', async (t) => {
    const run = await newRun();
    const blob = await store({ run, kind: 'pnl', scenario: 0, fromPath: 0 }, [counting(200_000)]);
    const whole = await read(blob);
    const damaged = async (t: Test, name: string, range: [number?, number?] = []): Promise<void> => {
      const error: unknown = await read(blob, ...range).then(
        () => undefined,
        (error: unknown) => error,
      );
      t.ok(error instanceof BlobDamaged, `${name}: ${String(error)}`);
    };
    const flip = async (): Promise<void> => {
      if (folder !== null) writeFileSync(join(folder, blob.id), whole.with(600_000, 255 - whole[600_000]));
      else
        await database.query(
          'UPDATE rho90.blob_part SET body = set_byte(body, 9, 255 - get_byte(body, 9)) WHERE part = 1',
        );
    };
    await flip();
    await damaged(t, 'a byte has changed');
    if (folder !== null) truncateSync(join(folder, blob.id), 700_000);
    else await database.query('UPDATE rho90.blob_part SET body = substring(body FROM 1 FOR 1000) WHERE part = 1');
    await damaged(t, 'the end is missing');
    await damaged(t, 'also of a range', [699_990, 700_010]);
    t.equal((await read(blob, 0, 100)).length, 100, 'what is there can be read');
    if (folder !== null) rmSync(join(folder, blob.id));
    else await database.query('DELETE FROM rho90.blob_part');
    await damaged(t, 'all is lost');
    await damaged(t, 'all is lost, of a range', [0, 8]);
  });

  t.test('a blob under the same key replaces the other one', async (t) => {
    const key: BlobKey = { run: await newRun(), kind: 'shard', scenario: 0, fromPath: 0 };
    const first = await store(key, [counting(10)]);
    const second = await store(key, [counting(20)]);
    t.not(second.id, first.id);
    t.equal((await blobs.list(database, key.run, 'shard')).length, 1);
    t.ok((await read(second)).equals(bytesOf([counting(20)])));
    await blobs.sweep();
    t.equal(await kept(), 1);
  });

  t.test('blobs are removed by run, by kind and by scenario, with their bytes', async (t) => {
    const [run, other] = [await newRun('a'), await newRun('b')];
    for (const owner of [run, other]) {
      for (const kind of ['shard', 'pnl'] as const) {
        for (const scenario of [0, 1]) await store({ run: owner, kind, scenario, fromPath: 0 }, [counting(5)]);
      }
    }
    const remove = async (which: Parameters<typeof blobs.remove>[1]): Promise<number> => {
      const afterwards = await database.transaction((tx) => blobs.remove(tx, which));
      await afterwards();
      return kept();
    };
    t.equal(await remove({ runs: [run], kind: 'shard', scenario: 0 }), 7);
    t.equal(await remove({ runs: [run], kind: 'shard' }), 6);
    t.equal(await remove({ runs: [] }), 6);
    t.equal(await remove({ runs: [run, other] }), 0);
    t.same(await database.query('SELECT * FROM rho90.blob'), []);
  });

  t.test('a removal that is undone leaves the blobs whole', async (t) => {
    const run = await newRun();
    const blob = await store({ run, kind: 'pnl', scenario: 0, fromPath: 0 }, [counting(5)]);
    await t.rejects(
      database.transaction(async (tx) => {
        await blobs.remove(tx, { runs: [run] });
        throw new Error('undone');
      }),
      { message: 'undone' },
    );
    await t.rejects(
      database.transaction(async (tx) => {
        const staged = await blobs.stage([counting(9)]);
        await staged.insert(tx, blob);
        await staged.discard();
        throw new Error('undone, too');
      }),
      { message: 'undone, too' },
    );
    t.ok((await read(blob)).equals(bytesOf([counting(5)])));
    t.equal(await kept(), 1);
  });

  t.test('bytes that no row names are nothing, once they are discarded or swept', async (t) => {
    const run = await newRun();
    const blob = await store({ run, kind: 'pnl', scenario: 0, fromPath: 0 }, [counting(5)]);
    const dropped = await blobs.stage([counting(300_000)]);
    t.equal(dropped.bytes, 1_200_000);
    await dropped.discard();
    t.equal(await kept(), 1);
    await blobs.stage([counting(300_000)]);
    await blobs.sweep();
    t.equal(await kept(), 1);
    t.ok((await read(blob)).equals(bytesOf([counting(5)])));
  });

  t.test('no row of a blob is left when its run goes', async (t) => {
    const run = await newRun();
    await store({ run, kind: 'weights', scenario: 0, fromPath: 0 }, [counting(5)]);
    await database.query('DELETE FROM rho90.run');
    for (const table of ['blob', 'blob_part']) t.same(await database.query(`SELECT * FROM rho90.${table}`), []);
    await blobs.sweep();
    t.equal(await kept(), 0);
    const late = await blobs.stage([counting(5)]);
    await t.rejects(
      database.transaction((tx) => late.insert(tx, { run, kind: 'weights', scenario: 0, fromPath: 0 })),
      { code: '23503' },
    );
    await late.discard();
    t.equal(await kept(), 0);
  });
});

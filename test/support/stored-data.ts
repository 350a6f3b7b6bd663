/** A database with some of everything in it, and what is in a database, for tests of backups. */
import { randomUUID } from 'node:crypto';
import { BACKUP_TABLES, columnsOf } from '../../server/backup/tables.ts';
import { sqlIdempotencyStore } from '../../server/storage/idempotency-store.ts';
import type { Row } from '../../server/storage/database.ts';
import type { Storage } from '../../server/storage/open-database.ts';
import { sqlLibraryStore } from '../../server/storage/sql-library-store.ts';
import { sqlRunStore } from '../../server/storage/sql-run-store.ts';
import { sqlTaskStore } from '../../server/storage/sql-task-store.ts';
import { at, insertRun, queuedRun, started } from './stored-runs.ts';

/** Longer than a part, with characters of two units where parts end, and what JSON and PostgreSQL treat each its way. */
const long = `{"z":-0,"a":1e400,"text":"\\u0000 \\" Σ","filler":"${'𝜌'.repeat(200_001)}"}`;
/** More than two pieces of a blob. */
const vector = Float64Array.from({ length: 140_000 }, (_, i) => (i % 3 === 0 ? -0 : (i - 70_000) / 7));

/** Finished runs with all that belongs to them, runs under way, a gap in their order, documents, keys. */
export async function fillStorage(storage: Storage): Promise<void> {
  const { database, blobs } = storage;
  const runs = sqlRunStore(database, () => at(100));
  const tasks = sqlTaskStore(database);
  const place = {
    succeeded: await insertRun(database, runs, queuedRun('succeeded', { label: 'a\u0000"Σ', bookId: 'desk' }), {
      owner: 'one',
      request: long,
      cost: 1 / 3,
    }),
    gone: await insertRun(database, runs, queuedRun('gone')),
    failed: await insertRun(database, runs, queuedRun('failed')),
    cancelled: await insertRun(database, runs, queuedRun('cancelled')),
    waiting: await insertRun(database, runs, queuedRun('waiting', { scheduleId: 'nightly' }), { cost: 2e10 }),
    split: await insertRun(database, runs, queuedRun('split'), { request: long, cost: 5e9 }),
  };
  const put = async (run: number, kind: 'pnl' | 'weights' | 'shard', array: Float64Array): Promise<void> => {
    const staged = await blobs.stage([array]);
    await database.transaction((tx) => staged.insert(tx, { run, kind, scenario: 1, fromPath: 0 }));
  };
  await runs.start(database, 'succeeded', started);
  await put(place.succeeded, 'pnl', vector);
  await put(place.succeeded, 'weights', vector.toReversed());
  const ended = { finishedAt: at(9) } as const;
  await database.transaction(async (tx) => {
    await runs.end(tx, 'succeeded', { ...ended, status: 'succeeded', result: long, resultHash: '00ff' });
    const failures = [{ reason: 'internal_error' as const, pointer: '', message: 'a full disk' }];
    await runs.end(tx, 'failed', { ...ended, status: 'failed', failures });
    await runs.end(tx, 'cancelled', { ...ended, status: 'cancelled' });
    await tx.query('DELETE FROM rho90.run WHERE place = $1', [place.gone]);
  });
  // One scenario is measured, another has a shard that is done and one that is not.
  const task = { queue: 'shard-1', kind: 'shard' as const, scenario: 1, fromPath: 0, toPath: 250, batch: 1 };
  const [done, open] = [randomUUID(), randomUUID()];
  await runs.start(database, 'split', { ...started, paths: 900 });
  await database.transaction(async (tx) => {
    await tasks.add(tx, place.split, [
      { ...task, job: done },
      { ...task, job: open, fromPath: 250, toPath: 500 },
    ]);
    await tasks.finish(tx, done, { pathsDone: 250, pilotPaths: 10, cpuSeconds: 1 });
    await runs.writeScenario(tx, place.split, 0, '{}');
    await runs.countBytes(tx, place.split, 8);
  });
  await put(place.split, 'shard', vector.subarray(0, 10));
  await put(place.split, 'pnl', vector.subarray(0, 20));

  const keys = sqlIdempotencyStore(() => at(0));
  await keys.insert(database, { owner: 'one', key: 'Σ "key"', request: 'ab', run: place.succeeded, now: at(3) });
  await keys.insert(database, { owner: 'one', key: 'b', request: 'cd', run: place.split, now: at(4) });

  const library = sqlLibraryStore(database);
  const summary = { name: 'a\u0000b', underlyings: 2 };
  const change = { at: at(1), condition: () => true };
  for (const [i, json] of [long, '{}', long].entries()) {
    await library.put('market', 'ä.b', { json, hash: `hash ${i}`, summary }, change);
  }
  await library.put('book', 'B', { json: '{}', hash: 'x', summary }, change);
  await library.remove('book', 'B', change);
}

/** All rows and bytes that a backup is to carry over, by table. Nothing is left out but where the bytes are. */
export async function contentOf({ database, blobs }: Storage): Promise<Record<string, readonly Row[]>> {
  const content: Record<string, readonly Row[]> = {};
  for (const table of BACKUP_TABLES) {
    content[table.name] = await database.query(
      `SELECT ${columnsOf(table).join(', ')} FROM rho90.${table.name} ORDER BY ${table.key.join(', ')}`,
    );
  }
  const bytes: Row[] = [];
  for (const { place } of await database.query<{ place: number }>('SELECT place FROM rho90.run ORDER BY place')) {
    for (const kind of ['pnl', 'weights', 'shard'] as const) {
      for (const blob of await blobs.list(database, place, kind)) {
        const pieces: Uint8Array[] = [];
        for await (const piece of blobs.read(blob)) pieces.push(piece);
        bytes.push({ id: blob.id, bytes: Buffer.concat(pieces).toString('base64') });
      }
    }
  }
  return { ...content, bytes };
}

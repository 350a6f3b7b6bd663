import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { contentsOf } from '../../../server/backup/contents.ts';
import { restoreBackup } from '../../../server/backup/restore-backup.ts';
import { BACKUP_TABLES, columnsOf, TABLES_LEFT_OUT } from '../../../server/backup/tables.ts';
import { writeBackup } from '../../../server/backup/write-backup.ts';
import { RUN_QUEUE } from '../../../server/jobs/queue-run.ts';
import type { Row } from '../../../server/storage/database.ts';
import { openStorage, type Storage } from '../../../server/storage/open-database.ts';
import { sqlRunStore } from '../../../server/storage/sql-run-store.ts';
import { memoryStorage } from '../../support/database.ts';
import { noPostgres, startPostgres } from '../../support/postgres.ts';
import { contentOf, fillStorage } from '../../support/stored-data.ts';
import { at, queuedRun } from '../../support/stored-runs.ts';
import { smallRequest, startService } from '../service.ts';

const folder = t.testdir({});
const written = { schema: 2, version: '0.0.0-test', now: at(50), onLeftOut: (why: string) => t.fail(why) };
const read = { schema: 2, onError: (error: unknown) => t.error(error) };

const server = noPostgres === false ? await startPostgres() : undefined;
t.teardown(() => server?.remove());

const source = await memoryStorage(t);
await fillStorage(source);
const first = join(folder, 'first.rho90');
const counts = { runs: 5, unfinished: 2, documents: 2, versions: 4 };
t.same(await writeBackup(source, first, written), counts);

/** What a restored database has of a run that had not ended. */
const begunAnew = (content: Record<string, readonly Row[]>): Record<string, readonly Row[]> => {
  const anew = (row: Row): Row => {
    if (row.status !== 'running') return row;
    const nothing = { started_at: null, paths_done: 0, pilot_paths: 0, result_bytes: 0 };
    return { ...row, ...nothing, status: 'queued', revision: Number(row.revision) + 1 };
  };
  const split = content.run.find(({ id }) => id === 'split')?.place;
  const dropped = new Set(content.blob.filter(({ run }) => run === split).map(({ id }) => id));
  t.equal(dropped.size, 2);
  return {
    ...content,
    run: content.run.map(anew),
    run_part: content.run_part.filter(({ kind }) => kind !== 'scenario 0'),
    blob: content.blob.filter(({ id }) => !dropped.has(id)),
    bytes: content.bytes.filter(({ id }) => !dropped.has(id)),
  };
};

t.test('a backup holds every table and column of the schema, or says that it does not', async (t) => {
  const columns = await source.database.query<{ name: string; column: string }>(
    `SELECT table_name AS name, column_name AS column FROM information_schema.columns
     WHERE table_schema = 'rho90' ORDER BY table_name, ordinal_position`,
  );
  const kept = BACKUP_TABLES.map((table) => [table.name, columnsOf(table).toSorted()] as const);
  t.strictSame(
    [...Map.groupBy(columns, ({ name }) => name)]
      .filter(([name]) => !TABLES_LEFT_OUT.includes(name))
      .map(([name, of]) => [name, of.map(({ column }) => column).toSorted()]),
    kept.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    'after a new table or column: keep it in BACKUP_TABLES, or leave the table out',
  );
});

t.test('a backup of the embedded database is, restored, the same to the byte', async (t) => {
  const target = await memoryStorage(t);
  t.match(await restoreBackup(target, first, read), {
    ...counts,
    header: { schema: 2, rho90: '0.0.0-test', createdAt: at(50).toISOString() },
  });
  t.strictSame(await contentOf(target), begunAnew(await contentOf(source)));
  await hasJobs(t, target);
  t.equal(readdirSync(target.folder).length, 2, 'and there are the files of two vectors');
});

t.test('a backup goes to a server and back, the same to the byte', { skip: noPostgres }, async (t) => {
  const databaseUrl = (await server?.createDatabase()) ?? '';
  const postgres = await openStorage({ databaseUrl, dataDir: '', now: at(0) });
  t.teardown(() => postgres.database.close());
  await restoreBackup(postgres, first, read);
  const content = begunAnew(await contentOf(source));
  t.strictSame(await contentOf(postgres), content);
  await hasJobs(t, postgres);

  const second = join(folder, 'second.rho90');
  t.same(await writeBackup(postgres, second, written), counts);
  t.strictSame(linesOf(second), linesOf(first), 'the file is the same line by line');
  const back = await memoryStorage(t);
  await restoreBackup(back, second, read);
  t.strictSame(await contentOf(back), content);
});

t.test('a backup of a server is of one moment, whatever is stored meanwhile', { skip: noPostgres }, async (t) => {
  const databaseUrl = (await server?.createDatabase()) ?? '';
  const postgres = await openStorage({ databaseUrl, dataDir: '', now: at(0) });
  t.teardown(() => postgres.database.close());
  await fillStorage(postgres);
  const before = begunAnew(await contentOf(postgres));
  const busy: Storage = {
    ...postgres,
    blobs: {
      ...postgres.blobs,
      copyOut: (tx, blob) => {
        return (async function* () {
          // Another session deletes what this one is about to read.
          await postgres.database.query('DELETE FROM rho90.run');
          yield* postgres.blobs.copyOut(tx, blob);
        })();
      },
    },
  };
  const file = join(folder, 'busy.rho90');
  t.same(await writeBackup(busy, file, written), counts);
  t.match(await contentsOf(postgres.database), { runs: 0 });
  const target = await memoryStorage(t);
  await restoreBackup(target, file, read);
  t.strictSame(await contentOf(target), before);
});

t.test('a run that had not ended is computed after it was restored, to the same bits', async (t) => {
  const accepting = await memoryStorage(t);
  const api = await startService(t, {}, { storage: accepting, role: 'api' });
  const { id } = (await api.post('/v1/stress-runs', smallRequest())).json<{ id: string }>();
  const file = join(folder, 'waiting.rho90');
  await writeBackup(accepting, file, written);
  const storage = await memoryStorage(t);
  await restoreBackup(storage, file, read);
  const moved = await startService(t, {}, { storage });
  const { resultHash } = await moved.untilStatus(id, 'succeeded');
  const afresh = await moved.post('/v1/stress-runs', smallRequest(), { prefer: 'wait=60' });
  t.equal(resultHash, afresh.json<{ resultHash: string }>().resultHash);
  t.match(resultHash, /^[0-9a-f]{64}$/);
});

t.test('a vector that is damaged is named and left out, and the rest is kept', async (t) => {
  const storage = await memoryStorage(t);
  await fillStorage(storage);
  await storage.database.query("UPDATE rho90.blob SET checksum = 1 WHERE kind = 'weights'");
  const leftOut: string[] = [];
  const file = join(folder, 'damaged-vector.rho90');
  await writeBackup(storage, file, { ...written, onLeftOut: (why) => leftOut.push(why) });
  t.match(leftOut, [/^of run succeeded: weights of scenario 1 from path 0 has checksum \d+; it was stored with 1$/]);
  const target = await memoryStorage(t);
  await restoreBackup(target, file, read);
  t.same(await target.database.query('SELECT kind FROM rho90.blob'), [{ kind: 'pnl' }]);
});

/** Each run that had not ended, and no other, has a task and a job, and new rows come behind all others. */
async function hasJobs(t: Test, storage: Storage): Promise<void> {
  const { database } = storage;
  t.strictSame(
    await database.query(
      `SELECT r.id, t.kind, t.starts, t.done, j.name, j.state FROM rho90.task AS t JOIN rho90.run AS r ON r.place = t.run
       JOIN rho90_jobs.job AS j ON j.id = t.job ORDER BY r.place`,
    ),
    ['waiting', 'split'].map((id) => ({ id, kind: 'run', starts: 0, done: false, name: RUN_QUEUE, state: 'created' })),
  );
  const [{ last }] = await database.query<{ last: number }>('SELECT max(place) AS last FROM rho90.run');
  await database
    .transaction(async (tx) => {
      const place = await sqlRunStore(database, () => at(0)).insert(tx, queuedRun('next'), {
        owner: 'x',
        request: '{}',
        cost: 1,
      });
      t.equal(place, last + 1);
      throw new Error('undone');
    })
    .catch((error: Error) => t.equal(error.message, 'undone'));
}

/** All but the header and the trailer, which name no content. */
function linesOf(file: string): string[] {
  return gunzipSync(readFileSync(file)).toString().split('\n').slice(1, -2);
}

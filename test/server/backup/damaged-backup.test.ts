import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { backupLines, BackupRefused } from '../../../server/backup/backup-file.ts';
import { contentsOf } from '../../../server/backup/contents.ts';
import { restoreBackup } from '../../../server/backup/restore-backup.ts';
import { writeBackup } from '../../../server/backup/write-backup.ts';
import { memoryStorage } from '../../support/database.ts';
import { fillStorage } from '../../support/stored-data.ts';
import { at } from '../../support/stored-runs.ts';

const folder = t.testdir({});
const written = { schema: 2, version: '0.0.0-test', now: at(50), onLeftOut: (why: string) => t.fail(why) };
const read = { schema: 2, onError: (error: unknown) => t.error(error) };

const source = await memoryStorage(t);
const target = await memoryStorage(t);
const file = join(folder, 'good.rho90');
await fillStorage(source);
await writeBackup(source, file, written);
const good = readFileSync(file);
const lines = gunzipSync(good).toString().trimEnd().split('\n');
const [header = '', firstRow = ''] = lines;
const trailer = lines.at(-1) ?? '';
/** A file of other lines, as whole as gzip can tell. */
const ofLines = (some: readonly string[]): Buffer => gzipSync(`${some.join('\n')}\n`, { level: 1 });
const changed = (at: number, change: (byte: number) => number): Buffer => {
  const bytes = Buffer.from(good);
  bytes[at] = change(bytes[at] ?? 0);
  return bytes;
};

const refused: Readonly<Record<string, readonly [bytes: Buffer, message: RegExp]>> = {
  'is empty': [Buffer.alloc(0), /is no backup of rho90$|is cut off/],
  'is something else': [Buffer.from('PK\u0003\u0004 a letter'), /is damaged, or no backup of rho90: /],
  'is something else that is gzipped': [ofLines(['{"name":"rho90"}', '[]']), /is no backup of rho90$/],
  'is no text': [gzipSync(Buffer.from([1, 2, 10, 3])), /is damaged: one of its lines is no JSON$/],
  'has lost its last byte': [good.subarray(0, -1), /is cut off: its end is missing$/],
  'has lost its second half': [good.subarray(0, good.length / 2), /is cut off: its end is missing$/],
  'has its header only': [ofLines([header]), /is cut off: its end is missing$/],
  'has lost its trailer': [ofLines(lines.slice(0, -1)), /is cut off: its end is missing$/],
  'ends within a line': [gzipSync(lines.join('\n')), /is cut off: its last line does not end$/],
  'has a bit changed': [changed(Math.floor(good.length / 2), (byte) => byte ^ 1), /is damaged/],
  'has a bit of its checksum changed': [changed(good.length - 6, (byte) => byte ^ 1), /is damaged/],
  'has lost a row': [ofLines(lines.toSpliced(1, 1)), /is damaged: it is not what its checksum was made of$/],
  'has rows in another order': [
    ofLines([header, ...lines.slice(1, -1).toReversed(), trailer]),
    /is damaged: it is not what its checksum was made of$/,
  ],
  'has other counts': [
    ofLines([...lines.slice(0, -1), trailer.replace('"run":5', '"run":6')]),
    /is damaged: it has 5 rows of run, and says 6$/,
  ],
  'goes on behind its end': [ofLines([...lines, firstRow]), /is damaged: it goes on behind its end$/],
  'has a line that is no row': [
    ofLines([header, '{"table":"run"}', trailer]),
    /is damaged: one of its lines is no row$/,
  ],
  'has a later format': [
    ofLines([header.replace('"rho90Backup":1', '"rho90Backup":2'), ...lines.slice(1)]),
    /has format 2, this version of rho90 knows 1; use rho90 0\.0\.0-test, which wrote it$/,
  ],
  'has an older schema': [
    ofLines([header.replace('"schema":2', '"schema":1'), ...lines.slice(1)]),
    /has schema 1, this version of rho90 has 2: restore it with rho90 0\.0\.0-test, which wrote it, and start this version on that database$/,
  ],
};

t.test('of an empty database there is no backup, and no file is made', async (t) => {
  const none = join(folder, 'none.rho90');
  await t.rejects(writeBackup(target, none, written), {
    message: 'the database is empty: it has no runs and no stored documents',
  });
  t.notOk(existsSync(none) || existsSync(`${none}.unfinished`));
});

for (const [name, [bytes, message]] of Object.entries(refused)) {
  t.test(`a file that ${name} is refused, and nothing is changed`, async (t) => {
    const bad = join(folder, `${name.replaceAll(' ', '-')}.rho90`);
    writeFileSync(bad, bytes);
    const error: unknown = await restoreBackup(target, bad, read).catch((error: unknown) => error);
    t.type(error, BackupRefused);
    t.match(error, { message });
    await isEmpty(t);
  });
}

t.test('a file that is not there, and a folder, are named', async (t) => {
  await t.rejects(restoreBackup(target, join(folder, 'none'), read), {
    message: `${join(folder, 'none')} is not there`,
  });
  await t.rejects(restoreBackup(target, folder, read), { message: /cannot be read: EISDIR/ });
});

t.test('what fails in the middle is undone, the files of vectors too', async (t) => {
  const rows = lines.slice(1, -1).map((line) => JSON.parse(line) as [string, ...unknown[]]);
  const blob = rows.findLastIndex(([table]) => table === 'blob');
  const withRows = async (name: string, some: readonly (readonly [string, ...unknown[]])[]): Promise<string> => {
    const made: string[] = [];
    const each = async function* () {
      for (const [table, ...values] of some) yield { table, values };
    };
    for await (const line of backupLines({ schema: 2, rho90: 'x', createdAt: 'x' }, each())) made.push(line);
    const bad = join(folder, name);
    writeFileSync(bad, gzipSync(made.join('')));
    return bad;
  };
  const blobRow = rows[blob] ?? ['none'];
  const cases: Readonly<
    Record<string, readonly [rows: readonly (readonly [string, ...unknown[]])[], message: RegExp]>
  > = {
    'unknown-table': [[...rows, ['node', 1]], /has rows of "node", which is no table$/],
    'short-row': [[...rows, ['document', 7]], /a row of document is damaged$/],
    'twice-the-same': [[...rows, blobRow], /was not restored, and nothing of it is left: EEXIST/],
    'no-such-run': [[['blob', 99, ...blobRow.slice(2)], ...rows.slice(blob + 1)], /violates foreign key constraint/],
    'less-bytes': [rows.slice(0, -1), /a blob of the backup is cut off$/],
    'other-bytes': [
      [...rows.slice(0, -1), ['bytes', Buffer.alloc(71_424).toString('base64')]],
      /weights of scenario 1 from path 0 has checksum \d+; it was stored with \d+$/,
    ],
  };
  for (const [name, [some, message]] of Object.entries(cases)) {
    await t.rejects(restoreBackup(target, await withRows(name, some), read), { message }, name);
    await isEmpty(t);
  }
});

t.test('a database that is not empty is refused, and stays as it is', async (t) => {
  const before = await source.database.query('SELECT * FROM rho90.run ORDER BY place');
  await t.rejects(restoreBackup(source, file, read), {
    message: 'the database is not empty: it has 5 runs and 2 stored documents; restore into a new one',
  });
  t.strictSame(await source.database.query('SELECT * FROM rho90.run ORDER BY place'), before);
});

t.test('a backup never takes the name of a file that is there, and is for its owner to read', async (t) => {
  await t.rejects(writeBackup(source, file, written), { message: `${file} is there already; name a new file` });
  t.ok(readFileSync(file).equals(good));
  t.equal(statSync(file).mode & 0o777, 0o600);
  const second = join(folder, 'second.rho90');
  writeFileSync(`${second}.unfinished`, '');
  await t.rejects(writeBackup(source, second, written), {
    message: /second\.rho90\.unfinished is there: another backup/,
  });
  await t.rejects(writeBackup(source, join(folder, 'no', 'folder'), written), { message: /cannot be written: ENOENT/ });
  t.same(
    readdirSync(folder).filter((name) => name.endsWith('.unfinished')),
    ['second.rho90.unfinished'],
  );
});

t.test('after all of these, the file that is whole is restored', async (t) => {
  t.match(await restoreBackup(target, file, read), { runs: 5, documents: 2 });
});

async function isEmpty(t: Test): Promise<void> {
  t.match(await contentsOf(target.database), { runs: 0, documents: 0 });
  t.same(readdirSync(target.folder), [], 'no file of a vector is left');
}

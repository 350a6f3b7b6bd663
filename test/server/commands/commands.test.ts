/** The program as it is called, on a database of its own. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { USAGE } from '../../../server/commands/command-line.ts';
import { takeDataDirectory } from '../../../server/storage/data-directory.ts';
import { openStorage } from '../../../server/storage/open-database.ts';
import { VERSION } from '../../../server/version.ts';
import { dataDirectory } from '../../support/database.ts';
import { noPostgres, startPostgres } from '../../support/postgres.ts';
import { contentOf, fillStorage } from '../../support/stored-data.ts';

const main = fileURLToPath(new URL('../../../server/main.ts', import.meta.url));

const rho90 = (words: readonly string[], env: Record<string, string> = {}) =>
  new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
    const options = { env: { PATH: process.env.PATH ?? '', ...env } };
    execFile(process.execPath, [main, ...words], options, (error, out, err) =>
      resolve({ code: error === null ? 0 : error.code, out, err }),
    );
  });

t.test('help and version are said, whatever the settings', async (t) => {
  t.same(await rho90(['--help'], { PORT: 'many' }), { code: 0, out: USAGE, err: '' });
  t.same(await rho90(['--version']), { code: 0, out: `rho90 ${VERSION}\n`, err: '' });
});

t.test('a wrong command and wrong settings end it with 2, without a stack', async (t) => {
  t.same(await rho90(['start']), {
    code: 2,
    out: '',
    err: 'rho90: "start" is no command; there are serve, backup FILE and restore FILE\nrho90: rho90 --help says more\n',
  });
  t.match(await rho90(['backup', 'x'], { PORT: 'many' }), { code: 2, out: '', err: /^rho90: PORT is "many"; .*\n$/ });
});

t.test('a directory without a database is not made into one by a backup', async (t) => {
  const folder = t.testdir({});
  const RHO90_DATA_DIR = join(folder, 'data');
  t.same(await rho90(['backup', join(folder, 'file')], { RHO90_DATA_DIR }), {
    code: 1,
    out: '',
    err: `rho90: RHO90_DATA_DIR ${RHO90_DATA_DIR} has no database; set it to the directory of the service\n`,
  });
  t.notOk(existsSync(RHO90_DATA_DIR));
});

t.test('while a process has the embedded database, backup and restore say so', async (t) => {
  const folder = t.testdir({});
  mkdirSync(join(folder, 'pglite'));
  const held = takeDataDirectory(folder, new Date());
  t.teardown(() => held.release());
  for (const command of ['backup', 'restore']) {
    t.match(await rho90([command, join(folder, 'file')], { RHO90_DATA_DIR: folder }), {
      code: 1,
      out: '',
      err: new RegExp(
        `^rho90: the service has to be stopped for this, since an embedded database is for one process at a time: RHO90_DATA_DIR .* is in use by another rho90: pid ${process.pid} .*\\n$`,
      ),
    });
  }
});

t.test('a desk moves from one data directory to another, and to a server', async (t) => {
  const source = await dataDirectory(t);
  const storage = await openStorage({ dataDir: source, now: new Date() });
  await fillStorage(storage);
  const { run } = await contentOf(storage);
  await storage.database.close();
  const file = join(source, 'file');
  t.match(await rho90(['backup', file], { RHO90_DATA_DIR: source }), {
    code: 0,
    out: new RegExp(
      `^rho90 ${VERSION} · backed up 5 runs, of which 2 begin anew, and 2 documents in 4 versions to ${file} \\(\\d+\\.\\d MB\\)\\n$`,
    ),
    err: '',
  });
  const restored = new RegExp(
    `^rho90 ${VERSION} · restored 5 runs, of which 2 begin anew, and 2 documents in 4 versions from ${file}, written 20.*Z by rho90 ${VERSION}\\n$`,
  );
  const ids = run.map(({ place, id }) => ({ place, id }));

  await t.test('another directory', async (t) => {
    const RHO90_DATA_DIR = await dataDirectory(t);
    t.match(await rho90(['restore', file], { RHO90_DATA_DIR }), { code: 0, out: restored, err: '' });
    t.same(await rho90(['restore', file], { RHO90_DATA_DIR }), {
      code: 1,
      out: '',
      err: 'rho90: the database is not empty: it has 5 runs and 2 stored documents; restore into a new one\n',
    });
    const moved = await openStorage({ dataDir: RHO90_DATA_DIR, now: new Date() });
    t.teardown(() => moved.database.close());
    t.strictSame(await moved.database.query('SELECT place, id FROM rho90.run ORDER BY place'), ids);
  });

  await t.test('a server', { skip: noPostgres }, async (t) => {
    const server = await startPostgres();
    t.teardown(() => server.remove());
    const DATABASE_URL = await server.createDatabase();
    t.match(await rho90(['restore', file], { DATABASE_URL }), { code: 0, out: restored, err: '' });
    const moved = await openStorage({ databaseUrl: DATABASE_URL, dataDir: '', now: new Date() });
    t.teardown(() => moved.database.close());
    t.strictSame(await moved.database.query('SELECT place, id FROM rho90.run ORDER BY place'), ids);
  });
});

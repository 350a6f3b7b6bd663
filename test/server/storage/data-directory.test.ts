import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { takeDataDirectory } from '../../../server/storage/data-directory.ts';

const now = new Date('2026-11-20T12:00:00.000Z');
const module = new URL('../../../server/storage/data-directory.ts', import.meta.url).href;

/** A process of its own that has taken a directory and holds it until it is killed. */
async function otherHolder(directory: string) {
  const code = `
    const { takeDataDirectory } = await import(${JSON.stringify(module)});
    takeDataDirectory(${JSON.stringify(directory)}, new Date(${now.getTime()}));
    process.stdout.write('held');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

t.test('a directory is made, taken, and free again when it is released', async (t) => {
  const path = join(t.testdir({}), 'new', 'data');
  const first = takeDataDirectory(path, now);
  t.equal(first.path, path);
  t.same(JSON.parse(readFileSync(join(path, 'lock.json'), 'utf8')), {
    pid: process.pid,
    host: hostname(),
    since: now.toISOString(),
  });
  t.throws(() => takeDataDirectory(path, now), /is in use by another rho90/);
  first.release();
  takeDataDirectory(path, now).release();
  t.notOk(existsSync(join(path, 'lock.json')));
});

t.test('a directory that another process has is refused, naming it, until that is killed', async (t) => {
  const folder = t.testdir({});
  const path = join(folder, 'data');
  const holder = await otherHolder(path);
  const refusal = new RegExp(
    `RHO90_DATA_DIR .* is in use by another rho90: pid ${holder.pid} on host ${hostname()}, since 2026-11-20T12:00:00.000Z; stop that one`,
  );
  t.throws(() => takeDataDirectory(path, now), refusal);
  t.throws(() => takeDataDirectory(path, now), refusal, 'asking does not loosen the lock');

  const copy = join(folder, 'copy');
  cpSync(path, copy, { recursive: true });
  takeDataDirectory(copy, now).release();

  const ended = once(holder, 'exit');
  holder.kill('SIGKILL');
  await ended;
  t.ok(existsSync(join(path, 'lock.json')), 'it could not tidy up, and what it left names a pid that may live again');
  takeDataDirectory(path, now).release();
});

t.test('a directory that cannot be is refused with what to do', async (t) => {
  const path = t.testdir({ file: 'not a directory' });
  t.throws(() => takeDataDirectory(join(path, 'file', 'data'), now), /leads through a file; it must be a directory/);
  t.throws(() => takeDataDirectory(join(path, 'file'), now), /leads through a file; it must be a directory/);
});

t.test('a directory that this user may not write to is refused', { skip: mayEverything() }, async (t) => {
  t.throws(() => takeDataDirectory('/usr/rho90', now), /cannot be written to by this user|read-only/);
});

function mayEverything(): string | false {
  return process.getuid?.() === 0 ? 'root may write everywhere' : false;
}

import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { until } from '../server/service.ts';
import { startProgram } from '../support/program.ts';
import { endOf, endsAsUndisturbed, stopCleanly } from './aftermath.ts';
import { accepted, look, post } from './client.ts';
import { leavesNothingBehind } from './left-behind.ts';
import { small, undisturbed } from './undisturbed.ts';

const MEBIBYTE = 1024 * 1024;
/** The database takes about 40 MiB, and 128 MiB are what new runs leave free. */
const size = 256 * MEBIBYTE;

/** A file system of that size in memory, which goes with the test; or why there is none. */
function smallDisk(t: Test): { readonly disk: string } | { readonly reason: string } {
  const disk = mkdtempSync(join(tmpdir(), 'rho90-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', disk], { stdio: 'pipe' });
  } catch (error) {
    rmdirSync(disk);
    return { reason: `a small file system cannot be mounted here: ${String(error).split('\n')[0]}` };
  }
  t.teardown(() => {
    execFileSync('umount', ['--lazy', disk]);
    rmdirSync(disk);
  });
  return { disk };
}

/** Fills a disk until so many bytes are free. */
function leave(disk: string, bytes: number): void {
  const file = openSync(join(disk, 'filler'), 'a');
  const { bavail, bsize } = statfsSync(disk);
  const zeros = new Uint8Array(MEBIBYTE);
  for (let left = bavail * bsize - bytes; left > 0; ) left -= writeSync(file, zeros, 0, Math.min(left, zeros.length));
  closeSync(file);
}

const found = smallDisk(t);
const skip = 'reason' in found ? found.reason : false;

t.test('a full disk refuses and fails runs in words, and is over once there is room', { skip }, async (t) => {
  const { disk = '' } = found as { readonly disk?: string };
  const dataDir = join(disk, 'data');
  mkdirSync(dataDir);
  const requests = [small('before'), small('after')];
  const expected = await undisturbed(requests);
  const env = { RHO90_DATA_DIR: dataDir, LOG_LEVEL: 'error' };
  const first = startProgram(t, env);
  const base = await first.base;
  const runs = new Map([['before', (await accepted(base, requests[0])).id]]);
  t.match(await endOf(base, runs.get('before') ?? ''), { status: 'succeeded' });

  // Room for a run, and not for the 8 bytes that it leaves of each path.
  leave(disk, 129 * MEBIBYTE);
  const { id: failing } = await accepted(base, small('too-large', 300_000));
  t.match(await endOf(base, failing), {
    status: 'failed',
    failures: [{ reason: 'internal_error', message: /because of a full disk/ }],
  });

  const refuses = async (): Promise<void> => {
    const answer = await post(base, requests[1]);
    t.match(await answer.json(), { type: '/problems/storage-full', status: 503 });
    t.equal(answer.status, 503);
    t.match(answer.headers.get('retry-after'), /^\d+$/);
    t.match(await look(base, failing), { status: 'failed' }, 'what is stored can be read');
    t.equal((await fetch(`${base}/healthz`)).status, 200);
  };
  leave(disk, 100 * MEBIBYTE);
  await refuses();
  leave(disk, 20 * MEBIBYTE);
  await refuses();
  t.equal((await fetch(`${base}/v1/stress-runs/${failing}/pnl`)).status, 409);

  const second = startProgram(t, { RHO90_DATA_DIR: dataDir });
  t.same(await second.ended, [1, null]);
  t.match(second.output.err, /is in use by another rho90/);

  rmSync(join(disk, 'filler'));
  const answer = await until(async () => {
    const tried = await post(base, requests[1]);
    return tried.status === 202 ? tried : undefined;
  });
  runs.set('after', ((await answer.json()) as { id: string }).id);
  t.match(await endOf(base, runs.get('after') ?? ''), { status: 'succeeded' });
  await stopCleanly(t, first);

  leave(disk, 20 * MEBIBYTE);
  const full = startProgram(t, { RHO90_DATA_DIR: dataDir });
  t.same(await full.ended, [1, null]);
  t.match(full.output.err, /^rho90: .* has \d+ MiB free; the database needs 64 MiB; make room, or /);
  rmSync(join(disk, 'filler'));

  const last = startProgram(t, env);
  const again = await last.base;
  t.match(await look(again, failing), { status: 'failed' });
  await endsAsUndisturbed(t, again, runs, expected, [failing]);
  await stopCleanly(t, last);
  await leavesNothingBehind(t, { dataDir });
});

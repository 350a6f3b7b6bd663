/**
 * Does what the Dockerfile does, without a container: compiles, installs production packages only, starts the compiled
 * server beside nothing else of this repository, asks for its health, stops it, and asks for a backup. What a forgotten
 * asset or a package that only development has would break, breaks here.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'rho90-package-'));
const settings = { ...process.env, NODE_ENV: 'production', RHO90_DATA_DIR: join(place, 'data'), DATABASE_URL: '' };

try {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  for (const path of ['package.json', 'package-lock.json', 'openapi.yaml', 'LICENSE', 'dist']) {
    cpSync(join(root, path), join(place, path), { recursive: true });
  }
  execFileSync('npm', ['ci', '--silent', '--omit=dev', '--omit=optional'], { cwd: place, stdio: 'inherit' });
  await start(await freePort());
  backUp();
  console.log('the package starts, is healthy, stops, and knows its commands');
} finally {
  rmSync(place, { recursive: true, force: true });
}

/** Starts the compiled server, waits until it is healthy, and stops it; throws when any of that goes wrong. */
async function start(port: number): Promise<void> {
  const server = spawn(process.execPath, ['dist/server/main.js'], {
    cwd: place,
    env: { ...settings, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exit = once(server, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  try {
    await Promise.race([
      healthy(`http://127.0.0.1:${port}/healthz`),
      exit.then(([code, signal]) => {
        throw new Error(`the server ended with ${code ?? signal} before it was healthy`);
      }),
    ]);
    server.kill('SIGTERM');
    const [code, signal] = await exit;
    if (code !== 0) throw new Error(`the server ended with ${code ?? signal} on SIGTERM; need 0`);
  } finally {
    server.kill('SIGKILL');
  }
}

/** Asks for a backup of the database that the server has left; throws unless it is refused since there is nothing in it. */
function backUp(): void {
  const { status, stderr } = spawnSync(process.execPath, ['dist/server/main.js', 'backup', 'file'], {
    cwd: place,
    env: settings,
    encoding: 'utf8',
  });
  if (status !== 1 || !stderr.includes('the database is empty')) {
    throw new Error(`the backup ended with ${String(status)} and ${stderr}; need 1, since the database is empty`);
  }
}

async function healthy(url: string): Promise<void> {
  for (;;) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 'no connection yet',
    );
    if (status === 200) return;
    await sleep(100);
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { until } from '../server/service.ts';

/** Where the packages of Debian put the programs, the newest first. */
const programs = globSync('/usr/lib/postgresql/*/bin')
  .filter((folder) => existsSync(join(folder, 'initdb')))
  .toSorted()
  .toReversed();

/** Why there is no server to test with, or false. */
export const noPostgres: string | false =
  programs.length > 0 ? false : 'PostgreSQL is missing (apt-get install postgresql)';

export interface PostgresServer {
  /** A new, empty database. */
  createDatabase(): Promise<string>;
  start(): Promise<void>;
  /** At once, as in a crash. */
  crash(): Promise<void>;
  /** Ends it for good. */
  remove(): Promise<void>;
}

/** A server of its own on a free port of this machine; it keeps what it has through a crash. */
export async function startPostgres(): Promise<PostgresServer> {
  const [folder] = programs;
  const data = mkdtempSync(join(tmpdir(), 'rho90-postgres-'));
  const port = await freePort();
  const user = unprivilegedUser();
  if (user !== undefined) chownSync(data, user.uid, user.gid);
  const options = { cwd: data, stdio: 'ignore' as const, ...user };
  execFileSync(join(folder, 'initdb'), ['-D', data, '-U', 'test', '-A', 'trust', '-E', 'UTF8', '--no-sync'], options);
  const urlOf = (name: string): string => `postgres://test@127.0.0.1:${port}/${name}`;
  let server: ChildProcess | undefined;
  let databases = 0;

  const ask = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: urlOf('postgres') });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server === undefined) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
    server = undefined;
  };
  const postgres: PostgresServer = {
    async createDatabase() {
      const name = `rho90_${++databases}`;
      await ask(`CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    async start() {
      const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${data}`, '-c', 'fsync=off'];
      server = spawn(join(folder, 'postgres'), ['-D', data, '-p', String(port), ...settings], options);
      await until(() =>
        ask('SELECT 1').then(
          () => true,
          () => undefined,
        ),
      );
    },
    crash: () => end('SIGQUIT'),
    async remove() {
      await end('SIGQUIT');
      rmSync(data, { recursive: true, force: true });
    },
  };
  await postgres.start();
  return postgres;
}

/** PostgreSQL refuses to run as root; it needs no rights beyond its own folder. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const numberOf = (what: '-u' | '-g'): number => Number(execFileSync('id', [what, 'nobody'], { encoding: 'utf8' }));
  return { uid: numberOf('-u'), gid: numberOf('-g') };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

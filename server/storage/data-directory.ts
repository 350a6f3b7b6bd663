import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseInUse, DatabaseRefused } from './database.ts';

export interface DataDirectory {
  /** Absolute. */
  readonly path: string;
  /** Lets the next process in. A process that dies does so, too, whatever it dies of. */
  release(): void;
}

/** SQLITE_BUSY: another process, or another user in this one, holds the file. */
const busy = 5;

/**
 * Takes a directory for this process alone, creating it if need be.
 *
 * The lock is one of the operating system, on the file `lock`, which SQLite takes here because Node itself has no way
 * to. The kernel drops it with the process, so there is no stale lock: not after kill -9, not when the pid is in use
 * again, not in a copy of the directory, not from a container that is gone. `lock.json` only says who holds it.
 *
 * @param now  when this process took it, for whoever is refused
 * @throws DatabaseRefused when it cannot be written to, or another process has it
 */
export function takeDataDirectory(directory: string, now: Date): DataDirectory {
  const path = resolve(directory);
  const holderFile = join(path, 'lock.json');
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(path, { recursive: true });
    // In a file of its own: to open and close `lock` by any other means would drop the lock of this process.
    const probe = join(path, `.writable-${process.pid}`);
    writeFileSync(probe, 'rho90');
    rmSync(probe);
    lock = new DatabaseSync(join(path, 'lock'), { timeout: 0 });
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    writeFileSync(holderFile, `${JSON.stringify({ pid: process.pid, host: hostname(), since: now.toISOString() })}\n`);
  } catch (error) {
    lock?.close();
    throw refusal(path, holderFile, error);
  }
  const held = lock;
  return {
    path,
    release() {
      rmSync(holderFile, { force: true });
      held.close();
    },
  };
}

function refusal(path: string, holderFile: string, error: unknown): DatabaseRefused {
  if ((error as { readonly errcode?: number }).errcode !== busy) {
    return new DatabaseRefused(whyRefused(path, error), { cause: error });
  }
  return new DatabaseInUse(
    `RHO90_DATA_DIR ${path} is in use by ${holderIn(holderFile)}; stop that one, or set RHO90_DATA_DIR to another directory`,
    { cause: error },
  );
}

function whyRefused(path: string, error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `RHO90_DATA_DIR ${path} cannot be written to by this user; change its owner, or set it to another directory`;
    case 'EROFS':
      return `RHO90_DATA_DIR ${path} is on a file system that is read-only; set it to another directory`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `RHO90_DATA_DIR ${path} is on a file system that is full`;
    case 'EEXIST':
    case 'ENOTDIR':
      return `RHO90_DATA_DIR ${path} leads through a file; it must be a directory, or not exist yet`;
    default:
      return `RHO90_DATA_DIR ${path} cannot be used: ${message}`;
  }
}

function holderIn(file: string): string {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
    return `another rho90: pid ${String(pid)} on host ${String(host)}, since ${String(since)}`;
  } catch {
    return 'another rho90, which has not said yet who it is';
  }
}

import { statfsSync } from 'node:fs';
import { DatabaseUnavailable } from './database.ts';

/** There is too little room on the disk. As with a database that is away, it is worth trying again later. */
export class StorageFull extends DatabaseUnavailable {
  readonly code = 'ENOSPC';
}

const MEBIBYTE = 1024 * 1024;

/**
 * Free space that the embedded database needs. Its log grows by 16 MiB at a time, and where it cannot, the database
 * neither answers nor fails: the process would hang until somebody kills it. A transaction writes some tens of megabytes.
 */
const DATABASE_BYTES = 64 * MEBIBYTE;
/** What new runs and their vectors leave free, so that what became of the runs before can be stored. */
const RUN_BYTES = 2 * DATABASE_BYTES;

/** The file system of the embedded database. */
export interface FreeSpace {
  /** @throws StorageFull when the database must not write */
  forDatabase(): void;
  /** @throws StorageFull when there is no room for more runs, or for so many bytes of one */
  forRuns(bytes?: number): void;
}

/** @param folder  exists */
export function freeSpaceOf(folder: string): FreeSpace {
  // A system call of some microseconds, which is less than to leave this turn of the event loop for it.
  const need = (needed: number, what: string): void => {
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    if (free >= needed) return;
    const rounded = (bytes: number): number => Math.floor(bytes / MEBIBYTE);
    throw new StorageFull(`${folder} has ${rounded(free)} MiB free; ${what} needs ${rounded(needed)} MiB`);
  };
  return {
    forDatabase: () => need(DATABASE_BYTES, 'the database'),
    forRuns: (bytes = 0) => need(RUN_BYTES + bytes, 'a run'),
  };
}

/** Where space is nobody's concern: in memory. */
export const endlessSpace: FreeSpace = { forDatabase: () => undefined, forRuns: () => undefined };

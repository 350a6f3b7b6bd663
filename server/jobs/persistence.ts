import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailable } from '../storage/database.ts';

/** Short beside the time that a database takes to come back, long enough not to keep it from doing so. */
const pause = 1000;

export interface Persistence {
  /** Does something with the database, again and again while that is away. */
  readonly persist: <T>(work: () => Promise<T>) => Promise<T>;
  /** Has everything that fails from now on, or waits to be tried again, reject. */
  readonly giveUp: () => void;
}

/** What a run that is at work has to store cannot be left out, and a database that is away comes back. */
export function createPersistence(onError: (error: unknown) => void): Persistence {
  const over = new AbortController();
  return {
    async persist(work) {
      for (;;) {
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof DatabaseUnavailable) || over.signal.aborted) throw error;
          onError(error);
        }
        await sleep(pause, undefined, { signal: over.signal });
      }
    },
    giveUp: () => over.abort(),
  };
}

import type { FastifyBaseLogger } from 'fastify';
import type { RunCounts, RunStore } from '../storage/run-store.ts';
import { settlesWithin } from '../wait.ts';

/** Shorter than what probes wait for. */
const databaseSeconds = 2;

/** What the database says within the time that a probe waits; null when it does not answer. */
export async function countsWithin(store: Pick<RunStore, 'counts'>, log: FastifyBaseLogger): Promise<RunCounts | null> {
  let found: RunCounts | null = null;
  const ask = async (): Promise<void> => {
    try {
      found = await store.counts();
    } catch (error) {
      log.warn({ err: error }, 'the database does not answer');
    }
  };
  await settlesWithin(ask(), databaseSeconds, new AbortController().signal);
  return found;
}

import type { StressRun } from '../../schemas/stress-run.ts';
import type { Database } from '../../server/storage/database.ts';
import type { RunStore } from '../../server/storage/run-store.ts';

const epoch = Date.parse('2026-11-20T12:00:00.000Z');
/** Seconds after an instant that all tests of the storage share. */
export const at = (seconds: number): Date => new Date(epoch + 1000 * seconds);

/** A run as it is accepted. */
export function queuedRun(id: string, more: Partial<StressRun> = {}): StressRun {
  return {
    id,
    status: 'queued',
    createdAt: at(0).toISOString(),
    progress: { pathsDone: 0, paths: 500, secondsLeft: null },
    inputHash: '9f86',
    seed: '42',
    engine: { version: '0.0.0-test', kernelHash: 'fused-1' },
    ...more,
  };
}

/** What a run says of itself when it starts. */
export const started = {
  at: at(1),
  paths: 500,
  inputHash: '9f86',
  seed: '42',
  engine: { version: '0.0.0-test', kernelHash: 'fused-1' },
} as const;

/** Stores a run by itself, with neither task nor job. @returns its place */
export function insertRun(
  database: Database,
  runs: RunStore,
  run: StressRun,
  { owner = 'anyone', request = '{}', cost = 1000 }: { owner?: string; request?: string; cost?: number } = {},
): Promise<number> {
  return database.transaction((tx) => runs.insert(tx, run, { owner, cost, request }));
}

export const isSet = <T>(value: T | undefined): T => {
  if (value === undefined) throw new RangeError('it is not there');
  return value;
};

import type { StressRun } from '../../schemas/stress-run.ts';
import type { Queryable } from './database.ts';
import { type RunRow, RUN_COLUMNS, runOf } from './run-row.ts';

/** Which run each Idempotency-Key has started. */
export interface IdempotencyStore {
  find(
    tx: Queryable,
    owner: string,
    key: string,
  ): Promise<{ readonly request: string; readonly run: StressRun } | undefined>;
  insert(
    tx: Queryable,
    entry: {
      readonly owner: string;
      readonly key: string;
      /** SHA-256 of the request. */
      readonly request: string;
      /** Place of the run. */
      readonly run: number;
      readonly now: Date;
    },
  ): Promise<void>;
  /** Forgets keys that were used before then. */
  forget(tx: Queryable, before: Date): Promise<void>;
}

export function sqlIdempotencyStore(clock: () => Date): IdempotencyStore {
  return {
    find: async (tx, owner, key) => {
      const [row] = await tx.query<RunRow & { request: string }>(
        `SELECT i.request, ${RUN_COLUMNS} FROM rho90.idempotency AS i JOIN rho90.run AS r ON r.place = i.run
         WHERE i.owner = $1 AND i.key = $2`,
        [owner, key],
      );
      return row === undefined ? undefined : { request: row.request, run: runOf(row, clock()) };
    },
    insert: async (tx, { owner, key, request, run, now }) => {
      await tx.query(
        'INSERT INTO rho90.idempotency (owner, key, request, run, created_at) VALUES ($1, $2, $3, $4, $5)',
        [owner, key, request, run, now],
      );
    },
    forget: async (tx, before) => {
      await tx.query('DELETE FROM rho90.idempotency WHERE created_at < $1', [before]);
    },
  };
}

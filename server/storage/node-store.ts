import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from './database.ts';

/** This process among those that use the database. */
export interface NodeStore {
  readonly id: string;
  /** It is there; to be said again every few seconds. */
  seen(now: Date): Promise<void>;
  /** Deletes those not seen since then. */
  forget(before: Date): Promise<void>;
  leave(): Promise<void>;
}

export interface NodeFacts {
  readonly role: string;
  readonly version: string;
  readonly threads: number;
  /** Queues it takes jobs from. */
  readonly queues: readonly string[];
}

export function sqlNodeStore(database: Database, { role, version, threads, queues }: NodeFacts): NodeStore {
  const id = randomUUID();
  return {
    id,
    async seen(now) {
      await database.query(
        `INSERT INTO rho90.node (id, role, pid, host, version, threads, queues, started_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         ON CONFLICT (id) DO UPDATE SET seen_at = $8`,
        [id, role, process.pid, hostname(), version, threads, queues, now],
      );
    },
    async forget(before) {
      await database.query('DELETE FROM rho90.node WHERE seen_at < $1', [before]);
    },
    async leave() {
      await database.query('DELETE FROM rho90.node WHERE id = $1', [id]);
    },
  };
}

import type { RunStatus, StressRun } from '../../schemas/stress-run.ts';
import type { Queryable } from './database.ts';

/** What a list is narrowed to; every field that is given must match. */
export interface RunFilter {
  readonly status?: RunStatus;
  readonly label?: string;
  readonly bookId?: string;
  readonly scheduleId?: string;
  /** Instants, both excluded. */
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
}

export interface RunPage {
  /** Newest first. */
  readonly items: readonly StressRun[];
  readonly nextCursor: string | null;
}

/** What is stored of a run as it is accepted, beside what is shown of it. */
export interface Acceptance {
  /** Whose it is. */
  readonly owner: string;
  /** Estimated asset-steps. */
  readonly cost: number;
  /** As JSON. */
  readonly request: string;
}

/** How a run ends. */
export interface RunEnd extends Pick<StressRun, 'summary' | 'failures' | 'resultHash'> {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly finishedAt: Date;
  /** As JSON, of one that has succeeded. */
  readonly result?: string;
}

export interface RunState {
  readonly run: StressRun;
  /** Grows with every change but progress. */
  readonly revision: number;
}

/** Runs that have not ended. */
export interface RunCounts {
  readonly queued: number;
  readonly running: number;
  /** When the one that has waited longest was accepted. */
  readonly oldestQueued: Date | null;
}

/** What is waiting. */
export interface Waiting {
  readonly runs: number;
  /** Of their requests. */
  readonly bytes: number;
}

/**
 * Where runs are kept. Requests and results are texts, kept to the byte. What changes something takes the transaction
 * that it belongs to. Everything rejects with `DatabaseUnavailable` while the database is away.
 */
export interface RunStore {
  /** Stores a run behind all others. @returns its place, by which tasks and blobs refer to it */
  insert(tx: Queryable, run: StressRun, more: Acceptance): Promise<number>;
  /** The run is at work, on this version and with these paths planned. @returns its place; undefined when it has ended */
  start(
    tx: Queryable,
    id: string,
    change: Pick<StressRun, 'engine' | 'inputHash' | 'seed'> & { readonly at: Date; readonly paths: number },
  ): Promise<number | undefined>;
  /** Nobody works on it any more: it is as if it had not been started. */
  giveBack(tx: Queryable, place: number): Promise<void>;
  /** It has to begin anew: what has come of it so far is deleted. @returns its cost */
  restart(tx: Queryable, place: number): Promise<number>;
  /** More paths are planned. */
  plan(tx: Queryable, place: number, paths: number): Promise<void>;
  /**
   * Ends a run, once: one that has ended stays as it is. Its tasks are deleted, the paths they have done counted.
   *
   * @returns its place, or undefined when it had ended before or is not there
   */
  end(tx: Queryable, id: string, end: RunEnd): Promise<number | undefined>;
  /**
   * Keeps others from ending or joining the run until the transaction is over. Whoever changes a run and its tasks or jobs
   * comes here, or to `share`, before these: in another order two would wait for each other.
   *
   * @returns its place and status
   */
  lock(tx: Queryable, id: string): Promise<{ readonly place: number; readonly status: RunStatus } | undefined>;
  /** Keeps others from ending the run, but not from sharing it. @returns its status */
  share(tx: Queryable, place: number): Promise<RunStatus | undefined>;
  /** Counts bytes of blobs towards what a run takes. */
  countBytes(tx: Queryable, place: number, bytes: number): Promise<void>;
  writeScenario(tx: Queryable, place: number, scenario: number, result: string): Promise<void>;
  /** Results of single scenarios that are stored so far, by their number. */
  scenarios(tx: Queryable, place: number, count: number): Promise<readonly (string | undefined)[]>;
  timing(tx: Queryable, place: number): Promise<{ readonly startedAt: Date; readonly paths: number }>;
  /** What waits, of one owner or of all. */
  waiting(tx: Queryable, owner?: string): Promise<Waiting>;
  counts(): Promise<RunCounts>;

  get(id: string): Promise<StressRun | undefined>;
  /** Those that are there, in any order. */
  states(ids: readonly string[]): Promise<readonly RunState[]>;
  placeOf(id: string): Promise<number | undefined>;
  request(id: string): Promise<string | undefined>;
  result(id: string): Promise<string | undefined>;
  /** @returns null for a cursor that this store did not give */
  list(filter: RunFilter, page: { readonly limit: number; readonly cursor?: string }): Promise<RunPage | null>;
  /** Rejects when the database does not answer. */
  check(): Promise<void>;
}

export function isFinished({ status }: Pick<StressRun, 'status'>): boolean {
  return status !== 'queued' && status !== 'running';
}

import type { RunStatus, StressRun } from '../../schemas/stress-run.ts';

/** What a list is narrowed to; every field that is given must match. */
export interface RunFilter {
  readonly status?: RunStatus;
  readonly label?: string;
  /** Instants, both excluded. */
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
}

export interface RunPage {
  /** Newest first. */
  readonly items: readonly StressRun[];
  readonly nextCursor: string | null;
}

/** A run that the process before this one left without an end. */
export interface UnfinishedRun {
  readonly run: StressRun;
  /** How often its simulation has been started. */
  readonly starts: number;
  /** Size of its request. */
  readonly bytes: number;
}

/**
 * Where runs are kept. A run is a plain object without `result`; changing one means putting it again. Requests and
 * results are texts, kept to the byte. Everything rejects with `DatabaseUnavailable` while the database is away; what
 * was being stored then may or may not be.
 */
export interface RunStore {
  /** Stores a run that is accepted, behind all others, and its request. */
  accept(run: StressRun, request: string): Promise<void>;
  /**
   * Stores a run that has not ended as it is now; one that has ended stays as it ended.
   *
   * @param starts  how often its simulation has been started
   * @returns whether this run is now stored as given, be it by an attempt before whose answer was lost
   */
  put(run: StressRun, starts?: number): Promise<boolean>;
  /** The same for the end of a run that succeeded, with its result as JSON. */
  putSucceeded(run: StressRun, result: string): Promise<boolean>;
  /** Removes a run whose acceptance failed, and which may nevertheless be there. */
  discard(id: string): Promise<void>;
  get(id: string): Promise<StressRun | undefined>;
  request(id: string): Promise<string | undefined>;
  result(id: string): Promise<string | undefined>;
  /** @returns null for a cursor that this store did not give */
  list(filter: RunFilter, page: { readonly limit: number; readonly cursor?: string }): Promise<RunPage | null>;
  /** Runs that have not ended, in the order of their acceptance. */
  unfinished(): Promise<readonly UnfinishedRun[]>;
  /** Deletes what is kept no longer; the end of a run does so, too. */
  clean(): Promise<void>;
  /** Rejects when the database does not answer. */
  check(): Promise<void>;
}

/** How long finished runs are kept: for a number of days, or as many as there is room for, the newest. */
export type Retention =
  | { readonly kind: 'days'; readonly days: number }
  | {
      readonly kind: 'room';
      readonly maxFinished: number;
      /** Their requests and results together; the run that has just finished stays even when it is larger alone. */
      readonly maxBytes: number;
    };

export function isFinished({ status }: Pick<StressRun, 'status'>): boolean {
  return status !== 'queued' && status !== 'running';
}

import type { RunStatus, StressRun } from '../../schemas/stress-run.ts';
import type { StressResult } from '../../schemas/stress-result.ts';

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

/** Where runs are kept. A run is a plain object without `result`; changing one means putting it again. */
export interface RunStore {
  put(run: StressRun): Promise<void>;
  /** Stores a finished run and its result together. */
  putSucceeded(run: StressRun, result: StressResult): Promise<void>;
  get(id: string): Promise<StressRun | undefined>;
  result(id: string): Promise<StressResult | undefined>;
  /** @returns null for a cursor that this store did not give */
  list(filter: RunFilter, page: { readonly limit: number; readonly cursor?: string }): Promise<RunPage | null>;
}

interface Entry {
  readonly place: number;
  readonly run: StressRun;
  readonly result?: StressResult;
  /** Of the result as JSON, which measures what it takes of the memory. */
  readonly resultBytes: number;
}

/**
 * Runs in memory, gone when the process ends.
 *
 * @param maxFinished     finished runs kept; the one accepted first goes first. Queued and running ones are bounded by
 *                        the queue
 * @param maxResultBytes  their results together; the run that has just finished stays even when it is larger alone
 */
export function memoryRunStore({
  maxFinished,
  maxResultBytes,
}: {
  readonly maxFinished: number;
  readonly maxResultBytes: number;
}): RunStore {
  /** In order of acceptance: a Map keeps the place of a key that is set again. */
  const entries = new Map<string, Entry>();
  let places = 0;
  let finished = 0;
  let resultBytes = 0;

  const isFinished = (run: StressRun): boolean => run.status !== 'queued' && run.status !== 'running';

  const put = (run: StressRun, result?: StressResult): void => {
    const before = entries.get(run.id);
    if (isFinished(run) && !(before !== undefined && isFinished(before.run))) finished++;
    const bytes = result === undefined ? 0 : Buffer.byteLength(JSON.stringify(result));
    resultBytes += bytes - (before?.resultBytes ?? 0);
    entries.set(run.id, {
      place: before?.place ?? ++places,
      run,
      resultBytes: bytes,
      ...(result === undefined ? {} : { result }),
    });
    for (const [id, entry] of entries) {
      if (finished <= maxFinished && resultBytes <= maxResultBytes) return;
      if (!isFinished(entry.run) || id === run.id) continue;
      entries.delete(id);
      finished--;
      resultBytes -= entry.resultBytes;
    }
  };

  return {
    async put(run) {
      put(run);
    },
    async putSucceeded(run, result) {
      put(run, result);
    },
    async get(id) {
      return entries.get(id)?.run;
    },
    async result(id) {
      return entries.get(id)?.result;
    },
    async list(filter, { limit, cursor }) {
      const before = cursor === undefined ? Number.POSITIVE_INFINITY : placeOf(cursor);
      if (before === null) return null;
      const found = [...entries.values()]
        .reverse()
        .filter(({ place, run }) => place < before && matches(filter, run))
        .slice(0, limit + 1);
      const last = found[limit - 1];
      return {
        items: found.slice(0, limit).map(({ run }) => run),
        nextCursor: found.length > limit ? cursorAt(last.place) : null,
      };
    },
  };
}

function matches({ status, label, createdAfter, createdBefore }: RunFilter, run: StressRun): boolean {
  const created = Date.parse(run.createdAt);
  return (
    (status === undefined || run.status === status) &&
    (label === undefined || run.label === label) &&
    (createdAfter === undefined || created > createdAfter.getTime()) &&
    (createdBefore === undefined || created < createdBefore.getTime())
  );
}

/** The place of the last run of a page: a run that is dropped meanwhile neither repeats nor hides another. */
function cursorAt(place: number): string {
  return Buffer.from(`before:${place}`).toString('base64url');
}

function placeOf(cursor: string): number | null {
  const found = /^before:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString());
  return found === null ? null : Number(found[1]);
}

import PQueue from 'p-queue';
import type { Failure } from '../../schemas/failure.ts';
import type { RunReferences, StressRun, StressRunRequest } from '../../schemas/stress-run.ts';
import type { PreparedRun } from '../../workers/engine.ts';
import type { Queryable } from '../storage/database.ts';
import type { IdempotencyStore } from '../storage/idempotency-store.ts';
import type { RunFilter, RunPage, Waiting } from '../storage/run-store.ts';
import { endRun } from './end-run.ts';
import { type TaskDependencies } from './task.ts';
import { queueRun } from './queue-run.ts';
import type { RunWatch } from './run-watch.ts';

export interface RunServiceDependencies extends TaskDependencies {
  readonly idempotency: IdempotencyStore;
  readonly watch: RunWatch;
  readonly newId: () => string;
  /** Runs waiting at one time, on all processes together, and those of one owner. */
  readonly maxQueued: number;
  readonly maxQueuedOfOwner: number;
  /** Bytes of their requests together. */
  readonly maxQueuedBytes: number;
}

/** A request to start a run, as it came. */
export interface Submission {
  readonly request: StressRunRequest;
  /** Size as it was sent. */
  readonly bytes: number;
  /** Whose it is. */
  readonly owner: string;
  /** What is shown of the run beside what the simulation says: references to stored inputs, the run that it repeats. */
  readonly shown?: RunReferences & Partial<Pick<StressRun, 'scheduleId' | 'rerunOf'>>;
  /** Idempotency-Key and the SHA-256 of what it was sent with. */
  readonly idempotency?: { readonly key: string; readonly request: string };
}

export type Acceptance =
  | { readonly kind: 'accepted'; readonly run: StressRun }
  /** The run that an earlier request with the same key has started. */
  | { readonly kind: 'replayed'; readonly run: StressRun }
  | { readonly kind: 'keyReused' }
  | { readonly kind: 'refused'; readonly failures: readonly Failure[]; readonly total: number }
  | { readonly kind: 'full' | 'fullForOwner' | 'draining' };

export type Cancellation =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'cancelled'; readonly run: StressRun }
  | { readonly kind: 'ended'; readonly run: StressRun };

/** Runs as the interface sees them; everything rejects with `DatabaseUnavailable` while the database is away. */
export interface RunService {
  /** Has the engine check a request that satisfies its schema, and accepts the run when nothing stands in its way. */
  submit(submission: Submission): Promise<Acceptance>;
  /** What a request with the same Idempotency-Key was answered; undefined for the first one. */
  replay(sender: Pick<Submission, 'owner' | 'idempotency'>): Promise<Acceptance | undefined>;
  get(id: string): Promise<StressRun | undefined>;
  /** As JSON, to the byte as it was accepted. */
  request(id: string): Promise<string | undefined>;
  /** As JSON, to the byte as it was computed. */
  result(id: string): Promise<string | undefined>;
  list(filter: RunFilter, page: { readonly limit: number; readonly cursor?: string }): Promise<RunPage | null>;
  /** Ends a run that has not ended, on whatever process it is; one that was cancelled before stays so. */
  cancel(id: string): Promise<Cancellation>;
  /** Resolves once the run has ended in whatever way, or when the process stops; or when `signal` fires. */
  ended(id: string, signal: AbortSignal): Promise<void>;
  /** See `RunWatch`. */
  readonly changes: RunWatch['changes'];
  readonly draining: boolean;
  /** Accepts nothing more, and lets whoever waits for a run go. */
  drain(): void;
}

/** Of the database, so that processes that accept runs at the same time keep to the bounds together: "queue" in ASCII. */
const admissionLock = 0x71_75_65_75_65;

export function createRunService(dependencies: RunServiceDependencies): RunService {
  const {
    database,
    runs,
    tasks,
    blobs,
    jobs,
    notices,
    engine,
    preparedRuns,
    idempotency,
    watch,
    observer,
    clock,
    newId,
    version,
  } = dependencies;
  const stopping = new AbortController();
  /** Submissions being prepared hold a place already, so that a burst cannot pass the bound. */
  let preparing = 0;
  let preparingBytes = 0;

  const isFull = ({ runs: count, bytes }: Waiting, more: number): boolean =>
    count >= dependencies.maxQueued || (bytes > 0 && bytes + more > dependencies.maxQueuedBytes);

  const prepare = async ({ request, bytes }: Submission) => {
    preparing++;
    preparingBytes += bytes;
    try {
      return await engine.prepare(request);
    } finally {
      preparing--;
      preparingBytes -= bytes;
    }
  };

  const replay = async (
    { owner, idempotency: given }: Pick<Submission, 'owner' | 'idempotency'>,
    tx: Queryable,
  ): Promise<Acceptance | undefined> => {
    if (given === undefined) return undefined;
    const found = await idempotency.find(tx, owner, given.key);
    if (found === undefined) return undefined;
    return found.request === given.request ? { kind: 'replayed', run: found.run } : { kind: 'keyReused' };
  };

  const newRun = ({ request, shown }: Submission, prepared: PreparedRun): StressRun => ({
    id: newId(),
    status: 'queued',
    ...(request.label === undefined ? {} : { label: request.label }),
    createdAt: clock().toISOString(),
    progress: { pathsDone: 0, paths: prepared.paths, secondsLeft: null },
    inputHash: prepared.inputHash,
    ...shown,
    seed: prepared.seed,
    engine: { version, kernelHash: engine.kernelHashOf(prepared) },
  });

  /** They wait for each other in the database: here they do so without a connection each, which others need. */
  const accepting = new PQueue({ concurrency: 1 });

  /** Stores the run and its job, if there is room. */
  const accept = (submission: Submission, run: StressRun, prepared: PreparedRun): Promise<Acceptance> =>
    database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [admissionLock]);
      const before = await replay(submission, tx);
      if (before !== undefined) return before;
      const { owner, bytes, request } = submission;
      if (isFull(await runs.waiting(tx), bytes)) return { kind: 'full' };
      const own = await runs.waiting(tx, owner);
      if (own.runs >= dependencies.maxQueuedOfOwner) return { kind: 'fullForOwner' };
      const cost = prepared.assetSteps;
      const place = await runs.insert(tx, run, { owner, cost, request: JSON.stringify(request) });
      await queueRun({ tasks, jobs }, tx, { place, cost, split: prepared.split });
      if (submission.idempotency !== undefined) {
        await idempotency.insert(tx, { owner, ...submission.idempotency, run: place, now: clock() });
      }
      await notices.publish(tx, 'queued', run.id);
      return { kind: 'accepted', run };
    });

  return {
    async submit(submission) {
      if (stopping.signal.aborted) return { kind: 'draining' };
      blobs.requireRoom();
      const { runs: count, bytes } = await runs.waiting(database);
      if (isFull({ runs: count + preparing, bytes: bytes + preparingBytes }, submission.bytes)) return { kind: 'full' };
      const outcome = await prepare(submission);
      if (!outcome.ok) {
        const { failures, total = failures.length } = outcome;
        return { kind: 'refused', failures, total };
      }
      if (stopping.signal.aborted) return { kind: 'draining' };
      const run = newRun(submission, outcome.value);
      // Kept only by a process that is idle: in a queue it would take the memory of the runs that it waits for.
      if (count === 0 && preparing === 0) preparedRuns.put(run.id, outcome.value);
      const acceptance = await accepting.add(() => accept(submission, run, outcome.value));
      if (acceptance.kind === 'accepted') observer.runAccepted(run.id);
      return acceptance;
    },
    replay: (sender) => replay(sender, database),
    get: (id) => runs.get(id),
    request: (id) => runs.request(id),
    result: (id) => runs.result(id),
    list: (filter, page) => runs.list(filter, page),
    async cancel(id) {
      // Its jobs may be in queues of another version.
      const place = await runs.placeOf(id);
      if (place !== undefined) await jobs.know((await tasks.of(database, place)).map(({ queue }) => queue));
      const afterwards = await database.transaction((tx) =>
        endRun(dependencies, tx, id, { status: 'cancelled', finishedAt: clock() }),
      );
      await afterwards?.();
      const run = await runs.get(id);
      if (run === undefined) return { kind: 'unknown' };
      return { kind: run.status === 'cancelled' ? 'cancelled' : 'ended', run };
    },
    async ended(id, signal) {
      // Each state is looked at by the loop of the generator, which ends with the run.
      for await (const _ of watch.changes(id, signal)) continue;
    },
    changes: (id, signal, seen) => watch.changes(id, signal, seen),
    get draining() {
      return stopping.signal.aborted;
    },
    drain: () => stopping.abort(),
  };
}

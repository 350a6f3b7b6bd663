import PQueue from 'p-queue';
import type { Failure } from '../../schemas/failure.ts';
import type { RunReferences, RunStatus, StressRun, StressRunRequest } from '../../schemas/stress-run.ts';
import type { PreparedRun, StressEngine } from '../../workers/engine.ts';
import type { Outcome } from '../../models/outcome.ts';
import type { RunFilter, RunPage, RunStore } from '../storage/run-store.ts';
import { asQueued, type LiveRun, liveRun } from './live-run.ts';
import { createPersistence } from './persistence.ts';
import { secondsLeft } from './seconds-left.ts';

export interface RunQueueDependencies {
  readonly engine: StressEngine;
  readonly store: RunStore;
  readonly clock: () => Date;
  readonly newId: () => string;
  /** Version of rho90, stated in every run. */
  readonly version: string;
  /** Runs waiting at one time, besides the one at work. */
  readonly maxQueued: number;
  /** Bytes of their requests together. */
  readonly maxQueuedBytes: number;
  /** Told of an error that a run must not show. */
  readonly onError: (error: unknown, runId: string) => void;
}

export type Submission =
  | {
      readonly kind: 'accepted';
      readonly run: StressRun;
      /** Resolves when the run has ended in whatever way, or is left to the next process; never rejects. */
      readonly ended: Promise<void>;
    }
  | { readonly kind: 'refused'; readonly failures: readonly Failure[]; readonly total: number }
  | { readonly kind: 'full' }
  | { readonly kind: 'draining' };

export type Cancellation =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'cancelled'; readonly run: StressRun }
  | { readonly kind: 'ended'; readonly run: StressRun };

/**
 * Runs from acceptance to their end. One is at work at a time, since it uses every thread. What has been accepted is
 * stored, and while the database is away everything that needs it rejects with `DatabaseUnavailable`.
 */
export interface RunQueue {
  /** Takes up, in their order, the runs that the process before this one left without an end. Once, before all else. */
  recover(): Promise<void>;
  /**
   * Has the engine check a request that satisfies its schema, and accepts the run when nothing stands in its way.
   *
   * @param references  stored documents that the request has by value, for the run to show
   */
  submit(request: StressRunRequest, bytes: number, references?: RunReferences): Promise<Submission>;
  get(id: string): Promise<StressRun | undefined>;
  /** As JSON, to the byte as it was computed. */
  result(id: string): Promise<string | undefined>;
  list(filter: RunFilter, page: { readonly limit: number; readonly cursor?: string }): Promise<RunPage | null>;
  /** Ends a run that has not ended; one that was cancelled before stays so. */
  cancel(id: string): Promise<Cancellation>;
  counts(): { readonly queued: number; readonly running: number };
  readonly draining: boolean;
  /** Accepts nothing more, leaves what waits and what is at work to the next process, and waits until the engine is at rest. */
  drain(): Promise<void>;
}

/** A run during which the process died so often is taken to be the reason. */
const maxStarts = 3;

/**
 * @returns a queue whose runs end as succeeded, failed (with what the user may know) or cancelled, each exactly once
 */
export function createRunQueue(dependencies: RunQueueDependencies): RunQueue {
  const { engine, store, clock, newId, version, maxQueued, maxQueuedBytes, onError } = dependencies;
  const atWork = new PQueue({ concurrency: 1 });
  const { persist, giveUp } = createPersistence(onError);
  const live = new Map<string, LiveRun>();
  /** Submissions being prepared hold a place already, so that a burst cannot pass the bound. */
  let preparing = 0;
  let preparingBytes = 0;
  let draining = false;

  const identityOf = (prepared: PreparedRun): Pick<StressRun, 'inputHash' | 'seed' | 'engine'> => ({
    inputHash: prepared.inputHash,
    seed: prepared.seed,
    engine: { version, kernelHash: engine.kernelHashOf(prepared) },
  });

  const countOf = (status: RunStatus): number => {
    let count = 0;
    for (const { run } of live.values()) if (run.status === status) count++;
    return count;
  };

  const queuedBytes = (): number => {
    let sum = 0;
    for (const { run, bytes } of live.values()) if (run.status === 'queued') sum += bytes;
    return sum;
  };

  /** The one way out, so that a run ends once: whoever comes second finds it ended. */
  const end = (job: LiveRun, change: Partial<StressRun>, result?: string): Promise<void> => {
    const attempt = async (): Promise<void> => {
      if (job.hasEnded) return;
      const run: StressRun = {
        ...job.run,
        ...change,
        finishedAt: clock().toISOString(),
        progress: { ...job.run.progress, secondsLeft: 0 },
      };
      await persist(run.id, () => (result === undefined ? store.put(run) : store.putSucceeded(run, result)));
      job.hasEnded = true;
      job.prepared = null;
      job.run = run;
      live.delete(run.id);
      job.ended.resolve();
    };
    const next = job.ending.then(attempt, attempt);
    job.ending = next;
    return next;
  };

  const onProgress = (job: LiveRun, pathsDone: number, paths: number, pilotPaths: number): void => {
    const elapsed = (clock().getTime() - Date.parse(job.run.startedAt ?? job.run.createdAt)) / 1000;
    const left = secondsLeft(elapsed, { pathsDone, paths, pilotPaths });
    job.run = { ...job.run, progress: { pathsDone, paths, secondsLeft: left } };
  };

  /** The plan of a run that is about to start: kept from its acceptance, or resolved again if it had to wait. */
  const plan = async ({ prepared, run: { id } }: LiveRun): Promise<Outcome<PreparedRun>> => {
    if (prepared !== null) return { ok: true, value: prepared };
    const request = await persist(id, () => store.request(id));
    if (request === undefined) throw new Error(`run ${id} has no request in the database`);
    return engine.prepare(JSON.parse(request) as StressRunRequest);
  };

  const execute = async (job: LiveRun): Promise<void> => {
    const { id } = job.run;
    if (job.hasEnded || draining) return;
    job.run = { ...job.run, status: 'running', startedAt: clock().toISOString() };
    job.starts++;
    try {
      await persist(id, () => store.put(job.run, job.starts));
      const planned = await plan(job);
      // The program that accepted it may have been an older one, with other checks and another kernel.
      if (planned.ok) job.run = { ...job.run, ...identityOf(planned.value) };
      const outcome = planned.ok
        ? await engine.run(planned.value, {
            signal: job.abort.signal,
            onProgress: (pathsDone, paths, pilotPaths) => onProgress(job, pathsDone, paths, pilotPaths),
          })
        : planned;
      if (!outcome.ok) {
        await end(job, { status: 'failed', failures: [...outcome.failures] });
        return;
      }
      const { paths } = job.run.progress;
      onProgress(job, paths, paths, 0);
      await end(job, { status: 'succeeded', summary: outcome.value.verdict }, JSON.stringify(outcome.value));
    } catch (error) {
      if (job.abort.signal.aborted || draining) return;
      onError(error, id);
      const message = `the simulation stopped because of an error of the server; its log has it under run ${id}`;
      await end(job, { status: 'failed', failures: [{ reason: 'internal_error', pointer: '', message }] });
    }
  };

  const enqueue = (run: StressRun, more: Pick<LiveRun, 'bytes' | 'starts' | 'prepared'>): LiveRun => {
    const job = liveRun(run, more);
    live.set(run.id, job);
    return job;
  };

  const work = (job: LiveRun): void => {
    atWork
      .add(() => execute(job))
      .catch((error: unknown) => {
        // Its end cannot be stored, for a reason other than a database that is away: the next process takes it up.
        onError(error, job.run.id);
        live.delete(job.run.id);
        job.ended.resolve();
      });
  };

  /** Leaves a run to the next process, as if it had not been started by this one. */
  const leave = async (job: LiveRun): Promise<void> => {
    if (job.hasEnded) return;
    if (job.run.status === 'running') {
      job.run = asQueued(job.run);
      try {
        await store.put(job.run, job.starts - 1);
      } catch (error) {
        // It is stored as running, then, and is taken up all the same.
        onError(error, job.run.id);
      }
    }
    job.ended.resolve();
  };

  const prepare = async (request: StressRunRequest, bytes: number) => {
    preparing++;
    preparingBytes += bytes;
    try {
      return await engine.prepare(request);
    } finally {
      preparing--;
      preparingBytes -= bytes;
    }
  };

  return {
    async submit(request, bytes, references = {}) {
      if (draining) return { kind: 'draining' };
      if (preparing + countOf('queued') >= maxQueued) return { kind: 'full' };
      const waiting = preparingBytes + queuedBytes();
      if (waiting > 0 && waiting + bytes > maxQueuedBytes) return { kind: 'full' };
      const outcome = await prepare(request, bytes);
      if (!outcome.ok) {
        const { failures, total = failures.length } = outcome;
        return { kind: 'refused', failures, total };
      }
      if (draining) return { kind: 'draining' };
      const prepared = outcome.value;
      const run: StressRun = {
        id: newId(),
        status: 'queued',
        ...(request.label === undefined ? {} : { label: request.label }),
        createdAt: clock().toISOString(),
        ...references,
        progress: { pathsDone: 0, paths: prepared.paths, secondsLeft: null },
        ...identityOf(prepared),
      };
      const job = enqueue(run, { bytes, starts: 0, prepared: live.size === 0 ? prepared : null });
      try {
        await store.accept(run, JSON.stringify(request));
      } catch (error) {
        live.delete(run.id);
        // The database may have stored it before it went away, and nobody was told of this run.
        persist(run.id, () => store.discard(run.id)).catch((late: unknown) => onError(late, run.id));
        throw error;
      }
      work(job);
      // Too late to be left with the others: it is stored, and the next process takes it up.
      if (draining) job.ended.resolve();
      return { kind: 'accepted', run, ended: job.ended.promise };
    },
    async recover() {
      await store.clean();
      for (const { run, starts, bytes } of await store.unfinished()) {
        const job = enqueue(asQueued(run), { bytes, starts, prepared: null });
        if (starts < maxStarts) {
          await store.put(job.run);
          work(job);
          continue;
        }
        const message = `the server died ${starts} times while it simulated this run, which is not tried again`;
        await end(job, { status: 'failed', failures: [{ reason: 'internal_error', pointer: '', message }] });
      }
    },
    async get(id) {
      return live.get(id)?.run ?? (await store.get(id));
    },
    async result(id) {
      return store.result(id);
    },
    async list(filter, page) {
      const found = await store.list(filter, page);
      if (found === null) return null;
      return { ...found, items: found.items.map((run) => live.get(run.id)?.run ?? run) };
    },
    async cancel(id) {
      const job = live.get(id);
      if (job !== undefined) {
        // Cancelling waits for the database otherwise, and a client should hear that it is away.
        await store.check();
        await end(job, { status: 'cancelled' });
        job.abort.abort();
      }
      const run = job?.run ?? (await store.get(id));
      if (run === undefined) return { kind: 'unknown' };
      return { kind: run.status === 'cancelled' ? 'cancelled' : 'ended', run };
    },
    counts: () => ({ queued: countOf('queued'), running: countOf('running') }),
    get draining() {
      return draining;
    },
    async drain() {
      draining = true;
      giveUp();
      const left = [...live.values()];
      for (const job of left) job.abort.abort();
      await atWork.onIdle();
      await Promise.all(left.map(leave));
    },
  };
}

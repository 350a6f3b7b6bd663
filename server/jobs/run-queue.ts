import PQueue from 'p-queue';
import type { Failure } from '../../schemas/failure.ts';
import type { StressResult } from '../../schemas/stress-result.ts';
import type { RunStatus, StressRun, StressRunRequest } from '../../schemas/stress-run.ts';
import type { PreparedRun, StressEngine } from '../../workers/engine.ts';
import type { RunFilter, RunPage, RunStore } from './run-store.ts';
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
  /** Bytes of their requests together. A request is kept parsed, at about three times its bytes. */
  readonly maxQueuedBytes: number;
  /** Told of an error that a run must not show. */
  readonly onError: (error: unknown, runId: string) => void;
}

export type Submission =
  | {
      readonly kind: 'accepted';
      readonly run: StressRun;
      /** Resolves when the run has ended in whatever way; never rejects. */
      readonly ended: Promise<void>;
    }
  | { readonly kind: 'refused'; readonly failures: readonly Failure[]; readonly total: number }
  | { readonly kind: 'full' }
  | { readonly kind: 'draining' };

export type Cancellation =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'cancelled'; readonly run: StressRun }
  | { readonly kind: 'ended'; readonly run: StressRun };

/** Runs from acceptance to their end. One is at work at a time, since it uses every thread. */
export interface RunQueue {
  /** Has the engine check a request that satisfies its schema, and accepts the run when nothing stands in its way. */
  submit(request: StressRunRequest, bytes: number): Promise<Submission>;
  get(id: string): Promise<StressRun | undefined>;
  result(id: string): Promise<StressResult | undefined>;
  list(filter: RunFilter, page: { readonly limit: number; readonly cursor?: string }): Promise<RunPage | null>;
  /** Ends a run that has not ended; one that was cancelled before stays so. */
  cancel(id: string): Promise<Cancellation>;
  counts(): { readonly queued: number; readonly running: number };
  readonly draining: boolean;
  /** Accepts nothing more, cancels what waits and what is at work, and waits until the engine is at rest. */
  drain(): Promise<void>;
}

/** A run that has not ended, in memory. */
interface LiveRun {
  run: StressRun;
  readonly request: StressRunRequest;
  /** Size of the request as it was sent. */
  readonly bytes: number;
  /**
   * Only of a run that starts at once: a plan holds factored matrices for every regime, so a queue of large books would
   * take the memory of the runs it delays. A run that waits is resolved again when its turn comes.
   */
  prepared: PreparedRun | null;
  readonly abort: AbortController;
  readonly ended: PromiseWithResolvers<void>;
  hasEnded: boolean;
}

/**
 * @returns a queue whose runs end as succeeded, failed (with what the user may know) or cancelled, each exactly once
 */
export function createRunQueue(dependencies: RunQueueDependencies): RunQueue {
  const { engine, store, clock, newId, version, maxQueued, maxQueuedBytes, onError } = dependencies;
  const work = new PQueue({ concurrency: 1 });
  const live = new Map<string, LiveRun>();
  /** Submissions being prepared hold a place already, so that a burst cannot pass the bound. */
  let preparing = 0;
  let preparingBytes = 0;
  let draining = false;

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

  const start = (job: LiveRun): void => {
    job.run = { ...job.run, status: 'running', startedAt: clock().toISOString() };
  };

  /** The one way out, so that a run ends once: whoever comes second finds it ended. */
  const end = async (job: LiveRun, change: Partial<StressRun>, result?: StressResult): Promise<void> => {
    if (job.hasEnded) return;
    job.hasEnded = true;
    job.prepared = null;
    job.run = {
      ...job.run,
      ...change,
      finishedAt: clock().toISOString(),
      progress: { ...job.run.progress, secondsLeft: 0 },
    };
    try {
      await (result === undefined ? store.put(job.run) : store.putSucceeded(job.run, result));
    } finally {
      live.delete(job.run.id);
      job.ended.resolve();
    }
  };

  const onProgress = (job: LiveRun, pathsDone: number, paths: number, pilotPaths: number): void => {
    const elapsed = (clock().getTime() - Date.parse(job.run.startedAt ?? job.run.createdAt)) / 1000;
    const left = secondsLeft(elapsed, { pathsDone, paths, pilotPaths });
    job.run = { ...job.run, progress: { pathsDone, paths, secondsLeft: left } };
  };

  /** The plan of a run that is about to start: kept from its acceptance, or resolved again if it had to wait. */
  const plan = async (job: LiveRun): Promise<PreparedRun> => {
    if (job.prepared !== null) return job.prepared;
    const outcome = await engine.prepare(job.request);
    if (!outcome.ok)
      throw new Error(`run ${job.run.id} was accepted and is now refused: ${JSON.stringify(outcome.failures)}`);
    return outcome.value;
  };

  const execute = async (job: LiveRun): Promise<void> => {
    if (job.hasEnded || job.abort.signal.aborted) return;
    start(job);
    try {
      await store.put(job.run);
      const outcome = await engine.run(await plan(job), {
        signal: job.abort.signal,
        onProgress: (pathsDone, paths, pilotPaths) => onProgress(job, pathsDone, paths, pilotPaths),
      });
      if (!outcome.ok) {
        await end(job, { status: 'failed', failures: [...outcome.failures] });
        return;
      }
      const { paths } = job.run.progress;
      onProgress(job, paths, paths, 0);
      await end(job, { status: 'succeeded', summary: outcome.value.verdict }, outcome.value);
    } catch (error) {
      if (job.abort.signal.aborted) return;
      onError(error, job.run.id);
      const message = `the simulation stopped because of an error of the server; its log has it under run ${job.run.id}`;
      await end(job, { status: 'failed', failures: [{ reason: 'internal_error', pointer: '', message }] });
    }
  };

  const stop = async (job: LiveRun): Promise<StressRun> => {
    job.abort.abort();
    await end(job, { status: 'cancelled' });
    return job.run;
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
    async submit(request, bytes) {
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
      const job: LiveRun = {
        request,
        bytes,
        prepared: live.size === 0 ? prepared : null,
        abort: new AbortController(),
        ended: Promise.withResolvers<void>(),
        hasEnded: false,
        run: {
          id: newId(),
          status: 'queued',
          ...(request.label === undefined ? {} : { label: request.label }),
          createdAt: clock().toISOString(),
          progress: { pathsDone: 0, paths: prepared.paths, secondsLeft: null },
          inputHash: prepared.inputHash,
          seed: prepared.seed,
          engine: { version, kernelHash: engine.kernelHashOf(prepared) },
        },
      };
      const { run } = job;
      live.set(run.id, job);
      await store.put(run);
      work.add(() => execute(job)).catch((error: unknown) => onError(error, run.id));
      return { kind: 'accepted', run, ended: job.ended.promise };
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
      if (job !== undefined && !job.hasEnded) return { kind: 'cancelled', run: await stop(job) };
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
      await Promise.all([...live.values()].map(stop));
      await work.onIdle();
    },
  };
}

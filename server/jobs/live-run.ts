import type { StressRun } from '../../schemas/stress-run.ts';
import type { PreparedRun } from '../../workers/engine.ts';

/** A run that has not ended, in memory. */
export interface LiveRun {
  run: StressRun;
  /** Size of the request as it was sent. The request itself is in the store until its turn comes. */
  readonly bytes: number;
  /** How often its simulation has been started, by this process or another. */
  starts: number;
  /**
   * Only of a run that starts at once: a plan holds factored matrices for every regime, so a queue of large books would
   * take the memory of the runs it delays. A run that waits is resolved again when its turn comes.
   */
  prepared: PreparedRun | null;
  readonly abort: AbortController;
  readonly ended: PromiseWithResolvers<void>;
  hasEnded: boolean;
  /** Attempts to end it follow one another, and the first that is stored is the end. */
  ending: Promise<void>;
}

export function liveRun(run: StressRun, more: Pick<LiveRun, 'bytes' | 'starts' | 'prepared'>): LiveRun {
  return {
    ...more,
    run,
    abort: new AbortController(),
    ended: Promise.withResolvers<void>(),
    hasEnded: false,
    ending: Promise.resolve(),
  };
}

/** A run as it is before its simulation starts. */
export function asQueued(stored: StressRun): StressRun {
  const run = { ...stored };
  delete run.startedAt;
  return { ...run, status: 'queued', progress: { ...run.progress, pathsDone: 0, secondsLeft: null } };
}

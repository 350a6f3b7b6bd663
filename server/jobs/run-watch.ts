import type { StressRun } from '../../schemas/stress-run.ts';
import { isFinished, type RunState, type RunStore } from '../storage/run-store.ts';
import type { Notices } from './notices.ts';
import { repeat } from './worker.ts';

/** A run as it was at some moment. */
export interface SeenRun {
  /** Names the moment: grows in its two numbers with every change. */
  readonly moment: string;
  readonly run: StressRun;
}

export interface RunWatch {
  /**
   * The run as it is now and whenever it has changed, until it has ended, is gone, or `signal` fires. Every state is
   * whole, and of several changes in a short time only the last is told.
   *
   * @param seen  a moment that need not be told again
   */
  changes(id: string, signal: AbortSignal, seen?: string): AsyncGenerator<SeenRun>;
  /** Ends all of them. */
  close(): Promise<void>;
}

/** Progress is stored as often; a notice that was missed is made up for. */
const lookMs = 500;

interface Watched {
  readonly wake: Set<() => void>;
  /** Null once the run is not there. */
  state: RunState | null | undefined;
}

/** Looks at all runs that somebody watches by one query, however many watch. */
export function watchRuns(
  { runs, notices }: { readonly runs: Pick<RunStore, 'states'>; readonly notices: Notices },
  onError: (error: unknown) => void,
): RunWatch {
  const watched = new Map<string, Watched>();
  const closing = new AbortController();

  const look = async (ids: readonly string[]): Promise<void> => {
    if (ids.length === 0) return;
    const states = new Map((await runs.states(ids)).map((state) => [state.run.id, state]));
    for (const id of ids) {
      const one = watched.get(id);
      if (one === undefined) continue;
      one.state = states.get(id) ?? null;
      for (const wake of one.wake) wake();
    }
  };
  const unsubscribe = notices.subscribe((notice) => {
    if (notice !== null && notice.kind !== 'queued' && watched.has(notice.runId)) look([notice.runId]).catch(onError);
  });
  const loop = repeat(lookMs, () => look([...watched.keys()]), closing.signal, onError);

  return {
    async *changes(id, signal, seen) {
      const over = AbortSignal.any([signal, closing.signal]);
      const one: Watched = watched.get(id) ?? { wake: new Set(), state: undefined };
      watched.set(id, one);
      let woken = Promise.withResolvers<void>();
      const wake = (): void => woken.resolve();
      one.wake.add(wake);
      over.addEventListener('abort', wake);
      let last = seen;
      try {
        await look([id]);
        while (!over.aborted) {
          const { state } = one;
          if (state === null) return;
          if (state !== undefined) {
            const moment = `${state.revision}.${state.run.progress.pathsDone}`;
            if (moment !== last) yield { moment, run: state.run };
            last = moment;
            if (isFinished(state.run)) return;
          }
          await woken.promise;
          woken = Promise.withResolvers<void>();
        }
      } finally {
        over.removeEventListener('abort', wake);
        one.wake.delete(wake);
        if (one.wake.size === 0) watched.delete(id);
      }
    },
    async close() {
      unsubscribe();
      closing.abort();
      await loop;
    },
  };
}

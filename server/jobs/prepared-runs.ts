import type { Outcome } from '../../models/outcome.ts';
import type { StressRunRequest } from '../../schemas/stress-run.ts';
import type { PreparedRun, ShardedRun, StressEngine } from '../../workers/engine.ts';
import type { RunStore } from '../storage/run-store.ts';

type Sampling = Awaited<ReturnType<ShardedRun['sampling']>>;

/** A run as the engine takes it, and what its shards share. */
export interface ReadyRun {
  readonly prepared: PreparedRun;
  /** How a scenario draws its paths, computed once. */
  sampling(scenario: number, signal: AbortSignal, onPilot: (paths: number) => void): Promise<Sampling>;
}

/** A plan holds factored matrices for every regime, some hundred megabytes of the largest market. */
const kept = 3;

export interface PreparedRuns {
  /** Keeps what was prepared to check it, for the case that it starts at once. */
  put(runId: string, prepared: PreparedRun): void;
  get(runId: string): Promise<Outcome<ReadyRun>>;
}

/** Prepares runs from what is stored of them, and remembers the last few: shards of one run come one after the other. */
export function createPreparedRuns(engine: StressEngine, store: Pick<RunStore, 'request'>): PreparedRuns {
  const ready = new Map<string, ReadyRun>();

  const remember = (runId: string, run: ReadyRun): void => {
    ready.delete(runId);
    ready.set(runId, run);
    for (const oldest of ready.keys()) {
      if (ready.size <= kept) break;
      ready.delete(oldest);
    }
  };

  return {
    put: (runId, prepared) => remember(runId, readyRun(engine, prepared)),
    async get(runId) {
      const known = ready.get(runId);
      if (known !== undefined) {
        remember(runId, known);
        return { ok: true, value: known };
      }
      const request = await store.request(runId);
      if (request === undefined) throw new Error(`run ${runId} has no request in the database`);
      const outcome = await engine.prepare(JSON.parse(request) as StressRunRequest);
      if (!outcome.ok) return outcome;
      const run = readyRun(engine, outcome.value);
      remember(runId, run);
      return { ok: true, value: run };
    },
  };
}

function readyRun(engine: StressEngine, prepared: PreparedRun): ReadyRun {
  const chosen = new Map<number, Sampling>();
  return {
    prepared,
    async sampling(scenario, signal, onPilot) {
      const known = chosen.get(scenario);
      if (known !== undefined) return { ...known, cpuSeconds: 0 };
      // Two shards of a new scenario may both ask: the answer is the same, and either may be cancelled.
      const found = await engine.sharded(prepared, signal).sampling(scenario, onPilot);
      chosen.set(scenario, found);
      return found;
    },
  };
}

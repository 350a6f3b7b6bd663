import type { Failure } from '../../schemas/failure.ts';
import type { StressResult } from '../../schemas/stress-result.ts';
import type { StressRun, StressRunRequest } from '../../schemas/stress-run.ts';
import type { PreparedRun, StressEngine } from '../../workers/engine.ts';
import type { RunStore } from '../storage/run-store.ts';

export interface PathReplayDependencies {
  readonly engine: Pick<StressEngine, 'prepare' | 'replay'>;
  readonly store: Pick<RunStore, 'request' | 'result'>;
}

export interface AskedPath {
  readonly path: number;
  /** May be left out of a run with one. */
  readonly scenario: string | undefined;
}

export type Replayed =
  /** A `PathReplay` as JSON. */
  | { readonly kind: 'replayed'; readonly json: string }
  /** Nobody waits for it any more. */
  | { readonly kind: 'left' }
  /** The run has been deleted. */
  | { readonly kind: 'gone' }
  /** The request of the run does not pass the checks of this version. */
  | { readonly kind: 'refused'; readonly failures: readonly Failure[]; readonly total: number }
  /** No scenario was named, or one that the run does not have. */
  | { readonly kind: 'whichScenario'; readonly scenarios: readonly string[] }
  | { readonly kind: 'noPath'; readonly scenario: string; readonly paths: number };

/** Replays a path of a run, whatever became of that; `signal` ends it. */
export type PathReplays = (run: StressRun, asked: AskedPath, signal: AbortSignal) => Promise<Replayed>;

/** @returns replays of runs whose requests are in the store */
export function createPathReplays({ engine, store }: PathReplayDependencies): PathReplays {
  /** How many paths a scenario has; with a target that is known once it was reached, and until then the most it may have. */
  const pathsOf = async (id: string, { plan, target }: PreparedRun['request'], scenario: number): Promise<number> => {
    if (target === null) return plan.paths;
    const result = await store.result(id);
    return result === undefined ? plan.paths : (JSON.parse(result) as StressResult).scenarios[scenario].paths;
  };

  return async ({ id, seed, engine: { kernelHash } }, asked, signal) => {
    const stored = await store.request(id);
    if (stored === undefined) return { kind: 'gone' };
    const request = JSON.parse(stored) as StressRunRequest;
    // The seed that the run was given: another version of the program might derive another one.
    const outcome = await engine.prepare({ ...request, simulation: { ...request.simulation, seed } });
    if (!outcome.ok) {
      const { failures, total = failures.length } = outcome;
      return { kind: 'refused', failures, total };
    }
    const prepared = outcome.value;
    const scenarios = prepared.request.scenarios.map((scenario) => scenario.id);
    const only = scenarios.length === 1 ? scenarios[0] : undefined;
    const scenario = scenarios.indexOf(asked.scenario ?? only ?? '');
    if (scenario < 0) return { kind: 'whichScenario', scenarios };
    const paths = await pathsOf(id, prepared.request, scenario);
    if (asked.path >= paths) return { kind: 'noPath', scenario: scenarios[scenario], paths };
    try {
      const json = await engine.replay(prepared, { scenario, path: asked.path, kernelHash }, signal);
      return { kind: 'replayed', json };
    } catch (error) {
      if (signal.aborted) return { kind: 'left' };
      throw error;
    }
  };
}

import type { Outcome } from '../models/outcome.ts';
import type { BookGreeks, BookInMarket, BreakEven } from '../schemas/analytics.ts';
import type { ScenarioResult, StressResult } from '../schemas/stress-result.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import type { DocumentToCheck } from '../models/book/check/document.ts';
import type { ResolvedRequest } from '../models/book/prepare-run.ts';
import type { ChosenSampling } from '../models/sampling/choose-sampling.ts';

/** A run that has passed every check. */
export interface PreparedRun {
  /** SHA-256, hex, of the canonical input. */
  readonly inputHash: string;
  /** uint64 in decimal: given, or derived from the input. */
  readonly seed: string;
  /** Planned at the start, over all scenarios: of a run with a target its first batches. */
  readonly paths: number;
  /** Most work it may come to, paths × days × (names + legs), over all scenarios. */
  readonly assetSteps: number;
  /** Whether it is too large for one piece: `shards` says what the pieces are. */
  readonly split: boolean;
  readonly request: ResolvedRequest;
}

/** Paths [from, to). */
export interface PathRange {
  readonly from: number;
  readonly to: number;
}

/** What a scenario leaves of each path, for whoever aggregates books. */
export interface PathVectors {
  readonly pnl: Float64Array;
  /** Likelihood weights, mean about 1; null when every path weighs the same. */
  readonly weights: Float64Array | null;
}

/** A shard whose columns were stored. */
export interface StoredShard extends PathRange {
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What has come of a scenario's shards: a target that needs more paths, or its result. */
export type JoinedScenario =
  | { readonly kind: 'more'; readonly paths: number }
  | { readonly kind: 'measured'; readonly result: ScenarioResult; readonly vectors: PathVectors };

export interface RunOptions {
  readonly signal: AbortSignal;
  /**
   * Told the paths done and those planned so far, over all scenarios, and the paths of pilots done beside them, which take
   * as long but count in no figure. None ever falls.
   */
  readonly onProgress: (pathsDone: number, paths: number, pilotPaths: number) => void;
  /** Given the vectors of each scenario once it is measured, in their order; the run waits for it. */
  readonly onVectors?: (scenario: number, vectors: PathVectors) => Promise<void>;
}

/**
 * A run in pieces, which any process with the same arithmetic can do. What comes of them is, to the bit, what `run`
 * gives. Everything rejects with an AbortError once `signal` fires.
 */
export interface ShardedRun {
  /** How a scenario draws its paths, by its pilot: the same whenever it is asked for. */
  sampling(
    scenario: number,
    onPilot: (paths: number) => void,
  ): Promise<ChosenSampling & { readonly cpuSeconds: number }>;
  /** Simulates some paths. @returns what they leave, arrays on shared memory, and processor seconds */
  simulate(
    scenario: number,
    sampling: ChosenSampling,
    range: PathRange,
    onPaths: (paths: number) => void,
  ): Promise<{ readonly arrays: readonly ArrayBufferView[]; readonly cpuSeconds: number }>;
  /** Joins the shards of the first `paths` paths, after so many batches of them, and measures them when they are enough. */
  join(
    scenario: number,
    sampling: ChosenSampling,
    done: { readonly paths: number; readonly batches: number },
    shards: AsyncIterable<StoredShard>,
  ): Promise<Outcome<JoinedScenario>>;
}

/** A path of a run. */
export interface PathChoice {
  /** Place of its scenario in the request. */
  readonly scenario: number;
  /** Number of the path, from 0, below `plan.paths`. */
  readonly path: number;
  /** Arithmetic that the run was computed with. */
  readonly kernelHash: string;
}

/** Content as canonical JSON (RFC 8785), and its SHA-256, hex. */
export interface CanonicalContent {
  readonly json: string;
  readonly hash: string;
}

/** What the service needs from the simulation. Bad input comes back as failures; nothing here blocks the caller. */
export interface StressEngine {
  readonly threads: number;
  /** What the simulating threads are doing. */
  load(): { readonly threads: number; readonly simulating: number; readonly waitingBlocks: number };
  /** Identifies the arithmetic of this machine: same hash and input, same bits. */
  readonly kernelHash: string;
  /** Every arithmetic that this machine has. */
  readonly kernelHashes: readonly string[];
  /** That of a run, which may ask for strict arithmetic. */
  kernelHashOf(prepared: PreparedRun): string;
  /** Checks and resolves a request that satisfies its schema. */
  prepare(request: StressRunRequest): Promise<Outcome<PreparedRun>>;
  /** Failures when prices leave the range of doubles. Rejects with an AbortError once `signal` fires, and with the error of a thread that failed. */
  run(prepared: PreparedRun, options: RunOptions): Promise<Outcome<StressResult>>;
  /** The shards of paths of a scenario, in path order. */
  shards(prepared: PreparedRun, range: PathRange): readonly PathRange[];
  sharded(prepared: PreparedRun, signal: AbortSignal): ShardedRun;
  /** The result of a run whose scenarios were joined. */
  result(prepared: PreparedRun, scenarios: readonly ScenarioResult[], timing: StressResult['timing']): StressResult;
  /**
   * One path of a run, simulated again day by day.
   *
   * @returns a `PathReplay` as JSON
   */
  replay(prepared: PreparedRun, choice: PathChoice, signal: AbortSignal): Promise<string>;
  greeks(body: BookInMarket): Promise<Outcome<BookGreeks>>;
  breakEven(body: BookInMarket): Promise<Outcome<BreakEven>>;
  /** Checks a book, market or scenario by itself, and gives the form in which it is stored. */
  checkDocument(task: DocumentToCheck): Promise<Outcome<CanonicalContent>>;
  /** Ends the threads; runs at work, and whatever is asked of the engine afterwards, are rejected. */
  close(): Promise<void>;
}

import type { Book } from '../schemas/book.ts';
import type { Failure } from '../schemas/failure.ts';
import type { Market } from '../schemas/market.ts';
import type { Scenario } from '../schemas/scenario.ts';
import type { StressResult } from '../schemas/stress-result.ts';
import type { Simulation } from '../schemas/stress-run.ts';

/** A value, or everything that stands in its way. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failures: readonly Failure[] };

/** A request whose references have been replaced by what they refer to. */
export interface RunInput {
  readonly book: Book;
  readonly market: Market;
  readonly scenarios: readonly Scenario[];
  readonly simulation: Simulation;
}

/** A run that has passed every check; `plan` is for the engine alone. */
export interface PreparedRun {
  /** SHA-256, hex, of the canonical input. */
  readonly inputHash: string;
  /** uint64 in decimal: given, or derived from the input. */
  readonly seed: string;
  /** Over all scenarios. */
  readonly paths: number;
  readonly plan: unknown;
}

/** What the service needs from the simulation; it never throws for bad input. */
export interface StressEngine {
  readonly threads: number;
  /** Identifies the arithmetic: same hash and input, same bits. */
  readonly kernelHash: string;
  prepare(input: RunInput): Promise<Outcome<PreparedRun>>;
  /** Rejects with an AbortError once `signal` fires. */
  run(
    prepared: PreparedRun,
    options: { readonly signal: AbortSignal; readonly onProgress: (pathsDone: number) => void },
  ): Promise<StressResult>;
  close(): Promise<void>;
}

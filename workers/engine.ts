import type { RunInput } from '../models/book/run-input.ts';
import type { Outcome } from '../models/outcome.ts';
import type { StressResult } from '../schemas/stress-result.ts';

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

import type { Outcome } from '../models/outcome.ts';
import type { BookGreeks, BookInMarket, BreakEven } from '../schemas/analytics.ts';
import type { StressResult } from '../schemas/stress-result.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import type { DocumentToCheck } from '../models/book/check/document.ts';
import type { ResolvedRequest } from '../models/book/prepare-run.ts';

/** A run that has passed every check. */
export interface PreparedRun {
  /** SHA-256, hex, of the canonical input. */
  readonly inputHash: string;
  /** uint64 in decimal: given, or derived from the input. */
  readonly seed: string;
  /** Planned at the start, over all scenarios: of a run with a target its first batches. */
  readonly paths: number;
  readonly request: ResolvedRequest;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  /**
   * Told the paths done and those planned so far, over all scenarios, and the paths of pilots done beside them, which take
   * as long but count in no figure. None ever falls.
   */
  readonly onProgress: (pathsDone: number, paths: number, pilotPaths: number) => void;
}

/** Content as canonical JSON (RFC 8785), and its SHA-256, hex. */
export interface CanonicalContent {
  readonly json: string;
  readonly hash: string;
}

/** What the service needs from the simulation. Bad input comes back as failures; nothing here blocks the caller. */
export interface StressEngine {
  readonly threads: number;
  /** Identifies the arithmetic of this machine: same hash and input, same bits. */
  readonly kernelHash: string;
  /** That of a run, which may ask for strict arithmetic. */
  kernelHashOf(prepared: PreparedRun): string;
  /** Checks and resolves a request that satisfies its schema. */
  prepare(request: StressRunRequest): Promise<Outcome<PreparedRun>>;
  /** Failures when prices leave the range of doubles. Rejects with an AbortError once `signal` fires, and with the error of a thread that failed. */
  run(prepared: PreparedRun, options: RunOptions): Promise<Outcome<StressResult>>;
  greeks(body: BookInMarket): Promise<Outcome<BookGreeks>>;
  breakEven(body: BookInMarket): Promise<Outcome<BreakEven>>;
  /** Checks a book, market or scenario by itself, and gives the form in which it is stored. */
  checkDocument(task: DocumentToCheck): Promise<Outcome<CanonicalContent>>;
  /** Ends the threads; runs at work, and whatever is asked of the engine afterwards, are rejected. */
  close(): Promise<void>;
}

/** Consecutive paths of a vector. The arrays may be written again once the next block has been asked for. */
export interface PnlBlock {
  readonly firstPath: number;
  /** P&L at the horizon, money. */
  readonly pnl: Float64Array;
  /** Likelihood weights, mean about 1; null where paths are not weighted. */
  readonly weights: Float64Array | null;
}

/** P&L of every path of a scenario, in path order. */
export interface PnlVector {
  readonly scenario: string;
  readonly paths: number;
  readonly weighted: boolean;
  /** From path 0 on, every path once; each call starts anew. */
  blocks(): AsyncIterable<PnlBlock>;
}

/** @returns undefined when the run has no vector (not succeeded, or kept no longer) */
export type PnlSource = (runId: string) => Promise<readonly PnlVector[] | undefined>;

import type { KernelExports } from '../models/kernel/kernel-exports.ts';

/** Stages of a day in the order in which they run; the last is at the end of a path. */
export const STAGES = [
  'regimes',
  'random numbers',
  'normals',
  'multiply',
  'moving names',
  'indices',
  'implied state',
  'legs',
  'NAV',
  'pairwise correlation',
] as const;
export type Stage = (typeof STAGES)[number];

export interface StagedExports extends KernelExports {
  /** As `simulate`, with the first `stages` of STAGES only. */
  readonly simulateStages: (firstPath: number, stages: number) => void;
}

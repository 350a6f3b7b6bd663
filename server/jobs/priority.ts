import type { Priorities } from './job-queue.ts';

/**
 * Classes of runs by what they cost. A run that is not split is done in some seconds. Of the others, those of up to a few
 * minutes of a thread do not wait for those that take longer.
 */
export type Size = 'small' | 'medium' | 'large';

/** Asset-steps; a thread does some fifty million a second. */
const MEDIUM_COST = 1e10;

const FLOOR: Readonly<Record<Size, number>> = { large: 0, medium: 2000, small: 4000 };
/** Of one class. */
const SPAN = 2000;
/** Within its class, what frees the disk comes before what fills it. */
const JOIN = 1000;

export function sizeOf({ cost, split }: { readonly cost: number; readonly split: boolean }): Size {
  if (!split) return 'small';
  return cost <= MEDIUM_COST ? 'medium' : 'large';
}

/** Of jobs of a run: a run that costs half as much comes first. */
export function priorityOf(run: { readonly cost: number; readonly split: boolean }, kind: 'work' | 'join'): number {
  const cheapness = Math.min(JOIN - 1, Math.max(0, Math.round(10 * (60 - Math.log2(Math.max(1, run.cost))))));
  return FLOOR[sizeOf(run)] + (kind === 'join' ? JOIN : 0) + cheapness;
}

/** Priorities of a class. */
export function prioritiesOf(size: Size): Required<Priorities> {
  return { minPriority: FLOOR[size], maxPriority: FLOOR[size] + SPAN - 1 };
}

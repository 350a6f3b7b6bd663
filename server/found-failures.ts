import type { Failure } from '../schemas/failure.ts';

/** Nobody reads more, and a hostile body must not buy an answer larger than itself. */
export const maxFailures = 100;

/** Failures as they are found: all are counted, the first hundred are kept. */
export interface FoundFailures {
  readonly kept: readonly Failure[];
  readonly total: number;
}

/** Collects failures; the message of one that is not kept is never written. */
export class FailureCollector implements FoundFailures {
  readonly kept: Failure[] = [];
  total = 0;

  add(write: () => Failure): void {
    this.total++;
    if (this.kept.length < maxFailures) this.kept.push(write());
  }
}

/**
 * A list that is in memory already.
 *
 * @param total  how many were found, when the list holds only the first of them
 */
export function foundFailures(failures: readonly Failure[], total: number = failures.length): FoundFailures {
  return { kept: failures.slice(0, maxFailures), total };
}

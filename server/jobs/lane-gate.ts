/** Lets jobs in one beside the other, or one alone. */
export interface LaneGate {
  /** Waits while a job is alone. */
  enter(): Promise<void>;
  leave(): void;
  /**
   * Waits until nothing else is inside, so that what this job does to the process costs no other one a start.
   *
   * @returns what lets others in again; null, at once, when another job is alone or about to be
   */
  beAlone(): Promise<(() => void) | null>;
}

export function createLaneGate(): LaneGate {
  let inside = 0;
  let closed: PromiseWithResolvers<void> | null = null;
  let emptied: PromiseWithResolvers<void> | null = null;
  return {
    async enter() {
      for (let waited = closed; waited !== null; waited = closed) await waited.promise;
      inside++;
    },
    leave() {
      inside--;
      if (inside === 1) emptied?.resolve();
    },
    async beAlone() {
      if (closed !== null) return null;
      closed = Promise.withResolvers<void>();
      if (inside > 1) {
        emptied = Promise.withResolvers<void>();
        await emptied.promise;
        emptied = null;
      }
      return () => {
        closed?.resolve();
        closed = null;
      };
    },
  };
}

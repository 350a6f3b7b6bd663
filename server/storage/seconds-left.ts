/** Paths of a run, over all scenarios. */
export interface PathCounts {
  readonly pathsDone: number;
  /** Planned so far, those done among them. */
  readonly paths: number;
  /** Done for pilots beside these. They took their time: left out, a run that has just begun would look far too slow. */
  readonly pilotPaths: number;
}

/**
 * Estimated seconds until a run has done its paths, at the pace of those it has done.
 *
 * @param elapsed  seconds since it started
 * @returns null before the first path that counts
 */
export function secondsLeft(elapsed: number, { pathsDone, paths, pilotPaths }: PathCounts): number | null {
  if (pathsDone === 0) return null;
  return Math.max(0, (elapsed / (pathsDone + pilotPaths)) * (paths - pathsDone));
}

/**
 * Waits until a promise that never rejects has settled, but not longer than a number of seconds.
 *
 * @param signal  ends the wait early
 * @returns whether it has settled in time
 */
export async function settlesWithin(promise: Promise<void>, seconds: number, signal: AbortSignal): Promise<boolean> {
  if (seconds <= 0) return false;
  const { promise: over, resolve } = Promise.withResolvers<boolean>();
  const stop = (): void => resolve(false);
  const timer = setTimeout(stop, seconds * 1000);
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([promise.then(() => true), over]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** How long the fault tests go on, and the chance that they are left to. */
import type { Test } from 'tap';

/** Rounds of a test: a few in the suite, `RHO90_FAULT_ROUNDS` by hand. */
export function rounds(inSuite: number): number {
  return positive('RHO90_FAULT_ROUNDS') ?? inSuite;
}

/** Whether more is asked for than belongs in the suite. */
export const isLong = positive('RHO90_FAULT_ROUNDS') !== undefined;

/**
 * Uniform on [0, 1), from a seed that is told: `RHO90_FAULT_SEED` repeats it. Moments are repeated, not what the
 * scheduler does at them.
 */
export function chance(t: Test): () => number {
  const seed = positive('RHO90_FAULT_SEED') ?? 1 + Math.floor(Math.random() * (2 ** 31 - 1));
  t.comment(`RHO90_FAULT_SEED=${seed}`);
  // mulberry32 by Tommy Ettinger, public domain.
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

function positive(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} is ${text}; need a whole number from 1`);
  return value;
}

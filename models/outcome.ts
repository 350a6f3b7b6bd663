import type { Failure } from '../schemas/failure.ts';

/** A value, or everything that stands in its way. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly failures: readonly Failure[];
      /** How many were found, when that is more than are listed. */
      readonly total?: number;
    };

import { SHIPPED_SCENARIOS } from '../models/regimes/library.ts';
import type { FilledRequest } from '../models/book/filled-request.ts';
import { canonicalContent } from './canonical-content.ts';

/**
 * SHA-256 of the content that decides the numbers, as canonical JSON (RFC 8785): the request without its label and its
 * choice of arithmetic (which the hash of the kernel tells), with the defaults of `fillDefaults` and shipped scenarios
 * by value, so that a scenario revised in a later version gives another hash.
 *
 * @returns 64 hexadecimal digits
 */
export function inputHash(request: FilledRequest): string {
  const byValue = request.scenarios.map((choice) =>
    typeof choice === 'string' ? (SHIPPED_SCENARIOS.find(({ id }) => id === choice) ?? choice) : choice,
  );
  const simulation = { ...request.simulation, arithmetic: undefined };
  return canonicalContent({ ...request, label: undefined, simulation, scenarios: byValue }).hash;
}

/** Seed of a request that gives none: the first 64 bits of its hash, as a decimal uint64. */
export function seedFromHash(hash: string): string {
  return BigInt(`0x${hash.slice(0, 16)}`).toString();
}

import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { StressResult } from '../../schemas/stress-result.ts';

/** SHA-256, hex, of the canonical JSON (RFC 8785) of a result without its timing, which is all that differs next time. */
export function resultHash(result: StressResult): string {
  const { timing: _, ...content } = result;
  const canonical = canonicalize(content);
  if (canonical === undefined) throw new TypeError('the result has no JSON form');
  return createHash('sha256').update(canonical).digest('hex');
}

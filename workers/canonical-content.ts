import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { CanonicalContent } from './engine.ts';

/** A JSON value as canonical JSON (RFC 8785: fields in order, numbers as doubles, no negative zero), and its SHA-256, hex. */
export function canonicalContent(value: object): CanonicalContent {
  const json = canonicalize(value);
  if (json === undefined) throw new TypeError('the value has no JSON form');
  return { json, hash: createHash('sha256').update(json).digest('hex') };
}

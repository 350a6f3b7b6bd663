import { checkDocument as findFailures, type DocumentToCheck } from '../models/book/check/document.ts';
import type { Outcome } from '../models/outcome.ts';
import { canonicalContent } from './canonical-content.ts';
import type { CanonicalContent } from './engine.ts';

/** A document as it is stored, or everything that stands in its way. */
export function checkDocument(task: DocumentToCheck): Outcome<CanonicalContent> {
  const failures = findFailures(task);
  return failures.any ? failures.refusal() : { ok: true, value: canonicalContent(task.document) };
}

/**
 * Seconds a client is ready to wait for a finished run: the preference `wait` of a `Prefer` header, RFC 7240.
 * A preference that is not understood is ignored, as the RFC has it; of two equal ones the first counts.
 *
 * @param header  its value, several headers joined by commas
 * @param most    longest wait; a longer one is shortened to it
 * @returns whole seconds, or null when the client states none
 */
export function waitPreference(header: string | undefined, most: number): number | null {
  for (const preference of (header ?? '').split(',')) {
    const found = /^\s*wait\s*=\s*(?:"(\d{1,9})"|(\d{1,9}))\s*(?:;.*)?$/i.exec(preference);
    if (found !== null) return Math.min(Number(found[1] ?? found[2]), most);
  }
  return null;
}

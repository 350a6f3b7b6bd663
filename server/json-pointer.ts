/** RFC 6901: `/book/positions/0`; the whole document is the empty string. */
export function pointerTo(path: readonly (string | number)[]): string {
  return path.map((step) => `/${escapeStep(step)}`).join('');
}

/** One step of a pointer: `~` and `/` are escaped. */
export function escapeStep(step: string | number): string {
  return String(step).replaceAll('~', '~0').replaceAll('/', '~1');
}

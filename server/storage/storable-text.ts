/** Text cannot hold NUL: nothing is stored under such an id, and asking the database for it would be an error. */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000');
}

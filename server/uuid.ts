/**
 * UUID version 7: ids that sort by the time they were made.
 *
 * Layout: RFC 9562, section 5.7: 48 bits of Unix milliseconds, version 7, 12 random bits, variant 2, 62 random bits.
 *
 * @param milliseconds  Unix time
 * @param random        at least 10 bytes
 */
export function uuidV7(milliseconds: number, random: Uint8Array): string {
  if (random.length < 10) throw new RangeError(`random has ${random.length} bytes; need at least 10`);
  const time = Math.floor(milliseconds).toString(16).padStart(12, '0');
  const hex = Array.from(random.subarray(0, 10), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const variant = (0x8 | (Number.parseInt(hex[3], 16) & 0x3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-${variant}${hex.slice(4, 7)}-${hex.slice(7, 19)}`;
}

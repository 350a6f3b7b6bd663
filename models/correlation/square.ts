/**
 * Refuses a matrix whose storage does not match its stated size: row-major reads past the end give
 * undefined, which arithmetic would turn into a silent NaN.
 *
 * @param values  row-major n × n
 * @param n       number of rows, a whole number of at least 1
 * @throws RangeError when n is not a positive whole number or the length is not n²
 */
export function requireSquare(values: Float64Array, n: number): void {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`n is ${n}; need a whole number >= 1`);
  if (values.length !== n * n) throw new RangeError(`the matrix has ${values.length} entries; need ${n} x ${n}`);
}

/**
 * A lower triangular factor in the order in which the kernel reads it: for every four rows the columns left of them,
 * four numbers a column, then the corner by columns (4 + 3 + 2 + 1 numbers). Missing rows of the last four are 0.
 *
 * @param factor  [n (n + 1) / 2] by rows
 * @returns [m (m + 1) / 2], m = n filled up to a multiple of four
 */
export function packFactor(factor: Float64Array, n: number): Float64Array {
  const rows = Math.ceil(n / 4) * 4;
  const packed = new Float64Array((rows * (rows + 1)) / 2);
  let at = 0;
  for (let first = 0; first < rows; first += 4) {
    for (let column = 0; column < first + 4; column++) {
      for (let row = Math.max(first, column); row < first + 4; row++, at++) {
        if (row < n) packed[at] = factor[(row * (row + 1)) / 2 + column];
      }
    }
  }
  return packed;
}

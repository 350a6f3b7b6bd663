import * as fc from 'fast-check';

/** L Lᵀ for a row-major n × n factor. */
export function timesTranspose(factor: Float64Array, n: number, columns = n): Float64Array {
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += factor[i * columns + k] * factor[j * columns + k];
      product[i * n + j] = sum;
    }
  }
  return product;
}

/** Correlation matrix of the rows of B, [n × columns]: B Bᵀ scaled to a unit diagonal, singular when columns < n. */
export function correlationOfRows(rows: Float64Array, n: number, columns: number): Float64Array {
  const product = timesTranspose(rows, n, columns);
  return product.map((value, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return i === j ? 1 : value / Math.sqrt(product[i * n + i] * product[j * n + j]);
  });
}

export function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - b[at])), 0);
}

/** Pseudo-random numbers in (−½, ½): Lehmer's generator (Park and Miller 1988). */
export function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647 - 0.5;
  };
}

/** Random correlation matrices of 2 to `maximum` names; with the given share of columns they are singular. */
export function correlationMatrices(
  maximum: number,
  singular: boolean,
): fc.Arbitrary<{ matrix: Float64Array; n: number }> {
  return fc
    .tuple(fc.integer({ min: 2, max: maximum }), fc.integer({ min: 1, max: 2147483646 }), fc.nat())
    .map(([n, seed, pick]) => {
      const columns = singular ? 1 + (pick % (n - 1)) : n + 2;
      const random = lehmer(seed);
      const rows = Float64Array.from({ length: n * columns }, () => random());
      return { matrix: correlationOfRows(rows, n, columns), n };
    });
}

import type { Quantity } from './vocabulary.ts';

/**
 * What a part of an expression measures: a power of money (0 = a fraction), `literal` for a number the user wrote,
 * which takes on what it is compared or added with, `other` for what has no name (vega per gamma).
 */
export type Dimension = number | 'literal' | 'other';

export function dimensionOf(quantity: Quantity): Dimension {
  return quantity === 'money' ? 1 : quantity === 'fraction' ? 0 : 'other';
}

/** Sums, differences, minima, maxima and comparisons: both sides measure the same, or nothing that has a name. */
export function sameDimension(a: Dimension, b: Dimension): Dimension {
  if (a === 'literal') return b;
  if (b === 'literal' || a === b) return a;
  return 'other';
}

/** Products (sign 1) and quotients (sign -1). */
export function productDimension(a: Dimension, b: Dimension, sign: 1 | -1): Dimension {
  if (a === 'other' || b === 'other') return 'other';
  if (a === 'literal' && b === 'literal') return 'literal';
  // 100 * es(0.99) / nav counts in points, not in fractions: printing it in percent would be 100 times too much.
  if (a === 'literal') return b === 0 ? 'other' : sign * (b as number);
  if (b === 'literal') return a === 0 ? 'other' : a;
  return a + sign * b;
}

export function powerDimension(base: Dimension, exponent: number | null): Dimension {
  if (base === 'literal') return 'literal';
  if (base === 'other' || exponent === null) return 'other';
  return base * exponent;
}

/** How to print a value of this dimension. */
export function quantityOf(dimension: Dimension): Quantity {
  return dimension === 1 ? 'money' : dimension === 0 ? 'fraction' : 'number';
}

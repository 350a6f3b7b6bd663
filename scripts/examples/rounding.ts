/**
 * The decimal nearest to a number, as JSON prints it: Math.round(x · 10^d) / 10^d can leave 0.30000000000000004.
 *
 * @param decimals  digits after the point
 */
export function roundTo(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

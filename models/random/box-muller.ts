import { radiusSquared } from '../numeric/elementary.ts';

/** 2^-32 and 2^-33: (w + 1/2) 2^-32 is computed as w 2^-32 + 2^-33, which is exact for a 32-bit w. */
const TWO_M32 = 2.3283064365386963e-10;
const TWO_M33 = 1.1641532182693481e-10;

/** Radius words below this one, a fraction 2^-24 of all, take 32 more bits from a second draw. */
export const REFINED_RADIUS_WORDS = 256;

/**
 * Two independent standard normals from two random words, by the Box-Muller transform over a half circle.
 *
 *   u = (r0 + 1/2) / 2^32,  radius = sqrt(-2 ln u)
 *   b = (r1 + 1/2) / 2^32 in (-1/2, 1/2), r1 as a signed integer
 *   out[at]     = radius * (+-cos(pi b)), minus when r1 is odd;  out[at + 1] = radius * sin(pi b)
 *
 * The half circle leaves sine and cosine one short interval, without range reduction; the sign covers the other half.
 * That the sign comes from a bit of the angle is harmless: even r1 are 2^31 equally spaced directions of the right half
 * circle, odd r1 as many of the left one, so the 2^32 directions are equally likely and evenly spread, 1.5e-9 rad
 * apart. What remains is a correlation of the two normals of the order of 2^-32.
 *
 * The tail: u alone would cap the radius at 6.76, and its steps would distort the law beyond about 6. When r0 < 256
 * the 1/2 is replaced by a uniform fraction of 32 more bits, u = (r0 + (refine + 1/2) / 2^32) / 2^32, which is the
 * exact law conditional on r0 at a finer resolution: radii up to 9.49.
 *
 * Sine, cosine and the logarithm are polynomials (Chebyshev fits that scripts/make-elementary-reference.py prints), with
 * absolute errors below 5e-16.
 *
 * Source: G. E. P. Box, M. E. Muller, Annals of Mathematical Statistics 29 (1958) 610-611.
 * @param r0     radius word, 32 random bits, signed or unsigned
 * @param r1     angle word, likewise
 * @param refine 32 further bits; only read when r0, unsigned, is below REFINED_RADIUS_WORDS
 * @param out    receives the two normals
 * @param at     index of the first
 */
export function normalPairFromWords(r0: number, r1: number, refine: number, out: Float64Array, at: number): void {
  const word = r0 >>> 0;
  const u =
    word < REFINED_RADIUS_WORDS ? (word + ((refine >>> 0) * TWO_M32 + TWO_M33)) * TWO_M32 : word * TWO_M32 + TWO_M33;
  const radius = Math.sqrt(radiusSquared(u));
  const angle = r1 | 0;
  const b = angle * TWO_M32 + TWO_M33;
  const v = b * b;
  const cosine = cosPiFromSquare(v);
  out[at] = radius * ((angle & 1) !== 0 ? -cosine : cosine);
  out[at + 1] = radius * (b * sinPiRatioFromSquare(v));
}

/**
 * cos(pi b) for |b| <= 1/2.
 * @param v b^2
 */
export function cosPiFromSquare(v: number): number {
  let c = 4.149564353942586e-6 * v - 0.00010456655338748738;
  c = c * v + 0.0019295562724817132;
  c = c * v - 0.025806888737002202;
  c = c * v + 0.23533063012953284;
  c = c * v - 1.335262768843447;
  c = c * v + 4.058712126416497;
  c = c * v - 4.934802200544676;
  return c * v + 1;
}

/**
 * sin(pi b) / b for |b| <= 1/2.
 * @param v b^2
 */
export function sinPiRatioFromSquare(v: number): number {
  let s = -2.113362735205297e-5 * v + 0.0004659870158043378;
  s = s * v - 0.0073703643265304155;
  s = s * v + 0.08214587881631043;
  s = s * v - 0.599264528825224;
  s = s * v + 2.5501640398618677;
  s = s * v - 5.1677127800497855;
  return s * v + 3.1415926535897927;
}

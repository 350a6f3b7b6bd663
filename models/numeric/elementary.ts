// Exponential, logarithm and normal distribution built from + - * /, comparisons and bit views only, each in one
// fixed order of operations. The standard library's versions differ between engines and CPUs; these give the same
// bits everywhere, and a compiled kernel can repeat them operation by operation. Do not reassociate a product or a
// sum here: it would change the last bit, and with it every stored result.

/** 1.5 * 2^52: adding and subtracting it rounds a double below 2^51 in size to the nearest integer. */
const ROUNDER = 6755399441055744;
const LOG2_E = 1.4426950408889634;
/** ln 2 in two parts; the high one ends in 21 zero bits, so that its product with an 11-bit integer is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const MINUS_TWO_LN2 = -1.3862943611198906;

/** Largest x with a finite exponential. */
const EXP_OVERFLOW = 709.782712893384;
/** Smallest x whose exponential is a normal number, that is, at least 2^-1022. */
const EXP_UNDERFLOW = -708.396418532264;

/** POWERS_OF_TWO[i] = 2^(i - 1023), i = 0..2046; the first is subnormal and still exact. */
const POWERS_OF_TWO = powersOfTwo();

/** 2^54, which lifts every subnormal number into the normal range. */
const TWO_54 = 18014398509481984;
const SMALLEST_NORMAL = 2.2250738585072014e-308;
/** High words of 1 and of sqrt(1/2). */
const HIGH_WORD_OF_ONE = 0x3ff00000;
const HIGH_WORD_OF_ROOT_HALF = 0x3fe6a09e;

const doubleView = new Float64Array(1);
/** [low word, high word] of doubleView: every platform that Node is built for, and WebAssembly, is little-endian. */
const wordView = new Int32Array(doubleView.buffer);

/** From here on the tail of the normal distribution is 0: exp(-38^2/2) is below the smallest normal number. */
export const NORMAL_TAIL_END = 38;

/** 1 / sqrt(2 pi). */
const INVERSE_ROOT_TWO_PI = 0.3989422804014327;

/**
 * Exponential function.
 *
 *   x = n ln 2 + r, |r| <= ln(2)/2;  e^x = 2^n (r^2 (1/2 + r q(r)) + r + 1)
 *
 * Two-part reduction of Cody and Waite (Software Manual for the Elementary Functions, 1980). q, of degree 8, is the
 * Chebyshev fit of (e^r - 1 - r - r^2/2) / r^3 that scripts/make-elementary-reference.py prints; its own error is
 * 3e-17. Relative error below 1.7e-16 wherever the result is a normal number.
 *
 * 2^n is applied as 2 * 2^(n-1), so n = 1024 needs no branch. Both products are exact: the bits are those of adding
 * n to the exponent field.
 * @param x any number
 * @returns e^x; Infinity above 709.782712893384; 0 below -708.396418532264, where the result would be subnormal (so
 *          subnormal results are flushed to zero); NaN for NaN
 */
export function exp(x: number): number {
  if (!(x <= EXP_OVERFLOW)) return x > EXP_OVERFLOW ? Number.POSITIVE_INFINITY : x;
  if (x < EXP_UNDERFLOW) return 0;
  const n = x * LOG2_E + ROUNDER - ROUNDER;
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let q = 2.5095554677111112e-8 * r + 2.761380686153829e-7;
  q = q * r + 2.755728006701698e-6;
  q = q * r + 2.4801536388690766e-5;
  q = q * r + 0.0001984126985433861;
  q = q * r + 0.0013888888905881542;
  q = q * r + 0.008333333333332155;
  q = q * r + 0.04166666666665136;
  q = q * r + 0.16666666666666666;
  q = q * r + 0.5;
  const p = r * r * q + r + 1;
  return (p + p) * POWERS_OF_TWO[n + 1022];
}

/**
 * Natural logarithm.
 *
 *   x = 2^k m, sqrt(1/2) <= m < sqrt(2), f = m - 1, s = f / (2 + f)
 *   ln x = k ln 2 + f - f^2/2 + s (f^2/2 + R(s^2))
 *
 * Error below 0.8 ulp, 1.4e-16 relative.
 *
 * Source: FreeBSD's /usr/src/lib/msun/src/e_log.c (coefficients and order of operations), with the notice:
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunSoft, a Sun Microsystems, Inc.
 * business. Permission to use, copy, modify, and distribute this software is freely granted, provided that this
 * notice is preserved.
 * @param x any number; subnormal numbers keep their accuracy
 * @returns ln x; -Infinity for 0 and -0; NaN for negative numbers and NaN; Infinity for Infinity
 */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let k = 0;
  let normal = x;
  if (x < SMALLEST_NORMAL) {
    normal = x * TWO_54;
    k -= 54;
  }
  k += splitBinade(normal);
  const f = doubleView[0] - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const halfSquare = 0.5 * f * f;
  return s * (halfSquare + (odd + even)) + k * LN2_LOW - halfSquare + f + k * LN2_HIGH;
}

/**
 * -2 ln u, the squared radius of a pair of normals. `log` is good to the last bit and costs half as much again; this one is off
 * by 5e-16 of 1, or of itself where it is larger.
 *
 *   u = 2^k m, sqrt(1/2) <= m < sqrt(2), s = (m - 1) / (m + 1);  -2 ln u = -2 k ln 2 + s (z p(z) - 4), z = s^2
 *
 * @param u a normal number, 0 < u < 1
 */
export function radiusSquared(u: number): number {
  const k = splitBinade(u);
  const f = doubleView[0] - 1;
  const s = f / (2 + f);
  const z = s * s;
  let p = -0.33243660293065075 * z - 0.36280385885742483;
  p = p * z - 0.4444572459956188;
  p = p * z - 0.5714284827628681;
  p = p * z - 0.8000000002241415;
  p = p * z - 1.3333333333332416;
  p = p * z - 4;
  return s * p + k * MINUS_TWO_LN2;
}

/**
 * Splits a positive normal number x = 2^k m, sqrt(1/2) <= m < sqrt(2): the binade is shifted so that it starts at
 * sqrt(1/2) and not at 1; the exponent field then counts k, and the rest, put back on sqrt(1/2), is m.
 * @returns k; m is left in doubleView
 */
function splitBinade(x: number): number {
  doubleView[0] = x;
  const high = wordView[1] + (HIGH_WORD_OF_ONE - HIGH_WORD_OF_ROOT_HALF);
  wordView[1] = (high & 0xfffff) + HIGH_WORD_OF_ROOT_HALF;
  return (high >> 20) - 1023;
}

/**
 * Density of the standard normal distribution, exp(-x^2/2) / sqrt(2 pi).
 *
 * Relative error below 4e-16 + 6e-17 x^2, the second part from the rounding of the square.
 * @param x any number
 * @returns density; 0 for |x| above 37.6; NaN for NaN
 */
export function normalDensity(x: number): number {
  return exp(-0.5 * x * x) * INVERSE_ROOT_TWO_PI;
}

/**
 * Standard normal distribution function.
 *
 *   N(-a) = exp(-a^2/2) P(a) / Q(a), a >= 0;  N(a) = 1 - N(-a)
 *
 * P of degree 6, Q of degree 7: algorithm 5666 of Hart et al., Computer Approximations (1968), as given by G. West,
 * "Better approximations to cumulative normal functions", Wilmott Magazine, May 2005. West switches to a continued
 * fraction at 7.07; P/Q has the right limit (its leading terms give 0.398947/a against 1/sqrt(2 pi) = 0.398942/a),
 * so it serves everywhere and needs no branch.
 *
 * Absolute error below 1.7e-16. The approximation is absolute, so the relative error of the lower tail grows: 5e-16
 * down to -1, 2e-15 to -2, 3e-13 to -4, 6e-10 to -6, 7e-8 to -11, 4e-6 to -37. The rounding of a^2/2 adds less than
 * 9e-14 to it, so splitting the square would buy nothing.
 * @param x any number
 * @returns probability in [0, 1], 0.5 at 0; N(x) + N(-x) is exactly 1; 0 below -37.6, 1 above 8.3; NaN for NaN
 */
export function normalCdf(x: number): number {
  const a = Math.min(Math.abs(x), NORMAL_TAIL_END);
  const tail = exp(-0.5 * a * a) * (tailNumerator(a) / tailDenominator(a));
  return x > 0 ? 1 - tail : tail;
}

/**
 * P of normalCdf, so that callers with several arguments can share one division.
 * @param a 0 to NORMAL_TAIL_END
 */
export function tailNumerator(a: number): number {
  let p = 0.0352624965998911 * a + 0.700383064443688;
  p = p * a + 6.37396220353165;
  p = p * a + 33.912866078383;
  p = p * a + 112.079291497871;
  p = p * a + 221.213596169931;
  return p * a + 220.206867912376;
}

/**
 * Q of normalCdf: exp(-a^2/2) tailNumerator(a) / tailDenominator(a) = N(-a).
 * @param a 0 to NORMAL_TAIL_END
 * @returns at least 440, at most 2e10, so the product of two does not overflow
 */
export function tailDenominator(a: number): number {
  let q = 0.0883883476483184 * a + 1.75566716318264;
  q = q * a + 16.064177579207;
  q = q * a + 86.7807322029461;
  q = q * a + 296.564248779674;
  q = q * a + 637.333633378831;
  q = q * a + 793.826512519948;
  return q * a + 440.413735824752;
}

/** By doubling and halving, which is exact, since Math.pow is not required to be. */
function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2047);
  powers[1023] = 1;
  for (let i = 1022; i >= 0; i--) powers[i] = powers[i + 1] * 0.5;
  for (let i = 1024; i < 2047; i++) powers[i] = powers[i - 1] * 2;
  return powers;
}

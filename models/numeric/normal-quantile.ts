import { log } from './elementary.ts';

/** |p - 1/2| up to which the rational in the square of p - 1/2 is used. */
const CENTRAL_HALF_WIDTH = 0.425;
const CENTRAL_SQUARE = 0.180625;
/** r = sqrt(-ln p) at which the far-tail rational takes over, p = 1.4e-11. */
const FAR_TAIL = 5;
const NEAR_TAIL_CENTRE = 1.6;

/**
 * Quantile of the standard normal distribution: the z with N(z) = p.
 *
 * Three rational approximations of degree (7, 7): in (p - 1/2)^2 for 0.075 <= p <= 0.925, and in sqrt(-ln p) outside.
 * Relative error below 7e-16 on doubles p down to 1e-300 (measured against 50 digits).
 *
 * Source: M. J. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37
 * (1988) 477-484, PPND16.
 * @param p probability in [0, 1]
 * @returns z; -Infinity at 0, Infinity at 1
 * @throws RangeError when p is outside [0, 1] or NaN
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`p is ${p}; need a probability in [0, 1]`);
  const q = p - 0.5;
  if (Math.abs(q) <= CENTRAL_HALF_WIDTH) {
    const r = CENTRAL_SQUARE - q * q;
    return q * (centralNumerator(r) / centralDenominator(r));
  }
  const tail = q < 0 ? p : 1 - p;
  if (tail === 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const root = Math.sqrt(-log(tail));
  const z =
    root <= FAR_TAIL
      ? nearNumerator(root - NEAR_TAIL_CENTRE) / nearDenominator(root - NEAR_TAIL_CENTRE)
      : farNumerator(root - FAR_TAIL) / farDenominator(root - FAR_TAIL);
  return q < 0 ? -z : z;
}

function centralNumerator(r: number): number {
  let a = 2509.0809287301226727 * r + 33430.575583588128105;
  a = a * r + 67265.770927008700853;
  a = a * r + 45921.953931549871457;
  a = a * r + 13731.693765509461125;
  a = a * r + 1971.5909503065514427;
  a = a * r + 133.14166789178437745;
  return a * r + 3.387132872796366608;
}

function centralDenominator(r: number): number {
  let b = 5226.495278852854561 * r + 28729.085735721942674;
  b = b * r + 39307.89580009271061;
  b = b * r + 21213.794301586595867;
  b = b * r + 5394.1960214247511077;
  b = b * r + 687.1870074920579083;
  b = b * r + 42.313330701600911252;
  return b * r + 1;
}

function nearNumerator(r: number): number {
  let c = 7.7454501427834140764e-4 * r + 0.0227238449892691845833;
  c = c * r + 0.24178072517745061177;
  c = c * r + 1.27045825245236838258;
  c = c * r + 3.64784832476320460504;
  c = c * r + 5.7694972214606914055;
  c = c * r + 4.6303378461565452959;
  return c * r + 1.42343711074968357734;
}

function nearDenominator(r: number): number {
  let d = 1.05075007164441684324e-9 * r + 5.475938084995344946e-4;
  d = d * r + 0.0151986665636164571966;
  d = d * r + 0.14810397642748007459;
  d = d * r + 0.68976733498510000455;
  d = d * r + 1.6763848301838038494;
  d = d * r + 2.05319162663775882187;
  return d * r + 1;
}

function farNumerator(r: number): number {
  let e = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5;
  e = e * r + 0.0012426609473880784386;
  e = e * r + 0.026532189526576123093;
  e = e * r + 0.29656057182850489123;
  e = e * r + 1.7848265399172913358;
  e = e * r + 5.4637849111641143699;
  return e * r + 6.6579046435011037772;
}

function farDenominator(r: number): number {
  let f = 2.04426310338993978564e-15 * r + 1.4215117583164458887e-7;
  f = f * r + 1.8463183175100546818e-5;
  f = f * r + 7.868691311456132591e-4;
  f = f * r + 0.0148753612908506148525;
  f = f * r + 0.13692988092273580531;
  f = f * r + 0.59983220655588793769;
  return f * r + 1;
}

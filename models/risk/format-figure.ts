import type { Quantity } from './limits/vocabulary.ts';

/** A fixed locale: the same run reads the same on every machine. */
const LOCALE = 'en-US';
const MOST_EXTRA_DIGITS = 6;

/**
 * A figure for people: 71.3 %, USD 1,234,567 or 0.1235.
 * @param value       finite
 * @param quantity    a fraction prints in percent, money with its currency
 * @param currency    ISO code
 * @param extraDigits decimals beyond the usual one (percent), none (money of 1,000 and over) or two (smaller money), or
 *                    significant digits beyond the usual four (numbers)
 */
export function formatFigure(value: number, quantity: Quantity, currency: string, extraDigits: number = 0): string {
  // Rounding a small loss to nothing must not print "-0".
  const format = (x: number, options: Intl.NumberFormatOptions) =>
    new Intl.NumberFormat(LOCALE, { ...options, signDisplay: 'negative' }).format(x);
  if (quantity === 'fraction') return `${format(value * 100, { maximumFractionDigits: 1 + extraDigits })} %`;
  if (quantity === 'number') return format(value, { maximumSignificantDigits: 4 + extraDigits });
  const digits = (Math.abs(value) >= 1000 ? 0 : 2) + extraDigits;
  return `${currency} ${format(value, { maximumFractionDigits: digits })}`;
}

/**
 * Two figures that are compared, with as many digits as it takes to tell them apart: "keeps 80 %, asked for 80 %" would
 * not explain a breach.
 */
export function formatPair(first: number, second: number, quantity: Quantity, currency: string): [string, string] {
  for (let extraDigits = 0; extraDigits < MOST_EXTRA_DIGITS; extraDigits++) {
    const a = formatFigure(first, quantity, currency, extraDigits);
    const b = formatFigure(second, quantity, currency, extraDigits);
    if (a !== b || first === second) return [a, b];
  }
  return [
    formatFigure(first, quantity, currency, MOST_EXTRA_DIGITS),
    formatFigure(second, quantity, currency, MOST_EXTRA_DIGITS),
  ];
}

/** A count with its noun: "1 limit", "1,200 limits". */
export function formatCount(count: number, noun: string): string {
  return `${new Intl.NumberFormat(LOCALE).format(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** "1-in-100" for the level 0.99; a level that is no whole odds stays in percent, "98.7 %". */
export function formatLevel(level: number): string {
  const odds = 1 / (1 - level);
  const whole = Math.round(odds);
  return Math.abs(odds - whole) < 1e-6 * odds
    ? `1-in-${new Intl.NumberFormat(LOCALE).format(whole)}`
    : `${new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 6 }).format(level * 100)} %`;
}

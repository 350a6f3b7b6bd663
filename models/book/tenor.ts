import type { FailureReason } from '../../schemas/failure.ts';
import { parseDate, tradingDaysBetween } from '../calendar/trading-days.ts';
import { notExactlyOne } from './wording.ts';

export type Tenor =
  | { readonly ok: true; readonly days: number }
  | { readonly ok: false; readonly reason: FailureReason; readonly field: string; readonly message: string };

interface Dated {
  readonly expiryDays?: number;
  readonly expiryDate?: string;
  readonly maturityDays?: number;
  readonly maturityDate?: string;
}

/** Longest tenor in trading days, 50 years: the bound of the fields that give days, for those that give a date. */
export const LONGEST_TENOR_DAYS = 12_600;

/** Refused whatever its holidays; counting those of millennia would take long. */
const FAR_CALENDAR_DAYS = 2 * LONGEST_TENOR_DAYS;

/**
 * Trading days from the valuation date to an expiry or maturity given as days or as a date.
 * A date that is no trading day (a Saturday, a holiday) counts as the last trading day before it.
 *
 * @param asOf  valuation date, needed only for dates
 */
export function tradingDaysTo(position: Dated & { readonly type: string }, asOf: string | undefined): Tenor {
  const word =
    position.type === 'option' ||
    position.type === 'straddle' ||
    position.type === 'strangle' ||
    position.type === 'riskReversal'
      ? 'expiry'
      : 'maturity';
  const days = position[`${word}Days`];
  const date = position[`${word}Date`];
  const wrong = notExactlyOne(position, [`${word}Days`, `${word}Date`]);
  if (wrong !== undefined) return { ok: false, reason: 'exactly_one', field: '', message: wrong };
  if (days !== undefined) return { ok: true, days };

  const field = `${word}Date`;
  const found = `${field} is ${date}`;
  const refuse = (reason: FailureReason, message: string): Tenor => ({
    ok: false,
    reason,
    field: `/${field}`,
    message: `${found}${message}`,
  });
  const end = parseDate(date as string);
  if (end === null) return refuse('invalid_date', '; there is no such date');
  if (asOf === undefined) {
    return refuse('required', `, but market.asOf, to count days from, is missing; give asOf, or ${word}Days instead`);
  }
  const start = parseDate(asOf);
  if (start === null) return { ok: true, days: 1 }; // asOf itself is refused elsewhere; one failure is enough
  const span = end - start;
  const count = Math.abs(span) > FAR_CALENDAR_DAYS ? span : tradingDaysBetween(asOf, date as string);
  if (count < 1) return refuse('expired', `; it must be at least one trading day after asOf, ${asOf}`);
  if (count > LONGEST_TENOR_DAYS) {
    return refuse('out_of_range', `; it must be at most ${LONGEST_TENOR_DAYS} trading days after asOf, ${asOf}`);
  }
  return { ok: true, days: count };
}

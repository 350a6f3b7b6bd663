import type { FailureReason } from '../../schemas/failure.ts';
import { parseDate, tradingDaysBetween } from '../calendar/trading-days.ts';

export type Tenor =
  | { readonly ok: true; readonly days: number }
  | { readonly ok: false; readonly reason: FailureReason; readonly field: string; readonly message: string };

interface Dated {
  readonly expiryDays?: number;
  readonly expiryDate?: string;
  readonly maturityDays?: number;
  readonly maturityDate?: string;
}

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
  if ((days === undefined) === (date === undefined)) {
    const given = days === undefined ? 'neither' : 'both';
    return {
      ok: false,
      reason: 'exactly_one',
      field: '',
      message: `${given} of ${word}Days and ${word}Date given; give exactly one`,
    };
  }
  if (days !== undefined) return { ok: true, days };
  const field = `/${word}Date`;
  const given = date as string;
  if (parseDate(given) === null) {
    return { ok: false, reason: 'invalid_date', field, message: `${word}Date ${given} does not exist` };
  }
  if (asOf === undefined) {
    return {
      ok: false,
      reason: 'required',
      field,
      message: `${word}Date needs market.asOf to count days from; give asOf, or ${word}Days`,
    };
  }
  if (parseDate(asOf) === null) return { ok: true, days: 1 }; // asOf itself is refused elsewhere; one failure is enough
  const count = given <= asOf ? 0 : tradingDaysBetween(asOf, given);
  if (count < 1) {
    return {
      ok: false,
      reason: 'expired',
      field,
      message: `${word}Date ${given} is not after asOf ${asOf} by at least one trading day; it must lie in the future of the valuation date`,
    };
  }
  return { ok: true, days: count };
}

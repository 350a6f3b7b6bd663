/**
 * Trading days of the New York Stock Exchange, from the rules of its holidays and a table of unscheduled closings.
 * Days with an early close are trading days. A date is text of the form YYYY-MM-DD with no time zone: the calendar day
 * in New York.
 *
 * Rules: NYSE Rule 7.2 and the yearly announcements "NYSE Group Announces … Holiday and Early Closings Calendar". They
 * are right from 1998 on; for earlier dates they are applied as they stand, without the closings of those years.
 */

/** A weekday without trading. */
export interface MarketHoliday {
  readonly date: string;
  readonly name: string;
}

/** Days on which the exchange stayed closed although no rule says so. Add to it when a day of mourning is declared. */
const unscheduledClosings: readonly MarketHoliday[] = [
  { date: '2001-09-11', name: 'Attacks of 11 September' },
  { date: '2001-09-12', name: 'Attacks of 11 September' },
  { date: '2001-09-13', name: 'Attacks of 11 September' },
  { date: '2001-09-14', name: 'Attacks of 11 September' },
  { date: '2004-06-11', name: 'Mourning of President Reagan' },
  { date: '2007-01-02', name: 'Mourning of President Ford' },
  { date: '2012-10-29', name: 'Hurricane Sandy' },
  { date: '2012-10-30', name: 'Hurricane Sandy' },
  { date: '2018-12-05', name: 'Mourning of President G. H. W. Bush' },
  { date: '2025-01-09', name: 'Mourning of President Carter' },
];

const firstYearOfKingDay = 1998;
const firstYearOfJuneteenth = 2022;

const sunday = 0;
const monday = 1;
const thursday = 4;
const saturday = 6;

/**
 * Number of a calendar day, 0 for 1970-01-01, in the proleptic Gregorian calendar.
 *
 * @param text  YYYY-MM-DD
 * @returns whole number, or null when the text has another form or no such day exists (2026-02-30)
 */
export function parseDate(text: string): number | null {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (match === null) return null;
  const day = dayNumber(Number(match[1]), Number(match[2]), Number(match[3]));
  return formatDate(day) === text ? day : null;
}

/**
 * Whether the exchange has a close on a date.
 *
 * @throws RangeError when the date does not exist
 */
export function isTradingDay(date: string): boolean {
  return isOpen(requireDay(date, 'date'));
}

/**
 * Number of closes after `from` up to and including `to`: the daily returns between them. Where `to` is no trading day
 * it counts to the last trading day before it. Negative, −tradingDaysBetween(to, from), when `to` is before `from`; so
 * the counts of adjoining spans add up.
 *
 * @throws RangeError when a date does not exist
 */
export function tradingDaysBetween(from: string, to: string): number {
  const start = requireDay(from, 'from');
  const end = requireDay(to, 'to');
  return start <= end ? closesAfter(start, end) : -closesAfter(end, start);
}

/**
 * Date of the close that is n trading days after the last close on or before `date`; before it when n < 0, and that
 * close itself when n = 0. tradingDaysBetween(date, result) is n.
 *
 * @param n  whole number
 * @throws RangeError when the date does not exist, n is no whole number or the result is outside the years 0 to 9999
 */
export function addTradingDays(date: string, n: number): string {
  if (!Number.isInteger(n)) throw new RangeError(`n is ${n}; need a whole number`);
  let day = requireDay(date, 'date');
  while (!isOpen(day)) day--;
  const step = n < 0 ? -1 : 1;
  for (let left = Math.abs(n); left > 0 && isInRange(day); left--) {
    do day += step;
    while (!isOpen(day));
  }
  if (!isInRange(day)) throw new RangeError(`${date} plus ${n} trading days is outside the years 0 to 9999`);
  return formatDate(day);
}

/**
 * Weekdays of a year on which the exchange is closed, in order.
 *
 * @param year  0 to 9999
 * @throws RangeError when the year is anything else
 */
export function marketHolidays(year: number): MarketHoliday[] {
  if (!Number.isInteger(year) || year < 0 || year > 9999) {
    throw new RangeError(`year is ${year}; need a whole number from 0 to 9999`);
  }
  const holidays: [number | null, string][] = [
    [newYearsDay(year), "New Year's Day"],
    [year < firstYearOfKingDay ? null : nthWeekday(year, 1, monday, 3), 'Martin Luther King, Jr. Day'],
    [nthWeekday(year, 2, monday, 3), "Washington's Birthday"],
    [easterSunday(year) - 2, 'Good Friday'],
    [lastMondayOfMay(year), 'Memorial Day'],
    [year < firstYearOfJuneteenth ? null : observed(dayNumber(year, 6, 19)), 'Juneteenth'],
    [observed(dayNumber(year, 7, 4)), 'Independence Day'],
    [nthWeekday(year, 9, monday, 1), 'Labor Day'],
    [nthWeekday(year, 11, thursday, 4), 'Thanksgiving Day'],
    [observed(dayNumber(year, 12, 25)), 'Christmas Day'],
  ];
  const scheduled = holidays.flatMap(([day, name]) => (day === null ? [] : [{ date: formatDate(day), name }]));
  const prefix = formatDate(dayNumber(year, 1, 1)).slice(0, 5);
  return [...scheduled, ...unscheduledClosings.filter(({ date }) => date.startsWith(prefix))].sort((a, b) =>
    a.date < b.date ? -1 : 1,
  );
}

/** Closes in (start, end], from the count of weekdays, so that a date far away costs no more than its years. */
function closesAfter(start: number, end: number): number {
  let closes = weekdaysUpTo(end) - weekdaysUpTo(start);
  for (let year = yearOf(start); year <= yearOf(end); year++) {
    for (const { date } of marketHolidays(year)) {
      const day = requireDay(date, 'holiday');
      if (day > start && day <= end) closes--;
    }
  }
  return closes;
}

/** Weekdays up to and including a day, counted from an arbitrary origin, the Monday of day −3. */
function weekdaysUpTo(day: number): number {
  const weeks = Math.floor((day + 3) / 7);
  const rest = day + 3 - 7 * weeks;
  return 5 * weeks + Math.min(rest + 1, 5);
}

function isOpen(day: number): boolean {
  const weekday = weekdayOf(day);
  if (weekday === saturday || weekday === sunday) return false;
  const date = formatDate(day);
  return !isInRange(day) || !marketHolidays(yearOf(day)).some((holiday) => holiday.date === date);
}

function isInRange(day: number): boolean {
  return day >= firstDay && day <= lastDay;
}

/**
 * A Saturday 1 January is not kept on the Friday before, which is the last day of the year's accounts (Rule 7.2); so
 * there was no such holiday in 2005, 2011 and 2022.
 */
function newYearsDay(year: number): number | null {
  const day = dayNumber(year, 1, 1);
  return weekdayOf(day) === saturday ? null : observed(day);
}

/** A holiday on a Saturday is kept on the Friday before, on a Sunday on the Monday after. */
function observed(day: number): number {
  const weekday = weekdayOf(day);
  if (weekday === saturday) return day - 1;
  return weekday === sunday ? day + 1 : day;
}

function nthWeekday(year: number, month: number, weekday: number, n: number): number {
  const first = dayNumber(year, month, 1);
  return first + ((weekday - weekdayOf(first) + 7) % 7) + 7 * (n - 1);
}

function lastMondayOfMay(year: number): number {
  const last = dayNumber(year, 5, 31);
  return last - ((weekdayOf(last) - monday + 7) % 7);
}

/**
 * Easter Sunday of the Gregorian calendar.
 *
 * Source: the anonymous algorithm in Nature 13 (20 April 1876), p. 487, as in Meeus, "Astronomical Algorithms" (2nd
 * ed. 1998), chapter 8. Its letters are kept.
 */
function easterSunday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return dayNumber(year, Math.floor(n / 31), (n % 31) + 1);
}

function requireDay(date: string, name: string): number {
  const day = parseDate(date);
  if (day === null) throw new RangeError(`${name} is ${JSON.stringify(date)}; need an existing date YYYY-MM-DD`);
  return day;
}

/** 0 = Sunday; day 0 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + thursday) % 7) + 7) % 7;
}

/**
 * Day number of a date, by counting years from March so that the leap day is the last. A day or month past its end
 * runs over into the next.
 *
 * Source: Hinnant, "chrono-compatible low-level date algorithms" (2013, public domain), days_from_civil.
 */
function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

/** The inverse of dayNumber; same source, civil_from_days. */
function civilDate(day: number): { year: number; month: number; day: number } {
  const z = day + 719468;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const m = Math.floor((5 * dayOfYear + 2) / 153);
  const month = m < 10 ? m + 3 : m - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * m + 2) / 5) + 1,
  };
}

function yearOf(day: number): number {
  return civilDate(day).year;
}

function formatDate(dayCount: number): string {
  const { year, month, day } = civilDate(dayCount);
  return [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
}

const firstDay = dayNumber(0, 1, 1);
const lastDay = dayNumber(9999, 12, 31);

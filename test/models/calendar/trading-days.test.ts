import * as fc from 'fast-check';
import t from 'tap';
import {
  addTradingDays,
  isTradingDay,
  marketHolidays,
  parseDate,
  tradingDaysBetween,
} from '../../../models/calendar/trading-days.ts';

/**
 * Holidays as the exchange announced them: "NYSE Group Announces … Holiday and Early Closings Calendar" of 28 December
 * 2020 (2021 to 2023, before Juneteenth was added), 27 December 2021 (2022 to 2024), 8 November 2024 (2025 to 2027)
 * and 23 December 2025 (2026 to 2028); 2011 to 2016 from the exchange's calendars of those years. The closings of
 * 29 and 30 October 2012 and of 9 January 2025 are not in them.
 */
const announced: Record<number, string> = {
  2011: '01-17 02-21 04-22 05-30 07-04 09-05 11-24 12-26',
  2012: '01-02 01-16 02-20 04-06 05-28 07-04 09-03 11-22 12-25',
  2013: '01-01 01-21 02-18 03-29 05-27 07-04 09-02 11-28 12-25',
  2014: '01-01 01-20 02-17 04-18 05-26 07-04 09-01 11-27 12-25',
  2015: '01-01 01-19 02-16 04-03 05-25 07-03 09-07 11-26 12-25',
  2016: '01-01 01-18 02-15 03-25 05-30 07-04 09-05 11-24 12-26',
  2021: '01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24',
  2022: '01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26',
  2023: '01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25',
  2024: '01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25',
  2025: '01-01 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25',
  2026: '01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25',
  2027: '01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24',
  2028: '01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25',
};
const unannounced: Record<number, string[]> = { 2012: ['2012-10-29', '2012-10-30'], 2025: ['2025-01-09'] };

await t.test('the holidays are those the exchange announced', async (t) => {
  for (const [year, days] of Object.entries(announced)) {
    const expected = [...days.split(' ').map((day) => `${year}-${day}`), ...(unannounced[Number(year)] ?? [])].sort();
    t.same(
      marketHolidays(Number(year)).map(({ date }) => date),
      expected,
      year,
    );
  }
});

await t.test('unscheduled closings are no trading days, and the days around them are', async (t) => {
  for (const date of [
    '2001-09-11',
    '2001-09-14',
    '2004-06-11',
    '2007-01-02',
    '2012-10-30',
    '2018-12-05',
    '2025-01-09',
  ]) {
    t.equal(isTradingDay(date), false, date);
  }
  for (const date of ['2001-09-10', '2001-09-17', '2004-06-10', '2012-10-31', '2018-12-06', '2025-01-10']) {
    t.equal(isTradingDay(date), true, date);
  }
  t.equal(tradingDaysBetween('2001-09-10', '2001-09-17'), 1);
});

await t.test('a Saturday 1 January closes no Friday, other Saturdays do', async (t) => {
  t.equal(isTradingDay('2021-12-31'), true);
  t.equal(isTradingDay('2010-12-31'), true);
  t.equal(isTradingDay('2027-12-31'), true);
  t.equal(isTradingDay('2027-06-18'), false);
  t.equal(isTradingDay('2026-07-03'), false);
});

await t.test('Juneteenth and Martin Luther King Day are kept from their first years on', async (t) => {
  t.equal(isTradingDay('2020-06-19'), true);
  t.equal(isTradingDay('2023-06-19'), false);
  t.equal(isTradingDay('1997-01-20'), true);
  t.equal(isTradingDay('1998-01-19'), false);
});

await t.test('a year has the known number of trading days', async (t) => {
  // Trading days a year: weekdays of the year less the holidays announced and the closings above, counted by hand:
  // 2021: 261 − 9; 2022: 260 − 9; 2023: 260 − 10; 2024: 262 − 10; 2025: 261 − 10 − 1; 2012: 261 − 9 − 2.
  const known: [number, number][] = [
    [2012, 250],
    [2021, 252],
    [2022, 251],
    [2023, 250],
    [2024, 252],
    [2025, 250],
  ];
  for (const [year, count] of known)
    t.equal(tradingDaysBetween(`${year - 1}-12-31`, `${year}-12-31`), count, `${year}`);
});

await t.test('closes are counted after the first date, up to and including the second', async (t) => {
  t.equal(tradingDaysBetween('2026-11-20', '2026-11-20'), 0);
  t.equal(tradingDaysBetween('2026-11-20', '2026-11-23'), 1, 'over a weekend');
  t.equal(tradingDaysBetween('2026-11-25', '2026-11-27'), 1, 'over Thanksgiving');
  t.equal(tradingDaysBetween('2026-11-20', '2026-11-22'), 0, 'to a Sunday counts to the Friday');
  t.equal(tradingDaysBetween('2026-11-21', '2026-11-23'), 1, 'from a Saturday');
  t.equal(tradingDaysBetween('2026-11-23', '2026-11-20'), -1, 'backward');
});

await t.test('adding days lands on closes', async (t) => {
  t.equal(addTradingDays('2026-11-20', 1), '2026-11-23');
  t.equal(addTradingDays('2026-11-22', 1), '2026-11-23');
  t.equal(addTradingDays('2026-11-22', 0), '2026-11-20');
  t.equal(addTradingDays('2026-11-27', -1), '2026-11-25');
  t.equal(addTradingDays('2025-12-31', 252 - 1), '2026-12-31', '2026 has 261 − 10 closes');
});

await t.test('only dates that exist are dates', async (t) => {
  t.equal(parseDate('1970-01-01'), 0);
  t.equal(parseDate('2000-03-01'), 11017);
  t.equal(parseDate('1969-12-31'), -1);
  t.type(parseDate('2024-02-29'), 'number');
  t.type(parseDate('0000-01-01'), 'number');
  const wrong = [
    '2026-02-30',
    '2023-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-04-31',
    '2026-1-1',
    ' 2026-01-01',
    '2026-01-01\n',
    '2026-01-01T00:00:00Z',
    '20260101',
    '',
  ];
  for (const text of wrong) t.equal(parseDate(text), null, JSON.stringify(text));
});

const day = fc
  .date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2090-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

await t.test('day numbers are those of the ECMAScript calendar', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(day, (date) => parseDate(date) === Date.parse(`${date}T00:00:00Z`) / 86_400_000),
      { numRuns: 1000 },
    ),
  );
});

await t.test('counting after adding gives the number added, and the result is a trading day', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(day, fc.integer({ min: -300, max: 300 }), (date, n) => {
        const result = addTradingDays(date, n);
        return tradingDaysBetween(date, result) === n && isTradingDay(result);
      }),
    ),
  );
});

await t.test('adjoining spans add up, and a span is the trading days in it one by one', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(day, day, day, (a, b, c) => {
        return tradingDaysBetween(a, b) + tradingDaysBetween(b, c) === tradingDaysBetween(a, c);
      }),
    ),
  );
  let count = 0;
  for (let at = Date.UTC(2000, 0, 1); at <= Date.UTC(2030, 11, 31); at += 86_400_000) {
    if (isTradingDay(new Date(at).toISOString().slice(0, 10))) count++;
  }
  t.equal(tradingDaysBetween('1999-12-31', '2030-12-31'), count);
});

await t.test('a far date costs no more than its years', async (t) => {
  const count = tradingDaysBetween('2026-01-01', '9999-12-31');
  t.ok(count > 250 * 7973 && count < 253 * 7974, `got ${count}`);
});

await t.test('what is no date or no whole number is thrown with its value', async (t) => {
  t.throws(() => isTradingDay('2026-02-30'), /date is "2026-02-30"/);
  t.throws(() => tradingDaysBetween('soon', '2026-01-01'), /from is "soon"/);
  t.throws(() => tradingDaysBetween('2026-01-01', 'later'), /to is "later"/);
  t.throws(() => addTradingDays('2026-01-01', 1.5), /n is 1.5/);
  t.throws(() => addTradingDays('9999-12-20', 30), /outside the years/);
  t.throws(() => addTradingDays('0000-01-05', -30), /outside the years/);
  t.throws(() => addTradingDays('0000-01-01', 0), /outside the years/, 'a Saturday with no close before it');
  t.throws(() => marketHolidays(10_000), /year is 10000/);
});

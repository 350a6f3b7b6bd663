import { join } from 'node:path';
import t from 'tap';
import { realisedCorrelationPairwise } from '../models/correlation/realised.ts';
import { SHIPPED_SCENARIOS } from '../models/regimes/library.ts';
import { closesOn, readClosingPrices, trailingReturns } from '../scripts/examples/market-data.ts';
import { noSamples, samplesFolder } from './support/market-samples.ts';

// The facts stand in the README of the data, computed there with other tools; three decimals are given.
const rounding = 0.0005;

t.test('the trailing 60-day correlation of twenty names', { skip: noSamples }, async (t) => {
  const prices = readClosingPrices(join(samplesFolder, 'prices.csv'));
  const trailing = (date: string) => realisedCorrelationPairwise(trailingReturns(prices, date, 60), 60, 20) as number;

  await t.test('is what the data are known for, before and in each crisis', async (t) => {
    for (const [date, expected] of [
      ['2007-06-29', 0.299],
      ['2008-11-28', 0.662],
      ['2017-06-30', 0.117],
      ['2020-02-19', 0.248],
      ['2020-02-28', 0.463],
      ['2020-04-30', 0.691],
    ] as const) {
      const value = trailing(date);
      t.ok(Math.abs(value - expected) <= rounding, `${date}: ${value}; need ${expected}`);
    }
  });

  await t.test('averages 0.290 over 1990–2022 and peaks at 0.765 on 2020-03-17', async (t) => {
    const values = prices.dates.slice(60).map(trailing);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const peak = values.indexOf(Math.max(...values));
    t.ok(Math.abs(mean - 0.29) <= rounding, `${mean}`);
    t.equal(prices.dates[60 + peak], '2020-03-17');
    t.ok(Math.abs(values[peak] - 0.765) <= rounding, `${values[peak]}`);
  });
});

t.test('the S&P 500 and the VIX in March 2020 and October 2008', { skip: noSamples }, async (t) => {
  const index = readClosingPrices(join(samplesFolder, 'index.csv'));
  const vix = readClosingPrices(join(samplesFolder, 'vix.csv'));
  const simple = Math.expm1(trailingReturns(index, '2020-03-16', 1)[0]);
  t.ok(Math.abs(simple + 0.1198) <= 0.00005, `${simple}`);
  t.equal(closesOn(vix, '2020-03-16')[0], 82.69);
  t.equal(closesOn(vix, '2008-11-20')[0], 80.86);

  for (const [month, expected] of [
    ['2008-10', 0.792],
    ['2020-03', 0.925],
  ] as const) {
    const days = index.dates.filter((date) => date.startsWith(month));
    const returns = trailingReturns(index, days[days.length - 1], days.length);
    const vol = Math.sqrt((252 / days.length) * returns.reduce((sum, x) => sum + x * x, 0));
    t.ok(Math.abs(vol - expected) <= rounding, `${month}: ${vol}; need ${expected}`);
  }
});

t.test('a close that the VIX file lacks is an error, not a number', { skip: noSamples }, async (t) => {
  const vix = readClosingPrices(join(samplesFolder, 'vix.csv'));
  t.throws(() => closesOn(vix, '1997-11-26'), { message: 'VIX has no close of 1997-11-26' });
});

t.test('the closes that shipped scenarios quote are those of the index and the VIX', { skip: noSamples }, async (t) => {
  const index = readClosingPrices(join(samplesFolder, 'index.csv'));
  const vix = readClosingPrices(join(samplesFolder, 'vix.csv'));
  const descriptions = SHIPPED_SCENARIOS.map(({ description }) => description).join(' ');
  for (const [date, close] of [
    ['2008-09-12', 1251.7],
    ['2009-03-09', 676.53],
    ['2011-07-22', 1345.02],
    ['2011-08-08', 1119.46],
    ['2018-02-02', 2762.13],
    ['2020-02-19', 3386.15],
    ['2020-03-23', 2237.4],
  ] as const) {
    t.equal(closesOn(index, date)[0], close, date);
    t.ok(descriptions.includes(close.toFixed(2)), `${close} is quoted`);
  }
  t.equal(closesOn(index, '2018-02-08')[0], 2581);
  t.equal((closesOn(index, '2016-06-24')[0] / closesOn(index, '2016-06-23')[0] - 1).toFixed(3), '-0.036');
  for (const [date, close] of [
    ['2011-07-22', 17.52],
    ['2011-08-08', 48],
    ['2016-06-23', 17.25],
    ['2016-06-24', 25.76],
    ['2018-02-02', 17.31],
    ['2018-02-05', 37.32],
  ] as const) {
    t.equal(closesOn(vix, date)[0], close, `VIX ${date}`);
  }
});

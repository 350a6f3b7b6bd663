import t from 'tap';
import { optionGreeks } from '../../../models/pricing/black-scholes.ts';
import { type DeltaStrikeTerms, strikeForDelta } from '../../../models/pricing/delta-strike.ts';

const market = { spot: 180, rate: 0.04, dividendYield: 0.015, vol: 0.42, years: 0.5 };

await t.test('the option at the strike has the delta asked for', async (t) => {
  for (const right of ['call', 'put'] as const) {
    for (const delta of [0.001, 0.1, 0.25, 0.5, 0.75, 0.95]) {
      for (const vol of [0.05, 0.42, 2]) {
        const strike = strikeForDelta({ ...market, vol, right, delta });
        t.type(strike, 'number');
        const got = optionGreeks({ ...market, vol, right, strike: Number(strike) }).delta;
        t.ok(Math.abs(Math.abs(got) - delta) < 1e-13, `${right} ${delta} at ${vol}: strike ${strike}, delta ${got}`);
      }
    }
  }
});

await t.test('a 25-delta call and put without carry lie around the spot as the quantile says', async (t) => {
  // N^-1(0.25) = -0.6744897501960817 (Wichura 1988): K = S exp(vol^2 T / 2 +- 0.67449 vol sqrt(T)).
  const flat = { spot: 100, rate: 0, dividendYield: 0, vol: 0.2, years: 1, delta: 0.25 };
  const call = Number(strikeForDelta({ ...flat, right: 'call' }));
  const put = Number(strikeForDelta({ ...flat, right: 'put' }));
  t.ok(Math.abs(call - 100 * Math.exp(0.02 + 0.2 * 0.6744897501960817)) < 1e-12, `${call}`);
  t.ok(Math.abs(put - 100 * Math.exp(0.02 - 0.2 * 0.6744897501960817)) < 1e-12, `${put}`);
});

await t.test('a delta at or above the discounted unit has no strike', async (t) => {
  const limit = Math.exp(-0.015 * 0.5);
  for (const right of ['call', 'put'] as const) {
    t.equal(strikeForDelta({ ...market, right, delta: limit + 1e-12 }), null);
    t.equal(strikeForDelta({ ...market, right, delta: 1 }), null);
    t.ok(Number(strikeForDelta({ ...market, right, delta: limit - 1e-12 })) > 0);
  }
});

await t.test('without volatility the strike is the forward', async (t) => {
  const strike = Number(strikeForDelta({ ...market, vol: 0, right: 'put', delta: 0.25 }));
  t.ok(Math.abs(strike - 180 * Math.exp(0.025 * 0.5)) < 1e-12);
});

await t.test('terms that make no sense are refused with their value', async (t) => {
  const terms: DeltaStrikeTerms = { ...market, right: 'put', delta: 0.25 };
  t.throws(
    () => strikeForDelta({ ...terms, delta: -0.25 }),
    new RangeError('delta is -0.25; need an absolute value > 0'),
  );
  for (const bad of [{ delta: 0 }, { spot: 0 }, { vol: -1 }, { years: Number.NaN }]) {
    t.throws(() => strikeForDelta({ ...terms, ...bad }), RangeError, JSON.stringify(bad));
  }
});

import * as fc from 'fast-check';
import t from 'tap';
import { exp, log, normalCdf } from '../../../models/numeric/elementary.ts';
import {
  CALL_AND_PUT_LENGTH,
  callAndPut,
  type OptionTerms,
  optionGreeks,
  optionValue,
} from '../../../models/pricing/black-scholes.ts';

type Row = readonly ['call' | 'put', number, number, number, number, number, number, number];

function terms([right, strike, spot, dividendYield, rate, years, vol]: Row): OptionTerms {
  return { right, strike, spot, dividendYield, rate, years, vol };
}

const anyTerms = fc.record({
  right: fc.constantFrom('call' as const, 'put' as const),
  spot: fc.double({ min: 0.01, max: 1000, noNaN: true }),
  strike: fc.double({ min: 0.01, max: 1000, noNaN: true }),
  rate: fc.double({ min: -0.05, max: 0.2, noNaN: true }),
  dividendYield: fc.double({ min: -0.05, max: 0.2, noNaN: true }),
  vol: fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 4, noNaN: true })),
  years: fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 10, noNaN: true })),
});

await t.test('values are those in print', async (t) => {
  // Hull, Options, Futures, and Other Derivatives, 9th ed., example 15.6; and E. G. Haug, The Complete Guide to Option
  // Pricing Formulas (1998), pages 2-8 and 24-27. Columns: right, strike, spot, yield, rate, years, vol, value.
  const rows: readonly Row[] = [
    ['call', 40, 42, 0, 0.1, 0.5, 0.2, 4.76],
    ['put', 40, 42, 0, 0.1, 0.5, 0.2, 0.81],
    ['call', 65, 60, 0, 0.08, 0.25, 0.3, 2.1334],
    ['put', 95, 100, 0.05, 0.1, 0.5, 0.2, 2.4648],
    ['put', 19, 19, 0.1, 0.1, 0.75, 0.28, 1.7011],
    ['call', 19, 19, 0.1, 0.1, 0.75, 0.28, 1.7011],
    ['call', 1.6, 1.56, 0.08, 0.06, 0.5, 0.12, 0.0291],
    ['put', 70, 75, 0.05, 0.1, 0.5, 0.35, 4.087],
  ];
  for (const row of rows) {
    const half = row[1] === 40 ? 5e-3 : 5e-5; // Hull prints two digits, Haug four
    t.ok(Math.abs(optionValue(terms(row)) - row[7]) <= half, `${row.join()}: ${optionValue(terms(row))}`);
  }
});

await t.test('sensitivities are those in print', async (t) => {
  // Haug (1998), chapter 1, sensitivities; as in QuantLib's europeanoption test.
  t.ok(Math.abs(optionGreeks(terms(['call', 100, 105, 0.1, 0.1, 0.5, 0.36, 0])).delta - 0.5946) < 5e-5);
  t.ok(Math.abs(optionGreeks(terms(['put', 100, 105, 0.1, 0.1, 0.5, 0.36, 0])).delta + 0.3566) < 5e-5);
  t.ok(Math.abs(optionGreeks(terms(['call', 60, 55, 0, 0.1, 0.75, 0.3, 0])).gamma - 0.0278) < 5e-5);
  t.ok(Math.abs(optionGreeks(terms(['call', 60, 55, 0, 0.1, 0.75, 0.3, 0])).vega - 18.9358) < 5e-5);
  t.ok(Math.abs(optionGreeks(terms(['put', 405, 430, 0.05, 0.07, 1 / 12, 0.2, 0])).theta + 31.1924) < 5e-5);
});

await t.test('values agree with the formula written out', async () => {
  fc.assert(
    fc.property(anyTerms, (option) => {
      const { spot, strike, rate, dividendYield, vol, years } = option;
      const totalVol = vol * Math.sqrt(years);
      fc.pre(totalVol > 0);
      const asset = spot * exp(-dividendYield * years);
      const cash = strike * exp(-rate * years);
      const d1 = (log(spot / strike) + (rate - dividendYield) * years) / totalVol + totalVol / 2;
      const sign = option.right === 'call' ? 1 : -1;
      const expected = sign * (asset * normalCdf(sign * d1) - cash * normalCdf(sign * (d1 - totalVol)));
      const got = optionValue(option);
      return Math.abs(got - expected) <= 4e-15 * (asset + cash);
    }),
    { seed: 90, numRuns: 2000 },
  );
});

await t.test('call less put is the discounted forward to rounding, with and without volatility and time', async () => {
  fc.assert(
    fc.property(anyTerms, (option) => {
      const call = optionValue({ ...option, right: 'call' });
      const put = optionValue({ ...option, right: 'put' });
      const asset = option.spot * exp(-option.dividendYield * option.years);
      const cash = option.strike * exp(-option.rate * option.years);
      return Math.abs(call - put - (asset - cash)) <= 4.5e-16 * Math.max(asset, cash);
    }),
    { seed: 91, numRuns: 2000 },
  );
});

await t.test('values lie between the discounted intrinsic value of the forward and what they can pay', async () => {
  fc.assert(
    fc.property(anyTerms, (option) => {
      const asset = option.spot * exp(-option.dividendYield * option.years);
      const cash = option.strike * exp(-option.rate * option.years);
      const value = optionValue(option);
      const [floor, ceiling] = option.right === 'call' ? [asset - cash, asset] : [cash - asset, cash];
      const slack = 4.5e-16 * Math.max(asset, cash);
      return value >= 0 && value >= floor - slack && value <= ceiling + slack;
    }),
    { seed: 92, numRuns: 2000 },
  );
});

await t.test('doubling spot and strike doubles the value exactly', async () => {
  fc.assert(
    fc.property(anyTerms, (option) => {
      const doubled = optionValue({ ...option, spot: 2 * option.spot, strike: 2 * option.strike });
      return doubled === 2 * optionValue(option);
    }),
    { seed: 93, numRuns: 500 },
  );
});

await t.test(
  'twice the volatility over a quarter of the time, with four times the rates, changes nothing',
  async () => {
    fc.assert(
      fc.property(anyTerms, (option) => {
        const scaled = optionValue({
          ...option,
          vol: 2 * option.vol,
          years: option.years / 4,
          rate: 4 * option.rate,
          dividendYield: 4 * option.dividendYield,
        });
        return scaled === optionValue(option);
      }),
      { seed: 94, numRuns: 500 },
    );
  },
);

await t.test('a put is the call with spot and strike, rate and yield exchanged', async () => {
  fc.assert(
    fc.property(anyTerms, (option) => {
      const put = optionValue({ ...option, right: 'put' });
      const exchanged = optionValue({
        right: 'call',
        spot: option.strike,
        strike: option.spot,
        rate: option.dividendYield,
        dividendYield: option.rate,
        vol: option.vol,
        years: option.years,
      });
      const scale =
        option.spot * exp(-option.dividendYield * option.years) + option.strike * exp(-option.rate * option.years);
      return Math.abs(put - exchanged) <= 2e-15 * scale;
    }),
    { seed: 95, numRuns: 500 },
  );
});

await t.test('sensitivities are the differences of the values', async (t) => {
  for (const right of ['call', 'put'] as const) {
    for (const strike of [80, 100, 125]) {
      const option: OptionTerms = { right, spot: 100, strike, rate: 0.04, dividendYield: 0.015, vol: 0.3, years: 0.6 };
      const greeks = optionGreeks(option);
      const change = (bump: Partial<OptionTerms>, back: Partial<OptionTerms>) =>
        optionValue({ ...option, ...bump }) - optionValue({ ...option, ...back });
      t.equal(greeks.value, optionValue(option));
      // Step h: the error of a central difference is h^2/6 times the third derivative plus 1e-14 / h.
      t.ok(Math.abs(change({ spot: 100.01 }, { spot: 99.99 }) / 0.02 - greeks.delta) < 1e-8);
      t.ok(Math.abs(change({ vol: 0.3001 }, { vol: 0.2999 }) / 0.0002 - greeks.vega) < 1e-5);
      t.ok(Math.abs(change({ years: 0.5999 }, { years: 0.6001 }) / 0.0002 - greeks.theta) < 1e-5);
      const second = optionGreeks({ ...option, spot: 100.01 }).delta - optionGreeks({ ...option, spot: 99.99 }).delta;
      t.ok(Math.abs(second / 0.02 - greeks.gamma) < 1e-8);
    }
  }
});

await t.test('without volatility or time values and sensitivities are the discounted intrinsic ones', async (t) => {
  const at = { rate: 0.05, dividendYield: 0.02, vol: 0, years: 2 };
  const er = exp(-0.1);
  const eq = exp(-0.04);
  t.same(optionGreeks({ right: 'call', spot: 100, strike: 90, ...at }), {
    value: 100 * eq - 90 * er,
    delta: eq,
    gamma: 0,
    vega: 0,
    theta: 0.02 * (100 * eq) - 0.05 * (100 * eq - (100 * eq - 90 * er)),
  });
  t.equal(optionValue({ right: 'put', spot: 100, strike: 90, ...at }), 0);
  t.equal(optionGreeks({ right: 'put', spot: 100, strike: 150, ...at }).delta, -eq);
  for (const vol of [0, 0.3]) {
    const expired = { rate: 0.05, dividendYield: 0.02, vol, years: 0 };
    t.equal(optionValue({ right: 'call', spot: 101, strike: 100, ...expired }), 1);
    t.equal(optionValue({ right: 'put', spot: 101, strike: 100, ...expired }), 0);
    t.equal(optionValue({ right: 'put', spot: 99, strike: 100, ...expired }), 1);
    t.equal(optionValue({ right: 'call', spot: 100, strike: 100, ...expired }), 0);
    const kink = optionGreeks({ right: 'put', spot: 100, strike: 100, ...expired });
    t.equal(kink.delta, -0.5);
    t.ok(Object.values(kink).every(Number.isFinite), JSON.stringify(kink));
  }
});

await t.test('the limits at no volatility are approached', async (t) => {
  for (const spot of [90, 100, 110]) {
    for (const right of ['call', 'put'] as const) {
      const option = { right, spot, strike: 100, rate: 0, dividendYield: 0, years: 1 };
      const near = optionGreeks({ ...option, vol: 1e-9 });
      const limit = optionGreeks({ ...option, vol: 0 });
      t.ok(Math.abs(near.value - limit.value) < 1e-7);
      t.ok(Math.abs(near.delta - limit.delta) < 1e-8);
      t.ok(Math.abs(near.vega - limit.vega) < 1e-8);
    }
  }
});

await t.test('a spot of 0, or far from the strike, stays finite', async (t) => {
  const at = { rate: 0.05, dividendYield: 0.01, vol: 0.4, years: 1 };
  for (const spot of [0, 5e-324, 1e-200, 1e-9, 1e9, 1e200]) {
    for (const right of ['call', 'put'] as const) {
      const greeks = optionGreeks({ right, spot, strike: 100, ...at });
      t.ok(Object.values(greeks).every(Number.isFinite), `${right} ${spot}: ${JSON.stringify(greeks)}`);
    }
  }
  t.equal(optionValue({ right: 'call', spot: 0, strike: 100, ...at }), 0);
  t.equal(optionValue({ right: 'put', spot: 0, strike: 100, ...at }), 100 * exp(-0.05));
  t.equal(optionGreeks({ right: 'put', spot: 0, strike: 100, ...at }).delta, -exp(-0.01));
});

await t.test('callAndPut gives what optionValue and optionGreeks give', async (t) => {
  const out = new Float64Array(CALL_AND_PUT_LENGTH);
  const option = { spot: 95, strike: 100, rate: 0.03, dividendYield: 0.01, vol: 0.25, years: 0.5 };
  callAndPut(
    log(95 / 100),
    95,
    100,
    exp(-0.03 * 0.5),
    exp(-0.01 * 0.5),
    0.25 * Math.sqrt(0.5),
    (0.03 - 0.01) * 0.5,
    out,
  );
  const greeks = optionGreeks({ right: 'call', ...option });
  t.equal(out[0], greeks.value);
  t.equal(out[1], optionValue({ right: 'put', ...option }));
  t.ok(Math.abs(out[2] / 95 - greeks.delta) < 1e-15);
  t.equal(out[3] * Math.sqrt(0.5), greeks.vega);
});

await t.test('terms out of range are refused with their value', async (t) => {
  const option: OptionTerms = { right: 'call', spot: 1, strike: 1, rate: 0, dividendYield: 0, vol: 0.2, years: 1 };
  t.throws(() => optionValue({ ...option, vol: -0.2 }), new RangeError('vol is -0.2; need >= 0 and finite'));
  for (const bad of [
    { spot: -1 },
    { spot: Number.NaN },
    { strike: 0 },
    { strike: Number.POSITIVE_INFINITY },
    { years: -1 },
    { rate: Number.NaN },
    { dividendYield: Number.POSITIVE_INFINITY },
  ]) {
    t.throws(() => optionGreeks({ ...option, ...bad }), RangeError, JSON.stringify(bad));
  }
});

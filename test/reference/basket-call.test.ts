import t from 'tap';
import { agrees } from '../support/close.ts';
import { meanOf, simulate } from '../support/simulate.ts';
import { equalNames, requestFor, still } from '../support/wire.ts';

/**
 * M. Krekel, J. de Kok, R. Korn, T.-K. Man, "An Analysis of Pricing Methods for Basket Options", Wilmott Magazine (2004),
 * digits as in QuantLib's basketoption test: four assets with forward 100, weights 1/4, volatility 40 %, no rate, five
 * years, strike 100. An index is a basket of fixed units, so a call on it, held to expiry, pays exactly what is priced
 * there, and at a rate of 0 its price is its value at the start plus its mean P&L.
 */
const ladder = [
  { correlation: 0.1, price: 21.692096, delta: 0.62 },
  { correlation: 0.5, price: 28.00737, delta: 0.65 },
  { correlation: 0.8, price: 32.041226, delta: 0.67 },
];

t.test('a call on an index costs what the basket call does', async (t) => {
  for (const { correlation, price, delta } of ladder) {
    // A step is exact for any length, so five of a year do. The index held short gains 0 on average and takes most of
    // the noise away, whatever its quantity.
    const market = equalNames(4, { vol: 0.4, correlation, daysPerYear: 1 });
    const { request, columns } = simulate(
      requestFor(
        [
          {
            id: 'call',
            type: 'option',
            right: 'call',
            underlying: 'I',
            side: 'long',
            quantity: 1,
            multiplier: 1,
            strike: { absolute: 100 },
            expiryDays: 5,
          },
          { id: 'hedge', type: 'underlying', underlying: 'I', side: 'short', quantity: delta },
        ],
        market,
        still,
        { paths: 100_000, horizonDays: 5, seed: '2004' },
      ),
    );
    const { mean, error } = meanOf(columns.pnl);
    t.ok(error < 0.11, `the error ${error} is a third of a percent of the price`);
    agrees(t, `correlation ${correlation}`, {
      value: request.positions[0].initialValue + mean,
      expected: price,
      error,
    });
  }
});

t.test('daily steps over five years price it alike', async (t) => {
  const { correlation, price, delta } = ladder[1];
  const { request, columns } = simulate(
    requestFor(
      [
        {
          id: 'call',
          type: 'option',
          right: 'call',
          underlying: 'I',
          side: 'long',
          quantity: 1,
          multiplier: 1,
          strike: { percentOfSpot: 100 },
          expiryDays: 1260,
        },
        { id: 'hedge', type: 'underlying', underlying: 'I', side: 'short', quantity: delta },
      ],
      equalNames(4, { vol: 0.4, correlation }),
      still,
      { paths: 1000, horizonDays: 1260, seed: '1260' },
    ),
  );
  const { mean, error } = meanOf(columns.pnl);
  t.ok(error < 0.8, `${error}`);
  agrees(t, 'price', { value: request.positions[0].initialValue + mean, expected: price, error });
});

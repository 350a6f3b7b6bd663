import t from 'tap';
import type { Market } from '../../schemas/market.ts';
import { near } from '../support/close.ts';
import { prepareRequest, simulate } from '../support/simulate.ts';
import { equalNames, requestFor, still } from '../support/wire.ts';

/** Worked numbers of equation (1), σ_I² = Σ w² σ² + Σ_{i≠j} w w ρ σ σ, and (2), the same solved for ρ. */
const indexOf = (market: Market) =>
  simulate(
    requestFor([{ id: 'i', type: 'underlying', underlying: 'I', side: 'long', quantity: 1 }], market, still, {
      paths: 1,
      horizonDays: 1,
      seed: '1',
    }),
  ).result.correlation['I'];

t.test('index volatility is derived from the constituents', async (t) => {
  for (const [correlation, vol] of [
    [1, 0.3],
    [0, 0.212132034],
    [-1, 0],
  ]) {
    near(
      t,
      `two names, 30 %, ${correlation}`,
      indexOf(equalNames(2, { vol: 0.3, correlation })).impliedVolAtStart,
      vol,
      1e-9,
    );
  }
  near(
    t,
    'fifteen equal names at 0.90, relative to one',
    indexOf(equalNames(15, { vol: 0.4, correlation: 0.9 })).impliedVolAtStart / 0.4,
    0.95219,
    5e-7,
  );
});

t.test('two names of 22 and 23 % have the index volatility of a pencil', async (t) => {
  // ¼ (0.22² + 0.23² + 2 ρ · 0.22 · 0.23): 0.0443 and 0.027855, 21.0476 % and 16.6898 %.
  for (const [correlation, variance] of [
    [0.75, 0.0443],
    [0.1, 0.027855],
  ]) {
    const market = equalNames(2, { vol: 0.22, correlation });
    const [first, second] = market.underlyings;
    const { impliedVolAtStart, impliedAtStart } = indexOf({
      ...market,
      underlyings: [first, { ...second, impliedVol: 0.23 }],
    });
    near(t, `at ${correlation}`, impliedVolAtStart, Math.sqrt(variance), 1e-15);
    near(t, 'and back', impliedAtStart as number, correlation, 1e-12);
  }
});

t.test('implied correlation at the start follows from the index volatility', async (t) => {
  for (const [count, vol, indexVol, implied] of [
    [10, 0.35, 0.2, 0.251701],
    [5, 0.4, 0.25, 0.238281],
  ]) {
    const market = equalNames(count, { vol, correlation: 0.3 });
    const indices = market.indices?.map((index) => ({ ...index, impliedVol: indexVol }));
    near(
      t,
      `${count} names at ${vol}`,
      indexOf({ ...market, indices: indices ?? [] }).impliedAtStart as number,
      implied,
      5e-7,
    );
  }
});

t.test('quotes that need a correlation outside [−1/(A−1), 1] are refused by name, not clamped', async (t) => {
  for (const impliedVol of [0.41, 0]) {
    const market = equalNames(5, { vol: 0.4, correlation: 0.3 });
    const indices = (market.indices ?? []).map((index) => ({ ...index, impliedVol }));
    const outcome = prepareRequest(
      requestFor(
        [{ id: 'i', type: 'underlying', underlying: 'I', side: 'long', quantity: 1 }],
        { ...market, indices },
        still,
        { paths: 1, horizonDays: 1, seed: '1' },
      ),
    );
    // −1/4 makes the variance of five equal names exactly 0, so 0 is allowed.
    t.equal(outcome.ok, impliedVol === 0);
    if (!outcome.ok) {
      t.equal(outcome.failures[0].reason, 'impossible_index_volatility');
      t.equal(outcome.failures[0].pointer, '/market/indices/0/impliedVol');
      t.match(outcome.failures[0].message, /"I" is 0\.41.*1\.0/);
    }
  }
});

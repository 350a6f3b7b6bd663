import t from 'tap';
import { resolveMarket } from '../../../models/book/resolve-market.ts';
import { residualsOf } from '../../../models/book/resolve-run.ts';
import { FailureList } from '../../../models/failures.ts';
import type { Market } from '../../../schemas/market.ts';
import type { Position } from '../../../schemas/position.ts';
import { smallRequest } from './small-request.ts';

const holding = (underlying: string): Position => ({
  id: underlying,
  type: 'underlying',
  underlying,
  side: 'long',
  quantity: 1,
});

/** Resolves a market that must have nothing wrong with it. */
function resolved(market: Market, ...underlyings: string[]) {
  const failures = new FailureList();
  const result = resolveMarket({ nav: 1, positions: underlyings.map(holding) }, market, failures);
  if (result === undefined) throw new Error(JSON.stringify(failures.items));
  return result;
}

/** Names A to E with correlations that differ in every pair, index I of B and D, index J of E and half a rest. */
function market(): Market & { indices: NonNullable<Market['indices']> } {
  const ids = ['A', 'B', 'C', 'D', 'E'];
  return {
    underlyings: ids.map((id, i) => ({ id, spot: 10 * (i + 1), impliedVol: 0.2 + i / 10 })),
    indices: [
      {
        id: 'I',
        spot: 100,
        constituents: [
          { underlying: 'D', weight: 0.25 },
          { underlying: 'B', weight: 0.75 },
        ],
      },
      { id: 'J', spot: 200, impliedVol: 0.5, constituents: [{ underlying: 'E', weight: 0.5 }] },
    ],
    correlation: {
      kind: 'matrix',
      order: ids.toReversed(),
      values: ids.map((_, i) => ids.map((__, j) => (i === j ? 1 : (4 - i + (4 - j)) / 20))),
    },
  };
}
/** Correlation of names i and j in market order, from the matrix given in reverse. */
const correlation = (i: number, j: number) => (i === j ? 1 : (i + j) / 20);

t.test('only names the book needs are simulated, and they keep their place as the number of their draws', async (t) => {
  const { names, places, correlation: calm, indices } = resolved(market(), 'I', 'A');
  t.same(names.ids, ['A', 'B', 'D'], 'in market order: traded, or in an index that is');
  t.same([...places], [0, 1, 3]);
  t.same([...names.numbers], [0, 1, 3]);
  t.same([...names.spots], [10, 20, 40]);
  t.same([...names.impliedVols], [0.2, 0.2 + 1 / 10, 0.2 + 3 / 10]);
  t.same(
    [...calm],
    [0, 1, 3].flatMap((i) => [0, 1, 3].map((j) => correlation(i, j))),
    'rows and columns in market order, whatever the order of the matrix',
  );
  t.same(
    indices.map(({ id, place }) => [id, place]),
    [['I', 0]],
  );
  t.same([...indices[0].members], [2, 1], 'constituents in their order, as positions in the names');
  t.same([...indices[0].weights], [0.25, 0.75]);
});

t.test('names are numbered alike in a book of everything', async (t) => {
  const { names } = resolved(market(), 'A', 'B', 'C', 'D', 'E');
  t.same([...names.numbers.subarray(0, 5)], [0, 1, 2, 3, 4]);
});

t.test('indices matter when the book trades them, and all of them when it trades none', async (t) => {
  const ids = (...traded: string[]) => {
    const { indices, names, reference } = resolved(market(), ...traded);
    return { indices: indices.map(({ id }) => id), names: names.ids, reference };
  };
  t.same(ids('I'), { indices: ['I'], names: ['B', 'D'], reference: 0 });
  t.same(ids('J', 'C'), { indices: ['J'], names: ['C', 'E', 'J residual'], reference: 0 });
  t.same(ids('J', 'I'), { indices: ['I', 'J'], names: ['B', 'D', 'E', 'J residual'], reference: 0 });
  t.same(
    ids('A'),
    { indices: ['I', 'J'], names: ['A', 'B', 'D', 'E', 'J residual'], reference: -1 },
    'none weighs the average correlation then',
  );
});

t.test('a residual stands behind the names, in index order, and is numbered behind all of the market', async (t) => {
  const wire = market();
  wire.indices[0] = { ...wire.indices[0], impliedVol: 0.4, constituents: [{ underlying: 'B', weight: 0.75 }] };
  const result = resolved(wire, 'J', 'I');
  const { names, indices } = result;
  t.same(names.ids, ['B', 'E', 'I residual', 'J residual']);
  t.same([names.count, names.named], [4, 2]);
  t.same([...names.numbers], [1, 4, 2 ** 20, 2 ** 20 + 1], 'behind every place an underlying can have');
  t.same([...indices[0].members], [0, 2]);
  t.same([...indices[1].members], [1, 3]);
  t.same([...indices[0].weights], [0.75, 0.25]);
  t.same(
    indices.map(({ constituents }) => constituents),
    [1, 1],
  );
  t.same([...names.spots.subarray(2)], [1, 1]);
  t.same(
    residualsOf(result).map(({ index, weight }) => [index, weight]),
    [
      ['I', 0.25],
      ['J', 0.5],
    ],
  );
  for (const [k, { residual }] of indices.entries()) t.equal(names.impliedVols[2 + k], residual?.vol);

  const alone = resolved(wire, 'J');
  t.same(alone.names.ids, ['E', 'J residual']);
  t.same([...alone.names.numbers], [4, 2 ** 20 + 1], 'the same draws as beside the other');
});

t.test('defaults: rate 0, 252 days, realised volatility as implied, no dividends, beta 1, sign 1', async (t) => {
  const { rate, daysPerYear, names } = resolved({ underlyings: [{ id: 'A', spot: 7, impliedVol: 0.3 }] }, 'A');
  t.same({ rate, daysPerYear }, { rate: 0, daysPerYear: 252 });
  const { realisedVols, dividendYields, impliedVolBetas, crisisSigns, sectors, numbers } = names;
  t.same(
    [realisedVols, dividendYields, impliedVolBetas, crisisSigns].map((of) => [...of]),
    [[0.3], [0], [1], [1]],
  );
  t.same(sectors, [undefined]);
  t.same([...numbers], [0]);
});

t.test('an index without a volatility gets that of its basket, and the common correlation back', async (t) => {
  // Equal correlations: equation (2) inverts equation (1), so the implied correlation is the calm one.
  const { indices } = resolved(smallRequest().market, 'I');
  t.ok(Math.abs((indices[0].impliedCorrelation as number) - 0.4) < 1e-12, `${indices[0].impliedCorrelation}`);
  // (1) by hand: 0.15² + 0.2² + 2 · 0.4 · 0.15 · 0.2
  const variance = 0.0225 + 0.04 + 0.024;
  t.ok(Math.abs(indices[0].impliedVol - Math.sqrt(variance)) < 1e-15, `${indices[0].impliedVol}`);
});

t.test('weights that sum to 1 but for 1e-9 are scaled, and leave no residual', async (t) => {
  const { market } = smallRequest();
  market.indices[0].constituents[0].weight = 0.5 - 5e-10;
  const { indices, names } = resolved(market, 'I');
  t.equal(names.count, 2);
  t.equal(indices[0].residual, undefined);
  t.ok(Math.abs(indices[0].weights[0] + indices[0].weights[1] - 1) <= 2 ** -52, 'they sum to 1');
});

t.test('a matrix of the names is extended by residuals as the calm one is', async (t) => {
  const result = resolved(market(), 'J', 'A');
  t.equal(result.names.count, 3, 'A, E and the rest of J');
  const named = Float64Array.of(1, correlation(0, 4), correlation(0, 4), 1);
  t.same([...result.extend(named)], [...result.correlation]);
  const apart = result.extend(Float64Array.of(1, 0, 0, 1));
  t.equal(apart.length, 9);
  t.same([apart[0], apart[4], apart[8]], [1, 1, 1]);
});

import type { Book } from '../../schemas/book.ts';
import type { Market } from '../../schemas/market.ts';
import type { MatrixRepair } from '../../schemas/stress-result.ts';
import { extendWithResiduals } from '../correlation/residual.ts';
import type { FailureList } from '../failures.ts';
import { resolveMatrix, submatrix } from './resolve-matrix.ts';
import { type ResolvedIndex, resolveIndices } from './resolve-indices.ts';

/** Everything simulated through the correlation matrix: the names a book needs, then a residual for each index that has one. */
export interface ResolvedNames {
  readonly count: number;
  /** How many of them are names of the market; the rest are residuals. */
  readonly named: number;
  readonly ids: readonly string[];
  /** [count] place in the market, which numbers the random draws; a residual's is behind all of them. */
  readonly numbers: Int32Array;
  readonly spots: Float64Array;
  /** [count] ATM, decimal a year */
  readonly impliedVols: Float64Array;
  /** [count] of the calm paths, decimal a year */
  readonly realisedVols: Float64Array;
  readonly dividendYields: Float64Array;
  readonly impliedVolBetas: Float64Array;
  readonly crisisSigns: Float64Array;
  readonly sectors: readonly (string | undefined)[];
}

/**
 * Number of the residual of a market's first index: behind every place an underlying can have, so that another
 * underlying in the market changes no draw.
 */
const FIRST_RESIDUAL_NUMBER = 2 ** 20;

/** A market cut to what one book needs, in arrays and internal units. */
export interface ResolvedMarket {
  readonly asOf: string | undefined;
  readonly rate: number;
  readonly daysPerYear: number;
  readonly names: ResolvedNames;
  /** The indices the book trades, in market order; all of the market's when it trades none. */
  readonly indices: readonly ResolvedIndex[];
  /** Position in `indices` of the one that weighs an average correlation; -1 when the book trades none. */
  readonly reference: number;
  /** [count × count] calm correlations, residuals included */
  readonly correlation: Float64Array;
  /** [n × n] calm correlations of all underlyings of the market, without residuals */
  readonly whole: Float64Array;
  /** [n] crisis signs of all underlyings of the market */
  readonly wholeSigns: Float64Array;
  /** [named × named] → [count × count]: a matrix of the names with the residuals put in. */
  readonly extend: (matrix: Float64Array) => Float64Array;
  /** Places of `names` in the market's list, for matrices given in another order. */
  readonly places: Int32Array;
  readonly repairs: readonly MatrixRepair[];
}

/**
 * Resolves a market that has passed `checkMarket` for one book.
 *
 * Names the book does not need are not simulated; those it needs keep their number, and so their random draws.
 * Failures of matrices, residuals and index volatilities are added to `failures`.
 *
 * @returns undefined when something failed
 */
export function resolveMarket(book: Book, market: Market, failures: FailureList): ResolvedMarket | undefined {
  const before = failures.total;
  const repairs: MatrixRepair[] = [];
  const whole = resolveMatrix(market.correlation, market.underlyings, '/market/correlation', failures, repairs);
  if (whole === undefined) return undefined;

  const traded = tradedIndices(book, market);
  const relevant = (market.indices ?? [])
    .map((index, place) => ({ index, place }))
    .filter(({ index }) => traded.size === 0 || traded.has(index.id));
  const places = neededPlaces(
    book,
    market,
    relevant.map(({ index }) => index),
  );
  const underlyings = Array.from(places, (place) => market.underlyings[place]);
  const calm = submatrix(whole, market.underlyings.length, places);
  const impliedVols = Float64Array.from(underlyings, (underlying) => underlying.impliedVol as number);
  const others = (market.indices ?? [])
    .map((index, place) => ({ index, place }))
    .filter(({ place }) => !relevant.some((one) => one.place === place));
  // An index that the book does not trade is not simulated, but a market that contradicts itself is refused all the same.
  const allVols = Float64Array.from(market.underlyings, ({ impliedVol }) => impliedVol as number);
  resolveIndices(others, market.underlyings, allVols, whole, failures);
  const indices = resolveIndices(relevant, underlyings, impliedVols, calm, failures);
  if (failures.total > before) return undefined;

  const residuals = indices.filter((index) => index.residual !== undefined);
  const baskets = residuals.map((index) => ({ weights: index.namedWeights }));
  const extend = (matrix: Float64Array) =>
    baskets.length === 0 ? matrix : extendWithResiduals(matrix, underlyings.length, baskets);
  const residualVols = residuals.map((index) => index.residual?.vol ?? 0);
  const withResiduals = (named: Iterable<number>, added: readonly number[]) => Float64Array.from([...named, ...added]);
  const filled = (value: number) => residuals.map(() => value);
  return {
    asOf: market.asOf,
    rate: market.rate ?? 0,
    daysPerYear: market.daysPerYear ?? 252,
    names: {
      count: underlyings.length + residuals.length,
      named: underlyings.length,
      ids: [...underlyings.map(({ id }) => id), ...residuals.map(({ id }) => `${id} residual`)],
      numbers: Int32Array.from([...places, ...residuals.map(({ place }) => FIRST_RESIDUAL_NUMBER + place)]),
      spots: withResiduals(
        underlyings.map(({ spot }) => spot),
        filled(1),
      ),
      impliedVols: withResiduals(impliedVols, residualVols),
      realisedVols: withResiduals(
        underlyings.map((underlying, i) => underlying.realisedVol ?? impliedVols[i]),
        residualVols,
      ),
      dividendYields: withResiduals(
        underlyings.map(({ dividendYield }) => dividendYield ?? 0),
        filled(0),
      ),
      impliedVolBetas: withResiduals(
        underlyings.map(({ impliedVolBeta }) => impliedVolBeta ?? 1),
        filled(1),
      ),
      crisisSigns: withResiduals(
        underlyings.map(({ crisisSign }) => crisisSign ?? 1),
        filled(1),
      ),
      sectors: [...underlyings.map(({ sector }) => sector), ...residuals.map(() => undefined)],
    },
    indices,
    reference: traded.size === 0 ? -1 : 0,
    correlation: extend(calm),
    whole,
    wholeSigns: Float64Array.from(market.underlyings, ({ crisisSign }) => crisisSign ?? 1),
    extend,
    places,
    repairs,
  };
}

/** Ids of the indices a book has a position on. */
function tradedIndices(book: Book, market: Market): ReadonlySet<string> {
  const ids = new Set((market.indices ?? []).map((index) => index.id));
  const used = book.positions.map((position) =>
    position.type === 'correlationSwap' ? position.basket : position.underlying,
  );
  return new Set(used.filter((id) => ids.has(id)));
}

/** Places in the market of the names a book trades or whose index is relevant to it, ascending. */
function neededPlaces(
  book: Book,
  market: Market,
  relevant: readonly { constituents: readonly { underlying: string }[] }[],
): Int32Array {
  const needed = new Set<string>();
  for (const position of book.positions) if (position.type !== 'correlationSwap') needed.add(position.underlying);
  for (const index of relevant) for (const { underlying } of index.constituents) needed.add(underlying);
  return Int32Array.from([...market.underlyings.keys()].filter((place) => needed.has(market.underlyings[place].id)));
}

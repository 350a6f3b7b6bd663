import type { MarketIndex, Underlying } from '../../schemas/market.ts';
import {
  acrossTerms,
  impliedCorrelation,
  indexVolatilityFromMatrix,
  lowestCommonCorrelation,
} from '../correlation/implied.ts';
import { residualLoading, solveResidualVol } from '../correlation/residual.ts';
import { type FailureList, pointer } from '../failures.ts';
import { SUM_TOLERANCE } from './check/market.ts';
import { tidy } from './wording.ts';

/** An index as a basket of the resolved names. */
export interface ResolvedIndex {
  readonly id: string;
  /** Place in the market's list of indices. */
  readonly place: number;
  readonly spot: number;
  /** [members] positions in the resolved names, constituents in the given order, the residual last */
  readonly members: Int32Array;
  /** [members] at the start, sum 1 */
  readonly weights: Float64Array;
  /** [named] the same without the residual, by name, 0 for non-members */
  readonly namedWeights: Float64Array;
  /** How many members are names. */
  readonly constituents: number;
  /** Given or derived, decimal a year. */
  readonly impliedVol: number;
  /** By equation (2) over all members; null with fewer than two members, or when none has a volatility. */
  readonly impliedCorrelation: number | null;
  readonly residual?: { readonly weight: number; readonly vol: number; readonly loading: number };
}

/** Rounding in decimal input must not make a market impossible. */
const CORRELATION_TOLERANCE = 1e-9;

/**
 * Weights, residual, volatility and implied correlation of each index a book needs.
 *
 * @param relevant     indices with their places in the market
 * @param underlyings  [named] in the order of `impliedVols` and `calm`
 * @param calm         [named × named]
 */
export function resolveIndices(
  relevant: readonly { readonly index: MarketIndex; readonly place: number }[],
  underlyings: readonly Underlying[],
  impliedVols: Float64Array,
  calm: Float64Array,
  failures: FailureList,
): ResolvedIndex[] {
  const position = new Map(underlyings.map(({ id }, i) => [id, i]));
  const resolved: ResolvedIndex[] = [];
  let residuals = 0;
  for (const { index, place } of relevant) {
    const at = pointer('market', 'indices', place);
    const named = Int32Array.from(index.constituents, ({ underlying }) => position.get(underlying) as number);
    const namedWeights = new Float64Array(underlyings.length);
    for (const [j, { weight }] of index.constituents.entries()) namedWeights[named[j]] = weight;
    const covered = index.constituents.reduce((sum, { weight }) => sum + weight, 0);
    const basket = { index, place, at, named, namedWeights, covered, impliedVols, calm };
    const done =
      covered >= 1 - SUM_TOLERANCE
        ? withoutResidual(basket, failures)
        : withResidual(basket, underlyings.length + residuals, failures);
    if (done === undefined) continue;
    if (done.residual !== undefined) residuals++;
    resolved.push(done);
  }
  return resolved;
}

interface Basket {
  readonly index: MarketIndex;
  readonly place: number;
  readonly at: string;
  readonly named: Int32Array;
  readonly namedWeights: Float64Array;
  readonly covered: number;
  readonly impliedVols: Float64Array;
  readonly calm: Float64Array;
}

function withoutResidual(basket: Basket, failures: FailureList): ResolvedIndex | undefined {
  const { index, named, covered, impliedVols, calm, namedWeights } = basket;
  // Weights within the tolerance of 1 are scaled to exactly 1, so that the basket starts at the index level.
  const weights = Float64Array.from(index.constituents, ({ weight }) => weight / covered);
  const vols = Float64Array.from(named, (i) => impliedVols[i]);
  const vol =
    (index.impliedVol as number | undefined) ??
    indexVolatilityFromMatrix(
      calm,
      namedWeights.map((w) => w / covered),
      impliedVols,
    );
  const correlation = correlationOf(basket, vol, weights, vols, failures);
  if (correlation === undefined) return undefined;
  return {
    ...identity(basket),
    members: named,
    weights,
    namedWeights,
    constituents: named.length,
    impliedVol: vol,
    impliedCorrelation: correlation,
  };
}

function withResidual(basket: Basket, residualPosition: number, failures: FailureList): ResolvedIndex | undefined {
  const { index, at, named, covered, impliedVols, calm, namedWeights } = basket;
  const indexVol = index.impliedVol as number | undefined;
  if (indexVol === undefined) {
    failures.add(
      'residual_undetermined',
      `${at}/impliedVol`,
      `impliedVol of "${index.id}" is missing, and the weights sum to ${tidy(covered)}, so nothing says how the rest moves; give impliedVol, or weights that sum to 1`,
    );
    return undefined;
  }
  const weight = 1 - covered;
  const n = impliedVols.length;
  const { c, correlations } = residualLoading(calm, n, namedWeights, named);
  const solved = solveResidualVol({
    indexVol,
    weights: namedWeights,
    vols: impliedVols,
    matrix: calm,
    residualWeight: weight,
    residualCorrelations: correlations,
  });
  if (!solved.ok) {
    failures.add(
      'impossible_index_volatility',
      `${at}/impliedVol`,
      `impliedVol of "${index.id}" does not fit its constituents: ${solved.reason}`,
    );
    return undefined;
  }
  const members = Int32Array.from([...named, residualPosition]);
  const weights = Float64Array.from([...index.constituents.map((constituent) => constituent.weight), weight]);
  const vols = Float64Array.from([...Array.from(named, (i) => impliedVols[i]), solved.vol]);
  const correlation = correlationOf(basket, indexVol, weights, vols, failures);
  if (correlation === undefined) return undefined;
  return {
    ...identity(basket),
    members,
    weights,
    namedWeights,
    constituents: named.length,
    impliedVol: indexVol,
    impliedCorrelation: correlation,
    residual: { weight, vol: solved.vol, loading: c },
  };
}

function identity({ index, place }: Basket): { id: string; place: number; spot: number } {
  return { id: index.id, place, spot: index.spot };
}

/** Implied correlation of the members; null where there is none, undefined where the quotes contradict each other. */
function correlationOf(
  basket: Basket,
  indexVol: number,
  weights: Float64Array,
  vols: Float64Array,
  failures: FailureList,
): number | null | undefined {
  const { index, at } = basket;
  const exposures = weights.map((weight, i) => weight * vols[i]);
  const average = exposures.reduce((sum, exposure) => sum + exposure, 0);
  // Not "fewer than two move": products of volatilities under 1e-162 are 0 too.
  if (acrossTerms(exposures) === 0) {
    const moving = exposures.filter((exposure) => exposure > 0).length;
    if (Math.abs(indexVol - average) <= CORRELATION_TOLERANCE * Math.max(1, average)) return null;
    failures.add(
      'impossible_index_volatility',
      `${at}/impliedVol`,
      `impliedVol of "${index.id}" is ${indexVol}, but ${moving === 0 ? 'none' : 'only one'} of its members moves, so it can only be ${tidy(average)}`,
    );
    return undefined;
  }
  const correlation = impliedCorrelation(indexVol, weights, vols);
  const lowest = lowestCommonCorrelation(weights.length);
  if (correlation >= lowest - CORRELATION_TOLERANCE && correlation <= 1 + CORRELATION_TOLERANCE) return correlation;
  failures.add(
    'impossible_index_volatility',
    `${at}/impliedVol`,
    `impliedVol of "${index.id}" is ${indexVol}, which needs an implied correlation of ${tidy(correlation)} between its ${weights.length} members; it must be within [${tidy(lowest)}, 1]. Their weighted average volatility is ${tidy(average)}, the most the index can have`,
  );
  return undefined;
}

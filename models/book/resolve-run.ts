import type { Market } from '../../schemas/market.ts';
import type { Book } from '../../schemas/book.ts';
import type { ResidualUnderlying } from '../../schemas/stress-result.ts';
import type { FailureList } from '../failures.ts';
import { exp } from '../numeric/elementary.ts';
import { seedKey } from '../random/draws.ts';
import { initialBookValue } from '../simulation/mark-legs.ts';
import { newPathState, resetPath } from '../simulation/path-state.ts';
import type { FinancingPlan, IndexPlan, NamePlan, RunPlan } from '../simulation/plan.ts';
import { deriveVols } from '../simulation/reference.ts';
import { shareFloats, shareInts } from '../simulation/shared-array.ts';
import { varianceSums } from '../simulation/variance-sums.ts';
import { resolveLegs } from './resolve-legs.ts';
import { type ResolvedMarket, resolveMarket } from './resolve-market.ts';

export interface RunSettings {
  readonly seed: string;
  readonly paths: number;
  readonly days: number;
  readonly survivalThreshold: number;
}

export interface ResolvedRun {
  readonly market: ResolvedMarket;
  readonly plan: RunPlan;
}

/**
 * Resolves a checked book in a checked market to the plan a simulator reads.
 *
 * @returns undefined when something failed (the reasons are in `failures`)
 */
export function resolveRun(
  book: Book,
  wireMarket: Market,
  settings: RunSettings,
  failures: FailureList,
): ResolvedRun | undefined {
  const before = failures.total;
  const market = resolveMarket(book, wireMarket, failures);
  if (market === undefined) return undefined;
  const legs = resolveLegs(book, market, settings.days, failures);
  if (failures.total > before) return undefined;
  const names = namePlan(market);
  const indices = market.indices.map((_, k) => indexPlan(market, names, k));
  const financing = financingPlan(market, settings.days, Math.max(0, ...legs.swaps.maturities));
  const unfinanced: RunPlan = {
    key: seedKey(settings.seed),
    paths: settings.paths,
    firstPath: 0,
    days: settings.days,
    nav: book.nav,
    survivalThreshold: settings.survivalThreshold,
    names,
    indices,
    reference: market.reference,
    legs: { ...legs, variance: varianceSums({ days: settings.days, names, indices, swaps: legs.swaps, financing }) },
    financing,
  };
  const state = newPathState(unfinanced, { regimes: [] });
  resetPath(unfinanced, state);
  deriveVols(unfinanced, state);
  const initialValue = initialBookValue(unfinanced, state);
  return { market, plan: { ...unfinanced, financing: { ...unfinanced.financing, initialValue } } };
}

/** @param longest  days to the last maturity of a swap */
function financingPlan({ rate, daysPerYear }: ResolvedMarket, days: number, longest: number): FinancingPlan {
  return {
    daysPerYear,
    rate,
    dailyGrowth: exp(rate / daysPerYear),
    growth: shareFloats(Array.from({ length: days + 1 }, (_, day) => exp((rate * day) / daysPerYear))),
    discounts: shareFloats(Array.from({ length: longest + 1 }, (_, left) => exp((-rate * left) / daysPerYear))),
    initialValue: 0,
  };
}

function namePlan({ names, daysPerYear }: ResolvedMarket): NamePlan {
  const betas = [...new Set(names.impliedVolBetas)];
  const drawBlocks = [...new Set(Array.from(names.numbers, (number) => number >> 2))].sort((a, b) => a - b);
  return {
    count: names.count,
    drawBlocks: shareInts(drawBlocks),
    draws: shareInts(Array.from(names.numbers, (number) => 4 * drawBlocks.indexOf(number >> 2) + (number & 3))),
    spots: shareFloats(names.spots),
    impliedVols: shareFloats(names.impliedVols),
    betaGroups: shareInts(Array.from(names.impliedVolBetas, (beta) => betas.indexOf(beta))),
    betas: shareFloats(betas),
    dividends: shareFloats(names.dividendYields.map((dividendYield) => exp(dividendYield / daysPerYear) - 1)),
  };
}

function indexPlan(market: ResolvedMarket, names: NamePlan, k: number): IndexPlan {
  const { spot, members, weights, constituents, impliedCorrelation } = market.indices[k];
  const volSums = new Float64Array(names.betas.length);
  const squareSums = new Float64Array(names.betas.length);
  for (let j = 0; j < members.length; j++) {
    const exposure = weights[j] * names.impliedVols[members[j]];
    volSums[names.betaGroups[members[j]]] += exposure;
    squareSums[names.betaGroups[members[j]]] += exposure * exposure;
  }
  return {
    spot,
    members: shareInts(members),
    weights: shareFloats(weights),
    constituents,
    volSums: shareFloats(volSums),
    squareSums: shareFloats(squareSums),
    impliedCorrelation: impliedCorrelation ?? 0,
  };
}

/** What stands for the uncovered part of each index, for the result. */
export function residualsOf(market: ResolvedMarket): ResidualUnderlying[] {
  return market.indices.flatMap(({ id, residual }) => (residual === undefined ? [] : [{ index: id, ...residual }]));
}

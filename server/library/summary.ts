import type { Book } from '../../schemas/book.ts';
import type { BookSummary, MarketSummary, ScenarioSummary, VersionFields } from '../../schemas/library.ts';
import type { Market } from '../../schemas/market.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import type { Static } from 'typebox';

/** What lists show of a version besides its version fields. */
type Summary<S extends typeof BookSummary | typeof MarketSummary | typeof ScenarioSummary> = Omit<
  Static<S>,
  keyof VersionFields
>;

export function bookSummary({ name, nav, positions, limits = [] }: Book): Summary<typeof BookSummary> {
  return {
    ...(name === undefined ? {} : { name }),
    nav,
    counts: { positions: positions.length, limits: limits.length },
  };
}

export function marketSummary({ asOf, underlyings, indices = [] }: Market): Summary<typeof MarketSummary> {
  return {
    ...(asOf === undefined ? {} : { asOf }),
    counts: { underlyings: underlyings.length, indices: indices.length },
  };
}

export function scenarioSummary({ description, regimes }: Scenario): Summary<typeof ScenarioSummary> {
  return { ...(description === undefined ? {} : { description }), counts: { regimes: regimes.length } };
}

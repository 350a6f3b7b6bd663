/** Short ways to write requests: a market of equal or single names, one regime, a book of given positions. */
import type { Market, Underlying } from '../../schemas/market.ts';
import type { Position } from '../../schemas/position.ts';
import type { Regime } from '../../schemas/regime.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import type { Simulation, StressRunRequest } from '../../schemas/stress-run.ts';

/** One regime that lasts: risk-neutral, realised volatility as in the market, nothing else moves. */
export const still: Scenario = { id: 'still', regimes: [{ id: 'only' }] };

/** One regime that lasts. */
export function oneRegime(regime: Omit<Regime, 'id'>): Scenario {
  return { id: 'one-regime', regimes: [{ id: 'only', ...regime }] };
}

/** One underlying, "A", spot 100 and volatility 20 % unless said otherwise. */
export function singleName(name: Partial<Underlying> = {}, market: Partial<Market> = {}): Market {
  return { underlyings: [{ id: 'A', spot: 100, impliedVol: 0.2, ...name }], ...market };
}

/** Names N1 … Nn that differ in nothing, one correlation, and an index "I" of equal weights whose volatility follows. */
export function equalNames(
  count: number,
  { vol, correlation, ...market }: { vol: number; correlation: number } & Partial<Omit<Market, 'correlation'>>,
): Market & { correlation: NonNullable<Market['correlation']> } {
  const ids = Array.from({ length: count }, (_, i) => `N${i + 1}`);
  return {
    underlyings: ids.map((id) => ({ id, spot: 100, impliedVol: vol })),
    indices: [{ id: 'I', spot: 100, constituents: ids.map((underlying) => ({ underlying, weight: 1 / count })) }],
    correlation: { kind: 'average', value: correlation },
    ...market,
  };
}

/** A request for a book of positions; a large NAV, so that ruin does not cloud what is tested. */
export function requestFor(
  positions: Position[],
  market: Market,
  scenario: Scenario | string,
  simulation: Simulation & { seed: string },
  nav = 1e6,
): StressRunRequest {
  return { book: { nav, positions }, market, scenarios: [scenario], simulation };
}

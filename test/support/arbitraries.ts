/**
 * Random requests that the engine must accept: every kind of correlation, index, regime, transition and position that
 * it computes, in sizes that stay finite.
 */
import fc from 'fast-check';
import type { Market } from '../../schemas/market.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import type { StressRunRequest } from '../../schemas/stress-run.ts';
import { arbitraryPositions } from './arbitrary-book.ts';
import { arbitraryMarket, decimal } from './arbitrary-market.ts';
import { arbitraryScenario } from './arbitrary-scenario.ts';

export interface RequestBounds {
  readonly names?: number;
  readonly horizonDays?: number;
  readonly paths?: number;
}

/** A request with one scenario or two. */
export function arbitraryRequest(bounds: RequestBounds = {}): fc.Arbitrary<StressRunRequest> {
  const { names = 6, horizonDays = 25, paths = 300 } = bounds;
  return fc
    .record({ market: arbitraryMarket(names), days: fc.integer({ min: 1, max: horizonDays }) })
    .chain(({ market, days }) =>
      fc.record({
        book: fc.record({
          nav: decimal(3, 8).map((exponent) => 10 ** exponent),
          positions: arbitraryPositions(market, days),
        }),
        market: fc.constant(market),
        scenarios: arbitraryScenarios(market, days),
        simulation: fc.record({
          horizonDays: fc.constant(days),
          paths: fc.integer({ min: 1, max: paths }),
          seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
        }),
      }),
    );
}

function arbitraryScenarios(market: Market, days: number): fc.Arbitrary<(string | Scenario)[]> {
  const own = arbitraryScenario(market, days);
  return fc.oneof(
    own.map((scenario) => [scenario]),
    own.map((scenario) => ['systemic-crisis-2020', scenario]),
  );
}

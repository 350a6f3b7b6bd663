import type { Test } from 'tap';
import { checkStressRun } from '../../../models/book/check/stress-run.ts';
import { prepareRun } from '../../../models/book/prepare-run.ts';
import type { Book } from '../../../schemas/book.ts';
import type { Failure, FailureReason } from '../../../schemas/failure.ts';
import type { Market, MarketIndex } from '../../../schemas/market.ts';
import type { StraddlePosition } from '../../../schemas/position.ts';
import type { Regime } from '../../../schemas/regime.ts';
import type { Scenario } from '../../../schemas/scenario.ts';
import type { Simulation, StressRunRequest } from '../../../schemas/stress-run.ts';
import { fillDefaults } from '../../../workers/fill-defaults.ts';

/** A request with everything written in place, so that a test can spoil any of it. */
export interface SmallRequest extends StressRunRequest {
  book: Book;
  market: Market & { indices: MarketIndex[] };
  scenarios: [Scenario & { regimes: [Regime, Regime] }];
  simulation: Simulation;
}

/** An at-the-money straddle on A with some terms changed. */
export function straddle(changes: Partial<StraddlePosition> = {}): StraddlePosition {
  return {
    id: 'one',
    type: 'straddle',
    underlying: 'A',
    side: 'long',
    quantity: 1,
    multiplier: 100,
    strike: { percentOfSpot: 100 },
    expiryDays: 63,
    ...changes,
  };
}

/** Three names, an index of two of them, a straddle on a name, two regimes; a new one at each call. */
export function smallRequest(): SmallRequest {
  return {
    book: {
      nav: 1_000_000,
      positions: [straddle()],
    },
    market: {
      asOf: '2026-11-20',
      underlyings: [
        { id: 'A', spot: 100, impliedVol: 0.3, sector: 'semis' },
        { id: 'B', spot: 50, impliedVol: 0.4, sector: 'semis' },
        { id: 'C', spot: 20, impliedVol: 0.5 },
      ],
      indices: [
        {
          id: 'I',
          spot: 1000,
          constituents: [
            { underlying: 'A', weight: 0.5 },
            { underlying: 'B', weight: 0.5 },
          ],
        },
      ],
      correlation: { kind: 'average', value: 0.4 },
    },
    scenarios: [
      {
        id: 'two-state',
        regimes: [{ id: 'calm' }, { id: 'crisis', volMultiplier: 2, correlation: { kind: 'spike', average: 0.8 } }],
        transition: {
          kind: 'daily',
          matrix: [
            [0.99, 0.01],
            [0.05, 0.95],
          ],
        },
      },
    ],
    simulation: { paths: 64, horizonDays: 21, seed: '42' },
  };
}

/** Failures of the checks alone. */
export function checkedFailures(request: StressRunRequest): Failure[] {
  return checkStressRun(fillDefaults(request)).failures.items;
}

/** Failures of checks and resolution. */
export function failuresOf(request: StressRunRequest, assetSteps = 1e9): readonly Failure[] {
  const outcome = prepareRun(fillDefaults(request), '42', assetSteps);
  return outcome.ok ? [] : outcome.failures;
}

/** What is done to the small request, and what must be found. */
export interface Case {
  readonly when: string;
  readonly change: (request: SmallRequest) => void;
  readonly found: readonly (readonly [reason: FailureReason, pointer: string, message: string])[];
}

/** Spoils a new small request for each case and compares everything that is found. */
export function testCases(t: Test, cases: readonly Case[], find: (request: SmallRequest) => readonly Failure[]): void {
  for (const { when, change, found } of cases) {
    const request = smallRequest();
    change(request);
    const expected = found.map(([reason, pointer, message]) => ({ reason, pointer, message }));
    t.same(find(request), expected, when);
  }
}

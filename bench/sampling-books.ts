import type { Position } from '../schemas/position.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import { requestOf, type Workload } from './workloads.ts';

const NAMES = 8;

/** Books whose losses lie in different places, 8 names and 63 days: what tail sampling has to find, or leave alone. */
export const SAMPLING_BOOKS: Readonly<Record<string, StressRunRequest>> = {
  'long dispersion': book('W1', false),
  'short dispersion': book('W1', true),
  'short index straddle': book('W2', false),
  'long index straddle': book('W2', true),
  variance: varianceBook(),
  'single-name shock': shockBook(),
};

function book(workload: Workload, reversed: boolean): StressRunRequest {
  const request = requestOf(workload, NAMES, 1000, '1');
  const given = request.book as NonNullable<StressRunRequest['book']>;
  if (!reversed) return request;
  return { ...request, book: { ...given, positions: given.positions.map(otherSide) } };
}

function otherSide(position: Position): Position {
  if (!('side' in position)) return position;
  return { ...position, side: position.side === 'long' ? 'short' : 'long' };
}

/** The index leg of W1 alone. */
function varianceBook(): StressRunRequest {
  const request = requestOf('W1', NAMES, 1000, '1');
  const given = request.book as NonNullable<StressRunRequest['book']>;
  return { ...request, book: { ...given, positions: given.positions.slice(-1) } };
}

/** Short variance of one name, which a rare regime of two days shocks; the book trades no index. */
function shockBook(): StressRunRequest {
  const request = requestOf('W1', NAMES, 1000, '1');
  const position = {
    id: 'swap',
    type: 'varianceSwap',
    underlying: 'N3',
    side: 'short',
    vegaNotional: 1000,
    strikeVol: 0.3,
    maturityDays: 63,
  } as const;
  return {
    ...request,
    book: { nav: 1e5, positions: [position] },
    scenarios: [
      {
        id: 'shock',
        regimes: [
          { id: 'calm' },
          { id: 'shock', volMultiplier: 1.1, overrides: [{ underlyings: ['N3'], volMultiplier: 8 }] },
        ],
        transition: {
          kind: 'daily',
          matrix: [
            [0.998, 0.002],
            [0.5, 0.5],
          ],
        },
        initial: { regime: 'calm' },
      },
    ],
  };
}

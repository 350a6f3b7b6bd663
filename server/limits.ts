import { Book, Limit } from '../schemas/book.ts';
import { Market } from '../schemas/market.ts';
import { Scenario } from '../schemas/scenario.ts';
import type { ServiceLimits } from '../schemas/service.ts';
import { Simulation, StressRunRequest } from '../schemas/stress-run.ts';
import type { JsonSchema } from './schema-words.ts';
import type { Retention } from './storage/run-store.ts';

/** What one server takes on; the bounds of single fields are in the schemas. */
export interface Limits {
  /** Largest body. A full correlation matrix of 1,000 names in 15 digits is about this large. */
  readonly bodyBytes: number;
  /** Work of one run, paths × days × (underlyings + legs) over all scenarios. */
  readonly assetSteps: number;
  readonly queuedRuns: number;
  /** Bytes of the requests of waiting runs together. */
  readonly queuedBytes: number;
  /** Finished runs kept, unless `keepDays` is given. */
  readonly storedRuns: number;
  /**
   * Their requests and results together, as JSON, unless `keepDays` is given: a result of 32 large indices and 32
   * scenarios has 30 MB, an ordinary one 50 kB.
   */
  readonly storedResultBytes: number;
  /** Days for which finished runs are kept, however many there are. */
  readonly keepDays?: number;
  readonly waitSeconds: number;
}

export const DEFAULT_SERVICE_LIMITS: Limits = {
  bodyBytes: 16 * 1024 * 1024,
  assetSteps: 100_000_000_000,
  queuedRuns: 100,
  queuedBytes: 128 * 1024 * 1024,
  storedRuns: 1000,
  storedResultBytes: 512 * 1024 * 1024,
  waitSeconds: 60,
};

/** Every limit as `GET /v1/limits` shows it; the bounds of fields are read from the schemas that enforce them. */
export function serviceLimits(limits: Limits, vocabulary: ServiceLimits['vocabulary']): ServiceLimits {
  return {
    ...limits,
    underlyings: bound(Market, 'underlyings', 'maxItems'),
    positions: bound(Book, 'positions', 'maxItems'),
    regimes: bound(Scenario, 'regimes', 'maxItems'),
    scenarios: bound(StressRunRequest, 'scenarios', 'maxItems'),
    horizonDays: bound(Simulation, 'horizonDays', 'maximum'),
    paths: bound(Simulation, 'paths', 'maximum'),
    expressionCharacters: bound(Limit, 'expression', 'maxLength'),
    vocabulary: [...vocabulary],
  };
}

function bound(schema: unknown, field: string, keyword: 'maxItems' | 'maximum' | 'maxLength'): number {
  const value = (schema as JsonSchema).properties?.[field]?.[keyword];
  if (value === undefined) throw new RangeError(`${field} has no ${keyword} in its schema`);
  return value;
}

/** How long finished runs are kept. */
export function retentionOf({ keepDays, storedRuns, storedResultBytes }: Limits): Retention {
  return keepDays === undefined
    ? { kind: 'room', maxFinished: storedRuns, maxBytes: storedResultBytes }
    : { kind: 'days', days: keepDays };
}

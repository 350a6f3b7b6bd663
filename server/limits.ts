import { Book, Limit } from '../schemas/book.ts';
import { Market } from '../schemas/market.ts';
import { Scenario } from '../schemas/scenario.ts';
import type { ServiceLimits } from '../schemas/service.ts';
import { Simulation, StressRunRequest } from '../schemas/stress-run.ts';
import { DEFAULT_KEEP_DAYS } from './config.ts';
import type { JsonSchema } from './schema-words.ts';

/** What one server takes on; the bounds of single fields are in the schemas. */
export interface Limits {
  /** Largest body. A full correlation matrix of 1,000 names in 15 digits is about this large. */
  readonly bodyBytes: number;
  /** Work of one run, paths × days × (underlyings + legs) over all scenarios. */
  readonly assetSteps: number;
  readonly queuedRuns: number;
  /** Of these, those of one owner: of one API key where keys are used. */
  readonly queuedRunsOfOwner: number;
  /** Bytes of the requests of waiting runs together. */
  readonly queuedBytes: number;
  /** Days for which finished runs are kept. */
  readonly keepDays: number;
  readonly waitSeconds: number;
}

export const DEFAULT_SERVICE_LIMITS: Limits = {
  bodyBytes: 16 * 1024 * 1024,
  assetSteps: 100_000_000_000,
  queuedRuns: 500,
  queuedRunsOfOwner: 500,
  queuedBytes: 128 * 1024 * 1024,
  keepDays: DEFAULT_KEEP_DAYS,
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

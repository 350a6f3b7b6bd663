import type { TSchema } from 'typebox';
import * as analytics from './analytics.ts';
import * as attribution from './attribution.ts';
import * as book from './book.ts';
import * as failure from './failure.ts';
import * as library from './library.ts';
import * as market from './market.ts';
import * as pathReplay from './path-replay.ts';
import * as pnlVector from './pnl-vector.ts';
import * as position from './position.ts';
import * as precision from './precision.ts';
import * as regime from './regime.ts';
import * as sampling from './sampling.ts';
import * as scenario from './scenario.ts';
import * as service from './service.ts';
import * as result from './stress-result.ts';
import * as run from './stress-run.ts';

/** Every schema with a name, which becomes a component of openapi.yaml. */
export const NAMED_SCHEMAS: readonly (TSchema & { $id: string })[] = [
  failure,
  position,
  book,
  market,
  regime,
  scenario,
  attribution,
  precision,
  sampling,
  result,
  pathReplay,
  pnlVector,
  run,
  library,
  analytics,
  service,
]
  .flatMap((module) => Object.values(module as Record<string, unknown>).flatMap(schemasIn))
  .filter((schema, at, all) => all.findIndex((other) => other.$id === schema.$id) === at);

function schemasIn(value: unknown): (TSchema & { $id: string })[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  if ('$id' in value && typeof value.$id === 'string') return [value as TSchema & { $id: string }];
  // The tables of a union (POSITION_SCHEMAS, EXIT_RULE_SCHEMAS) hold schemas as values.
  return Object.values(value).filter(
    (entry: unknown): entry is TSchema & { $id: string } =>
      typeof entry === 'object' && entry !== null && '$id' in entry && typeof entry.$id === 'string',
  );
}

import type { FilledRequest } from '../models/book/filled-request.ts';
import { hasLevel } from '../models/risk/precision.ts';
import { DEFAULT_SAMPLING } from '../schemas/sampling.ts';
import { DEFAULT_CURRENCY, DEFAULT_LIMITS } from '../schemas/book.ts';
import { DEFAULT_FIRST_PATHS, type PrecisionTarget } from '../schemas/precision.ts';
import {
  DEFAULT_HORIZON_DAYS,
  DEFAULT_LEVELS,
  DEFAULT_PATHS,
  DEFAULT_SCENARIOS,
  DEFAULT_SURVIVAL_THRESHOLD,
  type StressRunRequest,
} from '../schemas/stress-run.ts';

/**
 * Writes out the defaults of a request, of its simulation and of the currency and limits of its book, so that a request
 * that spells these out is the same request. Defaults inside a market, a position or a scenario stay as they are given:
 * there, spelling one out is another text with the same meaning.
 */
export function fillDefaults({ book, scenarios, simulation, ...rest }: StressRunRequest): FilledRequest {
  const { target, ...settings } = simulation ?? {};
  const levels = settings.levels ?? [...DEFAULT_LEVELS];
  return {
    ...rest,
    ...(book === undefined
      ? {}
      : { book: { ...book, currency: book.currency ?? DEFAULT_CURRENCY, limits: book.limits ?? [...DEFAULT_LIMITS] } }),
    scenarios: scenarios ?? [...DEFAULT_SCENARIOS],
    simulation: {
      horizonDays: DEFAULT_HORIZON_DAYS,
      paths: target === undefined ? DEFAULT_PATHS : Math.min(DEFAULT_FIRST_PATHS, target.maxPaths),
      arithmetic: 'fastest',
      sampling: DEFAULT_SAMPLING,
      survivalThreshold: DEFAULT_SURVIVAL_THRESHOLD,
      ...settings,
      levels,
      ...(target === undefined ? {} : { target: fillTarget(target, levels) }),
    },
  };
}

function fillTarget(target: PrecisionTarget, levels: readonly number[]): PrecisionTarget {
  return hasLevel(target.metric) ? { ...target, level: target.level ?? Math.max(...levels) } : target;
}

import { NORMAL_95 } from '../../numeric/student-quantile.ts';
import type { Estimate } from '../moments.ts';
import type { CompiledLimit, Comparison } from './compile-limit.ts';
import type { MetricUse } from './formula.ts';
import type { ConstantName, LevelFunctionName } from './vocabulary.ts';

/** The figures of a run, each with its sampling error; what is known exactly has the error 0. */
export interface LimitMetrics {
  readonly constant: (name: ConstantName) => Estimate;
  /** @param level any level in (0.5, 1) */
  readonly atLevel: (name: LevelFunctionName, level: number) => Estimate;
}

/** A limit held against a run. */
export interface LimitOutcome {
  /** measured side; null when it is no finite number */
  readonly value: number | null;
  /** side it is held against; null when it is no finite number */
  readonly bound: number | null;
  readonly status: 'ok' | 'warn' | 'breach';
  /** error of value - bound, an upper estimate; null where it cannot be told */
  readonly standardError: number | null;
  /** why a limit could not be evaluated, or its error could not be told */
  readonly note?: string;
}

export const DEFAULT_WARN_FRACTION = 0.1;

/**
 * Holds a limit against the figures of a run.
 *
 * breach: the comparison is false, or a side is no finite number (a division by zero, an overflow): a limit that cannot
 * be evaluated fails safe, with a note saying why. warn: the comparison holds, but the value lies within 1.959964
 * standard errors of the bound, or within warnFraction of it, or the error cannot be told from so few paths (with a
 * note). ok: otherwise.
 *
 * The error of value - bound is sum_k |change when figure k moves by its own standard error|, the larger of the moves
 * up and down: at least the error of any joint movement of the figures for a linear limit, and not blind to kinks such
 * as abs(0).
 * @param limit        from compileLimit
 * @param metrics      figures of the run
 * @param warnFraction 0..1, of |bound|
 * @throws RangeError when warnFraction is not in 0..1
 */
export function evaluateLimit(
  limit: CompiledLimit,
  metrics: LimitMetrics,
  warnFraction: number = DEFAULT_WARN_FRACTION,
): LimitOutcome {
  if (!(warnFraction >= 0 && warnFraction <= 1)) {
    throw new RangeError(`warnFraction is ${warnFraction}; need 0 to 1`);
  }
  const figures = limit.uses.map((use) => lookUp(use, metrics));
  const values = Float64Array.from(figures, (figure) => figure.value);
  const value = limit.value(values);
  const bound = limit.bound(values);
  if (!Number.isFinite(value) || !Number.isFinite(bound)) {
    const side = Number.isFinite(value) ? 'the bound' : limit.subject;
    return {
      value: finiteOrNull(value),
      bound: finiteOrNull(bound),
      status: 'breach',
      standardError: null,
      note: `${side} is no finite number (a division by zero, a root of a negative number or an overflow), so the limit counts as breached`,
    };
  }
  const standardError = propagatedError(limit, figures, values);
  const result = { value, bound, standardError };
  if (!HOLDS[limit.comparison](value, bound)) return { ...result, status: 'breach' };
  if (standardError === null) {
    return { ...result, status: 'warn', note: `the limit holds, but ${unknownErrors(limit, figures)}` };
  }
  const margin = Math.max(NORMAL_95 * standardError, warnFraction * Math.abs(bound));
  return { ...result, status: margin > 0 && Math.abs(value - bound) <= margin ? 'warn' : 'ok' };
}

function lookUp(use: MetricUse, metrics: LimitMetrics): Estimate {
  return use.level === null ? metrics.constant(use.name) : metrics.atLevel(use.name, use.level);
}

function propagatedError(limit: CompiledLimit, figures: readonly Estimate[], values: Float64Array): number | null {
  const excess = (at: Float64Array) => limit.value(at) - limit.bound(at);
  const centre = excess(values);
  let total = 0;
  for (const [k, { standardError }] of figures.entries()) {
    if (standardError === null) return null;
    if (standardError === 0) continue;
    const up = excess(values.with(k, values[k] + standardError));
    const down = excess(values.with(k, values[k] - standardError));
    total += Math.max(Math.abs(up - centre), Math.abs(down - centre));
  }
  // A figure that is within its error of a pole or of a root's end has no finite error.
  return finiteOrNull(total);
}

function unknownErrors(limit: CompiledLimit, figures: readonly Estimate[]): string {
  const unknown = limit.uses.filter((_, k) => figures[k].standardError === null).map(useText);
  return unknown.length > 0
    ? `the sampling error of ${unknown.join(', ')} cannot be told from so few paths`
    : 'within the sampling error of its figures it cannot be evaluated';
}

/** A figure as a user writes it. */
export function useText({ name, level }: MetricUse): string {
  return level === null ? name : `${name}(${level})`;
}

const HOLDS: Readonly<Record<Comparison, (value: number, bound: number) => boolean>> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function finiteOrNull(x: number): number | null {
  return Number.isFinite(x) ? x : null;
}

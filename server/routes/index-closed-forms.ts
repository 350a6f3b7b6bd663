import { SUM_TOLERANCE } from '../../models/book/check/market.ts';
import {
  acrossTerms,
  diversification,
  impliedCorrelation,
  indexVolatility,
  indexVolBounds,
  lowestCommonCorrelation,
} from '../../models/correlation/implied.ts';
import type { Outcome } from '../../models/outcome.ts';
import type {
  ImpliedCorrelation,
  ImpliedCorrelationRequest,
  IndexVol,
  IndexVolRequest,
} from '../../schemas/analytics.ts';
import type { Failure } from '../../schemas/failure.ts';

/** An index volatility given as the bound itself, in decimals, must not be refused for its last digit. */
const correlationTolerance = 1e-9;
/** Weights so far apart that dividing by their products overflows are one name, as far as a correlation can tell. */
const leastAcross = 1e-300;
const defaultDaysPerYear = 365;

/** The implied correlation of a basket, or why its quotes cannot be of one basket. */
export function impliedCorrelationOf(request: ImpliedCorrelationRequest): Outcome<ImpliedCorrelation> {
  const { weights, vols } = arraysOf(request.constituents);
  const failures = weightFailures(weights);
  if (acrossTerms(weights.map((weight, i) => weight * vols[i])) < leastAcross) {
    const moving = vols.filter((vol) => vol > 0).length;
    failures.push({
      reason: 'impossible_correlation',
      pointer: '/constituents',
      message: `${moving} of the constituents have a volatility above 0; a correlation needs at least 2 that count`,
    });
  }
  if (failures.length > 0) return { ok: false, failures };

  const { atZero, atOne } = indexVolBounds(weights, vols);
  const lowest = lowestCommonCorrelation(weights.length);
  const correlation = impliedCorrelation(request.indexVol, weights, vols);
  if (correlation > 1 + correlationTolerance || correlation < lowest - correlationTolerance) {
    const lowestVol = indexVolatility(lowest, weights, vols);
    const message =
      `indexVol is ${request.indexVol}, which needs a correlation of ${short(correlation)}; ` +
      `from ${short(lowest)} to 1, which is all that ${weights.length} names can have, it is from ${short(lowestVol)} to ${short(atOne)}`;
    return { ok: false, failures: [{ reason: 'impossible_index_volatility', pointer: '/indexVol', message }] };
  }
  return {
    ok: true,
    value: {
      impliedCorrelation: Math.min(1, Math.max(lowest, correlation)),
      indexVolAtZero: atZero,
      indexVolAtOne: atOne,
      diversification: diversification(request.indexVol, weights, vols),
    },
  };
}

/** The volatility of a basket at a correlation, a year and over a number of days if asked. */
export function indexVolOf(request: IndexVolRequest): Outcome<IndexVol> {
  const { weights, vols } = arraysOf(request.constituents);
  const { correlation, days, daysPerYear } = request;
  const failures = weightFailures(weights);
  const lowest = lowestCommonCorrelation(weights.length);
  if (correlation < lowest) {
    failures.push({
      reason: 'impossible_correlation',
      pointer: '/correlation',
      message: `correlation is ${correlation}; all pairs of ${weights.length} names cannot have less than ${short(lowest)}`,
    });
  }
  if (daysPerYear !== undefined && days === undefined) {
    failures.push({
      reason: 'unused_field',
      pointer: '/daysPerYear',
      message: 'daysPerYear has no effect without days; give both or neither',
    });
  }
  if (failures.length > 0) return { ok: false, failures };

  const indexVol = indexVolatility(correlation, weights, vols);
  if (days === undefined) return { ok: true, value: { indexVol } };
  const vol = indexVol * Math.sqrt(days / (daysPerYear ?? defaultDaysPerYear));
  return { ok: true, value: { indexVol, overDays: { days, vol } } };
}

/** Six digits: enough to mend a request by, without the noise of the last ones. */
function short(value: number): number {
  return Number(value.toPrecision(6));
}

function arraysOf(constituents: ImpliedCorrelationRequest['constituents']) {
  return {
    weights: Float64Array.from(constituents, ({ weight }) => weight),
    vols: Float64Array.from(constituents, ({ vol }) => vol),
  };
}

function weightFailures(weights: Float64Array): Failure[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (Math.abs(sum - 1) <= SUM_TOLERANCE) return [];
  const message = `the weights sum to ${sum}; they must sum to 1 within ${SUM_TOLERANCE}`;
  return [{ reason: 'sum_not_one', pointer: '/constituents', message }];
}

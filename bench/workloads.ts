/**
 * The two workloads that other programs are compared on, with the inputs of those programs: a chain of three regimes,
 * each with its own correlation matrix, over A names and their cap-weighted index, 63 days.
 *
 * W1: a variance swap on every name (long) and on the index (short).
 * W2: a straddle on every name (long) and on the index (short), 126 days to expiry, repriced daily.
 */
import { prepareRun, type ResolvedRequest } from '../models/book/prepare-run.ts';
import type { CorrelationMatrix } from '../schemas/market.ts';
import type { Position } from '../schemas/position.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import { fillDefaults } from '../workers/fill-defaults.ts';

export type Workload = 'W1' | 'W2';

export const DAYS = 63;
const EXPIRY_DAYS = 126;
const RATE = 0.02;
const DIVIDEND_YIELD = 0.01;
const REGIMES = ['calm', 'stressed', 'crisis'] as const;
const TRANSITION = [
  [0.98, 0.018, 0.002],
  [0.06, 0.9, 0.04],
  [0.02, 0.1, 0.88],
];
const VOL_MULTIPLIERS = [1, 1.6, 3];
const DRIFTS = [0.08, 0, -0.4];
const IMPLIED_MULTIPLIERS = [1.05, 1.5, 2.5];
/** Average correlations that the second and third regime spike to. */
const SPIKES = [0.6, 0.9];
/** Money per unit of annualised variance of the index leg; the names share 60 % of it by weight. */
const INDEX_NOTIONAL = 1e6;
const NAME_SHARE = 0.6;
/** Units of the straddles: one index, 65 % of its weight of each name; capital is 30 % of an index. */
const STRADDLE_SCALE = 1e6;
const STRADDLE_SHARE = 0.65;
const CAPITAL = 0.3;

/** Inputs of the workloads for A names. */
export interface Inputs {
  readonly vols: Float64Array;
  readonly weights: Float64Array;
  /** [3][A × A] */
  readonly correlations: readonly Float64Array[];
  /** [A] fair variances of the chain over the horizon, and that of the index */
  readonly variances: Float64Array;
  readonly indexVariance: number;
  /** [3] index volatility at the calm multiplier, that is √((wσ)ᵀ R (wσ)) */
  readonly indexVols: readonly number[];
}

export function inputs(names: number): Inputs {
  const numbers = Array.from({ length: names }, (_, i) => i);
  const h = numbers.map((i) => (i * 0.6180339887498949 + 0.37) % 1);
  const vols = Float64Array.from(h, (x) => 0.15 + 0.3 * x);
  const sizes = numbers.map((i) => 1 / (i + 3));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const weights = Float64Array.from(sizes, (size) => size / total);

  // One market factor and four sectors.
  const market = numbers.map((i) => 0.35 + 0.35 * ((i * 0.7548776662466927 + 0.11) % 1));
  const sector = h.map((x) => 0.2 + 0.15 * x);
  const calm = matrix(names, (i, j) => market[i] * market[j] + (i % 4 === j % 4 ? sector[i] * sector[j] : 0));
  const average = (calm.reduce((sum, value) => sum + value, 0) - names) / (names * (names - 1));
  const spiked = SPIKES.map((target) => {
    const share = (target - average) / (1 - average);
    return matrix(names, (i, j) => (1 - share) * calm[i * names + j] + share);
  });
  const correlations = [calm, ...spiked];

  const occupation = occupationOf(TRANSITION);
  const square = occupation.reduce((sum, share, r) => sum + share * VOL_MULTIPLIERS[r] ** 2, 0);
  const exposures = weights.map((weight, i) => weight * vols[i]);
  const indexVols = correlations.map((values) => Math.sqrt(quadratic(values, exposures)));
  return {
    vols,
    weights,
    correlations,
    variances: vols.map((vol) => vol * vol * square),
    indexVariance: occupation.reduce((sum, share, r) => sum + share * (indexVols[r] * VOL_MULTIPLIERS[r]) ** 2, 0),
    indexVols,
  };
}

export function requestOf(workload: Workload, names: number, paths: number, seed: string): StressRunRequest {
  const given = inputs(names);
  const { vols, weights, variances, indexVariance, indexVols } = given;
  const ids = Array.from({ length: names }, (_, i) => `N${i + 1}`);
  // A variance swap struck at the implied variance has no value at the start, so that its P&L is its payoff.
  const start =
    workload === 'W1'
      ? { names: variances.map(Math.sqrt), index: Math.sqrt(indexVariance) }
      : { names: vols.map((vol) => vol * IMPLIED_MULTIPLIERS[0]), index: indexVols[0] * IMPLIED_MULTIPLIERS[0] };
  const own = vols.reduce((sum, vol, i) => sum + (weights[i] * vol) ** 2, 0);
  const across = vols.reduce((sum, vol, i) => sum + weights[i] * vol, 0) ** 2 - own;
  return {
    book: {
      nav: workload === 'W1' ? INDEX_NOTIONAL : CAPITAL * STRADDLE_SCALE,
      positions: workload === 'W1' ? varianceSwaps(ids, given) : straddles(ids, given),
    },
    market: {
      rate: RATE,
      underlyings: ids.map((id, i) => ({
        id,
        spot: 1,
        impliedVol: start.names[i],
        realisedVol: vols[i],
        dividendYield: DIVIDEND_YIELD,
      })),
      indices: [
        {
          id: 'INDEX',
          spot: 1,
          impliedVol: start.index,
          constituents: ids.map((underlying, i) => ({ underlying, weight: weights[i] })),
        },
      ],
      correlation: wireMatrix(ids, given.correlations[0]),
    },
    scenarios: [
      {
        id: 'three-regimes',
        regimes: REGIMES.map((id, r) => ({
          id,
          volMultiplier: VOL_MULTIPLIERS[r],
          drift: DRIFTS[r],
          correlation: r === 0 ? { kind: 'calm' as const } : wireMatrix(ids, given.correlations[r]),
          impliedVolMultiplier: IMPLIED_MULTIPLIERS[r] / IMPLIED_MULTIPLIERS[0],
          impliedCorrelation: (indexVols[r] ** 2 - own) / across,
        })),
        transition: { kind: 'daily', matrix: TRANSITION },
        // Day 0 is calm and day 1 is drawn from it.
        initial: { probabilities: TRANSITION[0] },
      },
    ],
    simulation: { horizonDays: DAYS, paths, seed, sampling: 'plain' },
  };
}

/** A workload ready to be simulated in this process. */
export function prepared(request: StressRunRequest, seed: string): ResolvedRequest {
  const outcome = prepareRun(fillDefaults(request), seed, Number.POSITIVE_INFINITY);
  if (!outcome.ok) throw new Error(`a workload is refused: ${JSON.stringify(outcome.failures.slice(0, 3))}`);
  return outcome.value;
}

function varianceSwaps(ids: readonly string[], { weights, variances, indexVariance }: Inputs): Position[] {
  // A variance notional is per squared point, 1e-4 of variance.
  const swap = (id: string, side: 'long' | 'short', notional: number, variance: number): Position => ({
    id,
    type: 'varianceSwap',
    underlying: id,
    side,
    varianceNotional: notional / 1e4,
    strikeVol: Math.sqrt(variance),
    maturityDays: DAYS,
  });
  return [
    ...ids.map((id, i) => swap(id, 'long', INDEX_NOTIONAL * NAME_SHARE * weights[i], variances[i])),
    swap('INDEX', 'short', INDEX_NOTIONAL, indexVariance),
  ];
}

function straddles(ids: readonly string[], { weights }: Inputs): Position[] {
  const straddle = (id: string, side: 'long' | 'short', quantity: number): Position => ({
    id,
    type: 'straddle',
    underlying: id,
    side,
    quantity,
    multiplier: STRADDLE_SCALE,
    strike: { percentOfSpot: 100 },
    expiryDays: EXPIRY_DAYS,
  });
  return [...ids.map((id, i) => straddle(id, 'long', STRADDLE_SHARE * weights[i])), straddle('INDEX', 'short', 1)];
}

function wireMatrix(order: string[], values: Float64Array): CorrelationMatrix {
  const n = order.length;
  return { kind: 'matrix', order, values: order.map((_, i) => [...values.subarray(i * n, (i + 1) * n)]) };
}

/** A symmetric matrix with unit diagonal. */
function matrix(n: number, entry: (i: number, j: number) => number): Float64Array {
  const values = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) values[i * n + j] = i === j ? 1 : entry(i, j);
  }
  return values;
}

/** xᵀ M x */
function quadratic(values: Float64Array, x: Float64Array): number {
  const n = x.length;
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += x[i] * values[i * n + j] * x[j];
  return sum;
}

/** Expected share of the days in each regime, from calm on day 0. */
function occupationOf(transition: readonly (readonly number[])[]): number[] {
  let law = [1, 0, 0];
  const shares = [0, 0, 0];
  for (let day = 1; day <= DAYS; day++) {
    law = law.map((_, to) => law.reduce((sum, share, from) => sum + share * transition[from][to], 0));
    for (const [r, share] of law.entries()) shares[r] += share / DAYS;
  }
  return shares;
}

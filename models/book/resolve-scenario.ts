import type { Regime } from '../../schemas/regime.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import type { MatrixRepair } from '../../schemas/stress-result.ts';
import { cholesky } from '../correlation/cholesky.ts';
import { averageCorrelation, lowestCommonCorrelation } from '../correlation/implied.ts';
import { blendCorrelation, spikeCorrelation } from '../correlation/spike.ts';
import { type FailureList, pointer } from '../failures.ts';
import { exp, log } from '../numeric/elementary.ts';
import {
  cumulativeThresholds,
  stationaryDistribution,
  transitionFromDurations,
  transitionThresholds,
} from '../regimes/chain.ts';
import type { Underlying } from '../../schemas/market.ts';
import type { ScenarioPlan } from '../simulation/plan.ts';
import { shareFloats } from '../simulation/shared-array.ts';
import { resolveMatrix, submatrix } from './resolve-matrix.ts';
import type { ResolvedMarket } from './resolve-market.ts';
import { tidy } from './wording.ts';

const LN2 = 0.6931471805599453;

export interface ScenarioContext {
  readonly market: ResolvedMarket;
  /** All underlyings of the market, which a full matrix of a regime covers. */
  readonly underlyings: readonly Underlying[];
  readonly days: number;
  /** Pointer of the scenario in the request. */
  readonly at: string;
  readonly failures: FailureList;
  readonly repairs: MatrixRepair[];
}

/**
 * Resolves a checked scenario: chain, correlations spiked and factored, drifts, levels of the implied state.
 *
 * @returns undefined when something failed (the reasons are in `failures`)
 */
export function resolveScenario(scenario: Scenario, context: ScenarioContext): ScenarioPlan | undefined {
  const { market, days, at, failures } = context;
  const before = failures.total;
  const count = scenario.regimes.length;
  const matrices = scenario.regimes.map((regime, r) =>
    regimeMatrix(regime, at + pointer('regimes', r, 'correlation'), context),
  );
  const transition = transitionMatrix(scenario);
  const initial = initialDistribution(scenario, transition, at, failures);
  const impliedCorrelations = impliedTargets(scenario, market, at, failures);
  if (failures.total > before) return undefined;

  const dynamics = scenario.regimes.map((regime, r) => regimeDynamics(regime, matrices[r] as Float64Array, market));
  return {
    id: scenario.id,
    regimes: scenario.regimes.map(({ id }) => id),
    transition,
    initial: initial as Float64Array,
    transitionThresholds: transitionThresholds(transition, count),
    initialThresholds: cumulativeThresholds(initial as Float64Array),
    forced: forcedDays(scenario, days),
    factors: dynamics.map(({ factor }) => shareFloats(factor)),
    drifts: dynamics.map(({ drift }) => shareFloats(drift)),
    logImpliedMultipliers: Float64Array.from(scenario.regimes, ({ impliedVolMultiplier }) =>
      log(impliedVolMultiplier ?? 1),
    ),
    impliedCorrelations,
    impliedVolSpeed: dailySpeed(scenario.impliedVolHalfLifeDays ?? 0),
    impliedCorrelationSpeed: dailySpeed(scenario.impliedCorrelationHalfLifeDays ?? 0),
    averageCorrelations: Float64Array.from(dynamics, ({ average }) => average),
    sampling: null,
  };
}

/** Share of the gap to its level that a state closes in a day: 1 − 2^(−1/half-life), 1 for a half-life of 0. */
export function dailySpeed(halfLifeDays: number): number {
  return halfLifeDays === 0 ? 1 : 1 - exp(-LN2 / halfLifeDays);
}

/** Correlations of a regime, [count × count] with residuals; undefined when refused. */
function regimeMatrix(regime: Regime, at: string, context: ScenarioContext): Float64Array | undefined {
  const { market, underlyings, failures, repairs } = context;
  const { count, crisisSigns } = market.names;
  const given = regime.correlation ?? { kind: 'calm' };
  if (given.kind === 'calm') return market.correlation;
  if (given.kind === 'matrix') {
    const whole = resolveMatrix(given, underlyings, at, failures, repairs);
    return whole === undefined ? undefined : market.extend(submatrix(whole, underlyings.length, market.places));
  }
  if (given.kind === 'blend') {
    return blendCorrelation({
      calm: market.correlation,
      n: count,
      toward: given.toward,
      weight: given.weight,
      crisisSigns,
    });
  }
  const spiked = spikedMatrix(market, given.average);
  if (spiked.ok) return spiked.value;
  failures.add('impossible_correlation', `${at}/average`, spiked.reason);
  return undefined;
}

/**
 * The calm matrix moved to an average correlation: weighted by w σ over the members of the index the book trades, else
 * the equal-weighted one of the whole market, so that it does not depend on which names a book holds.
 */
function spikedMatrix(
  market: ResolvedMarket,
  targetAverage: number,
): { ok: true; value: Float64Array } | { ok: false; reason: string } {
  const { count, crisisSigns } = market.names;
  const calm = market.correlation;
  const pairWeights = indexExposures(market);
  if (pairWeights !== null) {
    const spiked = spikeCorrelation({ calm, n: count, targetAverage, pairWeights, crisisSigns });
    return spiked.ok ? { ok: true, value: spiked.matrix } : spiked;
  }
  const n = market.wholeSigns.length;
  if (n < 2) return { ok: true, value: calm }; // one name has no correlation to move
  const whole = spikeCorrelation({
    calm: market.whole,
    n,
    targetAverage,
    pairWeights: null,
    crisisSigns: market.wholeSigns,
  });
  if (!whole.ok) return whole;
  const toward = whole.direction === 'down' ? 'identity' : 'one';
  return { ok: true, value: blendCorrelation({ calm, n: count, toward, weight: whole.weight, crisisSigns }) };
}

/** [count] w σ of the members of the first index the book trades; null without one, or when fewer than two move. */
function indexExposures(market: ResolvedMarket): Float64Array | null {
  const index = market.indices[market.reference];
  if (index === undefined) return null;
  const exposures = new Float64Array(market.names.count);
  for (const [j, i] of index.members.entries()) exposures[i] = index.weights[j] * market.names.realisedVols[i];
  return exposures.filter((exposure) => exposure > 0).length < 2 ? null : exposures;
}

/** [K × K] probabilities of tomorrow's regime; a single regime stays. */
export function transitionMatrix({ transition }: Scenario): Float64Array {
  if (transition === undefined) return Float64Array.of(1);
  if (transition.kind === 'daily') return Float64Array.from(transition.matrix.flat());
  return transitionFromDurations(Float64Array.from(transition.meanDays), Float64Array.from(transition.next.flat()));
}

/** [K] probabilities of the regime of day 1; undefined when refused. */
export function initialDistribution(
  scenario: Scenario,
  transition: Float64Array,
  at: string,
  failures: FailureList,
): Float64Array | undefined {
  const count = scenario.regimes.length;
  const initial = scenario.initial ?? { regime: scenario.regimes[0].id };
  if (initial === 'stationary') {
    const stationary = stationaryDistribution(transition, count);
    if (stationary === null)
      failures.add(
        'conflict',
        `${at}/initial`,
        'initial is "stationary", but the chain has more than one stationary law; give a regime or probabilities',
      );
    return stationary ?? undefined;
  }
  if (initial.probabilities !== undefined) return Float64Array.from(initial.probabilities);
  return Float64Array.from(scenario.regimes, ({ id }) => (id === initial.regime ? 1 : 0));
}

/** [K × indices] levels of implied correlation; each must be one that any constituents can have. */
function impliedTargets(scenario: Scenario, market: ResolvedMarket, at: string, failures: FailureList): Float64Array {
  const targets = new Float64Array(scenario.regimes.length * market.indices.length);
  for (const [r, regime] of scenario.regimes.entries()) {
    for (const [i, index] of market.indices.entries()) {
      const start = index.impliedCorrelation ?? 0;
      targets[r * market.indices.length + i] = regime.impliedCorrelation ?? start;
      const lowest = index.members.length > 1 ? lowestCommonCorrelation(index.members.length) : -1;
      if (regime.impliedCorrelation !== undefined && regime.impliedCorrelation < lowest) {
        failures.add(
          'impossible_correlation',
          at + pointer('regimes', r, 'impliedCorrelation'),
          `impliedCorrelation is ${regime.impliedCorrelation}; between the ${index.members.length} members of "${index.id}" it must be at least ${tidy(lowest)}`,
        );
      }
    }
  }
  return targets;
}

function forcedDays(scenario: Scenario, days: number): Int8Array {
  const forced = new Int8Array(days + 1).fill(-1);
  for (const { fromDay, toDay, regime } of scenario.forced ?? []) {
    forced.fill(
      scenario.regimes.findIndex(({ id }) => id === regime),
      fromDay,
      toDay + 1,
    );
  }
  return forced;
}

/** Scaled factor and drift of a day: x = drift + v √dt L z with drift (μ − q − ½ v²) dt. */
function regimeDynamics(regime: Regime, matrix: Float64Array, market: ResolvedMarket) {
  const { count, named, realisedVols, dividendYields } = market.names;
  const dt = 1 / market.daysPerYear;
  const { volMultipliers, drifts } = levels(regime, market);
  const { factor: full } = cholesky(matrix, count);
  const factor = new Float64Array((count * (count + 1)) / 2);
  const drift = new Float64Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const vol = realisedVols[i] * volMultipliers[i];
    const dailyVol = vol * Math.sqrt(dt);
    for (let j = 0; j <= i; j++) factor[at++] = dailyVol * full[i * count + j];
    drift[i] = (drifts[i] - dividendYields[i] - 0.5 * vol * vol) * dt;
  }
  const average =
    named < 2
      ? Number.NaN
      : averageCorrelation(
          submatrix(
            matrix,
            count,
            Int32Array.from({ length: named }, (_, i) => i),
          ),
          named,
        );
  return { factor, drift, average };
}

/** Volatility multiplier and drift of each name: the regime's, then `volMultipliers`, then the overrides in order. */
function levels(regime: Regime, market: ResolvedMarket): { volMultipliers: Float64Array; drifts: Float64Array } {
  const { count, named, ids, sectors } = market.names;
  const volMultipliers = new Float64Array(count).fill(regime.volMultiplier ?? 1);
  const drifts = new Float64Array(count).fill(regime.drift ?? market.rate);
  const place = new Map(ids.slice(0, named).map((id, i) => [id, i]));
  for (const [id, multiplier] of Object.entries(regime.volMultipliers ?? {})) {
    const i = place.get(id);
    if (i !== undefined) volMultipliers[i] = multiplier;
  }
  for (const override of regime.overrides ?? []) {
    const chosen = new Set(override.underlyings);
    const heaviest = new Set(override.heaviest === undefined ? [] : heaviestNames(market, override.heaviest));
    for (let i = 0; i < named; i++) {
      const selected =
        chosen.has(ids[i]) || (override.sector !== undefined && sectors[i] === override.sector) || heaviest.has(i);
      if (!selected) continue;
      volMultipliers[i] = override.volMultiplier ?? volMultipliers[i];
      drifts[i] = override.drift ?? drifts[i];
    }
  }
  return { volMultipliers, drifts };
}

/** Constituents of the first relevant index by falling weight, ties in its order; without one the first names. */
function heaviestNames(market: ResolvedMarket, many: number): number[] {
  const index = market.indices[0];
  if (index === undefined) return Array.from({ length: Math.min(many, market.names.named) }, (_, i) => i);
  const order = Array.from({ length: index.constituents }, (_, j) => j).sort(
    (a, b) => index.weights[b] - index.weights[a] || a - b,
  );
  return order.slice(0, many).map((j) => index.members[j]);
}

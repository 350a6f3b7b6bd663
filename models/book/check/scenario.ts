import type { Market } from '../../../schemas/market.ts';
import type { Scenario } from '../../../schemas/scenario.ts';
import { type FailureList, listed, pointer } from '../../failures.ts';
import { checkMatrixShape, SUM_TOLERANCE } from './market.ts';

const LATER = 'is part of the contract, but this version does not compute it yet';

/** Checks of a scenario that need more than one field, and its references into the market. */
export function checkScenario(scenario: Scenario, market: Market | undefined, at: string, failures: FailureList): void {
  const regimes = scenario.regimes.map((regime) => regime.id);
  for (const [r, regime] of scenario.regimes.entries()) {
    if (regimes.indexOf(regime.id) !== r) {
      failures.add(
        'duplicate_id',
        at + pointer('regimes', r, 'id'),
        `"${regime.id}" is the id of another regime; ids must be unique`,
      );
    }
  }
  checkRegimes(scenario, market, at, failures);
  checkTransition(scenario, at, failures);
  checkInitial(scenario, regimes, at, failures);
  checkForced(scenario, regimes, at, failures);
  if ((scenario.events ?? []).length > 0)
    failures.add('unsupported', `${at}/events`, `a dated event ${LATER}; allowed now: none`);
}

function checkRegimes(scenario: Scenario, market: Market | undefined, at: string, failures: FailureList): void {
  const names = market?.underlyings.map((underlying) => underlying.id);
  for (const [r, regime] of scenario.regimes.entries()) {
    const here = at + pointer('regimes', r);
    if (regime.jumps !== undefined) failures.add('unsupported', `${here}/jumps`, `a jump ${LATER}; allowed now: none`);
    if ((regime.skewMultiplier ?? 1) !== 1) {
      failures.add(
        'unsupported',
        `${here}/skewMultiplier`,
        `skewMultiplier is ${regime.skewMultiplier}: it ${LATER}; allowed now: 1`,
      );
    }
    for (const [o, override] of (regime.overrides ?? []).entries()) {
      const there = `${here}/overrides/${o}`;
      const selectors = [override.underlyings, override.sector, override.heaviest].filter(
        (value) => value !== undefined,
      );
      if (selectors.length !== 1)
        failures.add(
          'exactly_one',
          there,
          `${selectors.length} of underlyings, sector and heaviest given; give exactly one`,
        );
      if (override.volMultiplier === undefined && override.drift === undefined) {
        failures.add('required', there, 'the override changes nothing; give volMultiplier, drift or both');
      }
      for (const [i, id] of (override.underlyings ?? []).entries())
        unknownName(id, names, `${there}/underlyings/${i}`, failures);
      const sectors = market?.underlyings.map((underlying) => underlying.sector);
      if (override.sector !== undefined && sectors !== undefined && !sectors.includes(override.sector)) {
        failures.add('unknown_reference', `${there}/sector`, `"${override.sector}" is the sector of no underlying`);
      }
    }
    for (const id of Object.keys(regime.volMultipliers ?? {}))
      unknownName(id, names, here + pointer('volMultipliers', id), failures);
    if (regime.correlation?.kind === 'matrix' && names !== undefined) {
      checkMatrixShape(regime.correlation, names, `${here}/correlation`, failures);
    }
  }
}

function unknownName(id: string, names: readonly string[] | undefined, at: string, failures: FailureList): void {
  if (names !== undefined && !names.includes(id)) {
    failures.add('unknown_reference', at, `"${id}" is no underlying of the market; it has ${listed(names)}`);
  }
}

function checkTransition(scenario: Scenario, at: string, failures: FailureList): void {
  const count = scenario.regimes.length;
  const { transition } = scenario;
  if (transition === undefined) {
    if (count > 1)
      failures.add(
        'required',
        `${at}/transition`,
        `transition is missing; ${count} regimes need one: kind "daily" or "durations"`,
      );
    return;
  }
  if (transition.kind === 'daily') {
    checkStochastic(transition.matrix, count, `${at}/transition/matrix`, failures);
    return;
  }
  if (transition.meanDays.length !== count) {
    failures.add(
      'wrong_length',
      `${at}/transition/meanDays`,
      `${transition.meanDays.length} durations given for ${count} regimes`,
    );
  }
  if (count === 1) {
    failures.add('conflict', `${at}/transition`, 'one regime has nowhere to go; leave transition out');
    return;
  }
  checkStochastic(transition.next, count, `${at}/transition/next`, failures);
  for (const [r, row] of transition.next.entries()) {
    const stay = row[r];
    if (stay !== undefined && stay !== 0)
      failures.add(
        'conflict',
        `${at}/transition/next/${r}/${r}`,
        `${stay} on the diagonal; a regime that is left goes elsewhere, so it must be 0`,
      );
  }
}

function checkStochastic(
  matrix: readonly (readonly number[])[],
  count: number,
  at: string,
  failures: FailureList,
): void {
  if (matrix.length !== count) failures.add('matrix_shape', at, `${matrix.length} rows given for ${count} regimes`);
  for (const [r, row] of matrix.entries()) {
    if (row.length !== count) {
      failures.add('matrix_shape', `${at}/${r}`, `row ${r} has ${row.length} entries for ${count} regimes`);
      continue;
    }
    checkSum(row, `${at}/${r}`, `row ${r}`, failures);
  }
}

function checkSum(probabilities: readonly number[], at: string, what: string, failures: FailureList): void {
  const sum = probabilities.reduce((total, p) => total + p, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE)
    failures.add('sum_not_one', at, `${what} sums to ${sum}; it must sum to 1 within ${SUM_TOLERANCE}`);
}

function checkInitial(scenario: Scenario, regimes: readonly string[], at: string, failures: FailureList): void {
  const { initial } = scenario;
  if (initial === undefined || initial === 'stationary') return;
  if (initial.regime !== undefined && !regimes.includes(initial.regime)) {
    failures.add(
      'unknown_reference',
      `${at}/initial/regime`,
      `"${initial.regime}" is no regime of the scenario; it has ${listed(regimes)}`,
    );
  }
  if (initial.probabilities === undefined) return;
  if (initial.probabilities.length !== regimes.length) {
    failures.add(
      'wrong_length',
      `${at}/initial/probabilities`,
      `${initial.probabilities.length} probabilities given for ${regimes.length} regimes`,
    );
  } else {
    checkSum(initial.probabilities, `${at}/initial/probabilities`, 'initial.probabilities', failures);
  }
}

function checkForced(scenario: Scenario, regimes: readonly string[], at: string, failures: FailureList): void {
  const windows = scenario.forced ?? [];
  for (const [i, window] of windows.entries()) {
    const here = at + pointer('forced', i);
    if (!regimes.includes(window.regime)) {
      failures.add(
        'unknown_reference',
        `${here}/regime`,
        `"${window.regime}" is no regime of the scenario; it has ${listed(regimes)}`,
      );
    }
    if (window.toDay < window.fromDay) {
      failures.add('conflict', `${here}/toDay`, `toDay ${window.toDay} is before fromDay ${window.fromDay}`);
    }
    const other = windows.findIndex(
      (earlier, j) => j < i && earlier.fromDay <= window.toDay && window.fromDay <= earlier.toDay,
    );
    if (other >= 0)
      failures.add(
        'conflict',
        here,
        `days ${window.fromDay} to ${window.toDay} overlap window ${other}; windows must not overlap`,
      );
  }
}

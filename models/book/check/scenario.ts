import type { Market } from '../../../schemas/market.ts';
import type { Regime, RegimeOverride } from '../../../schemas/regime.ts';
import type { Scenario } from '../../../schemas/scenario.ts';
import { type FailureList, pointer } from '../../failures.ts';
import { counted, noSuch, notExactlyOne, notYet, tidy } from '../wording.ts';
import { checkMatrixShape, SUM_TOLERANCE } from './market.ts';

/** What a scenario may refer to in its market; undefined when there is no market. */
interface Known {
  readonly names: ReadonlySet<string>;
  readonly order: readonly string[];
  readonly sectors: ReadonlySet<string>;
}

/** Checks of a scenario that need more than one field, and its references into the market. */
export function checkScenario(scenario: Scenario, market: Market | undefined, at: string, failures: FailureList): void {
  const known = market === undefined ? undefined : knownOf(market);
  const regimes = scenario.regimes.map((regime) => regime.id);
  for (const [r, regime] of scenario.regimes.entries()) {
    const here = at + pointer('regimes', r);
    const first = regimes.indexOf(regime.id);
    if (first !== r) {
      const message = `id is "${regime.id}", as of regime ${first}; the ids of regimes must be unique`;
      failures.add('duplicate_id', `${here}/id`, message);
    }
    checkRegime(regime, known, here, failures);
  }
  checkTransition(scenario, `${at}/transition`, failures);
  checkInitial(scenario, regimes, `${at}/initial`, failures);
  checkForced(scenario, regimes, at, failures);
  const events = scenario.events ?? [];
  if (events.length > 0) {
    failures.add('unsupported', `${at}/events`, notYet(`events has ${counted(events.length, 'event')}`, 'no events'));
  }
}

function knownOf({ underlyings }: Market): Known {
  const order = underlyings.map(({ id }) => id);
  const sectors = underlyings.flatMap(({ sector }) => (sector === undefined ? [] : [sector]));
  return { names: new Set(order), order, sectors: new Set(sectors) };
}

function checkRegime(regime: Regime, known: Known | undefined, at: string, failures: FailureList): void {
  const { jumps, skewMultiplier = 1, correlation } = regime;
  if (jumps !== undefined && jumps.intensity !== 0) {
    const found = `jumps has the intensity ${jumps.intensity}`;
    failures.add('unsupported', `${at}/jumps`, notYet(found, 'no jumps, or the intensity 0'));
  }
  if (skewMultiplier !== 1) {
    failures.add('unsupported', `${at}/skewMultiplier`, notYet(`skewMultiplier is ${skewMultiplier}`, '1'));
  }
  for (const [o, override] of (regime.overrides ?? []).entries()) {
    checkOverride(override, known, `${at}/overrides/${o}`, failures);
  }
  if (known === undefined) return;
  for (const id of Object.keys(regime.volMultipliers ?? {})) {
    if (known.names.has(id)) continue;
    const message = () => noSuch(`volMultipliers names "${id}"`, 'underlying', 'market', known.names);
    failures.add('unknown_reference', at + pointer('volMultipliers', id), message);
  }
  if (correlation?.kind === 'matrix') checkMatrixShape(correlation, known.order, `${at}/correlation`, failures);
}

function checkOverride(override: RegimeOverride, known: Known | undefined, at: string, failures: FailureList): void {
  const wrong = notExactlyOne(override, ['underlyings', 'sector', 'heaviest']);
  if (wrong !== undefined) failures.add('exactly_one', at, wrong);
  if (override.volMultiplier === undefined && override.drift === undefined) {
    failures.add('required', at, 'the override changes nothing; give volMultiplier, drift or both');
  }
  if (known === undefined) return;
  for (const [i, id] of (override.underlyings ?? []).entries()) {
    if (known.names.has(id)) continue;
    const message = () => noSuch(`underlyings[${i}] is "${id}"`, 'underlying', 'market', known.names);
    failures.add('unknown_reference', `${at}/underlyings/${i}`, message);
  }
  if (override.sector !== undefined && !known.sectors.has(override.sector)) {
    const message = noSuch(`sector is "${override.sector}"`, 'sector', 'market', known.sectors);
    failures.add('unknown_reference', `${at}/sector`, message);
  }
}

function checkTransition({ transition, regimes }: Scenario, at: string, failures: FailureList): void {
  const count = regimes.length;
  if (transition === undefined) {
    if (count > 1) {
      const message = `transition is missing; ${count} regimes need one, of kind "daily" or "durations"`;
      failures.add('required', at, message);
    }
    return;
  }
  if (transition.kind === 'daily') {
    checkStochastic(transition.matrix, 'matrix', count, at, failures);
    return;
  }
  if (count === 1) {
    const message = 'transition is of kind "durations", but one regime has nowhere else to go; leave it out';
    failures.add('conflict', at, message);
    return;
  }
  const { meanDays, next } = transition;
  if (meanDays.length !== count) {
    const message = `meanDays has ${counted(meanDays.length, 'number')}; it must have ${count}, one for each regime`;
    failures.add('wrong_length', `${at}/meanDays`, message);
  }
  checkStochastic(next, 'next', count, at, failures);
  for (const [r, row] of next.entries()) {
    const stay = row[r];
    if (stay === undefined || stay === 0) continue;
    const message = `next[${r}][${r}] is ${stay}; it must be 0, since a regime that is left goes elsewhere`;
    failures.add('conflict', `${at}/next/${r}/${r}`, message);
  }
}

/** A square matrix whose rows are probabilities that sum to 1. */
function checkStochastic(
  matrix: readonly (readonly number[])[],
  field: string,
  count: number,
  at: string,
  failures: FailureList,
): void {
  if (matrix.length !== count) {
    const message = `${field} has ${counted(matrix.length, 'row')}; it must have ${count}, one for each regime`;
    failures.add('matrix_shape', `${at}/${field}`, message);
  }
  for (const [r, row] of matrix.entries()) {
    const here = `${at}/${field}/${r}`;
    const name = `${field}[${r}]`;
    if (row.length === count) {
      checkSum(row, here, name, failures);
      continue;
    }
    const message = `${name} has ${counted(row.length, 'number')}; it must have ${count}, one for each regime`;
    failures.add('matrix_shape', here, message);
  }
}

function checkSum(probabilities: readonly number[], at: string, name: string, failures: FailureList): void {
  const sum = probabilities.reduce((total, p) => total + p, 0);
  // A thousandth more than the tolerance, so that 1.000000001, which is a hair further from 1 as a double, is within it.
  if (Math.abs(sum - 1) <= SUM_TOLERANCE * 1.001) return;
  failures.add('sum_not_one', at, `${name} sums to ${tidy(sum)}; it must sum to 1 within ${SUM_TOLERANCE}`);
}

function checkInitial({ initial }: Scenario, regimes: readonly string[], at: string, failures: FailureList): void {
  if (initial === undefined || initial === 'stationary') return;
  if (initial.regime !== undefined && !regimes.includes(initial.regime)) {
    const message = noSuch(`regime is "${initial.regime}"`, 'regime', 'scenario', regimes);
    failures.add('unknown_reference', `${at}/regime`, message);
  }
  if (initial.probabilities === undefined) return;
  const given = initial.probabilities.length;
  if (given === regimes.length) {
    checkSum(initial.probabilities, `${at}/probabilities`, 'probabilities', failures);
  } else {
    const message = `probabilities has ${counted(given, 'number')}; it must have ${regimes.length}, one for each regime`;
    failures.add('wrong_length', `${at}/probabilities`, message);
  }
}

function checkForced(scenario: Scenario, regimes: readonly string[], at: string, failures: FailureList): void {
  const windows = scenario.forced ?? [];
  for (const [i, { fromDay, toDay, regime }] of windows.entries()) {
    const here = at + pointer('forced', i);
    if (!regimes.includes(regime)) {
      const message = noSuch(`regime is "${regime}"`, 'regime', 'scenario', regimes);
      failures.add('unknown_reference', `${here}/regime`, message);
    }
    if (toDay < fromDay) {
      failures.add('conflict', `${here}/toDay`, `toDay is ${toDay}; it must be at least fromDay, ${fromDay}`);
    }
    const other = windows.findIndex((earlier, j) => j < i && earlier.fromDay <= toDay && fromDay <= earlier.toDay);
    if (other < 0) continue;
    const message = `days ${fromDay} to ${toDay} overlap those of window ${other}, ${windows[other].fromDay} to ${windows[other].toDay}; windows must not overlap`;
    failures.add('conflict', here, message);
  }
}

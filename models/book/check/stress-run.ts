import type { BookInMarket } from '../../../schemas/analytics.ts';
import type { Scenario } from '../../../schemas/scenario.ts';
import type { FilledRequest } from '../filled-request.ts';
import { FailureList, listed, pointer } from '../../failures.ts';
import { SHIPPED_SCENARIOS } from '../../regimes/library.ts';
import { hasLevel } from '../../risk/precision.ts';
import { checkBook } from './book.ts';
import { checkMarket } from './market.ts';
import { checkScenario } from './scenario.ts';

const LARGEST_SEED = 2n ** 64n - 1n;

/** A request with its scenario ids replaced; what could not be resolved is missing. */
export interface CheckedRequest {
  readonly failures: FailureList;
  /** One for each entry of the request; undefined where the id is unknown. */
  readonly scenarios: readonly (Scenario | undefined)[];
}

/**
 * The cheap cross-field checks of a request that already satisfies its schema.
 *
 * @returns every failure found, and the scenarios by value
 */
export function checkStressRun(request: FilledRequest): CheckedRequest {
  const failures = new FailureList();
  checkSource(request, 'book', failures);
  checkSource(request, 'market', failures);
  if (request.market !== undefined) checkMarket(request.market, '/market', failures);
  if (request.book !== undefined) checkBook(request.book, request.market, '/book', failures);
  const scenarios = request.scenarios.map((choice, i) => resolveChoice(choice, i, failures));
  const seen = new Map<string, number>();
  for (const [i, scenario] of scenarios.entries()) {
    if (scenario === undefined) continue;
    const first = seen.get(scenario.id);
    if (first === undefined) seen.set(scenario.id, i);
    else {
      const message = `the id is "${scenario.id}", as of scenario ${first}; the ids of scenarios must be unique`;
      failures.add('duplicate_id', pointer('scenarios', i), message);
    }
    checkScenario(scenario, request.market, pointer('scenarios', i), failures);
  }
  checkSimulation(request, failures);
  return { failures, scenarios };
}

/** The same for the analytics that take a book and a market. */
export function checkBookInMarket({ book, market }: BookInMarket): FailureList {
  const failures = new FailureList();
  checkMarket(market, '/market', failures);
  checkBook(book, market, '/book', failures);
  return failures;
}

/** Exactly one of a book or market in full and its id; what an id stands for has been put in its place before. */
function checkSource(request: FilledRequest, what: 'book' | 'market', failures: FailureList): void {
  const id = request[`${what}Id`];
  const version = request[`${what}Version`];
  const inline = request[what] !== undefined;
  if (id !== undefined && inline) {
    const message = `${what} and ${what}Id, "${id}", are given; give exactly one`;
    failures.add('exactly_one', `/${what}Id`, message);
  } else if (id !== undefined) {
    failures.add('unknown_reference', `/${what}Id`, `${what}Id is "${id}", which is no stored ${what}`);
  } else if (!inline) {
    const message = `${what} is missing; give it in full, or by ${what}Id the id of a stored one`;
    failures.add('required', `/${what}`, message);
  }
  if (version !== undefined && id === undefined) {
    const message = `${what}Version is ${version}, but there is no ${what}Id; ${inline ? 'leave it out' : 'give both'}`;
    failures.add('unused_field', `/${what}Version`, message);
  }
}

function resolveChoice(choice: string | Scenario, i: number, failures: FailureList): Scenario | undefined {
  if (typeof choice !== 'string') return choice;
  const shipped = SHIPPED_SCENARIOS.find((scenario) => scenario.id === choice);
  if (shipped === undefined) {
    const ids = listed(SHIPPED_SCENARIOS.map(({ id }) => id));
    const message = `"${choice}" is no shipped scenario; there are ${ids}. A scenario of your own is stored before, or given in full`;
    failures.add('unknown_reference', pointer('scenarios', i), message);
  }
  return shipped;
}

function checkSimulation(request: FilledRequest, failures: FailureList): void {
  const { seed, target, paths } = request.simulation;
  if (seed !== undefined && BigInt(seed) > LARGEST_SEED) {
    failures.add('out_of_range', '/simulation/seed', `seed is ${seed}; it may be at most ${LARGEST_SEED}`);
  }
  if (target === undefined) return;
  const at = '/simulation/target';
  if (target.level !== undefined && !hasLevel(target.metric)) {
    const message = `level is ${target.level}, but ${target.metric} is of no level; leave it out`;
    failures.add('unused_field', `${at}/level`, message);
  }
  if (paths > target.maxPaths) {
    const message = `maxPaths is ${target.maxPaths}; it must be at least paths, the ${paths} of the first batch`;
    failures.add('conflict', `${at}/maxPaths`, message);
  }
}

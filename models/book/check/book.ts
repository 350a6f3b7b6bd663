import type { Book } from '../../../schemas/book.ts';
import type { Market } from '../../../schemas/market.ts';
import type { Position } from '../../../schemas/position.ts';
import { type FailureList, pointer } from '../../failures.ts';
import { compileLimit } from '../../risk/limits/compile-limit.ts';
import { tradingDaysTo } from '../tenor.ts';
import { noSuch, notExactlyOne, notYet } from '../wording.ts';
import { SUM_TOLERANCE } from './market.ts';

/** What positions may refer to. */
interface Known {
  readonly indices: ReadonlySet<string>;
  /** Underlyings, then indices. */
  readonly all: ReadonlySet<string>;
}

/** Checks that need more than one field of the book: ids, references, dates, combinations, limits. */
export function checkBook(book: Book, market: Market | undefined, at: string, failures: FailureList): void {
  const known = market === undefined ? undefined : idsOf(market);
  const seen = new Map<string, number>();
  for (const [i, position] of book.positions.entries()) {
    const here = at + pointer('positions', i);
    const first = seen.get(position.id);
    if (first === undefined) seen.set(position.id, i);
    else
      failures.add(
        'duplicate_id',
        `${here}/id`,
        `id is "${position.id}", as of position ${first}; the ids of positions must be unique`,
      );
    if (known !== undefined) checkReference(position, known, here, failures);
    checkTerms(position, here, failures);
    checkTenor(position, market, here, failures);
  }
  checkRules(book, at, failures);
  checkLimits(book, at, failures);
}

function idsOf(market: Market): Known {
  const indices = (market.indices ?? []).map(({ id }) => id);
  return { indices: new Set(indices), all: new Set([...market.underlyings.map(({ id }) => id), ...indices]) };
}

function checkReference(position: Position, known: Known, at: string, failures: FailureList): void {
  if (position.type === 'correlationSwap') {
    if (known.indices.has(position.basket)) return;
    const message = () => noSuch(`basket is "${position.basket}"`, 'index', 'market', known.indices);
    failures.add('unknown_reference', `${at}/basket`, message);
  } else if (!known.all.has(position.underlying)) {
    const message = () => noSuch(`underlying is "${position.underlying}"`, 'underlying or index', 'market', known.all);
    failures.add('unknown_reference', `${at}/underlying`, message);
  }
}

function checkTerms(position: Position, at: string, failures: FailureList): void {
  if (position.type === 'volatilitySwap' || position.type === 'correlationSwap') {
    const message = notYet(
      `type is "${position.type}"`,
      '"straddle", "strangle", "riskReversal", "option", "varianceSwap", "underlying"',
    );
    failures.add('unsupported', `${at}/type`, message);
  }
  if (position.type === 'option' && position.exercise === 'american') {
    failures.add('unsupported', `${at}/exercise`, notYet('exercise is "american"', '"european"'));
  }
  if (position.type === 'varianceSwap') {
    const wrong = notExactlyOne(position, ['vegaNotional', 'varianceNotional']);
    if (wrong !== undefined) failures.add('exactly_one', at, wrong);
  }
}

function checkTenor(position: Position, market: Market | undefined, at: string, failures: FailureList): void {
  if (position.type === 'underlying') return;
  const tenor = tradingDaysTo(position, market?.asOf);
  if (tenor.ok) return;
  // Without a market there is no asOf to miss: one failure for the market is enough.
  if (market === undefined && tenor.reason === 'required') return;
  failures.add(tenor.reason, at + tenor.field, tenor.message);
}

/** Hedging, costs, margin, exits and tranches: accepted where they say "none", refused otherwise. */
function checkRules(book: Book, at: string, failures: FailureList): void {
  const { hedging, costs, margin, exitRules = [], tranches = [] } = book;
  if (hedging !== undefined) refuseRule(hedging, 'policy', `${at}/hedging`, failures);
  for (const [field, value] of Object.entries(costs ?? {})) {
    if (value !== 0) failures.add('unsupported', `${at}/costs/${field}`, notYet(`${field} is ${value}`, '0'));
  }
  if (margin !== undefined) refuseRule(margin, 'model', `${at}/margin`, failures);
  for (const [i, rule] of exitRules.entries()) {
    failures.add('unsupported', `${at}/exitRules/${i}`, notYet(`type is "${rule.type}"`, 'no exit rules'));
  }
  const entered = tranches.reduce((sum, { fraction }) => sum + fraction, 0);
  const atOnce = tranches.every(({ day }) => day === 0) && Math.abs(entered - 1) <= SUM_TOLERANCE;
  if (tranches.length > 0 && !atOnce) {
    const entries = tranches.map(({ day, fraction }) => `${fraction} on day ${day}`).join(', ');
    failures.add('unsupported', `${at}/tranches`, notYet(`tranches enter ${entries}`, '1 on day 0'));
  }
}

/** Refuses a rule that does something, and settings of one that does nothing. */
function refuseRule<Selector extends string>(
  rule: Readonly<Record<Selector, string>>,
  selector: Selector,
  at: string,
  failures: FailureList,
): void {
  if (rule[selector] !== 'none') {
    failures.add('unsupported', `${at}/${selector}`, notYet(`${selector} is "${rule[selector]}"`, '"none"'));
    return;
  }
  for (const field of Object.keys(rule)) {
    if (field === selector) continue;
    failures.add('unused_field', `${at}/${field}`, `${field} has no effect when ${selector} is "none"; leave it out`);
  }
}

function checkLimits(book: Book, at: string, failures: FailureList): void {
  const seen = new Map<string, number>();
  for (const [i, limit] of (book.limits ?? []).entries()) {
    const here = at + pointer('limits', i);
    const first = seen.get(limit.id);
    if (first === undefined) seen.set(limit.id, i);
    else {
      const message = `id is "${limit.id}", as of limit ${first}; the ids of limits must be unique`;
      failures.add('duplicate_id', `${here}/id`, message);
    }
    const compiled = compileLimit(limit.expression);
    if (compiled.ok) continue;
    for (const finding of compiled.findings) failures.add('expression_invalid', `${here}/expression`, finding.message);
  }
}

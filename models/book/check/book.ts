import type { Book } from '../../../schemas/book.ts';
import type { Market } from '../../../schemas/market.ts';
import type { Position } from '../../../schemas/position.ts';
import { type FailureList, listed, pointer } from '../../failures.ts';
import { compileLimit } from '../../risk/limits/compile-limit.ts';
import { tradingDaysTo } from '../tenor.ts';

/** What this version leaves to a later one; the request is refused rather than half computed. */
const LATER = 'is part of the contract, but this version does not compute it yet';

/** Checks that need more than one field of the book: ids, references, dates, combinations, limits. */
export function checkBook(book: Book, market: Market | undefined, at: string, failures: FailureList): void {
  const seen = new Map<string, number>();
  for (const [i, position] of book.positions.entries()) {
    const here = at + pointer('positions', i);
    const first = seen.get(position.id);
    if (first === undefined) seen.set(position.id, i);
    else
      failures.add(
        'duplicate_id',
        `${here}/id`,
        `"${position.id}" is already the id of position ${first}; ids must be unique`,
      );
    checkPosition(position, market, here, failures);
  }
  checkRules(book, at, failures);
  checkLimits(book, at, failures);
}

function checkPosition(position: Position, market: Market | undefined, at: string, failures: FailureList): void {
  if (market !== undefined) checkReference(position, market, at, failures);
  if (position.type === 'volatilitySwap' || position.type === 'correlationSwap') {
    failures.add(
      'unsupported',
      `${at}/type`,
      `a ${position.type} ${LATER}; allowed now: straddle, strangle, riskReversal, option, varianceSwap, underlying`,
    );
  }
  if (position.type === 'option' && position.exercise === 'american') {
    failures.add('unsupported', `${at}/exercise`, `american exercise ${LATER}; allowed now: "european"`);
  }
  if (position.type === 'varianceSwap') {
    const given = [position.vegaNotional, position.varianceNotional].filter((value) => value !== undefined).length;
    if (given !== 1) {
      failures.add(
        'exactly_one',
        at,
        `${given === 0 ? 'neither' : 'both'} of vegaNotional and varianceNotional given; give exactly one`,
      );
    }
  }
  if (position.type !== 'underlying') {
    const tenor = tradingDaysTo(position, market?.asOf);
    if (!tenor.ok) failures.add(tenor.reason, at + tenor.field, tenor.message);
  }
}

function checkReference(position: Position, market: Market, at: string, failures: FailureList): void {
  const indices = (market.indices ?? []).map((index) => index.id);
  if (position.type === 'correlationSwap') {
    if (!indices.includes(position.basket)) {
      failures.add(
        'unknown_reference',
        `${at}/basket`,
        `"${position.basket}" is no index of the market; it has ${listed(indices) || 'none'}`,
      );
    }
    return;
  }
  const known = [...market.underlyings.map((underlying) => underlying.id), ...indices];
  if (!known.includes(position.underlying)) {
    failures.add(
      'unknown_reference',
      `${at}/underlying`,
      `"${position.underlying}" is no underlying or index of the market; it has ${listed(known)}`,
    );
  }
}

/** Hedging, costs, margin, exits and tranches: accepted where they say "none", refused otherwise. */
function checkRules(book: Book, at: string, failures: FailureList): void {
  const { hedging, costs, margin } = book;
  if (hedging !== undefined && hedging.policy !== 'none') {
    failures.add('unsupported', `${at}/hedging/policy`, `"${hedging.policy}" ${LATER}; allowed now: "none"`);
  }
  if (hedging?.policy === 'none') refuseUnused(hedging, 'policy', `${at}/hedging`, failures);
  for (const [field, value] of Object.entries(costs ?? {})) {
    if (value !== 0)
      failures.add('unsupported', `${at}/costs/${field}`, `${field} is ${value}: a cost ${LATER}; allowed now: 0`);
  }
  if (margin !== undefined && margin.model !== 'none') {
    failures.add('unsupported', `${at}/margin/model`, `"${margin.model}" ${LATER}; allowed now: "none"`);
  }
  if (margin?.model === 'none') refuseUnused(margin, 'model', `${at}/margin`, failures);
  for (const [i, rule] of (book.exitRules ?? []).entries()) {
    failures.add('unsupported', `${at}/exitRules/${i}`, `the exit rule "${rule.type}" ${LATER}; allowed now: none`);
  }
  const tranches = book.tranches ?? [];
  if (
    tranches.some((tranche) => tranche.day !== 0) ||
    (tranches.length > 0 && tranches.reduce((sum, { fraction }) => sum + fraction, 0) !== 1)
  ) {
    failures.add('unsupported', `${at}/tranches`, `staged or partial entry ${LATER}; allowed now: everything on day 0`);
  }
}

function refuseUnused(
  object: Readonly<Record<string, unknown>>,
  kept: string,
  at: string,
  failures: FailureList,
): void {
  for (const field of Object.keys(object)) {
    if (field !== kept) failures.add('unused_field', `${at}/${field}`, `${field} has no effect when ${kept} is "none"`);
  }
}

function checkLimits(book: Book, at: string, failures: FailureList): void {
  const seen = new Set<string>();
  for (const [i, limit] of (book.limits ?? []).entries()) {
    const here = at + pointer('limits', i);
    if (seen.has(limit.id))
      failures.add('duplicate_id', `${here}/id`, `"${limit.id}" is the id of another limit; ids must be unique`);
    seen.add(limit.id);
    const compiled = compileLimit(limit.expression);
    if (compiled.ok) continue;
    for (const finding of compiled.findings) failures.add('expression_invalid', `${here}/expression`, finding.message);
  }
}

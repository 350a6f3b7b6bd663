import { formatCount, formatFigure, formatLevel, formatPair } from './format-figure.ts';
import type { CompiledLimit, Comparison } from './limits/compile-limit.ts';
import type { LimitOutcome } from './limits/evaluate-limit.ts';
import { constant } from './limits/vocabulary.ts';
import type { LevelFunctionName, Quantity } from './limits/vocabulary.ts';

/** A limit and what came of it in one scenario. */
export interface JudgedLimit {
  readonly id: string;
  readonly limit: CompiledLimit;
  readonly outcome: LimitOutcome;
}

/** What a verdict needs to know of a scenario. */
export interface JudgedScenario {
  readonly id: string;
  readonly limits: readonly JudgedLimit[];
  readonly survivability: { readonly threshold: number; readonly probability: { readonly value: number } };
}

export interface Verdict {
  readonly status: 'ok' | 'warn' | 'breach';
  readonly sentence: string;
}

const RANK = { ok: 0, warn: 1, breach: 2 } as const;
const HEADING = { ok: 'OK', warn: 'Warning', breach: 'Breach' } as const;

const ASKS: Readonly<Record<Comparison, string>> = {
  '>=': 'asks for at least',
  '>': 'asks for more than',
  '<=': 'asks for at most',
  '<': 'asks for less than',
};

/** How a tail figure reads; {odds} is "1-in-100", {value} "71.3 %". */
const TAIL_CLAUSES: Readonly<Record<LevelFunctionName, string>> = {
  survivability: 'the book keeps {value} of NAV in the {odds} loss',
  var: 'the {odds} loss is {value}',
  es: 'the mean loss beyond the {odds} loss is {value}',
  maxDrawdown: 'the {odds} maximum drawdown is {value}',
};

/**
 * The verdict over all scenarios and limits, in words for a risk committee.
 *
 * Status: the worst of all checks. The sentence names the worst check first (breach before warning; among equals the
 * one farthest beyond its bound, or nearest to it, relative to the bound; what could not be evaluated before all), then
 * counts the checks by status, then says in which scenario NAV is least likely to stay above its threshold.
 * @param scenarios at least one
 * @param currency  ISO code of the book's money
 * @throws RangeError when there is no scenario
 */
export function verdict(scenarios: readonly JudgedScenario[], currency: string): Verdict {
  if (scenarios.length === 0) throw new RangeError('scenarios is empty; need at least one');
  const checks = scenarios.flatMap((scenario) =>
    scenario.limits.map((judged) => ({ scenario: scenario.id, ...judged, severity: severity(judged) })),
  );
  const survival = survivalSentence(scenarios);
  if (checks.length === 0) return { status: 'ok', sentence: `OK: no limit was set. ${survival}` };
  const worst = checks.reduce((a, b) => (b.severity > a.severity ? b : a));
  const { status } = worst.outcome;
  const counts = countSentence(
    checks.map(({ outcome }) => outcome.status),
    scenarios.length,
  );
  return { status, sentence: `${HEADING[status]}: ${checkClause(worst, currency)}. ${counts} ${survival}` };
}

/** Order of checks: status first, then how far the value is beyond the bound, from -1 (far inside) to 1. */
function severity({ limit, outcome }: JudgedLimit): number {
  const { value, bound, status } = outcome;
  if (value === null || bound === null) return RANK[status] * 4 + 2;
  const beyond = limit.comparison === '<' || limit.comparison === '<=' ? value - bound : bound - value;
  const scale = Math.max(Math.abs(value), Math.abs(bound));
  return RANK[status] * 4 + (scale === 0 ? 0 : Math.max(-1, Math.min(1, beyond / scale)));
}

function checkClause(check: JudgedLimit & { scenario: string }, currency: string): string {
  const { id, limit, outcome, scenario } = check;
  if (outcome.value === null || outcome.bound === null) {
    return `in ${scenario} the limit ${id} (${limit.expression}) cannot be evaluated: ${outcome.note ?? 'no finite number'}`;
  }
  const quantity = printedQuantity(limit, outcome.bound);
  const [value, bound] = formatPair(outcome.value, outcome.bound, quantity, currency);
  const clause = `in ${scenario} ${figureClause(limit, value)}; the limit ${id} ${ASKS[limit.comparison]} ${bound}`;
  if (outcome.status === 'ok') return `every limit holds; nearest to its bound, ${clause}`;
  if (outcome.status === 'breach') return clause;
  return `${clause}, which holds ${outcome.note === undefined ? 'with little room' : 'with an error that is not known'}`;
}

function figureClause({ subject, subjectUse }: CompiledLimit, value: string): string {
  if (subjectUse === null) return `${subject} is ${value}`;
  if (subjectUse.level === null) return `${constant(subjectUse.name)?.label ?? subject} is ${value}`;
  return TAIL_CLAUSES[subjectUse.name].replace('{odds}', formatLevel(subjectUse.level)).replace('{value}', value);
}

/** 100 * es(0.99) / nav is a fraction by its units, but meant in points: "710 %" would mislead. */
function printedQuantity({ quantity, subjectUse }: CompiledLimit, bound: number): Quantity {
  return quantity === 'fraction' && subjectUse === null && Math.abs(bound) > 1 ? 'number' : quantity;
}

function countSentence(statuses: readonly (keyof typeof RANK)[], scenarios: number): string {
  const count = (status: keyof typeof RANK) => statuses.filter((each) => each === status).length;
  const total = `${formatCount(statuses.length, 'check')} over ${formatCount(scenarios, 'scenario')}`;
  return `Of ${total}, ${count('breach')} breached, ${count('warn')} warned and ${count('ok')} held.`;
}

function survivalSentence(scenarios: readonly JudgedScenario[]): string {
  const { id, survivability } = scenarios.reduce((a, b) =>
    b.survivability.probability.value < a.survivability.probability.value ? b : a,
  );
  const threshold = formatFigure(survivability.threshold, 'fraction', '');
  const { value } = survivability.probability;
  const alike = scenarios.length > 1 && scenarios.every((other) => other.survivability.probability.value === value);
  return `NAV stays above ${threshold} of its start on ${pathsShare(value)} of paths in ${alike ? 'every scenario' : id}.`;
}

/** A share of paths that is not all of them must not be rounded up to 100 %, nor one that is not none down to 0 %. */
function pathsShare(share: number): string {
  if (share < 1 && share > 0.9995) return 'more than 99.9 %';
  if (share > 0 && share < 0.0005) return 'less than 0.1 %';
  return formatFigure(share, 'fraction', '');
}

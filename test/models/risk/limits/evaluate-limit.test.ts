import t from 'tap';
import { compileLimit } from '../../../../models/risk/limits/compile-limit.ts';
import { evaluateLimit } from '../../../../models/risk/limits/evaluate-limit.ts';
import type { LimitMetrics, LimitOutcome } from '../../../../models/risk/limits/evaluate-limit.ts';
import type { LimitResult } from '../../../../schemas/stress-result.ts';
import { close } from '../fixtures/draws.ts';

/** Figures of a made-up run: [value, standard error]. */
const FIGURES: Record<string, [number, number | null]> = {
  nav: [1_000, 0],
  'es(0.99)': [40, 1],
  'var(0.99)': [30, 2],
  'var(0.999)': [80, null],
  'survivability(0.99)': [0.97, 0.002],
  netVega: [0, 3],
  premium: [0, 0],
  netTheta: [-30, 0],
};

const metrics: LimitMetrics = {
  constant: (name) => figure(name),
  atLevel: (name, level) => figure(`${name}(${level})`),
};

function figure(key: string) {
  const [value, standardError] = FIGURES[key];
  return { value, standardError };
}

function outcome(expression: string, warnFraction?: number): LimitOutcome {
  const compiled = compileLimit(expression);
  if (!compiled.ok) throw new Error(compiled.findings.map(({ message }) => message).join('; '));
  return evaluateLimit(compiled.limit, metrics, warnFraction);
}

t.test('a limit that holds with room is ok', async (t) => {
  const result = outcome('es(0.99) / nav <= 0.05');
  t.same(result, { value: 0.04, bound: 0.05, status: 'ok', standardError: result.standardError });
  t.ok(close(result.standardError ?? NaN, 0.001));
  const onTheWire: LimitResult = { id: 'tail', expression: 'es(0.99) / nav <= 0.05', ...result };
  t.equal(onTheWire.status, 'ok');
});

t.test('a comparison that is false is a breach, at the bound itself as the sign says', async (t) => {
  t.equal(outcome('es(0.99) <= 39').status, 'breach');
  t.equal(outcome('es(0.99) < 40').status, 'breach');
  t.equal(outcome('es(0.99) <= 40').status, 'warn');
  t.equal(outcome('es(0.99) > 40').status, 'breach');
  t.equal(outcome('es(0.99) >= 40').status, 'warn');
});

t.test('a value within the warning fraction of the bound is a warning', async (t) => {
  t.equal(outcome('survivability(0.99) >= 0.885').status, 'warn', '0.97 is within 10 % of 0.885');
  t.equal(outcome('survivability(0.99) >= 0.88').status, 'ok');
  t.equal(outcome('survivability(0.99) >= 0.885', 0.05).status, 'ok');
  t.equal(outcome('netTheta > -31').status, 'warn', 'also for a negative bound');
  t.equal(outcome('netTheta > -31', 0).status, 'ok');
});

t.test('a value within 1.959964 standard errors of the bound is a warning whatever the fraction', async (t) => {
  t.equal(outcome('es(0.99) <= 41.95', 0).status, 'warn');
  t.equal(outcome('es(0.99) <= 41.97', 0).status, 'ok');
});

t.test('errors of several figures add up, on both sides and across kinks', async (t) => {
  t.ok(close(outcome('es(0.99) - var(0.99) < 100').standardError ?? NaN, 3));
  t.ok(close(outcome('es(0.99) < 5 * var(0.99)').standardError ?? NaN, 11));
  t.ok(close(outcome('abs(netVega) <= 50').standardError ?? NaN, 3), 'a central difference would see 0');
  t.equal(outcome('nav > 0').standardError, 0);
});

t.test('an exact figure at a bound of 0 is no warning unless it is on the bound of a band', async (t) => {
  t.equal(outcome('nav > 0').status, 'ok');
  t.equal(outcome('premium <= 0').status, 'ok', 'exact, and a band around 0 has no width');
});

t.test('a limit that cannot be evaluated fails safe, with the reason', async (t) => {
  for (const [expression, value, bound] of [
    ['nav / premium > 0', null, 0],
    ['premium / premium > 0', null, 0],
    ['sqrt(netTheta) < 5', null, 5],
    ['nav * 9^9^9^9 > 0', null, 0],
    ['es(0.99) < nav / premium', 40, null],
  ] as const) {
    const result = outcome(expression);
    t.equal(result.status, 'breach', expression);
    t.equal(result.value, value, expression);
    t.equal(result.bound, bound, expression);
    t.equal(result.standardError, null);
    t.match(result.note, /no finite number .* counts as breached/);
  }
});

t.test('a limit that holds on a figure whose error cannot be told is a warning that says so', async (t) => {
  const result = outcome('var(0.999) <= 1000');
  t.equal(result.status, 'warn');
  t.equal(result.standardError, null);
  t.match(result.note, /sampling error of var\(0.999\) cannot be told from so few paths/);
  t.equal(outcome('var(0.999) <= 10').status, 'breach', 'a breach stays one');
  t.match(outcome('1 / max(0, netVega - 3) < 1').note, /no finite number/);
  t.match(outcome('sqrt(var(0.99) - 29) < 5').note, /cannot be evaluated/);
});

t.test('a warning fraction outside 0 to 1 is refused', async (t) => {
  t.throws(() => outcome('nav > 0', -0.1), new RangeError('warnFraction is -0.1; need 0 to 1'));
});

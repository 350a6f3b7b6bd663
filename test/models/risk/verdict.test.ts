import t from 'tap';
import { formatFigure, formatLevel, formatPair } from '../../../models/risk/format-figure.ts';
import { compileLimit } from '../../../models/risk/limits/compile-limit.ts';
import type { LimitOutcome } from '../../../models/risk/limits/evaluate-limit.ts';
import { verdict } from '../../../models/risk/verdict.ts';
import { DEFAULT_LIMITS } from '../../../schemas/book.ts';
import type { JudgedLimit, JudgedScenario } from '../../../models/risk/verdict.ts';

function judged(id: string, expression: string, outcome: Partial<LimitOutcome>): JudgedLimit {
  const compiled = compileLimit(expression);
  if (!compiled.ok) throw new Error(compiled.findings.map(({ message }) => message).join('; '));
  return {
    id,
    limit: compiled.limit,
    outcome: { value: 0, bound: 0, status: 'ok', standardError: 0, ...outcome },
  };
}

function scenario(id: string, survival: number, ...limits: JudgedLimit[]): JudgedScenario {
  return { id, limits, survivability: { threshold: 0.8, probability: { value: survival } } };
}

const SURVIVE = 'survivability(0.99) >= 0.80';

t.test('a breach names the scenario, the figure and the limit, counts the checks and the survivors', async (t) => {
  const result = verdict(
    [
      scenario('baseline', 1, judged('survive', SURVIVE, { value: 0.95, bound: 0.8 })),
      scenario(
        'systemic-crisis-2020',
        0.9123,
        judged('survive', SURVIVE, { value: 0.713, bound: 0.8, status: 'breach' }),
      ),
    ],
    'USD',
  );
  t.same(result, {
    status: 'breach',
    sentence:
      'Breach: in systemic-crisis-2020 the book keeps 71.3 % of NAV in the 1-in-100 loss; the limit survive asks for ' +
      'at least 80 %. Of 2 checks over 2 scenarios, 1 breached, 0 warned and 1 held. NAV stays above 80 % of its start ' +
      'on 91.2 % of paths in systemic-crisis-2020.',
  });
});

t.test('the worst of several breaches comes first: the one farthest beyond its bound', async (t) => {
  const { sentence } = verdict(
    [
      scenario('mild', 0.9, judged('survive', SURVIVE, { value: 0.79, bound: 0.8, status: 'breach' })),
      scenario(
        'severe',
        0.9,
        judged('tail', 'es(0.99) <= 500000', { value: 1_234_567.4, bound: 500_000, status: 'breach' }),
        judged('survive', SURVIVE, { value: 0.7, bound: 0.8, status: 'breach' }),
      ),
    ],
    'EUR',
  );
  t.match(
    sentence,
    'Breach: in severe the mean loss beyond the 1-in-100 loss is EUR 1,234,567; the limit tail asks for at most EUR 500,000.',
  );
});

t.test('a limit that cannot be evaluated is worse than any other breach and says why', async (t) => {
  const { status, sentence } = verdict(
    [
      scenario(
        'a',
        1,
        judged('survive', SURVIVE, { value: 0.1, bound: 0.8, status: 'breach' }),
        judged('ratio', 'nav / premium > 1', { value: null, bound: 1, status: 'breach', note: 'no premium' }),
      ),
    ],
    'USD',
  );
  t.equal(status, 'breach');
  t.match(sentence, 'Breach: in a the limit ratio (nav / premium > 1) cannot be evaluated: no premium.');
});

t.test('a warning says that the limit holds with little room, or with an unknown error', async (t) => {
  const warned = verdict(
    [scenario('a', 1, judged('survive', SURVIVE, { value: 0.82, bound: 0.8, status: 'warn' }))],
    'USD',
  );
  t.equal(warned.status, 'warn');
  t.match(
    warned.sentence,
    /^Warning: in a the book keeps 82 % of NAV .* at least 80 %, which holds with little room\./,
  );
  const unknown = judged('survive', SURVIVE, { value: 0.99, bound: 0.8, status: 'warn', note: 'few paths' });
  t.match(verdict([scenario('a', 1, unknown)], 'USD').sentence, /which holds with an error that is not known\./);
});

t.test('when every limit holds the nearest to its bound is named', async (t) => {
  const { status, sentence } = verdict(
    [
      scenario('calm', 1, judged('survive', SURVIVE, { value: 0.99, bound: 0.8 })),
      scenario('grind', 0.99999, judged('survive', SURVIVE, { value: 0.93, bound: 0.8 })),
    ],
    'USD',
  );
  t.equal(status, 'ok');
  t.equal(
    sentence,
    'OK: every limit holds; nearest to its bound, in grind the book keeps 93 % of NAV in the 1-in-100 loss; the limit ' +
      'survive asks for at least 80 %. Of 2 checks over 2 scenarios, 0 breached, 0 warned and 2 held. NAV stays above ' +
      '80 % of its start on more than 99.9 % of paths in grind.',
  );
});

t.test('other figures read by their names, composed ones as written', async (t) => {
  const first = (expression: string, value: number, bound: number) =>
    verdict([scenario('a', 1, judged('x', expression, { value, bound, status: 'breach' }))], 'USD').sentence;
  t.match(first('netVega <= 5000', 6000.5, 5000), 'net vega per volatility point is USD 6,001; the limit x');
  t.match(
    first('probabilityOfRuin < 0.01', 0.02, 0.01),
    'the probability of ruin is 2 %; the limit x asks for less than 1 %',
  );
  t.match(first('es(0.99) / nav <= 0.05', 0.071, 0.05), 'es(0.99) / nav is 7.1 %; the limit x asks for at most 5 %');
  t.match(first('100 * es(0.99) / nav <= 5', 7.1, 5), '100 * es(0.99) / nav is 7.1; the limit x asks for at most 5');
  t.match(first('maxDrawdown(0.975) < 0.1', 0.2, 0.1), 'the 1-in-40 maximum drawdown is 20 %');
  t.match(first('var(0.987) < 100', 200, 100), 'the 98.7 % loss is USD 200');
  t.match(first('netGamma > 0.1', 0.012345, 0.1), 'the dollar gamma is 0.01235; the limit x asks for more than 0.1');
});

t.test('without limits or scenarios', async (t) => {
  t.match(verdict([scenario('a', 0.5)], 'USD'), {
    status: 'ok',
    sentence: 'OK: no limit was set. NAV stays above 80 % of its start on 50 % of paths in a.',
  });
  t.throws(() => verdict([], 'USD'), new RangeError('scenarios is empty; need at least one'));
});

t.test('two figures that differ are never printed the same', async (t) => {
  t.same(formatPair(0.79996, 0.8, 'fraction', 'USD'), ['79.996 %', '80 %']);
  t.same(formatPair(0.8, 0.79996, 'fraction', 'USD'), ['80 %', '79.996 %']);
  t.same(formatPair(500_000.3, 500_000, 'money', 'USD'), ['USD 500,000.3', 'USD 500,000']);
  t.same(formatPair(0.8, 0.8, 'fraction', 'USD'), ['80 %', '80 %']);
});

t.test('figures are printed the same on every machine', async (t) => {
  t.equal(formatFigure(-1_234_567.891, 'money', 'USD'), 'USD -1,234,568');
  t.equal(formatFigure(-12.345, 'money', 'USD'), 'USD -12.35');
  t.equal(formatFigure(-0.00001, 'fraction', 'USD'), '0 %');
  t.equal(formatLevel(0.999), '1-in-1,000');
});

t.test('the default limits compile', async (t) => {
  t.same(
    DEFAULT_LIMITS.map(({ expression }) => compileLimit(expression).ok),
    [true],
  );
});

import * as fc from 'fast-check';
import t from 'tap';
import { compileLimit } from '../../../../models/risk/limits/compile-limit.ts';
import type { CompiledLimit } from '../../../../models/risk/limits/compile-limit.ts';
import type { LimitFinding } from '../../../../models/risk/limits/scan-expression.ts';
import { CONSTANTS, LEVEL_FUNCTIONS } from '../../../../models/risk/limits/vocabulary.ts';

function compiled(expression: string): CompiledLimit {
  const result = compileLimit(expression);
  if (!result.ok) throw new Error(`${expression}: ${result.findings.map(({ message }) => message).join('; ')}`);
  return result.limit;
}

function findings(expression: string): LimitFinding[] {
  const result = compileLimit(expression);
  return result.ok ? [] : result.findings;
}

function kinds(expression: string): string[] {
  return findings(expression).map(({ kind }) => kind);
}

/** Value of the measured side when the figures are the numbers given, in the order of their first use. */
function valueOf(expression: string, ...figures: number[]): number {
  return compiled(expression).value(Float64Array.from(figures));
}

t.test('a limit is one comparison, its figures listed once', async (t) => {
  const limit = compiled('es(0.99) / nav + var(0.95)/nav - es(0.99) <= 0.05 * nav');
  t.equal(limit.comparison, '<=');
  t.same(limit.uses, [
    { name: 'es', level: 0.99 },
    { name: 'nav', level: null },
    { name: 'var', level: 0.95 },
  ]);
  t.equal(limit.subject, 'es(0.99) / nav + var(0.95)/nav - es(0.99)');
  t.equal(limit.subjectUse, null);
  t.equal(limit.value(Float64Array.of(8, 100, 4)), 8 / 100 + 4 / 100 - 8);
  t.equal(limit.bound(Float64Array.of(8, 100, 4)), 5);
});

t.test('every word of the vocabulary compiles', async (t) => {
  for (const { name } of CONSTANTS) t.same(compiled(`${name} > 0`).subjectUse, { name, level: null });
  for (const { name } of LEVEL_FUNCTIONS) t.same(compiled(`${name}(0.995) > 0`).subjectUse, { name, level: 0.995 });
});

t.test('arithmetic follows the usual precedence', async (t) => {
  t.equal(valueOf('nav - 2 - 3 > 0', 10), 5);
  t.equal(valueOf('nav / 2 / 5 > 0', 10), 1);
  t.equal(valueOf('-nav ^ 2 > 0', 3), -9);
  t.equal(valueOf('nav ^ -1 > 0', 4), 0.25);
  t.equal(valueOf('2 ^ 3 ^ 2 + nav > 0', 0), 512);
  t.equal(valueOf('(nav + 1) * 2 > 0', 4), 10);
  t.equal(valueOf('max(nav, premium, 7) - min(nav, 2) > 0', 1, 3), 6);
  t.equal(valueOf('sqrt(abs(netVega)) > 0', -9), 3);
  t.equal(valueOf('.5e1 * nav > 1e-3', 2), 10);
});

t.test('a bound written on the left is turned round', async (t) => {
  const limit = compiled('0.8 <= survivability(0.99)');
  t.equal(limit.comparison, '>=');
  t.equal(limit.subject, 'survivability(0.99)');
  t.equal(limit.bound(Float64Array.of(1)), 0.8);
  t.equal(compiled('nav < premium').comparison, '<', 'figures on both sides stay where they are');
});

t.test('the quantity of the measured side is known for printing', async (t) => {
  for (const [expression, quantity] of [
    ['es(0.99) <= 1000', 'money'],
    ['es(0.99) <= 0.05 * nav', 'money'],
    ['es(0.99) / nav <= 0.05', 'fraction'],
    ['100 * es(0.99) <= 5 * nav', 'money'],
    ['100 * (es(0.99) / nav) <= 5', 'number'],
    ['sqrt(es(0.99) * nav) <= 5', 'money'],
    ['es(0.99) ^ 2 <= 5', 'number'],
    ['netGamma <= 5', 'number'],
    ['survivability(0.99) >= 0.8', 'fraction'],
    ['1 - survivability(0.99) <= 0.2', 'fraction'],
  ]) {
    t.equal(compiled(expression).quantity, quantity, expression);
  }
  t.equal(compiled('es(0.99) <= survivability(0.99)').quantity, 'number', 'money against a fraction has no unit');
});

t.test('attacks are findings, not evaluations', async (t) => {
  for (const [expression, kind] of [
    ['constructor > 0', 'unknownName'],
    ['__proto__ > 0', 'unknownName'],
    ['toString() > 0', 'unknownName'],
    ['hasOwnProperty(1) > 0', 'unknownName'],
    ['nav.constructor > 0', 'notAllowed'],
    ['nav["constructor"] > 0', 'notAllowed'],
    ['import(1) > 0', 'unknownName'],
    ['import("fs") > 0', 'notAllowed'],
    ['format(1,1e7) > 0', 'unknownName'],
    ['evaluate("1") > 0', 'notAllowed'],
    ['parse(1) > 0', 'unknownName'],
    ['cos.constructor("return 1")() > 0', 'notAllowed'],
    ['f(x)=x', 'notAllowed'],
    ['nav = 0', 'notAllowed'],
    ['nav == 0', 'notAllowed'],
    ['nav != 0', 'notAllowed'],
    ['"a" < "b"', 'notAllowed'],
    ['[1,2] > nav', 'notAllowed'],
    ['{a: 1} > nav', 'notAllowed'],
    ['1:10 > nav', 'notAllowed'],
    ['nav! > 0', 'notAllowed'],
    ["nav' > 0", 'notAllowed'],
    ['nav % 2 > 0', 'notAllowed'],
    ['nav > 5%', 'notAllowed'],
    ['nav > 0 ? 1 : 2', 'notAllowed'],
    ['nav ?? 0 > 0', 'notAllowed'],
    ['nav >> 2', 'notAComparison'],
    ['nav << 2 > 0', 'notAllowed'],
    ['nav & 1 > 0', 'notAllowed'],
    ['nav | 1 > 0', 'notAllowed'],
    ['~nav > 0', 'notAllowed'],
    ['nav ./ 2 > 0', 'notAllowed'],
    ['nav * 2./3 > 0', 'notAllowed'],
    ['nav mod 2 > 0', 'notAllowed'],
    ['nav to cm > 0', 'notAllowed'],
    ['not nav > 0', 'notAllowed'],
    ['nav > 0 and premium > 0', 'notAllowed'],
    ['nav > 0; premium > 0', 'notAllowed'],
    ['nav > 0\npremium > 0', 'notAllowed'],
    ['nav > 0 # comment', 'notAllowed'],
    ['2 nav > 0', 'notAllowed'],
    ['2(nav) > 0', 'notAllowed'],
    ['(nav)(premium) > 0', 'notAllowed'],
    ['nav premium > 0', 'notAllowed'],
    ['+nav > 0', 'notAllowed'],
    ['0x10 > nav', 'unknownName'],
    ['1e999 > nav', 'notAllowed'],
    ['Infinity > nav', 'unknownName'],
    ['NaN > nav', 'unknownName'],
    ['true > nav', 'unknownName'],
    ['null > nav', 'unknownName'],
    ['undefined > nav', 'unknownName'],
    ['nav > 3 cm', 'unknownName'],
    ['pi > nav', 'unknownName'],
    ['i > nav', 'unknownName'],
    ['NAV > 0', 'unknownName'],
    ['ｎａｖ > 0', 'notAllowed'],
    ['nаv > 0', 'notAllowed'],
    ['nav ≥ 0', 'notAllowed'],
    ['nav\u00a0> 0', 'notAllowed'],
    ['nav > 0\u0000', 'notAllowed'],
    ['😀 > nav', 'notAllowed'],
    ['premium < nav < bestPnl', 'notAComparison'],
    ['(premium < nav) < bestPnl', 'notAllowed'],
    ['(nav > 0)', 'notAComparison'],
    ['max(nav > 0, 1) > 0', 'notAllowed'],
    ['nav', 'notAComparison'],
    ['1 < 2', 'notAComparison'],
    ['', 'notAComparison'],
    ['   ', 'notAComparison'],
    ['nav >', 'syntax'],
    ['nav > )', 'syntax'],
    ['nav > (', 'syntax'],
    ['nav > 1e+', 'unknownName'],
    ['var > 0', 'wrongArgument'],
    ['min > 0', 'wrongArgument'],
    ['nav(1) > 0', 'wrongArgument'],
    ['nav() > 0', 'wrongArgument'],
    ['var() > 0', 'wrongArgument'],
    ['var(0.99, 0.95) > 0', 'wrongArgument'],
    ['var(0.5) > 0', 'wrongArgument'],
    ['var(1) > 0', 'wrongArgument'],
    ['var(99) > 0', 'wrongArgument'],
    ['var(-0.99) > 0', 'wrongArgument'],
    ['var(0.9 + 0.09) > 0', 'wrongArgument'],
    ['var(nav) > 0', 'wrongArgument'],
    ['abs(nav, 1) > 0', 'wrongArgument'],
    ['abs() > 0', 'wrongArgument'],
    ['min() > nav', 'wrongArgument'],
  ]) {
    const got = kinds(expression);
    t.ok(got.includes(kind), `${JSON.stringify(expression)} is ${kind}; got ${got.join(', ') || 'a limit'}`);
  }
});

t.test('huge powers compile to a number that is judged when it is evaluated', async (t) => {
  t.equal(valueOf('nav * 9^9^9^9 > 0', 1), Infinity);
});

t.test('what is long or deep is refused at once, with what is allowed', async (t) => {
  t.same(findings(`nav > ${'1'.repeat(1_000_000)}`), [
    { kind: 'tooLong', message: 'the expression has 1000006 characters; at most 500 are allowed' },
  ]);
  t.same(kinds(`nav > ${'1+'.repeat(110)}1`), ['tooManyNodes']);
  t.same(kinds(`nav > ${'1+'.repeat(97)}1`), [], '196 nodes');
  t.same(kinds(`nav > ${'-'.repeat(300)}1`), ['tooManyNodes']);
  t.same(kinds(`nav > ${'('.repeat(240)}1${')'.repeat(240)}`), ['tooManyNodes']);
  t.same(kinds(`nav > ${'('.repeat(32)}1${')'.repeat(32)}`), []);
  t.same(kinds('('.repeat(500)), ['tooManyNodes']);
  t.same(kinds(`nav > ${'abs('.repeat(32)}1${')'.repeat(32)}`), []);
  t.same(kinds(`nav > ${'2^'.repeat(240)}2`), ['tooManyNodes']);
});

t.test('nested percentages never reach the parser, which takes time exponential in their depth', async (t) => {
  // 16 levels take the parser most of a second; 120 would outlast the machine.
  t.ok(kinds(`nav > ${'1%('.repeat(120)}1${')'.repeat(120)}`).every((kind) => kind !== 'syntax'));
  t.ok(kinds(`nav > 1${'+1%'.repeat(160)}`).includes('notAllowed'));
});

t.test('everything that is wrong is found at once, with the place', async (t) => {
  const all = findings('foo(1) + var(2) * bar > 2 nav');
  t.same(
    all.map(({ kind, position }) => [kind, position]),
    [
      ['unknownName', 1],
      ['unknownName', 19],
      ['wrongArgument', undefined],
      ['notAllowed', undefined],
    ],
  );
  t.match(all[0].message, /"foo" at character 1 is not a name/);
  t.match(all[0].message, /survivability\(level\)/, 'the vocabulary is listed');
  t.match(all[2].message, /var\(level\) was given 2; it takes one number between 0.5 and 1/);
  const foreign = findings('nav == 3 % 2 & "x"');
  t.same(
    foreign.map(({ position }) => position),
    [5, 10, 14, 16, 17, 18],
  );
  t.match(foreign[0].message, /"==" at character 5 is not allowed; allowed are numbers, names/);
});

t.test('any text at all is a limit or a list of findings with messages, never an exception', async () => {
  const pieces = fc.constantFrom(
    'nav',
    'var',
    '(',
    ')',
    '0.99',
    ',',
    '<',
    '<=',
    '>',
    '>=',
    '+',
    '-',
    '*',
    '/',
    '^',
    ' ',
    '%',
    '!',
    '=',
    '"',
    'es(0.99)',
    'min(',
    '__proto__',
    '[',
    ']',
    ':',
    '?',
    '.',
    'e',
    'and',
    'in',
    '\n',
    '1e5',
    '#',
    'é',
    '\\',
  );
  const text = fc.oneof(
    fc.array(pieces, { maxLength: 30 }).map((list) => list.join('')),
    fc.string({ maxLength: 60 }),
  );
  fc.assert(
    fc.property(text, (expression) => {
      const result = compileLimit(expression);
      if (!result.ok) return result.findings.length > 0 && result.findings.every(({ message }) => message.length > 0);
      return typeof result.limit.value(new Float64Array(result.limit.uses.length)) === 'number';
    }),
    { numRuns: 3_000 },
  );
});

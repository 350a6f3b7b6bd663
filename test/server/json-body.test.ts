import * as fc from 'fast-check';
import t from 'tap';
import { parseJsonBody, scanJson } from '../../server/json-body.ts';

const parse = (text: string) => parseJsonBody(Buffer.from(text));
const failuresOf = (text: string) => {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.failures;
};
const reads = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
/** Deep enough for every shape, short of the depth that is refused. */
const json = fc.oneof(fc.json({ maxDepth: 5 }), fc.json({ maxDepth: 5, noUnicodeString: false }));

t.test('a valid text reads as JSON.parse reads it', async (t) => {
  fc.assert(
    fc.property(json, (text) => {
      fc.pre(!text.includes('__proto__'));
      const parsed = parse(text);
      t.ok(parsed.ok, text);
      if (parsed.ok) t.same(parsed.value, JSON.parse(text));
    }),
    { numRuns: 100 },
  );
});

t.test('the scan finds an error of syntax exactly where JSON.parse does', async (t) => {
  const piece = fc.constantFrom(
    ...Array.from('{}[],:"\\/-0 \n\u0000\u2028'),
    '"a"',
    '"\\u00e9"',
    '1e5',
    '.5',
    '01',
    'true',
    'nul',
    'NaN',
    '-Infinity',
    "'",
    '😀',
  );
  const mutated = fc
    .tuple(json, fc.nat(), fc.nat(3), fc.array(piece, { maxLength: 3 }))
    .map(([text, at, cut, pieces]) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + pieces.join('') + text.slice(from + cut);
    });
  let broken = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        mutated,
        fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      ),
      (text) => {
        fc.pre(!text.includes('proto'));
        const syntax = scanJson(text).filter(({ message }) => !message.includes('given twice'));
        if (syntax.length > 0) broken++;
        return (syntax.length === 0) === reads(text);
      },
    ),
    { numRuns: 5000 },
  );
  t.ok(broken > 500, `${broken} broken texts were tried`);
});

t.test('an error of syntax says what was found, where, and inside which field', async (t) => {
  t.same(failuresOf('{\n  "nav": 1,\n  "vols": [0.2, NaN]\n}'), [
    {
      reason: 'malformed_json',
      pointer: '/vols/1',
      message: 'expected a value, found NaN, which JSON does not have at line 3, column 17 (character 31)',
    },
  ]);
  const cases: [text: string, message: RegExp][] = [
    ['{"a": 1', /expected "," or "}", found the end of the body at line 1, column 8 \(character 8\)/],
    ['{"a" 1}', /expected ":" after a field name, found "1"/],
    ["{'a': 1}", /expected a field name in double quotes, found "'"/],
    ['{"a": 1,}', /expected a field name in double quotes, found "}" at line 1, column 9/],
    ['[1, 2,]', /expected a value, found "]"/],
    ['{"a": "x\ny"}', /a control character must be escaped in a string, found "\\n"/],
    ['{"a": "x', /a string does not end/],
    ['["\\x"]', /unknown escape/],
    ['1 2', /expected the end of the body, found "2"/],
    ['[-Infinity]', /found -Infinity, which JSON does not have/],
    ['\n\n  ', /expected a value, found the end of the body at line 3, column 3/],
  ];
  for (const [text, message] of cases) t.match(failuresOf(text), [{ reason: 'malformed_json', message }], text);
});

t.test('a field given twice is refused instead of losing the first', async (t) => {
  t.same(failuresOf('{"book": {"n\\u0061v": 1, "name": "x", "nav": 2}}'), [
    {
      reason: 'malformed_json',
      pointer: '/book/nav',
      message: 'the field "nav" is given twice; the second is at line 1, column 39 (character 39)',
    },
  ]);
  t.same(failuresOf('[{"a": 1}, {"a": 2}]'), [], 'two objects may share a field');
  t.match(failuresOf('{"a": [{"b/c": 1, "b/c": 1}]}'), [{ pointer: '/a/0/b~1c' }]);
});

t.test('every field given twice is named at its own line and column', async (t) => {
  const text = '{\n"a": 1,\n"b": 2,\n\n  "a": 3, "b": 4,\n"c": {"d": 1,\n "d": 2}}';
  t.match(failuresOf(text), [
    { pointer: '/a', message: /at line 5, column 3 \(character 22\)$/ },
    { pointer: '/b', message: /at line 5, column 11 \(character 30\)$/ },
    { pointer: '/c/d', message: /at line 7, column 2 / },
  ]);
});

t.test('half of a surrogate pair is refused, since it has no UTF-8 to hash; a whole pair is a character', async (t) => {
  t.same(failuresOf('{"label": "a\\ud83d"}'), [
    {
      reason: 'malformed_json',
      pointer: '/label',
      message:
        'the escape \\ud83d is half of a character (a surrogate without its pair) at line 1, column 13 (character 13)',
    },
  ]);
  const halves = [
    '"\\uDC00"',
    '"\\ude00\\ud83d"',
    '"\\ud83d\\ud83d"',
    '"\\ud83dx"',
    '"\\ud83d\\u0041"',
    '{"\\udbff": 1}',
  ];
  for (const text of halves) t.match(failuresOf(text), [{ message: /half of a character/ }], text);
  t.same(parse('"\\ud83d\\ude00 \\uD7FF \\uE000 \\uFFFF"'), { ok: true, value: '😀 \uD7FF \uE000 \uFFFF' });
});

t.test('a field name longer than any id is refused instead of being sent back', async (t) => {
  t.ok(parse(`{"${'a'.repeat(256)}": 1}`).ok);
  t.match(failuresOf(`{"book": {"nav": 1, "${'a'.repeat(257)}": 1}}`), [
    { pointer: '/book', message: /^a field name has more than 256 characters at line 1, column 21/ },
  ]);
});

t.test('where a field should begin, the object around it is pointed at', async (t) => {
  for (const text of ['{1: 2}', '{"nav": 1,}', '{"nav": 1, "x']) t.match(failuresOf(text), [{ pointer: '' }], text);
  t.match(failuresOf('{"book": [{"nav": 1,}]}'), [{ pointer: '/book/0' }]);
});

t.test('the field __proto__ is refused wherever it stands and however it is written', async (t) => {
  for (const text of ['{"__proto__": {"nav": 1}}', '{"a": [{"\\u005f_proto__": 1}]}']) {
    t.match(failuresOf(text), [{ reason: 'unknown_field', pointer: /__proto__$/ }]);
  }
});

t.test('a body nested without end is refused at a fixed depth', async (t) => {
  t.match(failuresOf('['.repeat(10_000) + ']'.repeat(10_000)), [
    { reason: 'malformed_json', message: /nested more than 64 deep at line 1, column 65/ },
  ]);
  t.match(failuresOf('{"a":'.repeat(10_000)), [{ message: /nested more than 64 deep/ }]);
  t.ok(parse('['.repeat(64) + ']'.repeat(64)).ok);
});

t.test('an object with more fields than any request can use is refused before it costs time', async (t) => {
  const fields = (n: number) => `{${Array.from({ length: n }, (_, i) => `"f${i}":1`).join(',')}}`;
  t.ok(parse(fields(10_000)).ok);
  t.match(failuresOf(fields(10_001)), [{ reason: 'malformed_json', message: /more than 10000 fields/ }]);
});

t.test('an empty body reads as no value, and a byte order mark is skipped', async (t) => {
  t.same(parse(''), { ok: true, value: undefined });
  t.same(parse('\uFEFF{"a": 1}'), { ok: true, value: { a: 1 } });
});

t.test('bytes that are not UTF-8 are refused instead of being replaced', async (t) => {
  const parsed = parseJsonBody(Buffer.from([0x22, 0xff, 0x22]));
  t.match(parsed, { ok: false, failures: [{ reason: 'malformed_json', message: /UTF-8/ }] });
});

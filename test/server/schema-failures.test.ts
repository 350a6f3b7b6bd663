import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import t from 'tap';
import { NAMED_SCHEMAS } from '../../schemas/registry.ts';
import { FailureCollector } from '../../server/found-failures.ts';
import { explain } from '../../server/schema-failures.ts';
import { formOf, type JsonSchema } from '../../server/schema-words.ts';
import { schemaValidator } from '../../server/validation.ts';
import { mutatedRequest } from './mutated-request.ts';

const named = new Map(NAMED_SCHEMAS.map((schema) => [schema.$id, schema as unknown as JsonSchema]));
const ajv = schemaValidator({ coerceTypes: false });
const isValid = ajv.getSchema('StressRunRequest#');
if (isValid === undefined) throw new Error('StressRunRequest is not registered');

const failuresOf = (value: unknown, id = 'StressRunRequest') => {
  const failures = new FailureCollector();
  explain({ $ref: `${id}#` }, value, { named, failures, name: 'the body' });
  return failures;
};
const example = () => JSON.parse(readFileSync('examples/ai-basket.json', 'utf8'));
/** The example with one value replaced, and the failures of it. */
const failuresWith = (change: (body: ReturnType<typeof example>) => void) => {
  const body = example();
  change(body);
  return failuresOf(body).kept;
};

t.test('a valid request has no failure', async (t) => {
  t.same(failuresOf(example()), { kept: [], total: 0 });
});

t.test('failures are found exactly when Ajv refuses the request', async (t) => {
  let refused = 0;
  fc.assert(
    fc.property(mutatedRequest(example()), (body) => {
      const valid = isValid(body);
      if (!valid) refused++;
      const { total, kept } = failuresOf(body);
      if ((total === 0) !== valid) t.fail(`Ajv: ${JSON.stringify(isValid.errors)}; ours: ${JSON.stringify(kept)}`);
    }),
    { numRuns: 3000 },
  );
  t.ok(refused > 500, `${refused} requests were refused`);
});

t.test('a field that does not exist is named beside those that do, and the one that was meant', async (t) => {
  t.same(
    failuresWith((body) => (body.simulation.horizonDay = 5)),
    [
      {
        reason: 'unknown_field',
        pointer: '/simulation/horizonDay',
        message:
          'simulation has no field "horizonDay" (did you mean "horizonDays"?); it has horizonDays, paths, target, seed, arithmetic, sampling, levels, survivalThreshold',
      },
    ],
  );
  t.notMatch(failuresWith((body) => (body.zzzz = 1))[0].message, /did you mean/);
});

t.test('a missing field is pointed at itself, with what it has to be', async (t) => {
  t.same(
    failuresWith((body) => delete body.book.nav),
    [
      {
        reason: 'required',
        pointer: '/book/nav',
        message: 'nav is missing; it must be given: a number from 0.01 to 1000000000000000',
      },
    ],
  );
});

t.test('a string of the wrong form is told the form in words, not as a regular expression', async (t) => {
  t.match(
    failuresWith((body) => (body.simulation.seed = '-1')),
    [{ reason: 'wrong_format', pointer: '/simulation/seed', message: /^seed is "-1"; it must be a whole number/ }],
  );
  const patterns = new Set(
    Array.from(JSON.stringify(NAMED_SCHEMAS).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g), ([, text]) =>
      JSON.parse(text),
    ),
  );
  t.ok(patterns.size >= 4, [...patterns].join(' '));
  for (const pattern of patterns) t.notMatch(formOf(pattern), /^match /, pattern);
});

t.test('a misspelt position type lists every type', async (t) => {
  t.same(
    failuresWith((body) => (body.book.positions[0].type = 'varianceswap')),
    [
      {
        reason: 'unknown_type',
        pointer: '/book/positions/0/type',
        message:
          'type is "varianceswap"; it must be "straddle", "strangle", "riskReversal", "option", "varianceSwap", "volatilitySwap", "correlationSwap" or "underlying" (did you mean "varianceSwap"?)',
      },
    ],
  );
  t.match(
    failuresWith((body) => delete body.book.positions[0].type),
    [{ reason: 'required', pointer: '/book/positions/0/type', message: /"straddle", .* or "underlying"/ }],
  );
});

t.test('a union gives one line when no alternative was meant', async (t) => {
  t.same(
    failuresWith((body) => (body.market.underlyings[1].impliedVol = '40 %')),
    [
      {
        reason: 'wrong_type',
        pointer: '/market/underlyings/1/impliedVol',
        message: 'impliedVol is "40 %"; it must be a number from 0 to 10 or a list',
      },
    ],
  );
  t.match(
    failuresWith((body) => (body.scenarios = [7])),
    [{ reason: 'wrong_type', pointer: '/scenarios/0', message: 'scenarios[0] is 7; it must be a string or an object' }],
  );
});

t.test('a union shows the failures of the alternative that was meant, and only those', async (t) => {
  t.same(
    failuresWith(
      (body) =>
        (body.market.underlyings[0].impliedVol = [
          { days: 21, vol: 0.4 },
          { days: 0.5, vol: -1 },
        ]),
    ),
    [
      {
        reason: 'wrong_type',
        pointer: '/market/underlyings/0/impliedVol/1/days',
        message: 'days is 0.5; it must be a whole number from 1 to 12600',
      },
      {
        reason: 'out_of_range',
        pointer: '/market/underlyings/0/impliedVol/1/vol',
        message: 'vol is -1; it must be from 0 to 10',
      },
    ],
  );
  t.match(
    failuresWith((body) => (body.scenarios = [{ id: 'x', regimes: [{ id: 'calm', volMultiplier: 'high' }] }])),
    [{ reason: 'wrong_type', pointer: '/scenarios/0/regimes/0/volMultiplier' }],
  );
  t.match(
    failuresWith((body) => (body.scenarios = [{ id: 'x', regimes: [{ id: 'calm' }], initial: 'stationry' }])),
    [{ reason: 'not_allowed', pointer: '/scenarios/0/initial', message: /it must be "stationary" or an object/ }],
  );
});

t.test('exactly one of several fields is asked for once', async (t) => {
  const strike = (value: unknown) =>
    failuresOf(
      { id: 'a', type: 'straddle', underlying: 'A', side: 'long', quantity: 1, multiplier: 100, strike: value },
      'Position',
    ).kept;
  t.match(strike({}), [
    { reason: 'exactly_one', pointer: '/strike', message: /has none of absolute, percentOfSpot, delta/ },
  ]);
  t.match(strike({ absolute: 1, delta: 0.5 }), [{ reason: 'exactly_one', message: /absolute and delta/ }]);
  t.equal(strike({ percent: 100 }).length, 1);
  t.match(strike({ percent: 100 }), [{ reason: 'unknown_field', message: /did you mean "percentOfSpot"/ }]);
});

t.test('a number that overflows is told apart from one of the wrong type', async (t) => {
  t.match(
    failuresWith((body) => (body.book.nav = JSON.parse('1e400'))),
    [
      {
        reason: 'not_finite',
        pointer: '/book/nav',
        message: /too large for a double; it must be a number from 0.01 to/,
      },
    ],
  );
});

t.test('strings and lists say how long they are and may be', async (t) => {
  t.match(
    failuresWith((body) => (body.label = '')),
    [{ reason: 'wrong_length', message: 'label is ""; it has 0 characters and must have from 1 to 200' }],
  );
  t.match(
    failuresWith((body) => (body.book.positions = [])),
    [{ reason: 'wrong_length', message: 'positions has 0 items; it must have from 1 to 5000' }],
  );
  t.match(
    failuresWith((body) => (body.simulation.levels = [0.9, 0.99, 0.9])),
    [{ reason: 'not_unique', pointer: '/simulation/levels/2', message: 'levels[2] is 0.9; levels[0] is the same' }],
  );
  t.match(
    failuresWith((body) => (body.market.asOf = 'today')),
    [{ reason: 'wrong_format', message: 'asOf is "today"; it must be a date, YYYY-MM-DD' }],
  );
});

t.test('all failures are counted and the first hundred are kept, quickly', async (t) => {
  const positions = Array.from({ length: 5000 }, () => ({ type: 'straddle', quantity: -1, color: 'red' }));
  const { kept, total } = failuresOf({ ...example(), book: { nav: 1, positions } });
  t.equal(kept.length, 100);
  t.equal(total, 5000 * 7, 'five fields missing, one out of range, one unknown');
});

t.test('a message never repeats more than a line of what was given', async (t) => {
  const deep = JSON.parse('['.repeat(60) + ']'.repeat(60));
  for (const value of [
    deep,
    'x'.repeat(1e6),
    { [`k${'x'.repeat(1e5)}`]: deep },
    Array.from({ length: 1e5 }, () => 1),
  ]) {
    for (const { message } of failuresOf({ book: value, market: value, [`f${'y'.repeat(1e5)}`]: 1 }).kept) {
      t.ok(message.length < 400, message);
    }
  }
});

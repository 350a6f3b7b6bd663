import t from 'tap';
import { checkDocument } from '../../../../models/book/check/document.ts';
import { SHIPPED_SCENARIOS } from '../../../../models/regimes/library.ts';
import type { Market } from '../../../../schemas/market.ts';
import type { Scenario } from '../../../../schemas/scenario.ts';
import { createStressEngine } from '../../../../workers/stress-engine.ts';
import { exampleRequest } from '../../../support/examples.ts';
import { equalNames } from '../../../support/wire.ts';

const found = (task: Parameters<typeof checkDocument>[0]) =>
  checkDocument(task).items.map(({ reason, pointer, message }) => ({ reason, pointer, message }));
const engine = createStressEngine({ threads: 1 });
t.teardown(() => engine.close());

t.test('whatever runs can be stored', async (t) => {
  for (const name of ['ai-basket', 'sp20-variance', 'worst-case'] as const) {
    const { book, market } = exampleRequest(name);
    if (book === undefined || market === undefined) throw new RangeError(`${name} is not in full`);
    t.same(found({ kind: 'book', id: 'x', document: book }), []);
    t.same(found({ kind: 'market', id: 'x', document: market }), []);
  }
  for (const document of SHIPPED_SCENARIOS) t.same(found({ kind: 'scenario', id: document.id, document }), []);
});

t.test('a market that a run refuses is refused by itself, for the same reasons at the same places', async (t) => {
  const good = equalNames(3, { vol: 0.2, correlation: 0.5 });
  const [index] = good.indices ?? [];
  const bad: Record<string, Market> = {
    'names twice': { ...good, underlyings: [...good.underlyings, good.underlyings[0]] },
    'a date that is none': { ...good, asOf: '2026-02-30' },
    'an average too low': { ...good, correlation: { kind: 'average', value: -0.6 } },
    'sectors that contradict': { ...good, correlation: { kind: 'sectors', within: 1, across: -1 } },
    'an index too loud': { ...good, indices: [{ ...index, impliedVol: 0.3 }] },
    'a residual left open': { ...good, indices: [{ ...index, constituents: index.constituents.slice(1) }] },
    'no correlation': { underlyings: good.underlyings },
    'a matrix and weights': {
      ...good,
      indices: [{ ...index, constituents: index.constituents.map((one) => ({ ...one, weight: 0.5 })) }],
      correlation: {
        kind: 'matrix',
        order: ['N1', 'N2', 'N3'],
        values: [
          [1, 1, 1],
          [1, 1, -1],
          [1, -1, 1],
        ],
      },
    },
  };
  for (const [what, market] of Object.entries(bad)) {
    const book = {
      nav: 1,
      positions: [{ id: 'p', type: 'underlying', underlying: 'N1', side: 'long', quantity: 1 }],
    } as const;
    const run = await engine.prepare({ book: { ...book, positions: [...book.positions] }, market });
    if (run.ok) throw new Error(`a run takes a market with ${what}`);
    const byItself = found({ kind: 'market', id: 'x', document: market });
    t.same(
      byItself.map(({ pointer, ...rest }) => ({ ...rest, pointer: `/market${pointer}` })),
      run.failures,
      what,
    );
  }
});

t.test('a matrix of a scenario is judged by its own order, and its names are left to the market', async (t) => {
  const scenarioWith = (correlation: NonNullable<Scenario['regimes'][0]['correlation']>): Scenario => ({
    id: 's',
    regimes: [{ id: 'only', correlation }],
  });
  const judge = (order: string[], values: number[][], repair: 'none' | 'nearest' = 'none') =>
    found({ kind: 'scenario', id: 's', document: scenarioWith({ kind: 'matrix', order, values, repair }) });
  const at = '/regimes/0/correlation';
  const indefinite = [
    [1, 1, 1],
    [1, 1, -1],
    [1, -1, 1],
  ];
  t.same(
    judge(
      ['X', 'Y'],
      [
        [1, 0.5],
        [0.5, 1],
      ],
    ),
    [],
  );
  t.match(judge(['X', 'Y', 'Z'], indefinite), [{ reason: 'matrix_indefinite', pointer: `${at}/values` }]);
  t.same(judge(['X', 'Y', 'Z'], indefinite, 'nearest'), []);
  t.match(judge(['X', 'X'], [[1, 0.5]]), [
    { reason: 'duplicate_id', pointer: `${at}/order/1` },
    { reason: 'matrix_shape', pointer: `${at}/values` },
  ]);
});

t.test('a scenario of another id, and a chain without one stationary law, are refused', async (t) => {
  const document: Scenario = {
    id: 'a',
    initial: 'stationary',
    regimes: [{ id: 'up' }, { id: 'down' }],
    transition: {
      kind: 'daily',
      matrix: [
        [1, 0],
        [0, 1],
      ],
    },
  };
  t.match(found({ kind: 'scenario', id: 'b', document }), [
    {
      reason: 'conflict',
      pointer: '/id',
      message: 'id is "a", but it is to be stored as "b"; the two must be the same',
    },
    { reason: 'conflict', pointer: '/initial' },
  ]);
});

t.test('the engine gives canonical JSON and its hash, or what is wrong', async (t) => {
  const document = { regimes: [{ id: 'only', volMultiplier: 1.5 }], id: 's' } as Scenario;
  // SHA-256 of the text above it, as `sha256sum` gives it.
  t.same(await engine.checkDocument({ kind: 'scenario', id: 's', document }), {
    ok: true,
    value: {
      json: '{"id":"s","regimes":[{"id":"only","volMultiplier":1.5}]}',
      hash: '4f764d1a64e2714e4951fa0c32f2d647ef6d29655d5c5ed4484a8fd41ff1abdc',
    },
  });
  t.match(await engine.checkDocument({ kind: 'scenario', id: 't', document }), {
    ok: false,
    failures: [{ reason: 'conflict', pointer: '/id' }],
  });
});

import t from 'tap';
import type { Market } from '../../../../schemas/market.ts';
import { type Case, checkedFailures, type SmallRequest, testCases } from '../small-request.ts';

const LATER = 'which is part of the contract, but this version does not compute it yet; allowed now';
const identity = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

const rule = (when: string, change: (market: SmallRequest['market']) => void, ...found: Case['found']): Case => ({
  when,
  change: ({ market }) => change(market),
  found,
});

t.test('ids of underlyings and indices are unique among both, and not the word results use', async (t) => {
  const cases: Case[] = [
    rule('two underlyings with one id', ({ underlyings }) => underlyings.push({ id: 'A', spot: 1, impliedVol: 0.1 }), [
      'duplicate_id',
      '/market/underlyings/3/id',
      'id is "A", as of another underlying or index; their ids must be unique',
    ]),
    rule('an index with the id of an underlying', ({ indices }) => (indices[0].id = 'C'), [
      'duplicate_id',
      '/market/indices/0/id',
      'id is "C", as of another underlying or index; their ids must be unique',
    ]),
    rule('an index called index', ({ indices }) => (indices[0].id = 'index'), [
      'not_allowed',
      '/market/indices/0/id',
      'id is "index", which stands for the index itself in results; choose another',
    ]),
    rule('an underlying called index', ({ underlyings }) => (underlyings[2].id = 'index'), [
      'not_allowed',
      '/market/underlyings/2/id',
      'id is "index", which stands for the index itself in results; choose another',
    ]),
    rule('names of properties that objects have are ids like any other', ({ underlyings }) => {
      underlyings[2].id = 'constructor';
      underlyings.push({ id: 'toString', spot: 1, impliedVol: 0.1 });
    }),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('what this version does not compute is refused where it does something', async (t) => {
  const cases: Case[] = [
    rule('a borrow cost', ({ underlyings }) => (underlyings[1].borrowCost = 0.01), [
      'unsupported',
      '/market/underlyings/1/borrowCost',
      `borrowCost is 0.01, ${LATER}: 0`,
    ]),
    rule('a borrow cost of nothing', ({ underlyings }) => (underlyings[1].borrowCost = 0)),
    rule(
      'a term structure of an underlying',
      ({ underlyings }) => (underlyings[0].impliedVol = [{ days: 21, vol: 0.3 }]),
      ['unsupported', '/market/underlyings/0/impliedVol', `impliedVol is a term structure, ${LATER}: one number`],
    ),
    rule('a term structure of an index', ({ indices }) => (indices[0].impliedVol = [{ days: 21, vol: 0.3 }]), [
      'unsupported',
      '/market/indices/0/impliedVol',
      `impliedVol is a term structure, ${LATER}: one number`,
    ]),
    rule('a smile', ({ underlyings }) => (underlyings[0].skew = { slope: -0.05, curvature: 0 }), [
      'unsupported',
      '/market/underlyings/0/skew',
      `skew has slope -0.05 and curvature 0, ${LATER}: slope 0 and curvature 0`,
    ]),
    rule('a smile of an index', ({ indices }) => (indices[0].skew = { slope: 0, curvature: 0.02 }), [
      'unsupported',
      '/market/indices/0/skew',
      `skew has slope 0 and curvature 0.02, ${LATER}: slope 0 and curvature 0`,
    ]),
    rule('flat smiles', ({ underlyings, indices }) => {
      underlyings[0].skew = { slope: 0, curvature: 0 };
      indices[0].skew = { slope: 0, curvature: 0 };
    }),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('constituents are underlyings, once each, and weigh at most 1', async (t) => {
  const cases: Case[] = [
    rule('unknown', ({ indices }) => (indices[0].constituents[1].underlying = 'D'), [
      'unknown_reference',
      '/market/indices/0/constituents/1/underlying',
      'underlying is "D", which is no underlying of the market; the market has "A", "B", "C"',
    ]),
    rule('an index is no constituent', ({ indices }) => (indices[0].constituents[1].underlying = 'I'), [
      'unknown_reference',
      '/market/indices/0/constituents/1/underlying',
      'underlying is "I", which is no underlying of the market; the market has "A", "B", "C"',
    ]),
    rule('twice', ({ indices }) => (indices[0].constituents[1].underlying = 'A'), [
      'duplicate_id',
      '/market/indices/0/constituents/1/underlying',
      'underlying is "A", which is a constituent already; give it once',
    ]),
    rule('too heavy: 0.5 + 0.6', ({ indices }) => (indices[0].constituents[1].weight = 0.6), [
      'weights_exceed_one',
      '/market/indices/0/constituents',
      'the weights of constituents sum to 1.1; they may sum to at most 1 (less leaves a residual)',
    ]),
    rule('too heavy by less than 1e-9', ({ indices }) => (indices[0].constituents[1].weight = 0.5 + 9e-10)),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('several underlyings need a correlation', async (t) => {
  const cases: Case[] = [
    rule('missing', (market) => delete (market as Partial<Market>).correlation, [
      'required',
      '/market/correlation',
      'correlation is missing; a market of 3 underlyings needs one, of kind "matrix", "average" or "sectors"',
    ]),
    rule('one underlying needs none', (market) => {
      market.underlyings.length = 1;
      market.indices.length = 0;
      delete (market as Partial<Market>).correlation;
    }),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('a matrix has every underlying once, and is as large as its order', async (t) => {
  const at = '/market/correlation';
  const matrix = (when: string, order: string[], values: number[][], ...found: Case['found']) =>
    rule(when, (market) => (market.correlation = { kind: 'matrix', order, values }), ...found);
  const cases: Case[] = [
    matrix('in any order', ['C', 'A', 'B'], identity),
    matrix(
      'an unknown name',
      ['A', 'B', 'C', 'D'],
      [...identity.map((row) => [...row, 0]), [0, 0, 0, 1]],
      [
        'unknown_reference',
        `${at}/order/3`,
        'order[3] is "D", which is no underlying of the market; the market has "A", "B", "C"',
      ],
    ),
    matrix(
      'a name twice, and so another missing',
      ['A', 'B', 'B'],
      identity,
      ['duplicate_id', `${at}/order/2`, 'order[2] is "B", which order has already; give it once'],
      ['matrix_shape', `${at}/order`, 'order lacks "C"; it must have every underlying of the market once'],
    ),
    matrix(
      'too few names',
      ['A'],
      [[1]],
      ['matrix_shape', `${at}/order`, 'order lacks "B", "C"; it must have every underlying of the market once'],
    ),
    matrix('a row too few', ['A', 'B', 'C'], identity.slice(0, 2), [
      'matrix_shape',
      `${at}/values`,
      'values has 2 rows; it must have 3, as order',
    ]),
    matrix(
      'rows of other lengths',
      ['A', 'B', 'C'],
      [[1], [0, 1, 0, 0], [0, 0, 1]],
      ['matrix_shape', `${at}/values/0`, 'values[0] has 1 number; it must have 3, as order'],
      ['matrix_shape', `${at}/values/1`, 'values[1] has 4 numbers; it must have 3, as order'],
    ),
  ];
  testCases(t, cases, checkedFailures);
});

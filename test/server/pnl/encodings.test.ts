import { RecordBatchReader, type Table, tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import t from 'tap';
import { identifier } from '../../../schemas/schema-kit.ts';
import { pnlArrow } from '../../../server/pnl/arrow.ts';
import { csvField, pnlCsv } from '../../../server/pnl/csv.ts';
import { exactText } from '../../../server/pnl/exact-text.ts';
import { pnlJson } from '../../../server/pnl/json.ts';
import type { PnlVector } from '../../../server/storage/pnl-source.ts';
import { longPnl, longVector, longWeight, vectorOf } from '../../support/pnl-source.ts';
import { matchesSchema } from '../service.ts';

const EXTREMES = [0, -0, 1e-300, -1e300, 5e-324, Number.MAX_VALUE, 0.1, 1 / 3, -1250.5, 2 ** 53, 1e21, 123456789.123];
const vectors = [
  vectorOf('baseline', EXTREMES),
  vectorOf('crash week', [1.5, -2, 0.1], { weights: [0.3, 1e-300, 1 / 3], block: 2 }),
  vectorOf('one', [7]),
];

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** Whether two lists hold the same doubles, to the bit. */
const sameBits = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  a.length === b.length && Array.from(a).every((value, i) => Object.is(value, b[i]));

const column = (table: Table, name: string) => Array.from(table.getChild(name) ?? []);

t.test('JSON holds every number to the bit, and no weights where there are none', async (t) => {
  const body = JSON.parse(await textOf(pnlJson(vectors)));
  matchesSchema(t, 'PnlVectors', body);
  t.same(
    body.scenarios.map(({ id, paths }: { id: string; paths: number }) => [id, paths]),
    [
      ['baseline', EXTREMES.length],
      ['crash week', 3],
      ['one', 1],
    ],
  );
  const [baseline, crash, one] = body.scenarios;
  t.ok(sameBits(baseline.pnl, EXTREMES), `${baseline.pnl}`);
  t.equal(baseline.weights, null);
  t.ok(sameBits(crash.weights, [0.3, 1e-300, 1 / 3]));
  t.same([one.pnl, one.weights], [[7], null]);
});

t.test('CSV has one line a path with the weight of 1 where there is none', async (t) => {
  const text = await textOf(pnlCsv(vectors));
  t.equal(text.slice(0, 56), 'scenario,path,pnl,weight\r\nbaseline,0,0,1\r\nbaseline,1,-0,');
  const lines = text.split('\r\n');
  t.equal(lines.pop(), '', 'the last line ends as the others do');
  const rows = lines.slice(1).map((line) => line.split(','));
  t.ok(rows.every((row) => row.length === 4));
  t.same(
    rows.slice(EXTREMES.length).map(([scenario, path]) => [scenario, path]),
    [
      ['crash week', '0'],
      ['crash week', '1'],
      ['crash week', '2'],
      ['one', '0'],
    ],
  );
  t.ok(
    sameBits(
      rows.map(([, , pnl]) => Number(pnl)),
      [...EXTREMES, 1.5, -2, 0.1, 7],
    ),
  );
  t.ok(
    sameBits(
      rows.map(([, , , weight]) => Number(weight)),
      [...EXTREMES.map(() => 1), 0.3, 1e-300, 1 / 3, 1],
    ),
  );
});

t.test('the Arrow stream is read back with its types and every number to the bit', async (t) => {
  const table = tableFromIPC(await bytesOf(pnlArrow(vectors)));
  t.same(
    table.schema.fields.map(({ name, type, nullable }) => [name, String(type), nullable]),
    [
      ['scenario', 'Dictionary<Int32, Utf8>', false],
      ['path', 'Int32', false],
      ['pnl', 'Float64', false],
      ['weight', 'Float64', false],
    ],
  );
  t.same(column(table, 'scenario'), [...EXTREMES.map(() => 'baseline'), ...Array(3).fill('crash week'), 'one']);
  t.same(column(table, 'path'), [...EXTREMES.keys(), 0, 1, 2, 0]);
  t.ok(sameBits(column(table, 'pnl'), [...EXTREMES, 1.5, -2, 0.1, 7]));
  t.ok(sameBits(column(table, 'weight'), [...EXTREMES.map(() => 1), 0.3, 1e-300, 1 / 3, 1]));
});

t.test('nothing at all is a document without scenarios, a header, and a schema', async (t) => {
  t.equal(await textOf(pnlJson([])), '{"scenarios":[]}');
  t.equal(await textOf(pnlCsv([])), 'scenario,path,pnl,weight\r\n');
  const table = tableFromIPC(await bytesOf(pnlArrow([])));
  t.same([table.numRows, table.schema.names], [0, ['scenario', 'path', 'pnl', 'weight']]);
});

t.test('any double comes back from its text as it was', async (t) => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = exactText(value);
      return Object.is(Number(text), value) && Object.is(JSON.parse(text), value);
    }),
    { numRuns: 2000, seed: 9 },
  );
  for (const value of [Number.NaN, Infinity, -Infinity]) {
    t.throws(() => exactText(value), { message: `value is ${value}; need a finite number` });
  }
});

t.test('a million paths are encoded with one block in memory, which the source may write again', async (t) => {
  const paths = 1_000_000;
  for (const [name, encode] of [
    ['JSON', pnlJson],
    ['CSV', pnlCsv],
    ['Arrow', pnlArrow],
  ] as const) {
    const vector = longVector('long', paths);
    let bytes = 0;
    let largest = 0;
    for await (const piece of encode([vector])) {
      bytes += piece.length;
      largest = Math.max(largest, piece.length);
    }
    t.equal(vector.reading.ended, name === 'JSON' ? 2 : 1, `${name}: JSON reads once for P&L, once for weights`);
    t.ok(bytes > 16 * paths, `${name}: ${bytes} bytes`);
    t.ok(largest < 2 ** 21, `${name}: pieces of up to ${largest} bytes`);
  }
});

t.test('a piece asks for no block before it needs one', async (t) => {
  const block = 1000;
  for (const encode of [pnlJson, pnlCsv, pnlArrow]) {
    const { reading, ...vector } = longVector('long', 100_000, block);
    let pieces = 0;
    let ahead = 0;
    for await (const _ of encode([vector])) {
      pieces++;
      ahead = Math.max(ahead, reading.asked / block - pieces);
    }
    t.ok(pieces >= 100 && ahead <= 0, `${encode.name}: ${pieces} pieces, ${ahead} blocks ahead of them`);
  }
});

t.test('the numbers of a long vector are those of its blocks, whatever is done to these later', async (t) => {
  const paths = 150_000;
  const expected = Array.from({ length: paths }, (_, path) => longPnl(path));
  const weights = Array.from({ length: paths }, (_, path) => longWeight(path));
  const vector = longVector('long', paths);
  const [json] = JSON.parse(await textOf(pnlJson([vector]))).scenarios;
  t.ok(sameBits(json.pnl, expected) && sameBits(json.weights, weights), 'JSON');
  const stream = await bytesOf(pnlArrow([vector]));
  const table = tableFromIPC(stream);
  t.ok(sameBits(column(table, 'pnl'), expected) && sameBits(column(table, 'weight'), weights), 'Arrow');
  t.same(
    [...RecordBatchReader.from(stream)].map(({ numRows }) => numRows),
    [65_536, 65_536, paths - 2 * 65_536],
  );
});

t.test('a vector that is not whole ends in an error, not as a shorter one', async (t) => {
  const whole = vectorOf('s', [1, 2, 3, 4]);
  const blocksOf = (change: (from: PnlVector) => PnlVector) => [change(whole)];
  const cases: readonly [what: string, vectors: readonly PnlVector[], message: RegExp][] = [
    ['too few', blocksOf((from) => ({ ...from, paths: 5 })), /has 4 paths; need 5/],
    ['without weights', blocksOf((from) => ({ ...from, weighted: true })), /3 paths and 0 weights/],
    [
      'with a gap',
      blocksOf((from) => ({
        ...from,
        async *blocks() {
          yield { firstPath: 0, pnl: Float64Array.of(1), weights: null };
          yield { firstPath: 2, pnl: Float64Array.of(1), weights: null };
        },
      })),
      /starts at path 2; need 1/,
    ],
    ['with a number that is none', [vectorOf('s', [Number.NaN])], /value is NaN/],
  ];
  for (const [what, broken, message] of cases) {
    await t.rejects(textOf(pnlJson(broken)), { message }, `JSON ${what}`);
    await t.rejects(textOf(pnlCsv(broken)), { message }, `CSV ${what}`);
  }
});

t.test('a scenario that CSV cannot hold as it is is quoted, and none can be a formula', async (t) => {
  t.equal(csvField('a,"b"\n'), '"a,""b""\n"');
  t.equal(csvField('crash week'), 'crash week');
  const { pattern } = identifier('', 'x') as unknown as { pattern: string };
  for (const first of ['=', '+', '-', '@', '\t', '\r', '"', ' ']) t.notMatch(`${first}1`, new RegExp(pattern), first);
});

import t from 'tap';
import { cosPiFromSquare, normalPairFromWords, sinPiRatioFromSquare } from '../../../models/random/box-muller.ts';
import { radiusSquared } from '../../../models/numeric/elementary.ts';
import { reference, worstError } from '../numeric/reference-table.ts';

function pairOf(r0: number, r1: number, refine: number): [number, number] {
  const out = new Float64Array(2);
  normalPairFromWords(r0, r1, refine, out, 0);
  return [out[0], out[1]];
}

await t.test('sine and cosine of the half circle are within 5e-16 of 50-digit values', async (t) => {
  t.ok(reference.sinPi.length > 100 && reference.cosPi.length > 100);
  const sine = worstError(reference.sinPi, (b) => b * sinPiRatioFromSquare(b * b), 'absolute');
  t.ok(sine.error < 5e-16, JSON.stringify(sine));
  const cosine = worstError(reference.cosPi, (b) => cosPiFromSquare(b * b), 'absolute');
  t.ok(cosine.error < 3e-16, JSON.stringify(cosine));
});

await t.test(
  'the squared radius is within 5e-16 of 50-digit values, absolutely below 1 and relatively above',
  async (t) => {
    const inside = reference.log
      .filter(([u]) => u > 2 ** -66 && u < 1)
      .map(([u, high, low]) => [u, -2 * high, -2 * low] as const);
    t.ok(inside.length > 100, `${inside.length} arguments`);
    const small = worstError(
      inside.filter(([, value]) => value < 1),
      radiusSquared,
      'absolute',
    );
    t.ok(small.error < 5e-16, JSON.stringify(small));
    const large = worstError(
      inside.filter(([, value]) => value >= 1),
      radiusSquared,
      'relative',
    );
    t.ok(large.error < 5e-16, JSON.stringify(large));
  },
);

await t.test('a pair is the Box-Muller transform of its words', async (t) => {
  for (const [r0, r1] of [
    [0x80000000, 0],
    [0xffffffff, 0x7fffffff],
    [256, 0x80000000],
    [0x12345678, 0x9abcdef1],
    [0xfedcba98, 0x76543210],
  ]) {
    const radius = Math.sqrt(-2 * Math.log((r0 + 0.5) / 2 ** 32));
    const angle = (Math.PI * ((r1 | 0) + 0.5)) / 2 ** 32;
    const sign = r1 & 1 ? -1 : 1;
    const [even, odd] = pairOf(r0, r1, 12345);
    t.ok(Math.abs(even - sign * radius * Math.cos(angle)) < 4e-15, `even of ${r0}, ${r1}: ${even}`);
    t.ok(Math.abs(odd - radius * Math.sin(angle)) < 4e-15, `odd of ${r0}, ${r1}: ${odd}`);
  }
});

await t.test('words may be signed or unsigned', async (t) => {
  t.same(pairOf(-5, 0xfffffff0, 3), pairOf(0xfffffffb, -16, 3));
  t.same(pairOf(9, 4, -1), pairOf(9, 4, 0xffffffff));
});

await t.test('small radius words take their low bits from the refinement word and no others do', async (t) => {
  t.same(pairOf(256, 77, 0), pairOf(256, 77, 0xffffffff));
  for (const r0 of [0, 1, 255]) {
    const radii = [0, 0x40000000, 0x80000000, 0xffffffff].map((refine) => Math.hypot(...pairOf(r0, 77, refine)));
    const upper = r0 === 0 ? Math.sqrt(-2 * Math.log(2 ** -65)) : Math.sqrt(-2 * Math.log(r0 / 2 ** 32));
    const lower = Math.sqrt(-2 * Math.log((r0 + 1) / 2 ** 32));
    t.ok(radii[0] > radii[1] && radii[1] > radii[2] && radii[2] > radii[3], radii.join());
    t.ok(radii[0] <= upper + 1e-14 && radii[3] >= lower - 1e-14, `radii ${radii.join()} in [${lower}, ${upper}]`);
  }
});

await t.test(
  'the radius reaches 9.49, against 6.76 without refinement, and both normals can have it with both signs',
  async (t) => {
    const largest = Math.sqrt(-2 * Math.log(2 ** -65));
    t.ok(largest > 9.49);
    t.ok(Math.abs(pairOf(0, 0, 0)[0] - largest) < 1e-14);
    t.ok(Math.abs(pairOf(0, 1, 0)[0] + largest) < 1e-14);
    t.ok(Math.abs(pairOf(0, 0x7fffffff, 0)[1] - largest) < 1e-14);
    t.ok(Math.abs(pairOf(0, 0x80000000, 0)[1] + largest) < 1e-14);
  },
);

await t.test('no pair of words gives a value that is not finite', async (t) => {
  for (const r0 of [0, 1, 255, 256, 0x7fffffff, 0x80000000, 0xffffffff]) {
    for (const r1 of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      for (const refine of [0, 0xffffffff]) {
        const values = pairOf(r0, r1, refine);
        if (!values.every(Number.isFinite)) t.fail(`${r0}, ${r1}, ${refine} gives ${values.join()}`);
      }
    }
  }
  t.pass();
});

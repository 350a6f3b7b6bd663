import * as fc from 'fast-check';
import t from 'tap';
import { averageCorrelation, exposureWeightedCorrelation } from '../../../models/correlation/implied.ts';
import {
  averageMatrix,
  checkCorrelationMatrix,
  isPositiveSemiDefinite,
  sectorMatrix,
} from '../../../models/correlation/matrix.ts';
import { blendCorrelation, spikeCorrelation, type SpikeRequest } from '../../../models/correlation/spike.ts';
import { correlationMatrices, largestDifference } from './matrices.ts';

const plus = (n: number) => new Int8Array(n).fill(1);

function spiked(request: SpikeRequest) {
  const result = spikeCorrelation(request);
  if (!result.ok) throw new Error(result.reason);
  return result;
}

function reasonOf(request: SpikeRequest): string {
  const result = spikeCorrelation(request);
  return result.ok ? 'accepted' : result.reason;
}

await t.test(
  'a common correlation of 0.3 spikes to 0.9 with weight 6/7 and falls to 0.1 with weight 2/3',
  async (t) => {
    // s = (0.9 − 0.3)/0.7 and 1 − 0.1/0.3, by hand.
    const calm = averageMatrix(4, 0.3);
    const base = { calm, n: 4, pairWeights: null, crisisSigns: plus(4) };
    const up = spiked({ ...base, targetAverage: 0.9 });
    t.equal(up.direction, 'up');
    t.ok(Math.abs(up.weight - 6 / 7) < 1e-15, `weight ${up.weight}`);
    t.ok(largestDifference(up.matrix, averageMatrix(4, 0.9)) < 1e-15);
    const down = spiked({ ...base, targetAverage: 0.1 });
    t.equal(down.direction, 'down');
    t.ok(Math.abs(down.weight - 2 / 3) < 1e-15, `weight ${down.weight}`);
    t.ok(largestDifference(down.matrix, averageMatrix(4, 0.1)) < 1e-15);
  },
);

await t.test('a target of 1 makes one asset exactly, a target of 0 independent names exactly', async (t) => {
  const base = { calm: sectorMatrix(Int32Array.of(0, 0, 1), 0.7, 0.1), n: 3, pairWeights: null, crisisSigns: plus(3) };
  t.strictSame(spiked({ ...base, targetAverage: 1 }).matrix, averageMatrix(3, 1));
  t.strictSame(spiked({ ...base, targetAverage: 0 }).matrix, averageMatrix(3, 0));
});

await t.test('the calm average as target changes nothing', async (t) => {
  const calm = averageMatrix(3, 0.25);
  const result = spiked({ calm, n: 3, targetAverage: 0.25, pairWeights: null, crisisSigns: plus(3) });
  t.equal(result.direction, 'none');
  t.equal(result.weight, 0);
  t.strictSame(result.matrix, calm);
  t.not(result.matrix, calm, 'a new array');
  const one = { calm: averageMatrix(3, 1), n: 3, pairWeights: null, crisisSigns: plus(3) };
  t.equal(spiked({ ...one, targetAverage: 1 }).direction, 'none', 'one asset stays one');
  t.ok(Math.abs(spiked({ ...one, targetAverage: 0.4 }).achievedAverage - 0.4) < 1e-15, 'and can be taken apart');
});

await t.test(
  'with equal signs the target average is met in the weights given, and the result is a correlation matrix',
  async () => {
    fc.assert(
      fc.property(
        correlationMatrices(12, true),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
        fc.boolean(),
        ({ matrix, n }, targetAverage, stream, weighted) => {
          const pairWeights = weighted
            ? Float64Array.from({ length: n }, () => Number(stream.next().value) / 10)
            : null;
          const request = { calm: matrix, n, targetAverage, pairWeights, crisisSigns: plus(n) };
          if (pairWeights !== null && pairWeights.filter((w) => w > 0).length < 2) return !spikeCorrelation(request).ok;
          const result = spiked(request);
          const average =
            pairWeights === null
              ? averageCorrelation(result.matrix, n)
              : exposureWeightedCorrelation(result.matrix, pairWeights);
          return (
            Math.abs(average - targetAverage) < 1e-9 &&
            result.achievedAverage === average &&
            result.weight >= 0 &&
            result.weight <= 1 &&
            checkCorrelationMatrix(result.matrix, n).total === 0 &&
            isPositiveSemiDefinite(result.matrix, n)
          );
        },
      ),
    );
  },
);

await t.test('a name on the other side moves against the rest, and the average achieved says so', async (t) => {
  const n = 3;
  const crisisSigns = [1, 1, -1];
  const request = { calm: averageMatrix(n, 0.2), n, targetAverage: 0.6, pairWeights: null, crisisSigns };
  const { matrix, weight, achievedAverage } = spiked(request);
  // s = 0.5: same side 0.1 + 0.5, other side 0.1 − 0.5; average (0.6 − 0.4 − 0.4)/3.
  t.ok(Math.abs(weight - 0.5) < 1e-15, `weight ${weight}`);
  t.ok(largestDifference(matrix, Float64Array.of(1, 0.6, -0.4, 0.6, 1, -0.4, -0.4, -0.4, 1)) < 1e-15);
  t.ok(Math.abs(achievedAverage + 0.2 / 3) < 1e-15, `achieved ${achievedAverage}`);
  t.ok(isPositiveSemiDefinite(matrix, n));
  const outside = spiked({ ...request, pairWeights: Float64Array.of(0.1, 0.2, 0) });
  t.ok(Math.abs(outside.achievedAverage - 0.6) < 1e-15, 'an index without that name meets its target');
});

await t.test('targets that no mixture reaches are refused with the reason', async (t) => {
  const base = { calm: averageMatrix(3, 0.3), n: 3, pairWeights: null, crisisSigns: plus(3) };
  t.match(reasonOf({ ...base, targetAverage: 1.1 }), /1\.1; it must be between -1 and 1/);
  t.match(reasonOf({ ...base, targetAverage: -0.1 }), /-0\.1, below the calm average 0\.3.*at least 0/);
  t.match(reasonOf({ ...base, targetAverage: Number.NaN }), /NaN/);
  t.match(reasonOf({ ...base, targetAverage: 0.5, pairWeights: Float64Array.of(1, 0, 0) }), /two names with weight/);
  t.match(
    reasonOf({ calm: averageMatrix(1, 0), n: 1, targetAverage: 0.5, pairWeights: null, crisisSigns: plus(1) }),
    /at least two names/,
  );
  const negative = { ...base, calm: averageMatrix(3, -0.4) };
  t.equal(spiked({ ...negative, targetAverage: 0 }).direction, 'up');
  t.ok(Math.abs(spiked({ ...negative, targetAverage: -0.2 }).achievedAverage + 0.2) < 1e-15, 'up within the negatives');
  t.match(reasonOf({ ...negative, targetAverage: -0.45 }), /-0\.45, below the calm average -0\.4/);
});

await t.test('a blend is linear in its weight and exact at both ends', async (t) => {
  const calm = averageMatrix(2, 0.4);
  const base = { calm, n: 2, crisisSigns: [1, -1] };
  t.strictSame(blendCorrelation({ ...base, toward: 'one', weight: 0 }), calm);
  t.strictSame(blendCorrelation({ ...base, toward: 'one', weight: 1 }), averageMatrix(2, -1));
  t.strictSame(blendCorrelation({ ...base, toward: 'identity', weight: 0.5 }), averageMatrix(2, 0.2));
});

await t.test('mistakes are refused with the value', async (t) => {
  const base = { calm: averageMatrix(2, 0.4), n: 2, crisisSigns: plus(2), toward: 'one' } as const;
  t.throws(() => blendCorrelation({ ...base, weight: 1.5 }), { message: /weight is 1\.5/ });
  t.throws(() => blendCorrelation({ ...base, weight: Number.NaN }), { message: /weight is NaN/ });
  t.throws(() => blendCorrelation({ ...base, weight: 0, crisisSigns: [1, 0] }), { message: /crisisSigns\[1\] is 0/ });
  t.throws(() => blendCorrelation({ ...base, weight: 0, crisisSigns: [1] }), {
    message: /crisisSigns has 1 entries; need 2/,
  });
  t.throws(
    () =>
      spikeCorrelation({
        calm: base.calm,
        n: 2,
        targetAverage: 0.5,
        pairWeights: new Float64Array(3),
        crisisSigns: plus(2),
      }),
    { message: /pairWeights has 3 entries; need 2/ },
  );
  t.throws(
    () =>
      spikeCorrelation({
        calm: base.calm,
        n: 2,
        targetAverage: 0.5,
        pairWeights: Float64Array.of(0.5, -0.1),
        crisisSigns: plus(2),
      }),
    { message: /pairWeights\[1\] is -0\.1/ },
  );
});

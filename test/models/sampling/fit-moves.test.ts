import t from 'tap';
import { fitMoves } from '../../../models/sampling/fit-moves.ts';
import type { Tail } from '../../../models/sampling/pilot-sample.ts';

/** A tail whose 1,000 paths weigh 0.02 each, with these means of y and y² over its days by regime. */
function tail(days: number[], means: number[], squares: number[]): Tail {
  const weight = 20;
  const sums = days.map((count) => count * weight);
  return {
    share: 0.02,
    paths: 1000,
    weight,
    days: Float64Array.from(sums),
    sums: Float64Array.from(sums, (sum, r) => sum * means[r]),
    squares: Float64Array.from(sums, (sum, r) => sum * squares[r]),
  };
}

t.test('mean and variance of the direction become those of the tail', async (t) => {
  const given = tail([40, 23], [0.1, -0.3], [1.02, 1.3]);
  const { inflations, shifts } = fitMoves(given, true);
  // Fifty days of the model's own law against 40,000 and 23,000 of the tail.
  t.ok(Math.abs(shifts[0] - 0.1) < 1e-3 && Math.abs(shifts[1] + 0.3) < 1e-3, shifts.join());
  t.ok(Math.abs(inflations[1] - Math.sqrt(1.3 - 0.09)) < 1e-3, inflations.join());
  t.equal(inflations[0], 1, 'a change of half a percent is none');
  t.same([...fitMoves(given, false).shifts], [0, 0]);
  t.ok(Math.abs(fitMoves(given, false).inflations[1] - Math.sqrt(1.3)) < 1e-3);
});

t.test('a few days decide little, none decide nothing', async (t) => {
  const { inflations, shifts } = fitMoves(tail([62.99, 0.01], [0, 2], [1, 9]), true);
  t.ok(shifts[1] > 0 && shifts[1] < 0.4, shifts.join());
  t.ok(inflations[1] >= 1 && inflations[1] <= 1.5, inflations.join());
  t.same([...fitMoves(tail([63, 0], [0, 0], [1, 0]), true).inflations], [1, 1]);
});

t.test('extremes are kept within bounds', async (t) => {
  t.same([...fitMoves(tail([63], [0], [25]), false).inflations], [1.5]);
  t.same([...fitMoves(tail([63], [0], [0.1]), false).inflations], [0.8]);
  t.same([...fitMoves(tail([63], [3], [10]), true).shifts], [0.75]);
  t.same([...fitMoves(tail([63], [-3], [10]), true).shifts], [-0.75]);
});

import t from 'tap';
import { commonDirections } from '../../../models/sampling/directions.ts';
import { near } from '../../support/close.ts';
import { prepareRequest } from '../../support/simulate.ts';
import { smallRequest, straddle } from '../book/small-request.ts';

function resolved(underlying: string, vols: readonly number[] = [0.3, 0.4, 0.5]) {
  const request = smallRequest();
  request.book.positions = [straddle({ underlying })];
  request.market.underlyings.forEach((one, i) => (one.realisedVol = vols[i]));
  const outcome = prepareRequest(request);
  if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
  return outcome.value.request;
}

t.test('the direction carries all of the variance of the index the book trades', async (t) => {
  const { plan, scenarios } = resolved('I');
  const [{ factors }] = scenarios;
  const directions = commonDirections(plan, scenarios[0]);
  const { count } = plan.names;
  for (const [r, factor] of factors.entries()) {
    const v = directions.subarray(r * count, (r + 1) * count);
    near(t, 'length', Math.hypot(...v), 1, 1e-12);
    // w F v is the standard deviation of the basket's day; any other unit vector would give less.
    const row = (i: number) => factor.subarray((i * (i + 1)) / 2, (i * (i + 1)) / 2 + i + 1);
    const along = (unit: ArrayLike<number>) =>
      [0, 1].reduce((sum, i) => sum + 0.5 * row(i).reduce((dot, f, j) => dot + f * unit[j], 0), 0);
    const variance = [0, 1].reduce((sum, j) => sum + (0.5 * (row(0)[j] ?? 0) + 0.5 * (row(1)[j] ?? 0)) ** 2, 0);
    near(t, `regime ${r}`, along(v), Math.sqrt(variance), 1e-12);
  }
});

t.test('without an index the names count alike, and where nothing moves there is no direction', async (t) => {
  const { plan, scenarios } = resolved('C');
  t.equal(plan.reference, -1);
  const v = commonDirections(plan, scenarios[0]);
  const { count } = plan.names;
  near(t, 'length', Math.hypot(...v.subarray(0, count)), 1, 1e-12);
  const still = resolved('C', [0, 0, 0]);
  t.ok(commonDirections(still.plan, still.scenarios[0]).every((value) => value === 0));
});

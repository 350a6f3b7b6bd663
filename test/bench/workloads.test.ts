import t from 'tap';
import { inputs, prepared, requestOf } from '../../bench/workloads.ts';

t.test('the inputs are those of the programs compared with', async (t) => {
  // What the generator of their inputs wrote for four names, and the averages that its two spikes go to.
  const { correlations, variances, indexVariance, indexVols, weights } = inputs(4);
  const close = (got: number, expected: number) =>
    t.ok(Math.abs(got - expected) < 1e-14, `got ${got}, expected ${expected}`);
  const expected = [0.11784396114711146, 0.3447422640033816, 0.19047258020135965, 0.08163347433753873];
  for (const [i, variance] of variances.entries()) close(variance, expected[i]);
  close(indexVariance, 0.11757634628356735);
  close(indexVols[0] * 1.05, 0.23108639212674018);
  close(indexVols[2] * 2.5, 0.7639329781324726);
  close(correlations[0][1], 0.25357674066789404);
  const average = (values: Float64Array) => (values.reduce((sum, value) => sum + value, 0) - 4) / 12;
  close(average(correlations[1]), 0.6);
  close(average(correlations[2]), 0.9);
  close(
    weights.reduce((sum, weight) => sum + weight, 0),
    1,
  );
});

t.test('the variance swaps of W1 are worth nothing at the start, so that P&L is payoff', async (t) => {
  const { plan } = prepared(requestOf('W1', 21, 1, '1'), '1');
  t.equal(plan.legs.swaps.count, 22);
  t.ok(Math.abs(plan.financing.initialValue) < 1e-6, `${plan.financing.initialValue} of a notional of 1e6`);
});

t.test('the straddles of W2 start at the volatilities of the calm regime', async (t) => {
  const { plan, scenarios } = prepared(requestOf('W2', 21, 1, '1'), '1');
  t.equal(plan.legs.options.count, 22);
  t.equal(scenarios[0].logImpliedMultipliers[0], 0);
  t.ok(Math.abs(scenarios[0].impliedCorrelations[0] - plan.indices[0].impliedCorrelation) < 1e-12);
});

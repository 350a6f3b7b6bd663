import fc from 'fast-check';
import t from 'tap';
import { realisedCorrelationBasket, realisedCorrelationPairwise } from '../../../models/correlation/realised.ts';
import { basketCorrelation, pairwiseCorrelation } from '../../../models/simulation/path-correlation.ts';
import type { RunPlan } from '../../../models/simulation/plan.ts';
import { threeRegimes } from '../../../bench/three-regimes.ts';
import { prepareRequest } from '../../support/simulate.ts';

function planOf(names: number): RunPlan {
  const outcome = prepareRequest(threeRegimes(names));
  if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
  return outcome.value.request.plan;
}

const NAMES = 5;
const plan = planOf(NAMES);

/** What a path knows of `returns` at its end; the index moves with the weighted names. */
function measured(returns: Float64Array, days: number) {
  const sums = new Float64Array(NAMES);
  const squares = new Float64Array(NAMES + 1);
  for (let day = 0; day < days; day++) {
    let index = 0;
    for (let i = 0; i < NAMES; i++) {
      const x = returns[day * NAMES + i];
      sums[i] += x;
      squares[i] += x * x;
      index += plan.indices[0].weights[i] * x;
    }
    squares[NAMES] += index * index;
  }
  return { returns, sums, squares, scales: new Float64Array(NAMES) };
}

const histories = fc
  .integer({ min: 2, max: 30 })
  .chain((days) =>
    fc
      .array(fc.integer({ min: -500, max: 500 }), { minLength: days * NAMES, maxLength: days * NAMES })
      .map((values) => ({ days, returns: Float64Array.from(values, (x) => x / 10_000) })),
  );

t.test('pairwise correlation from sums and squares is the one from centred returns', async () => {
  fc.assert(
    fc.property(histories, ({ days, returns }) => {
      const expected = realisedCorrelationPairwise(returns, days, NAMES);
      const got = pairwiseCorrelation({ ...plan, days }, 0, measured(returns, days));
      return expected === null ? Number.isNaN(got) : Math.abs(got - expected) < 1e-10;
    }),
  );
});

t.test('basket correlation from squares is the one from annualised variances', async () => {
  fc.assert(
    fc.property(histories, ({ days, returns }) => {
      const { squares } = measured(returns, days);
      const variances = squares.map((square) => (square * 252) / days);
      const expected = realisedCorrelationBasket(
        variances[NAMES],
        plan.indices[0].weights,
        variances.subarray(0, NAMES),
      );
      const got = basketCorrelation(plan, 0, squares);
      return expected === null ? Number.isNaN(got) : Math.abs(got - expected) < 1e-9;
    }),
  );
});

t.test('names that drift without moving have no correlation', async (t) => {
  const days = 20;
  const returns = Float64Array.from({ length: days * NAMES }, (_, at) => 0.0001 * (1 + (at % NAMES)));
  t.ok(Number.isNaN(pairwiseCorrelation({ ...plan, days }, 0, measured(returns, days))));
  const two = returns.map((x, at) => (at % NAMES < 2 ? x * (at % 3) : x));
  const alone = Float64Array.from({ length: 2 * days }, (_, at) => two[Math.floor(at / 2) * NAMES + (at % 2)]);
  const expected = realisedCorrelationPairwise(alone, days, 2) as number;
  t.ok(Math.abs(pairwiseCorrelation({ ...plan, days }, 0, measured(two, days)) - expected) < 1e-10);
});

import t from 'tap';
import { agrees, near } from '../support/close.ts';
import { meanOf, simulate } from '../support/simulate.ts';
import { equalNames, requestFor, still } from '../support/wire.ts';

t.test('realised pairwise correlation has the mean of a sample correlation', async (t) => {
  // Exact (Hotelling 1953), means estimated: ρ 0.5 and 63 observations give 0.496961.
  const { result, columns } = simulate(
    requestFor(
      [{ id: 'i', type: 'underlying', underlying: 'I', side: 'long', quantity: 1 }],
      equalNames(10, { vol: 0.3, correlation: 0.5 }),
      still,
      { paths: 6000, horizonDays: 63, seed: '1953' },
    ),
  );
  const { mean, error } = meanOf(columns.pairwiseCorrelation);
  t.ok(error < 0.0009, `the error ${error} tells the bias 0.003 apart from none`);
  agrees(t, 'mean', { value: mean, expected: 0.496961, error });
  near(t, 'as reported', result.correlation['I'].realisedPairwise.mean as number, mean, 1e-12);
});

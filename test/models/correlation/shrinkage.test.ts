import t from 'tap';
import { averageCorrelation } from '../../../models/correlation/implied.ts';
import { smallestEigenvalue } from '../../../models/correlation/matrix.ts';
import { realisedCorrelationPairwise } from '../../../models/correlation/realised.ts';
import { shrinkCorrelation } from '../../../models/correlation/shrinkage.ts';

/** 40 days of 4 names, whole numbers scrambled: any reader can make them again in any language. */
function scrambled(days: number, n: number): Float64Array {
  return Float64Array.from({ length: days * n }, (_, at) => {
    const day = Math.floor(at / n);
    const i = at % n;
    const mixed = ((7 * day * day + 11 * day * i + 5 * i + 3 * day) % 23) - 11 + (((3 * day * day) % 17) - 8) * 0.8;
    return (mixed / 1000) * (1 + 0.5 * i);
  });
}

t.test('the intensity is the published one', async (t) => {
  // Twice in double precision: the paper's sums written out pair by pair in NumPy, and the matrix form of
  // PyPortfolioOpt 1.x (risk_models.py, _ledoit_wolf_constant_correlation) with its covariances over T, as in the paper.
  const { intensity, average } = shrinkCorrelation(scrambled(40, 4), 40, 4);
  t.ok(Math.abs(intensity - 0.8422589571674486) < 1e-12, `${intensity}`);
  t.ok(Math.abs(average - 0.24326420597912776) < 1e-14, `${average}`);
});

t.test('correlations move toward their average, which stays', async (t) => {
  const returns = scrambled(40, 4);
  const { matrix, intensity, average } = shrinkCorrelation(returns, 40, 4);
  t.ok(Math.abs(average - (realisedCorrelationPairwise(returns, 40, 4) as number)) < 1e-14);
  t.ok(Math.abs(averageCorrelation(matrix, 4) - average) < 1e-14);
  for (let i = 0; i < 4; i++) {
    t.equal(matrix[i * 4 + i], 1);
    for (let j = 0; j < i; j++) {
      const pair = Float64Array.from({ length: 80 }, (_, at) => returns[(at >> 1) * 4 + (at % 2 === 0 ? i : j)]);
      const sample = realisedCorrelationPairwise(pair, 40, 2) as number;
      const expected = intensity * average + (1 - intensity) * sample;
      t.ok(Math.abs(matrix[i * 4 + j] - expected) < 1e-14, `(${i}, ${j}) is ${matrix[i * 4 + j]}; need ${expected}`);
      t.equal(matrix[i * 4 + j], matrix[j * 4 + i]);
    }
  }
});

t.test('a sample repeated ten times is believed ten times as much', async (t) => {
  // Every mean is unchanged, and the intensity is a ratio of means over T.
  const once = scrambled(40, 4);
  const tenfold = Float64Array.from({ length: 1600 }, (_, at) => once[at % 160]);
  const one = shrinkCorrelation(once, 40, 4).intensity;
  const ten = shrinkCorrelation(tenfold, 400, 4).intensity;
  t.ok(Math.abs(ten - one / 10) < 1e-12, `${ten} against ${one / 10}`);
});

t.test('the unit of the returns does not matter', async (t) => {
  const returns = scrambled(40, 4);
  const percent = shrinkCorrelation(
    returns.map((x) => 100 * x),
    40,
    4,
  );
  const decimal = shrinkCorrelation(returns, 40, 4);
  t.ok(Math.abs(percent.intensity - decimal.intensity) < 1e-12);
});

t.test('with fewer days than names the shrunk matrix has no zero eigenvalue left', async (t) => {
  const { matrix, intensity } = shrinkCorrelation(scrambled(10, 20), 10, 20);
  t.ok(intensity > 0, `${intensity}`);
  t.ok(smallestEigenvalue(matrix, 20) > 0.01, `${smallestEigenvalue(matrix, 20)}`);
});

t.test('two names keep their correlation, since the average is theirs', async (t) => {
  const returns = scrambled(40, 2);
  const { matrix } = shrinkCorrelation(returns, 40, 2);
  t.ok(Math.abs(matrix[1] - (realisedCorrelationPairwise(returns, 40, 2) as number)) < 1e-14);
});

t.test('what has no correlation is refused with its value', async (t) => {
  t.throws(() => shrinkCorrelation(new Float64Array(4), 1, 4), { message: 'days is 1; need a whole number >= 2' });
  t.throws(() => shrinkCorrelation(new Float64Array(4), 4, 1), { message: 'n is 1; need a whole number >= 2' });
  t.throws(() => shrinkCorrelation(new Float64Array(7), 4, 2), { message: 'returns has 7 entries; need 4 x 2' });
  t.throws(() => shrinkCorrelation(Float64Array.of(0.1, 0.01, 0.2, 0.01), 2, 2), {
    message: 'name 1 returns 0.01 every day; need a name that moves',
  });
  t.throws(() => shrinkCorrelation(Float64Array.of(0.1, 0.01, 0.2, Number.NaN), 2, 2), {
    message: 'the returns of name 1 sum to NaN; need finite returns',
  });
});

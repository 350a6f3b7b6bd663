import t from 'tap';
import { agrees, near } from '../support/close.ts';
import { meanOf, simulate } from '../support/simulate.ts';
import { requestFor, singleName, still } from '../support/wire.ts';

/**
 * Exact law: n RV / σ² of daily log-returns is non-central chi-squared with n degrees of freedom. With n = 252, σ = 20 %
 * and a drift of 5 % the mean of RV is 0.0400035714 and its standard deviation 0.0035638014.
 */
const law = { mean: 0.0400035714, standardDeviation: 0.0035638014 };
const strike = 0.2;
const rate = 0.05;
/** 10⁻⁴ a squared point is 1 a unit of variance. */
const varianceNotional = 1e-4;

t.test('the P&L of a variance swap has the law of realised variance', async (t) => {
  const paths = 12_000;
  const { result, request, columns } = simulate(
    requestFor(
      [
        {
          id: 'swap',
          type: 'varianceSwap',
          underlying: 'A',
          side: 'long',
          varianceNotional,
          strikeVol: strike,
          maturityDays: 252,
        },
      ],
      singleName({}, { rate }),
      still,
      { paths, horizonDays: 252, seed: '252' },
    ),
  );
  const { mean, error } = meanOf(columns.pnl);
  const initial = request.plan.financing.initialValue;
  near(t, 'fair value of a swap struck at the implied volatility', initial, 0, 1e-16);
  agrees(t, 'mean', { value: mean + initial * Math.exp(rate) + strike ** 2, expected: law.mean, error });
  const { standardDeviation, kurtosis } = result.pnl;
  agrees(t, 'standard deviation', {
    value: standardDeviation,
    expected: law.standardDeviation,
    error: standardDeviation * Math.sqrt(((kurtosis as number) - 1) / (4 * paths)),
  });
  // Skewness of the non-central law with λ = n c² dt / σ², c = 0.05 − σ²/2: √8 (n + 3λ) / (n + 2λ)^{3/2}.
  const lambda = (0.03 ** 2 * 252) / (0.04 * 252);
  agrees(t, 'skewness', {
    value: result.pnl.skewness as number,
    expected: (Math.sqrt(8) * (252 + 3 * lambda)) / (252 + 2 * lambda) ** 1.5,
    error: Math.sqrt(6 / paths) * 1.5,
  });
});

t.test(
  'a swap that outlives the horizon is worth what is in and what implied volatility says of the rest',
  async (t) => {
    // Half the days in at σ 30 %, the rest valued at the implied 20 %: (0.09 + 0.04) / 2, discounted over the second half.
    const { columns, request } = simulate(
      requestFor(
        [
          {
            id: 'swap',
            type: 'varianceSwap',
            underlying: 'A',
            side: 'long',
            varianceNotional,
            strikeVol: 0.25,
            maturityDays: 126,
          },
        ],
        singleName({ realisedVol: 0.3 }, { rate }),
        still,
        { paths: 8000, horizonDays: 63, seed: '126' },
      ),
    );
    const { mean, error } = meanOf(columns.pnl);
    const initial = Math.exp(-rate / 2) * (0.04 - 0.0625);
    near(t, 'value at the start', request.plan.financing.initialValue, initial, 1e-15);
    const drift = (rate - 0.045) ** 2 / 252;
    const later = Math.exp(-rate / 4) * ((0.09 + drift + 0.04) / 2 - 0.0625);
    agrees(t, 'mean', { value: mean, expected: later - initial * Math.exp(rate / 4), error });
  },
);

t.test('what has accrued counts with its days', async (t) => {
  // 21 days at 41 % are in, 42 days of zero volatility follow: RV = 21/63 · 0.41².
  const { result } = simulate(
    requestFor(
      [
        {
          id: 'swap',
          type: 'varianceSwap',
          underlying: 'A',
          side: 'long',
          varianceNotional,
          strikeVol: 0.45,
          maturityDays: 42,
          accrued: { days: 21, realisedVol: 0.41 },
        },
      ],
      singleName({ realisedVol: 0, impliedVol: 0.3 }),
      still,
      { paths: 1, horizonDays: 42, seed: '1' },
    ),
  );
  const paid = (21 / 63) * 0.41 ** 2 - 0.45 ** 2;
  const start = (21 / 63) * 0.41 ** 2 + (42 / 63) * 0.09 - 0.45 ** 2;
  near(t, 'P&L', result.pnl.mean.value, paid - start, 1e-15);
});

t.test('a cap limits what is paid', async (t) => {
  // Realised volatility of 100 % against a strike of 20 % capped at 2.5 × 20 %: every path pays 0.5² − 0.2².
  const { result, request } = simulate(
    requestFor(
      [
        {
          id: 'swap',
          type: 'varianceSwap',
          underlying: 'A',
          side: 'long',
          varianceNotional,
          strikeVol: strike,
          maturityDays: 126,
          capMultiple: 2.5,
        },
      ],
      singleName({ realisedVol: 1 }),
      still,
      { paths: 500, horizonDays: 126, seed: '25' },
    ),
  );
  const initial = request.plan.financing.initialValue;
  near(t, 'worst', result.pnl.min + initial, 0.25 - 0.04, 1e-15);
  near(t, 'best', result.pnl.max + initial, 0.25 - 0.04, 1e-15);
});

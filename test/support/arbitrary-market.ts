/** Random markets: every kind of correlation, indices with and without a residual, names that do not move. */
import fc from 'fast-check';
import { residualLoading, solveResidualVol } from '../../models/correlation/residual.ts';
import type { Correlation, Market, MarketIndex, Underlying } from '../../schemas/market.ts';

export const decimal = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
/** Log-uniform, so that pennies and index levels are as likely. */
const price = decimal(-1, 4).map((exponent) => 10 ** exponent);
const vol = fc.oneof({ weight: 9, arbitrary: decimal(0.05, 0.8) }, { weight: 1, arbitrary: fc.constant(0) });

/** A market of 1 to `names` underlyings and up to two indices. */
export function arbitraryMarket(names: number): fc.Arbitrary<Market> {
  return fc
    .record({
      underlyings: fc.array(arbitraryUnderlying, { minLength: 1, maxLength: names }),
      indices: fc.integer({ min: 0, max: 2 }),
      rate: fc.option(decimal(-0.02, 0.08), { nil: undefined }),
      daysPerYear: fc.constantFrom(252, 365, 12),
    })
    .chain(({ underlyings: unnamed, indices: count, rate, daysPerYear }) => {
      const underlyings = unnamed.map((underlying, i) => ({ ...underlying, id: `N${i + 1}` }));
      return arbitraryCorrelation(underlyings, count === 0).chain((correlation) =>
        fc.tuple(...Array.from({ length: count }, (_, k) => arbitraryIndex(k, underlyings, correlation))).map(
          (indices): Market => ({
            asOf: '2026-11-20',
            daysPerYear,
            underlyings,
            indices,
            correlation,
            ...(rate === undefined ? {} : { rate }),
          }),
        ),
      );
    });
}

const arbitraryUnderlying: fc.Arbitrary<Omit<Underlying, 'id'>> = fc.record(
  {
    spot: price,
    impliedVol: vol,
    realisedVol: vol,
    dividendYield: decimal(-0.02, 0.06),
    impliedVolBeta: fc.constantFrom(0, 0.5, 1, 1.5),
    sector: fc.constantFrom('chips', 'power', 'cooling'),
    crisisSign: fc.constantFrom(1 as const, -1 as const),
  },
  { requiredKeys: ['spot', 'impliedVol'] },
);

/** One-factor correlations ℓ_i ℓ_j, as a matrix in shuffled order; loadings up to 1 make it singular. */
function factorMatrix(underlyings: readonly Underlying[], lowest: number): fc.Arbitrary<Correlation> {
  const n = underlyings.length;
  return fc
    .record({
      loadings: fc.array(decimal(lowest, 1), { minLength: n, maxLength: n }),
      order: fc.shuffledSubarray(
        underlyings.map(({ id }) => id),
        { minLength: n, maxLength: n },
      ),
    })
    .map(({ loadings, order }) => ({
      kind: 'matrix' as const,
      order,
      values: loadings.map((a, i) => loadings.map((b, j) => (i === j ? 1 : a * b))),
    }));
}

/**
 * @param negative  whether correlations may be negative: below −1/(A−1) on average they leave an index of A members
 *   without an implied correlation, which is refused
 */
export function arbitraryCorrelation(underlyings: readonly Underlying[], negative: boolean): fc.Arbitrary<Correlation> {
  const lowest = negative && underlyings.length > 1 ? -1 / (underlyings.length - 1) : 0;
  return fc.oneof(
    decimal(lowest, 1).map((value) => ({ kind: 'average' as const, value })),
    fc
      .tuple(decimal(0, 1), decimal(0, 1))
      .map(([a, b]) => ({ kind: 'sectors' as const, within: Math.max(a, b), across: Math.min(a, b) })),
    factorMatrix(underlyings, negative ? -1 : 0),
  );
}

/** The same correlations as numbers, in the order of the underlyings. */
function matrixOf(correlation: Correlation, underlyings: readonly Underlying[]): Float64Array {
  const n = underlyings.length;
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    if (i === j) return 1;
    if (correlation.kind === 'average') return correlation.value;
    const [a, b] = [underlyings[i], underlyings[j]];
    if (correlation.kind === 'matrix') {
      return correlation.values[correlation.order.indexOf(a.id)][correlation.order.indexOf(b.id)];
    }
    return a.sector !== undefined && a.sector === b.sector ? correlation.within : correlation.across;
  });
}

/** An index with or without a residual; its volatility derived, or one that some correlation of 0 to 0.98 gives. */
function arbitraryIndex(
  place: number,
  underlyings: readonly Underlying[],
  correlation: Correlation,
): fc.Arbitrary<MarketIndex> {
  return fc
    .record({
      members: fc.shuffledSubarray([...underlyings.keys()], { minLength: 1 }),
      sizes: fc.array(decimal(0.1, 1), { minLength: underlyings.length, maxLength: underlyings.length }),
      spot: price,
      covered: fc.oneof(fc.constant(1), decimal(0.3, 0.95)),
      given: fc.boolean(),
      level: decimal(0, 0.98),
    })
    .map(({ members, sizes, spot, covered, given, level }) => {
      const total = members.reduce((sum, _, j) => sum + sizes[j], 0);
      const constituents = members.map((i, j) => ({
        underlying: underlyings[i].id,
        weight: (covered * sizes[j]) / total,
      }));
      const index = { id: `I${place + 1}`, spot, constituents };
      const exposures = constituents.map(({ weight }, j) => weight * (underlyings[members[j]].impliedVol as number));
      if (covered === 1) {
        const moving = exposures.filter((exposure) => exposure > 0).length;
        return given && moving > 1 ? { ...index, impliedVol: volAt(level, exposures) } : index;
      }
      return { ...index, impliedVol: volWithResidual(level, 1 - covered, constituents, underlyings, correlation) };
    });
}

/** √(Σ a² + ρ Σ_{i≠j} a a) */
function volAt(correlation: number, exposures: readonly number[]): number {
  const sum = exposures.reduce((total, a) => total + a, 0);
  const own = exposures.reduce((total, a) => total + a * a, 0);
  return Math.sqrt(own + correlation * Math.max(0, sum * sum - own));
}

/** Index volatility when the residual is half to one and a half times as volatile as 30 %. */
function volWithResidual(
  level: number,
  weight: number,
  constituents: MarketIndex['constituents'],
  underlyings: readonly Underlying[],
  correlation: Correlation,
): number {
  const n = underlyings.length;
  const matrix = matrixOf(correlation, underlyings);
  const weights = new Float64Array(n);
  const members = constituents.map(({ underlying }) => underlyings.findIndex(({ id }) => id === underlying));
  for (const [j, i] of members.entries()) weights[i] = constituents[j].weight;
  const vols = Float64Array.from(underlyings, ({ impliedVol }) => impliedVol as number);
  const { correlations } = residualLoading(matrix, n, weights, members);
  const exposures = weights.map((w, i) => w * vols[i]);
  const residual = weight * (0.15 + 0.3 * level);
  let variance = residual * residual;
  for (let i = 0; i < n; i++) {
    variance += 2 * residual * exposures[i] * correlations[i];
    for (let j = 0; j < n; j++) variance += exposures[i] * exposures[j] * matrix[i * n + j];
  }
  const indexVol = Math.sqrt(variance);
  const request = { weights, vols, matrix, residualWeight: weight, residualCorrelations: correlations };
  if (!solveResidualVol({ ...request, indexVol }).ok) throw new RangeError(`no residual for ${indexVol}`);
  return indexVol;
}

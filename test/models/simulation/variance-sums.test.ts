import fc from 'fast-check';
import t from 'tap';
import { varianceSwapValue } from '../../../models/pricing/variance-swap.ts';
import type { FinancingPlan, IndexPlan, NamePlan, VarianceLegs } from '../../../models/simulation/plan.ts';
import { varianceSums } from '../../../models/simulation/variance-sums.ts';

const DAYS = 10;
const NAMES = 3;
/** Two exponents of implied volatility; slot 3 is the index. */
const names = {
  count: NAMES,
  impliedVols: Float64Array.of(0.2, 0.3, 0.4),
  betaGroups: Int32Array.of(0, 1, 0),
  betas: Float64Array.of(1, 0.5),
} as NamePlan;
const indices = [{ spot: 100 } as IndexPlan];
const discounts = Float64Array.from({ length: 30 }, (_, left) => Math.exp((-0.04 * left) / 252));
const financing = { daysPerYear: 252, discounts } as FinancingPlan;

const number = (least: number, most: number) => fc.double({ min: least, max: most, noNaN: true });
const leg = fc.record({
  slot: fc.integer({ min: 0, max: NAMES }),
  notional: number(-1e6, 1e6),
  strikeVol: number(0.05, 0.6),
  maturity: fc.integer({ min: 1, max: 29 }),
  accruedDays: fc.integer({ min: 0, max: 50 }),
  accruedSquares: number(0, 0.1),
  capMultiple: fc.constantFrom(Infinity, Infinity, 2.5),
});
const state = fc.record({
  squares: fc.array(number(0, 0.2), { minLength: NAMES + 1, maxLength: NAMES + 1 }),
  multipliers: fc.array(number(0.3, 4), { minLength: 2, maxLength: 2 }),
  indexVol: number(0, 1),
  day: fc.integer({ min: 0, max: DAYS }),
});

t.test('the sums are the values and payments of the uncapped swaps one by one', async (t) => {
  let matured = 0;
  fc.assert(
    fc.property(fc.array(leg, { maxLength: 6 }), state, (legs, { squares, multipliers, indexVol, day }) => {
      const swaps = {
        count: legs.length,
        slots: Int32Array.from(legs, ({ slot }) => slot),
        notionals: Float64Array.from(legs, ({ notional }) => notional),
        strikeVols: Float64Array.from(legs, ({ strikeVol }) => strikeVol),
        maturities: Int32Array.from(legs, ({ maturity }) => maturity),
        accruedDays: Int32Array.from(legs, ({ accruedDays }) => accruedDays),
        accruedSquares: Float64Array.from(legs, ({ accruedSquares }) => accruedSquares),
        capMultiples: Float64Array.from(legs, ({ capMultiple }) => capMultiple),
      } as VarianceLegs;
      const { slots, values, payments, paymentDays } = varianceSums({ days: DAYS, names, indices, swaps, financing });
      const realised = [1, ...Array.from(slots, (slot) => squares[slot])];
      const state = [...realised, ...multipliers.map((m) => m * m), indexVol * indexVol];
      const value = dot(values.subarray(day * state.length), state);
      const paid = dot(payments.subarray(day * realised.length), realised);

      const alive = legs.filter(({ capMultiple, maturity }) => capMultiple === Infinity && maturity > day);
      const due = legs.filter(({ capMultiple, maturity }) => capMultiple === Infinity && maturity === day);
      matured += due.length;
      const worth = (each: (typeof legs)[number]) => {
        const vol =
          each.slot === NAMES ? indexVol : names.impliedVols[each.slot] * multipliers[names.betaGroups[each.slot]];
        return varianceSwapValue({
          sumSquares: each.accruedSquares + squares[each.slot],
          daysElapsed: each.accruedDays + day,
          daysTotal: each.accruedDays + each.maturity,
          daysPerYear: 252,
          forwardVariance: vol * vol,
          strikeVol: each.strikeVol,
          notional: each.notional,
          discount: discounts[each.maturity - day],
        });
      };
      const sum = (some: typeof legs) => some.reduce((total, each) => total + worth(each), 0);
      // Each leg is a difference of terms of the size of its notional.
      const size = legs.reduce((total, { notional }) => total + Math.abs(notional), 1) * 20;
      return (
        Math.abs(value - sum(alive)) < 1e-13 * size &&
        Math.abs(paid - sum(due)) < 1e-13 * size &&
        paymentDays[day] === (due.length > 0 ? 1 : 0)
      );
    }),
    { numRuns: 500, seed: 5 },
  );
  t.ok(matured > 20, `${matured} matured`);
});

function dot(coefficients: Float64Array, state: readonly number[]): number {
  return state.reduce((sum, x, at) => sum + coefficients[at] * x, 0);
}

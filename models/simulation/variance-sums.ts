import type { FinancingPlan, IndexPlan, NamePlan, VarianceLegs, VarianceSums } from './plan.ts';
import { shareFloats, shareInts, sharedBytes } from './shared-array.ts';

/** What the sums are made of. */
export interface VarianceSumsRequest {
  readonly days: number;
  readonly names: NamePlan;
  readonly indices: readonly IndexPlan[];
  readonly swaps: VarianceLegs;
  readonly financing: Pick<FinancingPlan, 'daysPerYear' | 'discounts'>;
}

/**
 * Adds up the uncapped swaps of a book by day. A swap over T days, n a year, is worth on day t
 *
 *   DF N ( (A + Q_t) n/T + IV² (M − t)/T − K² )
 *
 * with A the squares accrued before the start, Q_t = Σ x² since, M the days to maturity at the start. On its maturity it
 * pays N ((A + Q) n/T − K²). IV² of a name is IV(0)² M^2a.
 */
export function varianceSums({ days, names, indices, swaps, financing }: VarianceSumsRequest): VarianceSums {
  const legs = Array.from({ length: swaps.count }, (_, leg) => leg).filter(
    (leg) => swaps.capMultiples[leg] === Infinity,
  );
  const slots = [...new Set(legs.map((leg) => swaps.slots[leg]))].sort((a, b) => a - b);
  const place = new Map(slots.map((slot, at) => [slot, 1 + at]));
  const multipliersAt = 1 + slots.length;
  const indicesAt = multipliersAt + names.betas.length;
  const width = indicesAt + indices.length;
  const values = new Float64Array((days + 1) * width);
  const payments = new Float64Array((days + 1) * multipliersAt);
  const paymentDays = sharedBytes(days + 1);
  for (const leg of legs) {
    const slot = swaps.slots[leg];
    const maturity = swaps.maturities[leg];
    const total = swaps.accruedDays[leg] + maturity;
    const annual = financing.daysPerYear / total;
    const known = swaps.accruedSquares[leg] * annual - swaps.strikeVols[leg] * swaps.strikeVols[leg];
    const isName = slot < names.count;
    const implied = isName ? multipliersAt + names.betaGroups[slot] : indicesAt + slot - names.count;
    const variance = isName ? names.impliedVols[slot] * names.impliedVols[slot] : 1;
    const squares = place.get(slot) ?? 0;
    for (let day = 0; day < Math.min(maturity, days + 1); day++) {
      const left = maturity - day;
      const money = financing.discounts[left] * swaps.notionals[leg];
      values[day * width] += money * known;
      values[day * width + squares] += money * annual;
      values[day * width + implied] += money * ((variance * left) / total);
    }
    if (maturity > days) continue;
    payments[maturity * multipliersAt] += swaps.notionals[leg] * known;
    payments[maturity * multipliersAt + squares] += swaps.notionals[leg] * annual;
    paymentDays[maturity] = 1;
  }
  return { slots: shareInts(slots), values: shareFloats(values), payments: shareFloats(payments), paymentDays };
}

/** The way back from a loss. */
export interface Recovery {
  /** B/A - 1, 0.25 = 25 %; null when nothing is left to earn it with */
  readonly requiredReturn: number | null;
  /** ln(B/A) / ln(1 + g); null when the return does not lead back */
  readonly years: number | null;
}

/**
 * Return and years that make a loss good.
 *
 *   return = B/A - 1,   years = ln(B/A) / ln(1 + g)
 *
 * Both are 0 when nothing was lost. Both are null when nothing is left (A <= 0), the years alone when the annual
 * return is not positive: neither leads back to the start.
 * @param start        B, capital before, money, more than 0
 * @param after        A, capital after, money
 * @param annualReturn g, decimal a year, more than -1
 * @throws RangeError when start is not positive, a number is not finite, or annualReturn is -1 or less
 */
export function recovery({
  start,
  after,
  annualReturn,
}: {
  start: number;
  after: number;
  annualReturn: number;
}): Recovery {
  if (!(start > 0 && start < Infinity)) throw new RangeError(`start is ${start}; need a finite number > 0`);
  if (!Number.isFinite(after)) throw new RangeError(`after is ${after}; need a finite number`);
  if (!(annualReturn > -1 && annualReturn < Infinity)) {
    throw new RangeError(`annualReturn is ${annualReturn}; need a finite number > -1`);
  }
  if (after >= start) return { requiredReturn: 0, years: 0 };
  if (after <= 0) return { requiredReturn: null, years: null };
  const requiredReturn = (start - after) / after;
  // start / after overflows when next to nothing is left: that is no way back either.
  if (!Number.isFinite(requiredReturn)) return { requiredReturn: null, years: null };
  return {
    requiredReturn,
    years: annualReturn > 0 ? finiteOrNull(Math.log1p(requiredReturn) / Math.log1p(annualReturn)) : null,
  };
}

function finiteOrNull(x: number): number | null {
  return Number.isFinite(x) ? x : null;
}

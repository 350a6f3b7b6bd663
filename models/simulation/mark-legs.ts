import { CALL_AND_PUT_LENGTH, callAndPut } from '../pricing/black-scholes.ts';
import { cappedVarianceMean } from '../pricing/variance-swap.ts';
import type { PathState } from './path-state.ts';
import type { RunPlan } from './plan.ts';

const prices = new Float64Array(CALL_AND_PUT_LENGTH);
/** [0] value of what is alive, [1] money paid out today */
const totals = new Float64Array(2);

/**
 * Marks every leg at the close of a day, adds what is paid out to the path's cash, and returns the P&L since the start.
 *
 *   P&L_t = Σ value_t + cash_t − value_0 e^{r t},   cash_t = cash_{t−1} e^{r dt} + paid_t
 *
 * @param state  prices, sums of squares and implied volatilities of the day; `cash` is updated
 */
export function markLegs(plan: RunPlan, day: number, state: PathState): number {
  const { dailyGrowth, growth, initialValue } = plan.financing;
  totals.fill(0);
  markOptions(plan, day, state);
  markVariance(plan, day, state);
  markCappedSwaps(plan, day, state);
  markUnits(plan, state);
  payDividends(plan, state);
  state.cash = state.cash * dailyGrowth + totals[1];
  return totals[0] + state.cash - initialValue * growth[day];
}

/** Value of the book on day 0, from the same arithmetic. */
export function initialBookValue(plan: RunPlan, state: PathState): number {
  totals.fill(0);
  markOptions(plan, 0, state);
  markVariance(plan, 0, state);
  markCappedSwaps(plan, 0, state);
  markUnits(plan, state);
  return totals[0];
}

function markOptions(plan: RunPlan, day: number, state: PathState): void {
  const { count, slots, calls, puts, strikes, logMoneyness, expiries, tenorRows, tenors } = plan.legs.options;
  const width = plan.days + 1;
  for (let leg = 0; leg < count; leg++) {
    const expiry = expiries[leg];
    if (day > expiry) continue;
    const slot = slots[leg];
    const spot = spotOf(plan, slot) * state.levels[slot];
    if (day === expiry) {
      const intrinsic = spot - strikes[leg];
      totals[1] += intrinsic > 0 ? calls[leg] * intrinsic : puts[leg] * -intrinsic;
      continue;
    }
    const at = tenorRows[leg] * width + day;
    callAndPut(
      state.logLevels[slot] + logMoneyness[leg],
      spot,
      strikes[leg],
      tenors.discounts[at],
      tenors.carries[at],
      state.vols[slot] * tenors.rootYears[at],
      tenors.logForwards[at],
      prices,
    );
    totals[0] += calls[leg] * prices[0] + puts[leg] * prices[1];
  }
}

/** The uncapped variance swaps, added up by day in `VarianceSums`. */
function markVariance(plan: RunPlan, day: number, { squares, multipliers, vols }: PathState): void {
  const { slots, values, payments, paymentDays } = plan.legs.variance;
  if (slots.length === 0) return;
  const { names, indices } = plan;
  let at = day * (1 + slots.length + names.betas.length + indices.length);
  let value = values[at++];
  for (let s = 0; s < slots.length; s++) value += values[at++] * squares[slots[s]];
  for (let g = 0; g < names.betas.length; g++) value += values[at++] * (multipliers[g] * multipliers[g]);
  for (let k = 0; k < indices.length; k++) value += values[at++] * (vols[names.count + k] * vols[names.count + k]);
  totals[0] += value;
  if (paymentDays[day] === 0) return;
  let from = day * (1 + slots.length);
  let paid = payments[from++];
  for (let s = 0; s < slots.length; s++) paid += payments[from++] * squares[slots[s]];
  totals[1] += paid;
}

/**
 * Capped variance swaps: DF × N × (E[min(a + b X, C)] − K²), a what has been realised and b the fair variance of the rest
 * (of a flat smile the square of its volatility), each with its share of the days. Cash at maturity.
 */
function markCappedSwaps(plan: RunPlan, day: number, state: PathState): void {
  const { count, slots, notionals, strikeVols, maturities, accruedDays, accruedSquares, capMultiples } =
    plan.legs.swaps;
  const { daysPerYear, discounts } = plan.financing;
  for (let leg = 0; leg < count; leg++) {
    const left = maturities[leg] - day;
    if (left < 0 || capMultiples[leg] === Infinity) continue;
    const slot = slots[leg];
    const total = accruedDays[leg] + maturities[leg];
    const strikeVariance = strikeVols[leg] * strikeVols[leg];
    const realised = (accruedSquares[leg] + state.squares[slot]) * (daysPerYear / total);
    const remaining = state.vols[slot] * state.vols[slot] * (left / total);
    const cap = capMultiples[leg] * capMultiples[leg] * strikeVariance;
    const expected = cappedVarianceMean(realised, remaining, state.capShapes[left], cap);
    const payoff = notionals[leg] * (expected - strikeVariance);
    if (left === 0) totals[1] += payoff;
    else totals[0] += payoff * discounts[left];
  }
}

function markUnits(plan: RunPlan, state: PathState): void {
  const { count, slots, quantities } = plan.legs.units;
  for (let leg = 0; leg < count; leg++) {
    const slot = slots[leg];
    totals[0] += quantities[leg] * spotOf(plan, slot) * state.levels[slot];
  }
}

/** Dividends of the day on units held: e^{q dt} − 1 of the ex-dividend price; of a basket, those of its members. */
function payDividends(plan: RunPlan, state: PathState): void {
  const { names, indices } = plan;
  const { count, slots, quantities } = plan.legs.units;
  for (let leg = 0; leg < count; leg++) {
    const slot = slots[leg];
    let dividend = 0;
    if (slot < names.count) {
      dividend = names.dividends[slot] * state.levels[slot];
    } else {
      const { members, weights } = indices[slot - names.count];
      for (let j = 0; j < members.length; j++)
        dividend += weights[j] * names.dividends[members[j]] * state.levels[members[j]];
    }
    totals[1] += quantities[leg] * spotOf(plan, slot) * dividend;
  }
}

function spotOf(plan: RunPlan, slot: number): number {
  const { names, indices } = plan;
  return slot < names.count ? names.spots[slot] : indices[slot - names.count].spot;
}

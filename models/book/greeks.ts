import type { Greeks, PositionValue } from '../../schemas/stress-result.ts';
import { exp } from '../numeric/elementary.ts';
import { type OptionRight, optionGreeks, optionValue } from '../pricing/black-scholes.ts';
import { varianceSwapGreeks } from '../pricing/variance-swap.ts';
import type { BookLegs } from './resolve-legs.ts';
import type { ResolvedMarket } from './resolve-market.ts';
import { type Slot, slotsOf } from './slots.ts';

/** What a leg is worth at the start and how it moves. */
export interface LegValue {
  readonly position: number;
  readonly slot: number;
  readonly value: number;
  readonly greeks: Greeks;
  /** Part of `value` that was paid for options held long: the premium at risk. */
  readonly premium: number;
}

/**
 * Value and sensitivities of every leg at the start.
 *
 * Units are those of the `Greeks` schema: delta and gamma per 1 of spot, vega and correlation vega per 0.01, theta per
 * trading day by revaluation one day later with nothing else moved. An index leg's correlation vega is its vega times
 *
 *   dσ_I/dρ = ((Σ w σ)² − Σ w² σ²) / (2 σ_I)
 */
export function legValues(legs: BookLegs, market: ResolvedMarket): LegValue[] {
  const slots = slotsOf(market);
  const slope = slots.map(({ number, impliedVol }) => correlationSlope(market, number, impliedVol));
  const values: LegValue[] = [];
  const add = (position: number, slot: number, value: number, greeks: Omit<Greeks, 'correlationVega'>, premium = 0) =>
    values.push({ position, slot, value, premium, greeks: { ...greeks, correlationVega: greeks.vega * slope[slot] } });
  const { options, swaps, units } = legs;
  for (let leg = 0; leg < options.count; leg++) {
    for (const right of ['call', 'put'] as const) {
      const quantity = right === 'call' ? options.calls[leg] : options.puts[leg];
      if (quantity === 0) continue;
      const slot = options.slots[leg];
      const { value, ...greeks } = optionLeg(
        right,
        quantity,
        options.strikes[leg],
        options.expiries[leg],
        slots[slot],
        market,
      );
      add(options.positions[leg], slot, value, greeks, quantity > 0 ? value : 0);
    }
  }
  for (let leg = 0; leg < swaps.count; leg++) {
    const slot = swaps.slots[leg];
    const { value, ...greeks } = swapLeg(legs, leg, slots[slot], market);
    add(swaps.positions[leg], slot, value, greeks);
  }
  for (let leg = 0; leg < units.count; leg++) {
    const slot = units.slots[leg];
    const quantity = units.quantities[leg];
    add(units.positions[leg], slot, quantity * slots[slot].spot, { delta: quantity, gamma: 0, vega: 0, theta: 0 });
  }
  return values;
}

function optionLeg(
  right: OptionRight,
  quantity: number,
  strike: number,
  expiry: number,
  slot: Slot,
  market: ResolvedMarket,
) {
  const terms = (days: number) => {
    const years = days / market.daysPerYear;
    return {
      right,
      spot: slot.spot,
      strike,
      rate: market.rate,
      dividendYield: slot.dividendYield(years),
      vol: slot.impliedVol,
      years,
    };
  };
  const { value, delta, gamma, vega } = optionGreeks(terms(expiry));
  const tomorrow = optionValue(terms(expiry - 1));
  return {
    value: quantity * value,
    delta: quantity * delta,
    gamma: quantity * gamma,
    vega: quantity * vega * 0.01,
    theta: quantity * (tomorrow - value),
  };
}

function swapLeg({ swaps }: BookLegs, leg: number, slot: Slot, market: ResolvedMarket) {
  const { rate, daysPerYear } = market;
  const total = swaps.accruedDays[leg] + swaps.maturities[leg];
  const capMultiple = swaps.capMultiples[leg];
  const after = (days: number) =>
    varianceSwapGreeks({
      sumSquares: swaps.accruedSquares[leg],
      daysElapsed: swaps.accruedDays[leg] + days,
      daysTotal: total,
      daysPerYear,
      forwardVariance: slot.impliedVol * slot.impliedVol,
      strikeVol: swaps.strikeVols[leg],
      ...(capMultiple === Infinity ? {} : { capMultiple }),
      notional: swaps.notionals[leg],
      discount: exp((-rate * (swaps.maturities[leg] - days)) / daysPerYear),
    });
  const today = after(0);
  return {
    value: today.value,
    delta: 0,
    // The next return x adds x² to the sum of squares: d²/dS² of bySumSquares · (ln S'/S)² at S' = S.
    gamma: (2 * after(1).bySumSquares) / (slot.spot * slot.spot),
    vega: today.vega * 0.01,
    theta: after(1).value - today.value,
  };
}

/** Change of an index volatility per unit of implied correlation; 0 for a name. */
function correlationSlope({ names, indices }: ResolvedMarket, slot: number, indexVol: number): number {
  const index = indices[slot - names.count];
  if (index === undefined || indexVol === 0) return 0;
  let sum = 0;
  let own = 0;
  for (let j = 0; j < index.members.length; j++) {
    const exposure = index.weights[j] * names.impliedVols[index.members[j]];
    sum += exposure;
    own += exposure * exposure;
  }
  return (sum * sum - own) / (2 * indexVol);
}

/** Sum of Greeks. */
export function addGreeks(all: readonly Greeks[]): Greeks {
  const sum = (pick: (greeks: Greeks) => number) => all.reduce((total, greeks) => total + pick(greeks), 0);
  return {
    delta: sum(({ delta }) => delta),
    gamma: sum(({ gamma }) => gamma),
    vega: sum(({ vega }) => vega),
    theta: sum(({ theta }) => theta),
    correlationVega: sum(({ correlationVega }) => correlationVega),
  };
}

/**
 * Sensitivities of a whole book. Delta and gamma per unit of spot mean nothing across names, so they are in money:
 * Σ delta S, and Σ gamma S² / 100, the change of the former when every spot moves by 1 %.
 */
export function bookTotals(values: readonly LegValue[], slots: readonly Slot[]): Greeks {
  let delta = 0;
  let gamma = 0;
  for (const { slot, greeks } of values) {
    const { spot } = slots[slot];
    delta += greeks.delta * spot;
    gamma += (greeks.gamma * spot * spot) / 100;
  }
  return { ...addGreeks(values.map(({ greeks }) => greeks)), delta, gamma };
}

/** Legs gathered into the positions of the book, in its order. */
export function positionValues(ids: readonly string[], values: readonly LegValue[]): PositionValue[] {
  const byPlace = Map.groupBy(values, ({ position }) => position);
  return ids.map((id, place) => {
    const legs = byPlace.get(place) ?? [];
    return {
      id,
      initialValue: legs.reduce((sum, { value }) => sum + value, 0),
      greeks: addGreeks(legs.map(({ greeks }) => greeks)),
    };
  });
}

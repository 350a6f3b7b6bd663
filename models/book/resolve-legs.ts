import type { Book } from '../../schemas/book.ts';
import type { Position, Strike } from '../../schemas/position.ts';
import { exp, log } from '../numeric/elementary.ts';
import { type FailureList, pointer } from '../failures.ts';
import { strikeForDelta } from '../pricing/delta-strike.ts';
import type { LegPlan, OptionLegs, TenorTable, UnitLegs, VarianceLegs } from '../simulation/plan.ts';
import { shareFloats, shareInts } from '../simulation/shared-array.ts';
import type { ResolvedMarket } from './resolve-market.ts';
import { type Slot, slotsOf } from './slots.ts';
import { tradingDaysTo } from './tenor.ts';
import { tidy } from './wording.ts';

interface OptionLeg {
  readonly position: number;
  readonly slot: number;
  readonly calls: number;
  readonly puts: number;
  readonly strike: number;
  readonly expiry: number;
}

interface VarianceLeg {
  readonly position: number;
  readonly slot: number;
  readonly notional: number;
  readonly strikeVol: number;
  readonly maturity: number;
  readonly accruedDays: number;
  readonly accruedSquares: number;
  readonly capMultiple: number;
}

interface UnitLeg {
  readonly position: number;
  readonly slot: number;
  readonly quantity: number;
}

/** The legs of a book, before its variance swaps are added up. */
export type BookLegs = Omit<LegPlan, 'variance'>;

/**
 * Turns the positions of a checked book into leg tables, with tables of discounting to the horizon.
 *
 * Strikes given by delta are solved here; one that no strike has is a failure.
 *
 * @param days  horizon in trading days: tables run from day 0 to it
 * @returns the legs; incomplete when a failure was added
 */
export function resolveLegs(book: Book, market: ResolvedMarket, days: number, failures: FailureList): BookLegs {
  const slots = slotsOf(market);
  const byId = new Map(slots.map((slot) => [slot.id, slot]));
  const options: OptionLeg[] = [];
  const swaps: VarianceLeg[] = [];
  const units: UnitLeg[] = [];
  for (const [place, position] of book.positions.entries()) {
    const at = pointer('book', 'positions', place);
    const sign = position.side === 'long' ? 1 : -1;
    if (position.type === 'volatilitySwap' || position.type === 'correlationSwap') continue; // refused by checkBook
    const slot = byId.get(position.underlying);
    if (slot === undefined)
      throw new RangeError(
        `position ${position.id} names ${position.underlying}, which the market was not resolved for`,
      );
    if (position.type === 'underlying') {
      units.push({ position: place, slot: slot.number, quantity: sign * position.quantity });
      continue;
    }
    const tenor = tradingDaysTo(position, market.asOf);
    if (!tenor.ok) throw new RangeError(`position ${position.id}: ${tenor.message}`);
    if (position.type === 'varianceSwap') {
      swaps.push({
        position: place,
        slot: slot.number,
        maturity: tenor.days,
        ...varianceTerms(position, sign, market.daysPerYear),
      });
      continue;
    }
    for (const leg of optionTerms(position, sign)) {
      const strike = strikePrice(leg, slot, tenor.days, market, at + leg.field, failures);
      options.push({
        position: place,
        slot: slot.number,
        calls: leg.calls,
        puts: leg.puts,
        strike,
        expiry: tenor.days,
      });
    }
  }
  return { options: optionLegs(options, slots, market, days), swaps: varianceLegs(swaps), units: unitLegs(units) };
}

interface OptionTerms {
  readonly calls: number;
  readonly puts: number;
  readonly strike: Strike;
  /** Which right a delta refers to. */
  readonly right: 'call' | 'put';
  readonly field: string;
}

function optionTerms(
  position: Extract<Position, { type: 'straddle' | 'strangle' | 'riskReversal' | 'option' }>,
  sign: number,
): OptionTerms[] {
  const size = sign * position.quantity * position.multiplier;
  if (position.type === 'straddle') {
    return [{ calls: size, puts: size, strike: position.strike, right: 'call', field: '/strike' }];
  }
  if (position.type === 'option') {
    const { right, strike } = position;
    return [{ calls: right === 'call' ? size : 0, puts: right === 'put' ? size : 0, strike, right, field: '/strike' }];
  }
  // A strangle is long both; a risk reversal is long the put and short the call.
  const calls = position.type === 'strangle' ? size : -size;
  return [
    { calls: 0, puts: size, strike: position.putStrike, right: 'put', field: '/putStrike' },
    { calls, puts: 0, strike: position.callStrike, right: 'call', field: '/callStrike' },
  ];
}

function strikePrice(
  { strike, right }: OptionTerms,
  slot: Slot,
  days: number,
  market: ResolvedMarket,
  at: string,
  failures: FailureList,
): number {
  if (strike.absolute !== undefined) return strike.absolute;
  if (strike.percentOfSpot !== undefined) {
    return orRefused((slot.spot * strike.percentOfSpot) / 100, slot, `${at}/percentOfSpot`, failures);
  }
  const delta = strike.delta as number;
  const years = days / market.daysPerYear;
  const solved = strikeForDelta({
    right,
    delta,
    spot: slot.spot,
    rate: market.rate,
    dividendYield: slot.dividendYield(years),
    vol: slot.impliedVol,
    years,
  });
  if (solved !== null) return orRefused(solved, slot, `${at}/delta`, failures);
  const most = tidy(slot.carry(years));
  const message = `delta is ${delta}, but that of a ${right} on "${slot.id}" over ${days} days is always below ${most}`;
  failures.add('impossible_strike', `${at}/delta`, message);
  return slot.spot;
}

/** A strike as it is, unless it has left the range of doubles. */
function orRefused(strike: number, slot: Slot, at: string, failures: FailureList): number {
  if (strike > 0 && strike < Infinity) return strike;
  const message = `this strike on "${slot.id}" comes to ${strike} in double precision; it must be a positive price`;
  failures.add('impossible_strike', at, message);
  return slot.spot;
}

function varianceTerms(position: Extract<Position, { type: 'varianceSwap' }>, sign: number, daysPerYear: number) {
  const { strikeVol, accrued } = position;
  // A vega notional is money per volatility point: N_var = N_vega / (2 · 100 K) per squared point, 10⁴ points to a unit.
  const perSquaredPoint = position.varianceNotional ?? (position.vegaNotional as number) / (200 * strikeVol);
  return {
    notional: sign * perSquaredPoint * 1e4,
    strikeVol,
    accruedDays: accrued?.days ?? 0,
    accruedSquares:
      accrued === undefined ? 0 : (accrued.realisedVol * accrued.realisedVol * accrued.days) / daysPerYear,
    capMultiple: position.capMultiple ?? Infinity,
  };
}

function optionLegs(
  legs: readonly OptionLeg[],
  slots: readonly Slot[],
  market: ResolvedMarket,
  days: number,
): OptionLegs {
  const rows = new Map<string, number>();
  const tenorRows = legs.map(({ slot, expiry }) => {
    const key = `${slot}:${expiry}`;
    if (!rows.has(key)) rows.set(key, rows.size);
    return rows.get(key) as number;
  });
  const spots = legs.map(({ slot }) => slots[slot].spot);
  return {
    count: legs.length,
    positions: shareInts(legs.map(({ position }) => position)),
    slots: shareInts(legs.map(({ slot }) => slot)),
    calls: shareFloats(legs.map(({ calls }) => calls)),
    puts: shareFloats(legs.map(({ puts }) => puts)),
    strikes: shareFloats(legs.map(({ strike }) => strike)),
    logMoneyness: shareFloats(legs.map(({ strike }, i) => log(spots[i] / strike))),
    expiries: shareInts(legs.map(({ expiry }) => expiry)),
    tenorRows: shareInts(tenorRows),
    tenors: tenorTable(
      [...rows.keys()].map((key) => key.split(':').map(Number)),
      slots,
      market,
      days,
    ),
  };
}

/** Rows of (slot, expiry) over the days 0 … horizon; days after the expiry stay 0 and are never read. */
function tenorTable(
  rows: readonly (readonly number[])[],
  slots: readonly Slot[],
  market: ResolvedMarket,
  days: number,
): TenorTable {
  const width = days + 1;
  const discounts = new Float64Array(rows.length * width);
  const carries = new Float64Array(rows.length * width);
  const logForwards = new Float64Array(rows.length * width);
  const rootYears = new Float64Array(rows.length * width);
  for (const [r, [slot, expiry]] of rows.entries()) {
    for (let day = 0; day <= Math.min(days, expiry); day++) {
      const at = r * width + day;
      const years = (expiry - day) / market.daysPerYear;
      discounts[at] = exp(-market.rate * years);
      carries[at] = slots[slot].carry(years);
      logForwards[at] = log(carries[at]) + market.rate * years;
      rootYears[at] = Math.sqrt(years);
    }
  }
  return {
    discounts: shareFloats(discounts),
    carries: shareFloats(carries),
    logForwards: shareFloats(logForwards),
    rootYears: shareFloats(rootYears),
  };
}

function varianceLegs(legs: readonly VarianceLeg[]): VarianceLegs {
  return {
    count: legs.length,
    positions: shareInts(legs.map(({ position }) => position)),
    slots: shareInts(legs.map(({ slot }) => slot)),
    notionals: shareFloats(legs.map(({ notional }) => notional)),
    strikeVols: shareFloats(legs.map(({ strikeVol }) => strikeVol)),
    maturities: shareInts(legs.map(({ maturity }) => maturity)),
    accruedDays: shareInts(legs.map(({ accruedDays }) => accruedDays)),
    accruedSquares: shareFloats(legs.map(({ accruedSquares }) => accruedSquares)),
    capMultiples: shareFloats(legs.map(({ capMultiple }) => capMultiple)),
  };
}

function unitLegs(legs: readonly UnitLeg[]): UnitLegs {
  return {
    count: legs.length,
    positions: shareInts(legs.map(({ position }) => position)),
    slots: shareInts(legs.map(({ slot }) => slot)),
    quantities: shareFloats(legs.map(({ quantity }) => quantity)),
  };
}

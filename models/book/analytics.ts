import type { BookGreeks, BookInMarket, BreakEven } from '../../schemas/analytics.ts';
import { acrossTerms, impliedCorrelation, weightedAverageCorrelation } from '../correlation/implied.ts';
import type { Outcome } from '../outcome.ts';

import { checkBookInMarket } from './check/stress-run.ts';
import { addGreeks, bookTotals, legValues, positionValues } from './greeks.ts';
import { type BookLegs, resolveLegs } from './resolve-legs.ts';
import { submatrix } from './resolve-matrix.ts';
import { type ResolvedMarket, resolveMarket } from './resolve-market.ts';
import { slotsOf } from './slots.ts';

/** Sensitivities of a book at the start: whole, by underlying, by position. */
export function bookGreeks(body: BookInMarket): Outcome<BookGreeks> {
  const resolved = resolveBody(body);
  if (!resolved.ok) return resolved;
  const { market, legs } = resolved.value;
  const slots = slotsOf(market);
  const values = legValues(legs, market);
  const totals = bookTotals(values, slots);
  const bySlot = Map.groupBy(values, ({ slot }) => slot);
  const perHundredThousand = 100_000 / body.book.nav;
  return {
    ok: true,
    value: {
      book: {
        initialValue: values.reduce((sum, { value }) => sum + value, 0),
        dollarDelta: totals.delta,
        dollarGamma: totals.gamma,
        vega: totals.vega,
        theta: totals.theta,
        correlationVega: totals.correlationVega,
      },
      perHundredThousandOfNav: {
        vega: totals.vega * perHundredThousand,
        gamma: totals.gamma * perHundredThousand,
        theta: totals.theta * perHundredThousand,
      },
      underlyings: slots
        .map(({ id, number }) => ({ id, legs: bySlot.get(number) ?? [] }))
        .filter((entry) => entry.legs.length > 0)
        .map((entry) => ({ id: entry.id, greeks: addGreeks(entry.legs.map(({ greeks }) => greeks)) })),
      positions: positionValues(
        body.book.positions.map(({ id }) => id),
        values,
      ),
      impliedCorrelation: Object.fromEntries(market.indices.map((index) => [index.id, index.impliedCorrelation])),
    },
  };
}

/**
 * Correlation at which the variance swaps of a book neither gain nor lose: equation (2) at the traded strikes, not
 * ((Σ w σ)² − σ_I²) over the same denominator, as is sometimes printed.
 */
export function breakEven(body: BookInMarket): Outcome<BreakEven> {
  const resolved = resolveBody(body);
  if (!resolved.ok) return resolved;
  const { market, legs } = resolved.value;
  const rows = market.indices.map((index, k) => {
    const indexStrikeVol = strikeVol(legs, market.names.count + k);
    const strikes = Float64Array.from(index.members, (i) => strikeVol(legs, i) ?? market.names.impliedVols[i]);
    const across = acrossTerms(strikes.map((vol, j) => vol * index.weights[j]));
    const strikeCorrelation =
      indexStrikeVol === null || across === 0 ? null : impliedCorrelation(indexStrikeVol, index.weights, strikes);
    return { id: index.id, impliedCorrelation: index.impliedCorrelation, strikeCorrelation, indexStrikeVol };
  });
  const first = rows.findIndex(({ strikeCorrelation }) => strikeCorrelation !== null);
  const strike = rows[first]?.strikeCorrelation ?? null;
  const calm = first < 0 ? null : calmAverage(market, first);
  return {
    ok: true,
    value: { indices: rows, premiumPoints: strike === null || calm === null ? null : (strike - calm) * 100 },
  };
}

/** Notional-weighted strike of the variance swaps on a slot, √(Σ |N| K² / Σ |N|); null without one. */
function strikeVol({ swaps }: BookLegs, slot: number): number | null {
  let notional = 0;
  let variance = 0;
  for (let leg = 0; leg < swaps.count; leg++) {
    if (swaps.slots[leg] !== slot) continue;
    notional += Math.abs(swaps.notionals[leg]);
    variance += Math.abs(swaps.notionals[leg]) * swaps.strikeVols[leg] ** 2;
  }
  return notional === 0 ? null : Math.sqrt(variance / notional);
}

/** Calm average correlation of an index's members, weighted by w σ of the realised volatilities; null when none move. */
function calmAverage({ indices, names, correlation }: ResolvedMarket, k: number): number | null {
  const { members, weights } = indices[k];
  const vols = Float64Array.from(members, (i) => names.realisedVols[i]);
  if (acrossTerms(vols.map((vol, j) => vol * weights[j])) === 0) return null;
  return weightedAverageCorrelation(submatrix(correlation, names.count, members), weights, vols);
}

function resolveBody({ book, market: wireMarket }: BookInMarket): Outcome<{ market: ResolvedMarket; legs: BookLegs }> {
  const failures = checkBookInMarket({ book, market: wireMarket });
  if (failures.any) return failures.refusal();
  const market = resolveMarket(book, wireMarket, failures);
  const legs = market === undefined ? undefined : resolveLegs(book, market, 0, failures);
  if (market === undefined || legs === undefined || failures.any) return failures.refusal();
  return { ok: true, value: { market, legs } };
}

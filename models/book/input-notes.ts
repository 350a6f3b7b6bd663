import type { Book } from '../../schemas/book.ts';
import { isTradingDay } from '../calendar/trading-days.ts';
import { exposureWeightedCorrelation } from '../correlation/implied.ts';
import { submatrix } from './resolve-matrix.ts';
import type { ResolvedMarket } from './resolve-market.ts';

/**
 * How far implied correlation may be from the calm one before a reader is told: premiums of 5 to 20 points are ordinary,
 * and a negative one now and then; beyond, one of the volatilities is more likely mistyped.
 */
const ORDINARY_PREMIUM = { from: -0.1, to: 0.4 };

/** What is possible but unusual in the input, and was taken as given: one line each, for the result. */
export function inputNotes(book: Book, market: ResolvedMarket): string[] {
  return [...correlationNotes(market), ...dateNotes(book)];
}

function correlationNotes({ names, indices, correlation }: ResolvedMarket): string[] {
  return indices.flatMap(({ id, impliedVol, impliedCorrelation, members, weights }) => {
    if (impliedCorrelation === null) return [];
    const exposures = Float64Array.from(members, (i, j) => weights[j] * names.impliedVols[i]);
    const calm = exposureWeightedCorrelation(submatrix(correlation, names.count, members), exposures);
    const premium = impliedCorrelation - calm;
    if (impliedCorrelation >= 0 && premium >= ORDINARY_PREMIUM.from && premium <= ORDINARY_PREMIUM.to) return [];
    return [
      `impliedVol ${impliedVol} of "${id}" implies a correlation of ${impliedCorrelation.toFixed(3)} between its members, whose calm correlation is ${calm.toFixed(3)}`,
    ];
  });
}

function dateNotes({ positions }: Book): string[] {
  return positions.flatMap((position) => {
    const date =
      'expiryDate' in position ? position.expiryDate : 'maturityDate' in position ? position.maturityDate : undefined;
    if (date === undefined || isTradingDay(date)) return [];
    return [`"${position.id}" ends on ${date}, a day without a close; the last close before it is taken`];
  });
}

import { exp, log } from '../numeric/elementary.ts';
import type { ResolvedMarket } from './resolve-market.ts';

/** Something that has a price and a volatility: a name or an index. */
export interface Slot {
  readonly id: string;
  /** Names first, then indices. */
  readonly number: number;
  readonly spot: number;
  /** ATM at the start, decimal a year */
  readonly impliedVol: number;
  /** e^{−q τ}; of a basket the weighted mean of its members', so that its forward is exact at the start's weights. */
  readonly carry: (years: number) => number;
  /** Continuous yield that gives the same carry. */
  readonly dividendYield: (years: number) => number;
}

/** The slots of a resolved market in their order; a residual is a name without an id that a book could use. */
export function slotsOf(market: ResolvedMarket): Slot[] {
  const { names, indices } = market;
  const yields = names.dividendYields;
  const nameSlots = names.ids.map((id, i): Slot => {
    const dividendYield = yields[i];
    return {
      id: i < names.named ? id : '',
      number: i,
      spot: names.spots[i],
      impliedVol: names.impliedVols[i],
      carry: (years) => exp(-dividendYield * years),
      dividendYield: () => dividendYield,
    };
  });
  const indexSlots = indices.map((index, i): Slot => {
    const carry = (years: number) => {
      let sum = 0;
      for (let j = 0; j < index.members.length; j++) sum += index.weights[j] * exp(-yields[index.members[j]] * years);
      return sum;
    };
    return {
      id: index.id,
      number: names.count + i,
      spot: index.spot,
      impliedVol: index.impliedVol,
      carry,
      dividendYield: (years) => (years > 0 ? -log(carry(years)) / years : 0),
    };
  });
  return [...nameSlots, ...indexSlots];
}

import type { StressRunRequest } from '../../schemas/stress-run.ts';

/** Money that rounding is relative to: what the legs are worth one by one, at prices up to 30 times the start's. */
export function gross({ book, market }: StressRunRequest): number {
  const priced = [...(market?.underlyings ?? []), ...(market?.indices ?? [])];
  let sum = 0;
  for (const position of book?.positions ?? []) {
    if (position.type === 'varianceSwap') {
      const perPoint = position.varianceNotional ?? (position.vegaNotional as number) / (200 * position.strikeVol);
      sum += 1e4 * perPoint * 30;
    } else if ('quantity' in position) {
      const spot = priced.find(({ id }) => id === position.underlying)?.spot as number;
      sum += position.quantity * ('multiplier' in position ? position.multiplier : 1) * spot * 30;
    }
  }
  return sum;
}

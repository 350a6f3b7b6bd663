import t, { type Test } from 'tap';
import { bookGreeks } from '../../../models/book/analytics.ts';
import type { Market } from '../../../schemas/market.ts';
import type { Position } from '../../../schemas/position.ts';
import type { Greeks } from '../../../schemas/stress-result.ts';

/** Every sensitivity against a difference quotient of full revaluations, in the units that results state. */
const weights = [0.5, 0.3, 0.2];
const base = { rate: 0.04, indexVol: 0.27, spots: { A: 80, I: 400 }, vols: { A: 0.3, B: 0.4, C: 0.25 } };
type Point = typeof base;

function market({ rate, indexVol, spots, vols }: Point): Market {
  return {
    rate,
    underlyings: [
      { id: 'A', spot: spots.A, impliedVol: vols.A, dividendYield: 0.02 },
      { id: 'B', spot: 30, impliedVol: vols.B, dividendYield: 0.01 },
      { id: 'C', spot: 12, impliedVol: vols.C },
    ],
    indices: [
      {
        id: 'I',
        spot: spots.I,
        impliedVol: indexVol,
        constituents: ['A', 'B', 'C'].map((underlying, i) => ({ underlying, weight: weights[i] })),
      },
    ],
    correlation: { kind: 'average', value: 0.5 },
  };
}

function start(position: Position, point: Point): { initialValue: number; greeks: Greeks; impliedCorrelation: number } {
  const outcome = bookGreeks({ book: { nav: 1e6, positions: [position] }, market: market(point) });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failures));
  const { initialValue, greeks } = outcome.value.positions[0];
  return { initialValue, greeks, impliedCorrelation: outcome.value.impliedCorrelation['I'] as number };
}

const valueAt = (position: Position, point: Point) => start(position, point).initialValue;

/** Volatility of the index at a correlation, equation (1). */
function indexVolAt(correlation: number): number {
  const exposures = weights.map((weight, i) => weight * Object.values(base.vols)[i]);
  const sum = exposures.reduce((total, a) => total + a, 0);
  const own = exposures.reduce((total, a) => total + a * a, 0);
  return Math.sqrt(own + correlation * (sum * sum - own));
}

/** Agreement to 2e-6 of `size`: what is left of central differences with the steps below. */
function matches(t: Test, name: string, greek: number, quotient: number, size = Math.abs(quotient)): void {
  const allowed = 2e-6 * Math.max(size, 1e-3);
  t.ok(Math.abs(greek - quotient) <= allowed, `${name}: ${greek} against ${quotient}, allowed ${allowed}`);
}

const optionTerms = { side: 'short', quantity: 3, multiplier: 100, expiryDays: 90 } as const;
const swapTerms = { side: 'long', vegaNotional: 1000, strikeVol: 0.28, maturityDays: 90 } as const;

for (const id of ['A', 'I'] as const) {
  const spot = base.spots[id];
  const vol = id === 'A' ? base.vols.A : base.indexVol;
  const at = (relativeSpot: number, shift: number): Point => ({
    ...base,
    spots: { ...base.spots, [id]: spot * (1 + relativeSpot) },
    ...(id === 'A' ? { vols: { ...base.vols, A: vol + shift } } : { indexVol: vol + shift }),
  });
  // Absolute strikes: a percentage would move with the spot.
  const low = { absolute: 0.95 * spot };
  const high = { absolute: 1.07 * spot };
  const options: Position[] = [
    { ...optionTerms, id: 'call', type: 'option', right: 'call', underlying: id, strike: high },
    { ...optionTerms, id: 'put', type: 'option', right: 'put', underlying: id, strike: low },
    { ...optionTerms, id: 'straddle', type: 'straddle', underlying: id, strike: high },
    { ...optionTerms, id: 'strangle', type: 'strangle', underlying: id, putStrike: low, callStrike: high },
    { ...optionTerms, id: 'reversal', type: 'riskReversal', underlying: id, putStrike: low, callStrike: high },
  ];
  const swaps: Position[] = [
    { ...swapTerms, id: 'swap', type: 'varianceSwap', underlying: id },
    { ...swapTerms, id: 'capped', type: 'varianceSwap', underlying: id, capMultiple: 1.1 },
    { ...swapTerms, id: 'under-way', type: 'varianceSwap', underlying: id, accrued: { days: 40, realisedVol: 0.33 } },
    {
      ...swapTerms,
      id: 'capped-under-way',
      type: 'varianceSwap',
      underlying: id,
      side: 'short',
      capMultiple: 1.2,
      accrued: { days: 40, realisedVol: 0.33 },
    },
  ];

  t.test(`options on ${id}: delta, gamma, vega and theta are slopes of the value`, async (t) => {
    for (const position of options) {
      const { initialValue, greeks } = start(position, base);
      const h = 1e-4;
      const [down, up] = [valueAt(position, at(-h, 0)), valueAt(position, at(h, 0))];
      matches(t, `${position.id} delta`, greeks.delta, (up - down) / (2 * h * spot), 300);
      const deltas = [start(position, at(-h, 0)).greeks.delta, start(position, at(h, 0)).greeks.delta];
      matches(t, `${position.id} gamma`, greeks.gamma, (deltas[1] - deltas[0]) / (2 * h * spot), 300 / spot);
      const v = 1e-3;
      const byVol = (valueAt(position, at(0, v)) - valueAt(position, at(0, -v))) / (2 * v);
      matches(t, `${position.id} vega, per point`, greeks.vega, 0.01 * byVol, 3 * spot);
      const tomorrow = valueAt({ ...position, expiryDays: optionTerms.expiryDays - 1 } as Position, base);
      matches(t, `${position.id} theta, a day later`, greeks.theta, tomorrow - initialValue);
    }
  });

  t.test(`variance swaps on ${id}: vega, gamma of the next return, theta`, async (t) => {
    for (const position of swaps) {
      if (position.type !== 'varianceSwap') throw new RangeError(position.type);
      const { initialValue, greeks } = start(position, base);
      t.equal(greeks.delta, 0);
      const v = 1e-4;
      const byVol = (valueAt(position, at(0, v)) - valueAt(position, at(0, -v))) / (2 * v);
      matches(t, `${position.id} vega`, greeks.vega, 0.01 * byVol, 1000);
      // A day later with a return x: one more day is in, and the sum of squares has grown by x².
      const { days, realisedVol } = position.accrued ?? { days: 0, realisedVol: 0 };
      const after = (x: number) => {
        const squares = (realisedVol ** 2 * days) / 252 + x * x;
        const later = { days: days + 1, realisedVol: Math.sqrt((squares * 252) / (days + 1)) };
        return valueAt({ ...position, maturityDays: swapTerms.maturityDays - 1, accrued: later }, base);
      };
      matches(t, `${position.id} theta`, greeks.theta, after(0) - initialValue, 1000);
      const move = 1e-4;
      const second = (after(Math.log1p(move)) - 2 * after(0) + after(Math.log1p(-move))) / (move * move * spot * spot);
      matches(t, `${position.id} gamma`, greeks.gamma, second, Math.abs(second) * 10);
    }
  });

  t.test(`correlation vega of ${id} is the slope by implied correlation`, async (t) => {
    const step = 1e-4;
    for (const position of [...options, ...swaps]) {
      const { greeks, impliedCorrelation } = start(position, base);
      if (id === 'A') {
        t.equal(greeks.correlationVega, 0, `${position.id} on a name`);
        continue;
      }
      const along = (rho: number) => valueAt(position, { ...base, indexVol: indexVolAt(rho) });
      const slope = (along(impliedCorrelation + step) - along(impliedCorrelation - step)) / (2 * step);
      matches(t, position.id, greeks.correlationVega, 0.01 * slope, 1000);
    }
  });
}

t.test('units have their quantity as delta and nothing else', async (t) => {
  const { initialValue, greeks } = start(
    { id: 'short', type: 'underlying', underlying: 'I', side: 'short', quantity: 7 },
    base,
  );
  t.equal(initialValue, -2800);
  t.same(greeks, { delta: -7, gamma: 0, vega: 0, theta: 0, correlationVega: 0 });
});

t.test('an option on its last day decays to what it would pay', async (t) => {
  const position: Position = {
    ...optionTerms,
    id: 'last',
    type: 'straddle',
    underlying: 'A',
    side: 'long',
    strike: { absolute: 84 },
    expiryDays: 1,
  };
  const { initialValue, greeks } = start(position, base);
  matches(t, 'theta', greeks.theta, 300 * 4 - initialValue);
});

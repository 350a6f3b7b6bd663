import { ROW, betaCount, impliedAt, indices, regimeOf, take } from './block';
import { Elementary, repairExponentials } from './elementary';
import { Lanes } from './lanes';

// Implied volatilities of a tile: moveImplied and deriveVols of the reference simulator.

/** Share of the gap closed in a day, of ln M and of implied correlations. Set by bind.ts. */
export let impliedVolSpeed: f64 = 0;
export let impliedCorrelationSpeed: f64 = 0;

/** [regimes] f64 ln M, and [regimes][indices] f64 correlation that the state moves to */
export let logImpliedMultipliers: usize = 0;
export let impliedCorrelationLevels: usize = 0;
/** [indices] f64 implied correlation at the start */
export let impliedCorrelationStarts: usize = 0;
/** [betaCount] f64 */
export let betas: usize = 0;
/** [indices][betaCount] f64 Σ w IV(0), and Σ w² IV(0)² */
export let volSums: usize = 0;
export let squareSums: usize = 0;
/** Of one tile: M^a for each exponent, then the volatility of each index; 32 bytes each. Legs point into it. */
export let volRows: usize = 0;
let exponents: usize = 0;

export function allocateImplied(regimes: i32): void {
  logImpliedMultipliers = take((<usize>regimes) << 3);
  impliedCorrelationLevels = take((<usize>regimes * <usize>indices) << 3);
  impliedCorrelationStarts = take((<usize>indices) << 3);
  betas = take((<usize>betaCount) << 3);
  volSums = take((<usize>indices * <usize>betaCount) << 3);
  squareSums = take((<usize>indices * <usize>betaCount) << 3);
  volRows = take(<usize>(betaCount + indices) * ROW);
  exponents = take(<usize>betaCount * ROW);
}

/** The state of a tile at the start. */
export function resetImplied(tile: usize): void {
  let row = tile + impliedAt + ROW;
  for (let k = 0; k < indices; k++, row += ROW) {
    const start = Lanes.constant(impliedCorrelationStarts, k);
    v128.store(row, start);
    v128.store(row, start, 16);
  }
}

/** ln M and implied correlation move a share of the way to the level of the regime; volatilities follow. */
export function moveImplied(tile: usize, column: usize): void {
  const row = tile + impliedAt;
  const ofColumns = regimeOf + (column << 2);
  approach(row, logImpliedMultipliers, 1, ofColumns, f64x2.splat(impliedVolSpeed));
  const speed = f64x2.splat(impliedCorrelationSpeed);
  for (let k = 0; k < indices; k++) {
    approach(row + <usize>(1 + k) * ROW, impliedCorrelationLevels + (k << 3), indices, ofColumns, speed);
  }
  deriveVols(row);
}

/** x ← x + speed (level − x), the level of each path by its regime: level[regime × stride]. */
function approach(row: usize, levels: usize, stride: i32, ofColumns: usize, speed: v128): void {
  const step = (<usize>stride) << 3;
  const a = v128.load64_lane(
    levels + <usize>load<u32>(ofColumns, 4) * step,
    v128.load64_zero(levels + <usize>load<u32>(ofColumns) * step),
    1,
  );
  const b = v128.load64_lane(
    levels + <usize>load<u32>(ofColumns, 12) * step,
    v128.load64_zero(levels + <usize>load<u32>(ofColumns, 8) * step),
    1,
  );
  const xA = v128.load(row);
  const xB = v128.load(row, 16);
  v128.store(row, Lanes.madd(speed, f64x2.sub(a, xA), xA));
  v128.store(row, Lanes.madd(speed, f64x2.sub(b, xB), xB), 16);
}

function deriveVols(implied: usize): void {
  const logA = v128.load(implied);
  const logB = v128.load(implied, 16);
  let sizes = i32x4.splat(0);
  for (let g = 0; g < betaCount; g++) {
    const beta = Lanes.constant(betas, g);
    const a = f64x2.mul(beta, logA);
    const b = f64x2.mul(beta, logB);
    const offset = <usize>g * ROW;
    v128.store(exponents + offset, a);
    v128.store(exponents + offset, b, 16);
    sizes = Elementary.largest(sizes, a, b);
    Elementary.exp(a, b, volRows + offset);
  }
  if (Elementary.expMayBeWrong(sizes)) repairExponentials(exponents, ROW, volRows, betaCount);
  let to = volRows + <usize>betaCount * ROW;
  let correlation = implied + ROW;
  for (let k = 0; k < indices; k++, to += ROW, correlation += ROW) {
    v128.store(to, indexVol(k, 0, v128.load(correlation)));
    v128.store(to, indexVol(k, 16, v128.load(correlation, 16)), 16);
  }
}

/** √(Σ w² IV² + ρ ((Σ w IV)² − Σ w² IV²)) of two paths, 0 where that is not positive. */
function indexVol(k: i32, half: usize, correlation: v128): v128 {
  let sum = f64x2.splat(0);
  let own = sum;
  const first = k * betaCount;
  for (let g = 0; g < betaCount; g++) {
    const multiplier = v128.load(volRows + half + <usize>g * ROW);
    sum = Lanes.madd(multiplier, Lanes.constant(volSums, first + g), sum);
    own = Lanes.madd(f64x2.mul(multiplier, multiplier), Lanes.constant(squareSums, first + g), own);
  }
  const variance = Lanes.madd(correlation, f64x2.sub(f64x2.mul(sum, sum), own), own);
  return v128.and(f64x2.sqrt(variance), f64x2.gt(variance, f64x2.splat(0)));
}

import { allocateBlackScholes, priceOptions } from './black-scholes';
import {
  allocateBlock,
  blocks,
  columns,
  days,
  drawBlocks,
  drifts,
  factorBytes,
  factors,
  indices,
  normals,
  otherReturns,
  pairCount,
  pairs,
  paths,
  regimeOf,
  regimes,
  returns,
  rows,
  state,
  tileBytes,
  words,
} from './block';
import { allocateHistory, keepReturns, measurePairwise } from './history';
import { allocateImplied, moveImplied, resetImplied } from './implied';
import { blend, multiply } from './multiply';
import { allocateNav, countRegimes, recordNav, resetNav } from './nav';
import { normalsOfTile } from './normal';
import { addOptions, allocateOptions, optionCount, prepareOptions } from './options';
import { drawNormalWords } from './random';
import { drawRegimes, resetRegimes } from './regimes';
import { moveIndices, moveNames } from './returns';
import { allocateSampling, moveAlong, sampled } from './sampling';
import { addSwaps, allocateSwaps, prepareSwaps, swapCount } from './swaps';
import { resetTotals } from './totals';
import { allocateUnits, markUnits } from './units';
import { allocateVariance, markVariance } from './variance';

// The entry: what is exported here is the kernel's interface, which bind.ts types.

export {
  betaCount,
  blocks,
  columns,
  days,
  drawBlocks,
  drifts,
  factorBytes,
  factors,
  forced,
  indices,
  initialThresholds,
  memberCount,
  memberCounts,
  members,
  names,
  navAt,
  normals,
  pairCount,
  pairs,
  paths,
  regimeDaysAt,
  regimeFirstDayAt,
  regimeOf,
  regimes,
  state,
  sumsAt,
  tileBytes,
  transitionThresholds,
  weights,
} from './block';
export { exponentials, logarithms } from './elementary';
export { constituentCounts, pairwise } from './history';
export {
  betas,
  impliedCorrelationLevels,
  impliedCorrelationSpeed,
  impliedCorrelationStarts,
  impliedVolSpeed,
  logImpliedMultipliers,
  squareSums,
  volSums,
} from './implied';
export { breachNav, dailyGrowth, growth, initialValue, startNav } from './nav';
export { optionCount, options, tenorCount, tenors } from './options';
export { setKey } from './random';
export { directions, inflations, sampled, shifts, tiltedThresholds, watched } from './sampling';
export { daysLeft, daysLeftCount, swapCount, swaps } from './swaps';
export { dividends, unitCount, units } from './units';
export { varianceCount, variancePaymentDays, variancePayments, varianceSlots, varianceValues } from './variance';

/** Lays out a run from the sizes set before. */
export function allocate(): void {
  allocateBlock(sampled);
  allocateSampling(days);
  allocateImplied(regimes);
  allocateOptions(days);
  allocateBlackScholes(optionCount + swapCount);
  allocateVariance(days);
  allocateSwaps();
  allocateUnits();
  allocateNav(days);
  allocateHistory();
}

/** Back to day 0 with the paths firstPath, firstPath + 1, … */
export function reset(firstPath: u32): void {
  for (let column = 0; column < columns; column++) {
    store<u32>(paths + (column << 2), firstPath + column);
    store<u32>(regimeOf + (column << 2), 0);
  }
  memory.fill(state, 0, <usize>(columns >> 2) * tileBytes);
  for (let at = state, end = at + <usize>(columns >> 2) * tileBytes; at < end; at += tileBytes) {
    resetImplied(at);
    resetNav(at);
  }
  resetRegimes();
}

/** All days of a block of paths. */
export function simulate(firstPath: u32): void {
  reset(firstPath);
  const correlated = indices > 0;
  for (let day = 1; day <= days; day++) {
    drawRegimes(firstPath, day);
    for (let column = 0; column < columns; column += 4) {
      const tile = state + <usize>(column >> 2) * tileBytes;
      countRegimes(tile, column, day);
      drawNormals(column >> 2, day);
      if (sampled) moveAlong(tile, column);
      drawReturns(regimeOf + (column << 2));
      if (correlated) keepReturns(firstPath, column, day);
      moveNames(tile);
      moveIndices(tile);
      moveImplied(tile, column);
      markLegs(tile, day);
      recordNav(tile, day);
    }
  }
  measurePairwise(firstPath);
}

/** Value of all legs and what they pay on a day; all options, and calls on capped variances, are priced together. */
function markLegs(tile: usize, day: i32): void {
  resetTotals();
  const calls = prepareOptions(tile, day);
  priceOptions(prepareSwaps(tile, day, calls));
  addOptions(day);
  markVariance(tile, day);
  addSwaps(day, calls);
  markUnits();
}

/** Normals of a tile on a day, in the order of the names. */
export function drawNormals(tile: i32, day: u32): void {
  const ofTile = v128.load(paths + (tile << 4));
  drawNormalWords(ofTile, day, blocks, drawBlocks, words);
  normalsOfTile(words, pairs, pairCount, normals, ofTile, day, blocks);
}

/** Returns of a tile; its columns are in the order of their regimes, and mostly all in one. */
function drawReturns(regimes: usize): void {
  const first: usize = load<u32>(regimes);
  const last: usize = load<u32>(regimes, 12);
  multiplyBy(first, returns);
  for (let r = first + 1; r <= last; r++) {
    multiplyBy(r, otherReturns);
    blend(v128.load(regimes), <u32>r, otherReturns, returns, rows);
  }
}

function multiplyBy(regime: usize, to: usize): void {
  multiply(factors + regime * factorBytes, drifts + regime * ((<usize>rows) << 3), normals, to, rows);
}

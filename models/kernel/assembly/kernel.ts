import {
  blocks,
  columns,
  days,
  drawBlocks,
  drifts,
  factorBytes,
  factors,
  normals,
  otherReturns,
  pairCount,
  pairs,
  paths,
  regimeOf,
  returns,
  rows,
  state,
  tileBytes,
  words,
} from './block';
import { blend, multiply } from './multiply';
import { normalsOfTile } from './normal';
import { drawNormalWords } from './random';
import { drawRegimes, resetRegimes } from './regimes';
import { moveIndices, moveNames } from './returns';

// The entry: what is exported here is the kernel's interface, which bind.ts types.

export {
  allocate,
  blocks,
  drifts,
  factorBytes,
  factors,
  forced,
  initialThresholds,
  memberCounts,
  members,
  normals,
  paths,
  pairs,
  regimeOf,
  state,
  tileBytes,
  transitionThresholds,
  weights,
} from './block';
export { exponentials, logarithms } from './elementary';
export { setKey } from './random';

/** Back to day 0 with the paths firstPath, firstPath + 1, … */
export function reset(firstPath: u32): void {
  for (let column = 0; column < columns; column++) {
    store<u32>(paths + (column << 2), firstPath + column);
    store<u32>(regimeOf + (column << 2), 0);
  }
  memory.fill(state, 0, <usize>(columns >> 2) * tileBytes);
  resetRegimes();
}

/** All days of a block of paths. */
export function simulate(firstPath: u32): void {
  reset(firstPath);
  for (let day = 1; day <= days; day++) {
    drawRegimes(firstPath, day);
    for (let tile = 0; tile < columns >> 2; tile++) {
      drawNormals(tile, day);
      drawReturns(regimeOf + (tile << 4));
      const at = state + <usize>tile * tileBytes;
      moveNames(at);
      moveIndices(at);
    }
  }
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

// The loop of models/kernel/assembly/kernel.ts, with a way out after each stage (stage-list.ts). A later stage reads what
// the earlier ones left, so leaving the last ones out changes nothing of the rest.

export * from './kernel';
import { blocks, columns, days, drawBlocks, drifts, factorBytes, factors, indices, normals, otherReturns, pairCount,
  pairs, paths, regimeOf, returns, rows, state, tileBytes, words } from './block';
import { keepReturns, measurePairwise } from './history';
import { moveImplied } from './implied';
import { reset } from './kernel';
import { blend, multiply } from './multiply';
import { countRegimes, recordNav } from './nav';
import { normalsOfTile } from './normal';
import { markOptions } from './options';
import { drawNormalWords } from './random';
import { drawRegimes } from './regimes';
import { moveIndices, moveNames } from './returns';
import { markSwaps } from './swaps';
import { resetTotals } from './totals';
import { markUnits } from './units';

export function simulateStages(firstPath: u32, stages: i32): void {
  reset(firstPath);
  for (let day = 1; day <= days; day++) {
    drawRegimes(firstPath, day);
    for (let column = 0; column < columns; column += 4) {
      const tile = state + <usize>(column >> 2) * tileBytes;
      const ofTile = v128.load(paths + (column << 2));
      countRegimes(tile, column, day);
      if (stages < 2) continue;
      drawNormalWords(ofTile, day, blocks, drawBlocks, words);
      if (stages < 3) continue;
      normalsOfTile(words, pairs, pairCount, normals, ofTile, day, blocks);
      if (stages < 4) continue;
      const regimes = regimeOf + (column << 2);
      const first: usize = load<u32>(regimes);
      const last: usize = load<u32>(regimes, 12);
      multiply(factors + first * factorBytes, drifts + first * ((<usize>rows) << 3), normals, returns, rows);
      for (let r = first + 1; r <= last; r++) {
        multiply(factors + r * factorBytes, drifts + r * ((<usize>rows) << 3), normals, otherReturns, rows);
        blend(v128.load(regimes), <u32>r, otherReturns, returns, rows);
      }
      if (stages < 5) continue;
      if (stages >= 12 && indices > 0) keepReturns(firstPath, column, day);
      moveNames(tile);
      if (stages < 6) continue;
      moveIndices(tile);
      if (stages < 7) continue;
      moveImplied(tile, column);
      if (stages < 8) continue;
      resetTotals();
      markOptions(tile, day);
      if (stages < 9) continue;
      markSwaps(tile, day);
      if (stages < 10) continue;
      markUnits();
      if (stages < 11) continue;
      recordNav(tile, day);
    }
  }
  if (stages >= 12) measurePairwise(firstPath);
}

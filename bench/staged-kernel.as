
// Appended to models/kernel/assembly/kernel.ts: its loop, with a way out after each stage (stage-list.ts). A later stage
// reads what the earlier ones left, so leaving the last ones out changes nothing of the rest.

export function simulateStages(firstPath: u32, stages: i32): void {
  reset(firstPath);
  const correlated = stages >= 10 && indices > 0;
  for (let day = 1; day <= days; day++) {
    drawRegimes(firstPath, day);
    for (let column = 0; column < columns; column += 4) {
      const tile = state + <usize>(column >> 2) * tileBytes;
      countRegimes(tile, column, day);
      if (stages < 2) continue;
      const ofTile = v128.load(paths + (column << 2));
      drawNormalWords(ofTile, day, blocks, drawBlocks, words);
      if (stages < 3) continue;
      normalsOfTile(words, pairs, pairCount, normals, ofTile, day, blocks);
      if (stages < 4) continue;
      if (sampled) moveAlong(tile, column);
      drawReturns(regimeOf + (column << 2));
      if (stages < 5) continue;
      if (correlated) keepReturns(firstPath, column, day);
      moveNames(tile);
      if (stages < 6) continue;
      moveIndices(tile);
      if (stages < 7) continue;
      moveImplied(tile, column);
      if (stages < 8) continue;
      markLegs(tile, day);
      if (stages < 9) continue;
      recordNav(tile, day);
    }
  }
  if (correlated) measurePairwise(firstPath);
}

import type { PnlBlock, PnlVector } from '../storage/pnl-source.ts';

/**
 * The blocks of a vector in pieces of a bounded size, views of the blocks. An answer that is under way cannot become an
 * error any more, so a vector that is not whole ends it instead of looking like one of fewer paths.
 *
 * @param most  paths of a piece
 * @throws RangeError when the blocks are not the paths of the vector, one after another
 */
export async function* slicesOf(vector: PnlVector, most: number): AsyncGenerator<PnlBlock> {
  const { scenario, paths, weighted } = vector;
  let expected = 0;
  for await (const { firstPath, pnl, weights } of vector.blocks()) {
    if (firstPath !== expected) {
      throw new RangeError(`a block of scenario ${scenario} starts at path ${firstPath}; need ${expected}`);
    }
    if ((weights?.length ?? 0) !== (weighted ? pnl.length : 0)) {
      throw new RangeError(
        `a block of scenario ${scenario} has ${pnl.length} paths and ${weights?.length ?? 0} weights`,
      );
    }
    for (let from = 0; from < pnl.length; from += most) {
      const to = from + most;
      yield { firstPath: firstPath + from, pnl: pnl.subarray(from, to), weights: weights?.subarray(from, to) ?? null };
    }
    expected += pnl.length;
  }
  if (expected !== paths) throw new RangeError(`scenario ${scenario} has ${expected} paths; need ${paths}`);
}

import type { PnlBlock, PnlVector } from '../../server/storage/pnl-source.ts';

/** A vector of given numbers in blocks. */
export function vectorOf(
  scenario: string,
  pnl: readonly number[],
  { weights = null, block = 3 }: { readonly weights?: readonly number[] | null; readonly block?: number } = {},
): PnlVector {
  return {
    scenario,
    paths: pnl.length,
    weighted: weights !== null,
    async *blocks() {
      for (let from = 0; from < pnl.length; from += block) {
        yield {
          firstPath: from,
          pnl: Float64Array.from(pnl.slice(from, from + block)),
          weights: weights === null ? null : Float64Array.from(weights.slice(from, from + block)),
        };
      }
    },
  };
}

/** What has happened to a long vector. */
export interface Reading {
  /** Paths in the blocks that were asked for. */
  asked: number;
  /** Readings that have ended, finished or not. */
  ended: number;
}

/** P&L and weight of a path of a long vector: every bit of them is used. */
export const longPnl = (path: number): number => Math.sin(path) * 1e6;
export const longWeight = (path: number): number => 1 + Math.cos(path) / 3;

/** A vector of any length, weighted, which has one block in memory and writes the next one into the same arrays. */
export function longVector(scenario: string, paths: number, block = 65_536): PnlVector & { readonly reading: Reading } {
  const reading: Reading = { asked: 0, ended: 0 };
  async function* blocks(): AsyncGenerator<PnlBlock> {
    const pnl = new Float64Array(block);
    const weights = new Float64Array(block);
    try {
      for (let firstPath = 0; firstPath < paths; firstPath += block) {
        const length = Math.min(block, paths - firstPath);
        for (let i = 0; i < length; i++) {
          pnl[i] = longPnl(firstPath + i);
          weights[i] = longWeight(firstPath + i);
        }
        reading.asked += length;
        yield { firstPath, pnl: pnl.subarray(0, length), weights: weights.subarray(0, length) };
      }
    } finally {
      reading.ended++;
    }
  }
  return { scenario, paths, weighted: true, blocks, reading };
}

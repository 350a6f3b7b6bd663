import type { StressResult } from '../../schemas/stress-result.ts';
import type { BlobStore, StoredBlob } from './blob-store.ts';
import type { Database } from './database.ts';
import type { PnlBlock, PnlSource } from './pnl-source.ts';
import type { RunStore } from './run-store.ts';

/** Paths of a block: half a megabyte of P&L. */
const blockPaths = 2 ** 16;
const bytesOfNumber = Float64Array.BYTES_PER_ELEMENT;

/** The vectors that finished runs have left. */
export function storedPnl(database: Database, blobs: BlobStore, runs: Pick<RunStore, 'result' | 'placeOf'>): PnlSource {
  return async (runId) => {
    const result = await runs.result(runId);
    const place = await runs.placeOf(runId);
    if (result === undefined || place === undefined) return undefined;
    const { scenarios } = JSON.parse(result) as StressResult;
    const weights = await blobs.list(database, place, 'weights');
    return (await blobs.list(database, place, 'pnl')).map((pnl) => {
      const weight = weights.find(({ scenario }) => scenario === pnl.scenario);
      return {
        scenario: scenarios[pnl.scenario].id,
        paths: pnl.bytes / bytesOfNumber,
        weighted: weight !== undefined,
        blocks: () => blocksOf(blobs, pnl, weight),
      };
    });
  };
}

async function* blocksOf(blobs: BlobStore, pnl: StoredBlob, weights: StoredBlob | undefined): AsyncGenerator<PnlBlock> {
  const paths = pnl.bytes / bytesOfNumber;
  for (let firstPath = 0; firstPath < paths; firstPath += blockPaths) {
    const count = Math.min(blockPaths, paths - firstPath);
    yield {
      firstPath,
      pnl: await numbers(blobs, pnl, firstPath, count),
      weights: weights === undefined ? null : await numbers(blobs, weights, firstPath, count),
    };
  }
}

async function numbers(blobs: BlobStore, blob: StoredBlob, first: number, count: number): Promise<Float64Array> {
  const found = new Float64Array(count);
  const bytes = new Uint8Array(found.buffer);
  let at = 0;
  for await (const piece of blobs.read(blob, first * bytesOfNumber, (first + count) * bytesOfNumber)) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return found;
}

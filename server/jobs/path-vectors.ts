import type { PathVectors } from '../../workers/engine.ts';
import type { BlobStore, StagedBlob } from '../storage/blob-store.ts';
import type { Queryable } from '../storage/database.ts';
import type { Stores } from './end-run.ts';

/** Vectors of a scenario on their way into the database. */
export interface StagedVectors {
  readonly scenario: number;
  readonly pnl: StagedBlob;
  readonly weights: StagedBlob | null;
}

export async function stageVectors(
  blobs: BlobStore,
  scenario: number,
  { pnl, weights }: PathVectors,
): Promise<StagedVectors> {
  const staged = await blobs.stage([pnl]);
  return { scenario, pnl: staged, weights: weights === null ? null : await blobs.stage([weights]) };
}

export async function storeVectors(
  { runs }: Pick<Stores, 'runs'>,
  tx: Queryable,
  run: number,
  vectors: readonly StagedVectors[],
): Promise<void> {
  for (const { scenario, pnl, weights } of vectors) {
    await pnl.insert(tx, { run, kind: 'pnl', scenario, fromPath: 0 });
    await weights?.insert(tx, { run, kind: 'weights', scenario, fromPath: 0 });
    await runs.countBytes(tx, run, pnl.bytes + (weights?.bytes ?? 0));
  }
}

export async function discardVectors({ pnl, weights }: StagedVectors): Promise<void> {
  await pnl.discard();
  await weights?.discard();
}

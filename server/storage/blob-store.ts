import type { Queryable } from './database.ts';

/** `shard`: columns of a shard of paths. `pnl` and `weights`: those of a scenario of a finished run. */
export type BlobKind = 'shard' | 'pnl' | 'weights';

/** What a blob belongs to; there is one of each. */
export interface BlobKey {
  /** Place of the run. */
  readonly run: number;
  readonly kind: BlobKind;
  readonly scenario: number;
  /** First path that it is about. */
  readonly fromPath: number;
}

export interface WhichBlobs {
  /** Places of runs. */
  readonly runs: readonly number[];
  readonly kind?: BlobKind;
  readonly scenario?: number;
}

export interface StoredBlob extends BlobKey {
  readonly id: string;
  readonly bytes: number;
  /** CRC-32. */
  readonly checksum: number;
}

/** Bytes that are on their way: nobody sees them before a transaction names them. */
export interface StagedBlob {
  readonly bytes: number;
  /** Names them in a transaction. Under the key of another blob: that one is replaced. */
  insert(tx: Queryable, key: BlobKey): Promise<void>;
  /** Drops them, when there is no such transaction. */
  discard(): Promise<void>;
}

/**
 * Vectors of numbers, up to hundreds of megabytes each: in files beside the embedded database, where a statement of that
 * size would hold up everything for seconds, and in rows of a server, which every process reaches.
 */
export interface BlobStore {
  /** @throws StorageFull when there is no room for what more runs would leave */
  requireRoom(): void;
  /**
   * @param arrays  their bytes one after the other, as this machine has them in memory (little-endian)
   */
  stage(arrays: readonly ArrayBufferView[]): Promise<StagedBlob>;
  /** Blobs of a run, in the order of scenarios and paths. */
  list(db: Queryable, run: number, kind: BlobKind): Promise<readonly StoredBlob[]>;
  /**
   * Reads a range of bytes in pieces of any size up to PIECE_BYTES.
   *
   * @throws BlobDamaged when all of it is read and its bytes are not those that were stored, or when bytes are missing
   */
  read(blob: StoredBlob, from?: number, to?: number): AsyncIterable<Uint8Array>;
  /**
   * Deletes blobs of runs, of one kind or one scenario where that is given.
   *
   * @returns to be called once the transaction has committed
   */
  remove(tx: Queryable, which: WhichBlobs): Promise<() => Promise<void>>;
  /**
   * Reads all of a blob as a transaction sees it.
   *
   * @throws BlobDamaged
   */
  copyOut(tx: Queryable, blob: StoredBlob): AsyncIterable<Uint8Array>;
  /**
   * Stores a blob that was read elsewhere, under its id. What a transaction that fails leaves of it is swept.
   *
   * @param read  its bytes, in pieces of any size
   * @throws BlobDamaged when they are not those that were stored
   */
  copyIn(tx: Queryable, blob: StoredBlob, read: AsyncIterable<Uint8Array>): Promise<void>;
  /** Deletes what no row names, left by a process that was killed between the two; for the start of the only process. */
  sweep(): Promise<void>;
}

/** Of one piece. */
export const PIECE_BYTES = 512 * 1024;

export class BlobDamaged extends Error {}

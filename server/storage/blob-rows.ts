import { crc32 } from 'node:zlib';
import {
  BlobDamaged,
  type BlobKey,
  type BlobKind,
  PIECE_BYTES,
  type StoredBlob,
  type WhichBlobs,
} from './blob-store.ts';
import type { Queryable } from './database.ts';

/** The row of a blob; one that is there under the same key goes. @returns the id of that one */
export async function insertBlobRow(
  tx: Queryable,
  { run, kind, scenario, fromPath }: BlobKey,
  { id, bytes, checksum }: Pick<StoredBlob, 'id' | 'bytes' | 'checksum'>,
): Promise<string | undefined> {
  const [before] = await tx.query<{ id: string }>(
    'DELETE FROM rho90.blob WHERE run = $1 AND kind = $2 AND scenario = $3 AND from_path = $4 RETURNING id',
    [run, kind, scenario, fromPath],
  );
  await tx.query(
    'INSERT INTO rho90.blob (id, run, kind, scenario, from_path, bytes, checksum) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [id, run, kind, scenario, fromPath, bytes, checksum],
  );
  return before?.id;
}

export async function listBlobRows(db: Queryable, run: number, kind: BlobKind): Promise<readonly StoredBlob[]> {
  return db.query<StoredBlob>(
    `SELECT id, run, kind, scenario, from_path AS "fromPath", bytes, checksum FROM rho90.blob
     WHERE run = $1 AND kind = $2 ORDER BY scenario, from_path`,
    [run, kind],
  );
}

/** @returns ids of the blobs that are gone with the transaction */
export async function deleteBlobRows(tx: Queryable, { runs, kind, scenario }: WhichBlobs): Promise<readonly string[]> {
  const rows = await tx.query<{ id: string }>(
    `DELETE FROM rho90.blob WHERE run = ANY ($1::bigint[]) AND ($2::text IS NULL OR kind = $2)
     AND ($3::integer IS NULL OR scenario = $3) RETURNING id`,
    [runs, kind ?? null, scenario ?? null],
  );
  return rows.map(({ id }) => id);
}

/** The bytes of arrays one after the other, in copies of PIECE_BYTES each but for the last. */
export function* pieces(arrays: readonly ArrayBufferView[]): Generator<Uint8Array<ArrayBuffer>> {
  let piece = new Uint8Array(PIECE_BYTES);
  let filled = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    for (let at = 0; at < byteLength; ) {
      const length = Math.min(PIECE_BYTES - filled, byteLength - at);
      piece.set(bytes.subarray(at, at + length), filled);
      filled += length;
      at += length;
      if (filled === PIECE_BYTES) {
        yield piece;
        piece = new Uint8Array(PIECE_BYTES);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

/** The same bytes in pieces of PIECE_BYTES each but for the last. */
export async function* evenPieces(read: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array = new Uint8Array(0);
  for await (const bytes of read) {
    held = Buffer.concat([held, bytes]);
    while (held.byteLength >= PIECE_BYTES) {
      yield held.subarray(0, PIECE_BYTES);
      held = held.subarray(PIECE_BYTES);
    }
  }
  if (held.byteLength > 0) yield held;
}

/** Passes pieces on, and throws at the end when they are not what was stored. */
export async function* checked(
  blob: StoredBlob,
  whole: boolean,
  length: number,
  read: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let found = 0;
  let checksum = 0;
  for await (const piece of read) {
    found += piece.byteLength;
    if (whole) checksum = crc32(piece, checksum);
    yield piece;
  }
  const name = `${blob.kind} of scenario ${blob.scenario} from path ${blob.fromPath}`;
  if (found !== length) throw new BlobDamaged(`${name} has ${found} bytes; need ${length}`);
  if (whole && checksum !== blob.checksum) {
    throw new BlobDamaged(`${name} has checksum ${checksum}; it was stored with ${blob.checksum}`);
  }
}

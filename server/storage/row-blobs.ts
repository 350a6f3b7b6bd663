import { randomUUID } from 'node:crypto';
import { setImmediate as letOthersProceed } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { checked, deleteBlobRows, evenPieces, insertBlobRow, listBlobRows, pieces } from './blob-rows.ts';
import { type BlobStore, PIECE_BYTES, type StoredBlob } from './blob-store.ts';
import type { Queryable } from './database.ts';

/** Blobs in rows of PIECE_BYTES each, written by the transaction that names them. */
export function rowBlobs(database: Queryable): BlobStore {
  const insertPart = async (tx: Queryable, id: string, part: number, body: Uint8Array): Promise<void> => {
    await tx.query('INSERT INTO rho90.blob_part (blob, part, body) VALUES ($1, $2, $3)', [id, part, body]);
  };
  return {
    // The server minds its disk.
    requireRoom: () => undefined,
    async stage(arrays) {
      const id = randomUUID();
      const bytes = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
      return {
        bytes,
        insert: async (tx, key) => {
          // The row with the checksum comes first, since its parts refer to it.
          let checksum = 0;
          for (const piece of pieces(arrays)) {
            checksum = crc32(piece, checksum);
            await letOthersProceed();
          }
          await insertBlobRow(tx, key, { id, bytes, checksum });
          let part = 0;
          for (const piece of pieces(arrays)) await insertPart(tx, id, part++, piece);
        },
        discard: async () => undefined,
      };
    },
    list: listBlobRows,
    read(blob, from = 0, to = blob.bytes) {
      const whole = from === 0 && to === blob.bytes;
      return checked(blob, whole, to - from, rowRange(database, blob, from, to));
    },
    async remove(tx, which) {
      await deleteBlobRows(tx, which);
      return async () => undefined;
    },
    copyOut: (tx, blob) => checked(blob, true, blob.bytes, rowRange(tx, blob, 0, blob.bytes)),
    async copyIn(tx, blob, read) {
      await insertBlobRow(tx, blob, blob);
      let part = 0;
      for await (const piece of evenPieces(checked(blob, true, blob.bytes, read))) {
        await insertPart(tx, blob.id, part++, piece);
      }
    },
    // Rows that nothing names cannot be.
    sweep: async () => undefined,
  };
}

async function* rowRange(
  database: Queryable,
  { id }: StoredBlob,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; ) {
    const part = Math.floor(at / PIECE_BYTES);
    const start = part * PIECE_BYTES;
    const [row] = await database.query<{ body: Uint8Array }>(
      'SELECT body FROM rho90.blob_part WHERE blob = $1 AND part = $2',
      [id, part],
    );
    if (row === undefined) return;
    const piece = row.body.subarray(at - start, Math.min(row.body.byteLength, to - start));
    if (piece.byteLength === 0) return;
    yield piece;
    at += piece.byteLength;
  }
}

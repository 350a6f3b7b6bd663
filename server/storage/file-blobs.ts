import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { checked, deleteBlobRows, insertBlobRow, listBlobRows, pieces } from './blob-rows.ts';
import { BlobDamaged, type BlobStore, PIECE_BYTES } from './blob-store.ts';
import type { Database } from './database.ts';
import { endlessSpace, type FreeSpace } from './free-space.ts';

/**
 * Blobs in files, one each under its id, in a folder beside the embedded database. A file is complete on the disk before
 * a row names it, and goes after its row.
 */
export async function openFileBlobs(
  database: Database,
  folder: string,
  space: FreeSpace = endlessSpace,
): Promise<BlobStore> {
  await mkdir(folder, { recursive: true });
  const place = (id: string): string => join(folder, id);
  const unlink = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) await rm(place(id), { force: true });
  };
  /** A new file on the disk; nothing of it is left when it fails. */
  const write = async (id: string, read: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> => {
    const file = await open(place(id), 'wx');
    try {
      try {
        for await (const piece of read) await file.writeFile(piece);
        await file.datasync();
      } finally {
        await file.close();
      }
    } catch (error) {
      await unlink([id]);
      throw error;
    }
  };
  return {
    requireRoom: () => space.forRuns(),
    async stage(arrays) {
      space.forRuns(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
      const id = randomUUID();
      let bytes = 0;
      let checksum = 0;
      const measured = function* (): Generator<Uint8Array> {
        for (const piece of pieces(arrays)) {
          bytes += piece.byteLength;
          checksum = crc32(piece, checksum);
          yield piece;
        }
      };
      await write(id, measured());
      return {
        bytes,
        insert: async (tx, key) => {
          // Were the file of a blob that is replaced deleted now, it would be missed after a rollback: it is swept later.
          await insertBlobRow(tx, key, { id, bytes, checksum });
        },
        discard: () => unlink([id]),
      };
    },
    list: listBlobRows,
    read(blob, from = 0, to = blob.bytes) {
      const whole = from === 0 && to === blob.bytes;
      return checked(blob, whole, to - from, fileRange(place(blob.id), from, to));
    },
    async remove(tx, which) {
      const ids = await deleteBlobRows(tx, which);
      return () => unlink(ids);
    },
    copyOut: (_tx, blob) => checked(blob, true, blob.bytes, fileRange(place(blob.id), 0, blob.bytes)),
    async copyIn(tx, blob, read) {
      await write(blob.id, checked(blob, true, blob.bytes, read));
      await insertBlobRow(tx, blob, blob);
    },
    async sweep() {
      const named = new Set((await database.query<{ id: string }>('SELECT id FROM rho90.blob')).map(({ id }) => id));
      await unlink((await readdir(folder)).filter((id) => !named.has(id)));
    },
  };
}

async function* fileRange(path: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  if (to <= from) return;
  try {
    yield* createReadStream(path, { start: from, end: to - 1, highWaterMark: PIECE_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new BlobDamaged(`${path} is not there`, { cause: error });
  }
}

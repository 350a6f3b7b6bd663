import {
  AsyncByteQueue,
  Dictionary,
  Field,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import type { PnlBlock, PnlVector } from '../storage/pnl-source.ts';
import { slicesOf } from './slices.ts';

/** Rows of a record batch: 1.5 MB, the size that readers are made for. */
const ROWS_A_BATCH = 65_536;

/**
 * The columns of the CSV as an Arrow IPC stream, in pieces: schema and ids of the scenarios, then a record batch at a
 * time, each made when it is asked for. The scenario is a dictionary of strings, nothing is null.
 */
export async function* pnlArrow(vectors: readonly PnlVector[]): AsyncGenerator<Uint8Array> {
  const bytes = new BatchBytes();
  const writer = new RecordBatchStreamWriter();
  const type = new Dictionary(new Utf8(), new Int32(), 0);
  const schema = new Schema([
    new Field('scenario', type, false),
    new Field('path', new Int32(), false),
    new Field('pnl', new Float64(), false),
    new Field('weight', new Float64(), false),
  ]);
  const dictionary = vectorFromArray(
    vectors.map(({ scenario }) => scenario),
    new Utf8(),
  );
  writer.reset(bytes, schema);
  for (const [place, vector] of vectors.entries()) {
    for await (const slice of slicesOf(vector, ROWS_A_BATCH)) {
      const { length } = slice.pnl;
      const data = Int32Array.from({ length }, () => place);
      const scenario = makeData({ type, length, nullCount: 0, data, dictionary });
      const children = [scenario, ...numberColumns(slice)];
      writer.write(
        new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children })),
      );
      yield bytes.take();
    }
  }
  writer.close();
  yield bytes.take();
}

function numberColumns({ firstPath, pnl, weights }: PnlBlock) {
  const { length } = pnl;
  const paths = Int32Array.from({ length }, (_, i) => firstPath + i);
  return [
    makeData({ type: new Int32(), length, nullCount: 0, data: paths }),
    makeData({ type: new Float64(), length, nullCount: 0, data: pnl }),
    makeData({ type: new Float64(), length, nullCount: 0, data: weights ?? new Float64Array(length).fill(1) }),
  ];
}

/**
 * Where a writer writes to. Its own queue would hold whatever is written until somebody reads, and views of the columns at
 * that, which the source may use again.
 */
class BatchBytes extends AsyncByteQueue {
  #pieces: Uint8Array[] = [];

  override write(piece: ArrayBufferLike | ArrayBufferView): void {
    this.#pieces.push(
      ArrayBuffer.isView(piece)
        ? new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength)
        : new Uint8Array(piece),
    );
  }

  /** A copy of what was written since the last time. */
  take(): Uint8Array {
    const taken = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return taken;
  }
}

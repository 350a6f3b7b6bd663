import type { PnlBlock, PnlVector } from '../storage/pnl-source.ts';
import { exactText, NUMBERS_A_PIECE } from './exact-text.ts';
import { slicesOf } from './slices.ts';

/** `PnlVectors` as JSON, in pieces. A weighted vector is read twice: its weights are written behind its P&L. */
export async function* pnlJson(vectors: readonly PnlVector[]): AsyncGenerator<string> {
  yield '{"scenarios":[';
  for (const [i, vector] of vectors.entries()) {
    const { scenario, paths, weighted } = vector;
    yield `${i === 0 ? '' : ','}{"id":${JSON.stringify(scenario)},"paths":${paths},"pnl":[`;
    yield* numbersOf(vector, ({ pnl }) => pnl);
    yield weighted ? '],"weights":[' : '],"weights":null}';
    if (!weighted) continue;
    yield* numbersOf(vector, ({ weights }) => weights ?? []);
    yield ']}';
  }
  yield ']}';
}

async function* numbersOf(vector: PnlVector, pick: (block: PnlBlock) => Iterable<number>): AsyncGenerator<string> {
  for await (const slice of slicesOf(vector, NUMBERS_A_PIECE)) {
    const text = Array.from(pick(slice), exactText).join(',');
    yield slice.firstPath === 0 ? text : `,${text}`;
  }
}

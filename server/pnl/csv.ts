import type { PnlVector } from '../storage/pnl-source.ts';
import { exactText, NUMBERS_A_PIECE } from './exact-text.ts';
import { slicesOf } from './slices.ts';

/**
 * One line a path, as RFC 4180 has it. The weight is written as 1 where paths are not weighted, so that whoever reads a
 * file need not know how its paths were drawn.
 */
export async function* pnlCsv(vectors: readonly PnlVector[]): AsyncGenerator<string> {
  yield 'scenario,path,pnl,weight\r\n';
  for (const vector of vectors) {
    const scenario = csvField(vector.scenario);
    for await (const { firstPath, pnl, weights } of slicesOf(vector, NUMBERS_A_PIECE)) {
      let text = '';
      for (let i = 0; i < pnl.length; i++) {
        text += `${scenario},${firstPath + i},${exactText(pnl[i])},${exactText(weights?.[i] ?? 1)}\r\n`;
      }
      yield text;
    }
  }
}

/**
 * A field, quoted where RFC 4180 needs it. Ids begin with a letter, a digit or ^, so none is taken for a formula by a
 * program that opens the file.
 */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

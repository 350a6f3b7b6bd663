/**
 * Writes examples/sp20-variance.json from a folder with prices.csv (20 names), index.csv (SPX) and vix.csv (VIX), each
 * with a `date` column. The data are not part of the repository; the numbers made from them are.
 *
 *   node scripts/make-sp20-example.ts --data DIR [--out DIR]
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { jsonText } from './examples/json-text.ts';
import { readClosingPrices } from './examples/market-data.ts';
import { sp20Variance } from './examples/sp20-variance.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('../examples', import.meta.url)) },
  },
});
const folder = values.data;
if (folder === undefined) {
  console.error('usage: node scripts/make-sp20-example.ts --data DIR [--out DIR]');
  process.exit(2);
}
const example = sp20Variance({
  names: readClosingPrices(join(folder, 'prices.csv')),
  index: readClosingPrices(join(folder, 'index.csv')),
  vix: readClosingPrices(join(folder, 'vix.csv')),
});
writeFileSync(join(values.out, 'sp20-variance.json'), jsonText(example));

/**
 * Writes the examples that need no market data: examples/ai-basket.json and examples/worst-case.json.
 *
 *   node scripts/make-examples.ts [--out DIR]
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { aiBasket } from './examples/ai-basket.ts';
import { jsonText } from './examples/json-text.ts';
import { worstCase } from './examples/worst-case.ts';

const { values } = parseArgs({
  options: { out: { type: 'string', default: fileURLToPath(new URL('../examples', import.meta.url)) } },
});
writeFileSync(join(values.out, 'ai-basket.json'), jsonText(aiBasket()));
writeFileSync(join(values.out, 'worst-case.json'), jsonText(worstCase()));

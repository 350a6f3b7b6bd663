import { readFileSync } from 'node:fs';
import t from 'tap';
import { limitsPage } from '../scripts/limits-page.ts';

t.test('docs/limits.md says what the vocabulary of limits is', async (t) => {
  const page = readFileSync(new URL('../docs/limits.md', import.meta.url), 'utf8');
  t.equal(page, limitsPage(), 'run `node scripts/make-limits-page.ts`');
});

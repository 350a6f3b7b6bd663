/**
 * Writes docs/limits.md from the vocabulary that limits are compiled with; with `--check`, fails when the page is not
 * what the vocabulary says.
 *
 *   node scripts/make-limits-page.ts [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { limitsPage } from './limits-page.ts';

const file = new URL('../docs/limits.md', import.meta.url);
const fresh = limitsPage();
if (!process.argv.includes('--check')) {
  writeFileSync(file, fresh);
} else if (readFileSync(file, 'utf8') !== fresh) {
  console.error(
    'docs/limits.md is not what the vocabulary says; run `node scripts/make-limits-page.ts` and commit the result',
  );
  process.exitCode = 1;
}

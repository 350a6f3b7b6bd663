/**
 * Writes test/golden/*.json: the results of the examples with few paths, to the bit. A change of any number shows there;
 * a commit that changes them says by how much and why.
 *
 *   node scripts/make-golden.ts
 */
import { writeFileSync } from 'node:fs';
import { exampleNames, goldenResult, goldenText } from './golden.ts';

for (const name of exampleNames()) {
  writeFileSync(new URL(`../test/golden/${name}.json`, import.meta.url), goldenText(await goldenResult(name)));
}

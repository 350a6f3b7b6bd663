import { readFileSync } from 'node:fs';
import t from 'tap';
import { exampleNames, goldenResult } from '../../scripts/golden.ts';

for (const name of exampleNames()) {
  t.test(`the result of ${name} is the golden one to the bit`, async (t) => {
    const golden: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'));
    // Through JSON and back, which keeps every bit of a double, so that the two differ only where numbers do.
    t.strictSame(JSON.parse(JSON.stringify(await goldenResult(name))), golden, 'see scripts/make-golden.ts');
  });
}

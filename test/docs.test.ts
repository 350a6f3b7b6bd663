import { readFileSync } from 'node:fs';
import t from 'tap';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import { limitsPage } from '../scripts/limits-page.ts';
import { createStressEngine } from '../workers/stress-engine.ts';

const textOf = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

t.test('docs/limits.md says what the vocabulary of limits is', async (t) => {
  t.equal(textOf('docs/limits.md'), limitsPage(), 'run `node scripts/make-limits-page.ts`');
});

t.test('the README quotes the verdict that its command answers', async (t) => {
  const quoted = /^> Breach:.*(?:\n>.*)*/m.exec(textOf('README.md'))?.[0].replace(/^> /gm, '').replaceAll('\n', ' ');
  const engine = createStressEngine({ threads: 2 });
  t.teardown(() => engine.close());
  const prepared = await engine.prepare(JSON.parse(textOf('examples/sp20-variance.json')) as StressRunRequest);
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.failures));
  const outcome = await engine.run(prepared.value, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failures));
  t.equal(quoted, outcome.value.verdict.sentence);
});

/**
 * Writes openapi.yaml from the routes and schemas; with `--check`, fails when the file is not what they say.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { openApiYaml } from './openapi-document.ts';

const file = new URL('../openapi.yaml', import.meta.url);
const fresh = await openApiYaml();

if (!process.argv.includes('--check')) {
  writeFileSync(file, fresh);
} else if (readFileSync(file, 'utf8') !== fresh) {
  console.error('openapi.yaml is not what the routes and schemas say; run `npm run openapi` and commit the result');
  process.exitCode = 1;
}

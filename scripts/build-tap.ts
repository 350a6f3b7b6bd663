/**
 * Builds tap with the plugins that .taprc names, once after each install. Without this the first run after `npm ci`
 * still starts its tests with tap's own TypeScript loader, which does not work with this compiler, and all of them fail.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = readFileSync(join(root, '.taprc'), 'utf8');
// Inside the package that is rebuilt, so that an install which replaces the package takes the mark along.
const mark = join(root, 'node_modules', '@tapjs', 'test', 'built-for.taprc');

if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
  execFileSync(process.execPath, [join(root, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs'), 'build'], {
    cwd: root,
    stdio: 'inherit',
  });
  writeFileSync(mark, wanted);
}

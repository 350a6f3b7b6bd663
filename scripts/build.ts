/**
 * Compiles the package into dist/, which is what is published and what the image runs: Node strips types from its
 * own sources, but refuses to do so inside node_modules.
 *
 * tsc writes the JavaScript and the declarations; every other file that the code reads at run time (WebAssembly,
 * SQL, JSON, web assets) is copied to the same place, so that a path relative to a module holds in both trees.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const assembly = join(root, 'models', 'kernel', 'assembly');

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
for (const folder of ['schemas', 'models', 'workers', 'server']) {
  cpSync(join(root, folder), join(dist, folder), {
    recursive: true,
    filter: (source) => source !== assembly && !source.endsWith('.ts') && basename(source) !== 'README.md',
  });
}
// The documentation page offers the examples, and so the server reads them.
for (const example of globSync('examples/*.json', { cwd: root })) cpSync(join(root, example), join(dist, example));

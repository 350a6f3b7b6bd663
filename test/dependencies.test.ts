import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { read, root } from './support/source-tree.ts';

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly optionalDependencies: Record<string, string>;
}

interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };
const declared = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };

const permissive = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD'];
/** Permissive too, but not on the usual lists: docs/dependencies.md says where it is and why that is all right. */
const blueOak = 'BlueOak-1.0.0';

t.test('every dependency is pinned to one exact version, the one that is locked', async (t) => {
  for (const [name, version] of Object.entries(declared)) {
    t.match(version, /^\d+\.\d+\.\d+$/, `${name} is ${version}`);
    t.equal(lock.packages[`node_modules/${name}`]?.version, version, `${name} in package-lock.json`);
  }
});

t.test(
  'docs/dependencies.md gives every dependency one line with its reason and its licence, and no other',
  async (t) => {
    const rows = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| (.+) \| (.+) \|$/gm)];
    t.same(rows.map(([, name]) => name).toSorted(), Object.keys(declared).toSorted());
    for (const [, name = '', reason = '', licence] of rows) {
      t.ok(reason.length > 10, `${name} has a reason`);
      t.equal(licence, licenceOf(name), `licence of ${name}`);
    }
  },
);

t.test('every dependency has a permissive licence', async (t) => {
  for (const name of Object.keys(declared)) {
    const licence = licenceOf(name);
    t.ok(isPermissive(licence) || (name === 'tap' && licence === blueOak), `${name}: ${licence}`);
  }
});

t.test('everything that is distributed has a permissive licence, down to the last package', async (t) => {
  const distributed = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const refused = distributed.filter(([, { license = '' }]) => !isPermissive(license) && license !== blueOak);
  t.ok(distributed.length >= Object.keys(manifest.dependencies).length);
  t.same(
    refused.map(([path, { license }]) => `${path}: ${license}`),
    [],
  );
});

t.test('a licence that asks for more than its notice is refused', async (t) => {
  t.notOk(isPermissive('GPL-3.0-only'));
  t.notOk(isPermissive('MIT AND GPL-3.0-only'));
  t.notOk(isPermissive(''));
  t.ok(isPermissive('(GPL-3.0-only OR MIT)'), 'the reader may choose');
});

/** What the installed package says; the lock file for a package that belongs to another machine. */
function licenceOf(name: string): string {
  const path = join('node_modules', name, 'package.json');
  const installed = existsSync(join(root, path)) ? (JSON.parse(read(path)) as { license?: string }) : undefined;
  return installed?.license ?? lock.packages[`node_modules/${name}`]?.license ?? '';
}

function isPermissive(licence: string): boolean {
  return licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => permissive.includes(choice));
}

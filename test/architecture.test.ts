import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import { findCycle, wrongDirection } from './support/import-rules.ts';
import { read, readImports, root, sourceFiles } from './support/source-tree.ts';

const product = sourceFiles(['schemas', 'models', 'workers', 'server']);
const everything = sourceFiles(['schemas', 'models', 'workers', 'server', 'scripts', 'bench']);

const maxLines = 300;
/** The files over the limit, each with the reason why it stays in one piece. */
const longFiles: Readonly<Record<string, string>> = {
  'schemas/stress-result.ts': 'a table: the fields of one resource with unit, bounds and example',
};

t.test('every import goes in the allowed direction', async (t) => {
  const found = everything.flatMap((file) =>
    file.imports.flatMap((imported) => {
      const reason = wrongDirection(file.path, imported);
      return reason === null ? [] : [`${file.path}: ${reason}`];
    }),
  );
  t.same(found, []);
});

t.test('no import leads back to where it started', async (t) => {
  t.equal(findCycle(everything), null);
});

t.test('every relative import names an existing file with its suffix', async (t) => {
  const found = everything.flatMap((file) =>
    file.imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .filter(({ specifier }) => !existsSync(join(root, file.path, '..', specifier)))
      .map(({ specifier }) => `${file.path}: ${specifier}`),
  );
  t.same(found, []);
});

t.test('no file is a barrel', async (t) => {
  t.same(
    everything.map(({ path }) => path).filter((path) => basename(path) === 'index.ts'),
    [],
  );
});

t.test(`no source file is over ${maxLines} lines without a reason`, async (t) => {
  const long = product.filter(({ text }) => text.split('\n').length - 1 > maxLines).map(({ path }) => path);
  t.same(
    long.filter((path) => longFiles[path] === undefined),
    [],
    'split the file, or give its reason in longFiles',
  );
  t.same(
    Object.keys(longFiles).filter((path) => !long.includes(path)),
    [],
    'no reason is left over',
  );
});

t.test('models take no clock, chance or environment', async (t) => {
  const impure = /\b(?:Math\.random|Date\.now|performance\.now|new Date\(\)|process\.|crypto\.|fetch\()/;
  t.same(linesMatching('models/', impure), []);
});

t.test('models, workers and server write nothing to the console', async (t) => {
  const printing = /\bconsole\.(?:log|info|debug|table|dir)\b/;
  t.same(
    ['models/', 'workers/', 'server/'].flatMap((folder) => linesMatching(folder, printing)),
    [],
  );
});

t.test('no tracked file names a path of the machine it was written on', async (t) => {
  const machinePath = /(^|[^A-Za-z0-9._-])\/(work|root|tmp)\/[A-Za-z0-9._-]+/;
  const found = trackedTextFiles()
    .filter(({ path }) => path !== 'package-lock.json' && path !== 'Dockerfile')
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => (machinePath.test(line) ? [`${path}:${index + 1}: ${line}`] : [])),
    );
  t.same(found, []);
});

t.test('package-lock.json points at the public registry only, and pins every package by its hash', async (t) => {
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  t.ok(packages.length > 0);
  t.same(
    packages.filter(([, { resolved }]) => !(resolved ?? publicRegistry).startsWith(publicRegistry)),
    [],
  );
  t.same(
    packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path),
    [],
  );
});

t.test('the rules above refuse what they are there to refuse', async (t) => {
  const value = (specifier: string) => ({ specifier, typeOnly: false });
  const type = (specifier: string) => ({ specifier, typeOnly: true });

  t.match(wrongDirection('schemas/book.ts', type('../models/risk/es.ts')), /never up/);
  t.match(wrongDirection('models/risk/es.ts', value('../../schemas/book.ts')), /only types/);
  t.match(wrongDirection('models/risk/es.ts', value('node:fs')), /no I\/O/);
  t.match(wrongDirection('workers/pool.ts', value('../server/app.ts')), /never up/);
  t.match(wrongDirection('server/routes/runs.ts', type('../../workers/pool.ts')), /through jobs/);
  t.match(wrongDirection('server/charts/loss.ts', value('../../models/risk/es.ts')), /schemas only/);
  t.match(wrongDirection('server/storage/runs.ts', value('../jobs/queue.ts')), /schemas only/);
  t.match(wrongDirection('bench/kernel.ts', value('../server/main.ts')), /nothing imports it/);
  t.match(wrongDirection('server/app.ts', value('../test/support/source-tree.ts')), /product code/);

  t.equal(wrongDirection('models/risk/es.ts', type('../../schemas/book.ts')), null);
  t.equal(wrongDirection('models/risk/es.ts', value('ml-matrix')), null);
  t.equal(wrongDirection('server/routes/greeks.ts', value('../../models/book/greeks.ts')), null);
  t.equal(wrongDirection('server/jobs/stress-run.ts', value('../../workers/run-stress.ts')), null);
  t.equal(wrongDirection('server/charts/loss.ts', value('./axis.ts')), null);

  const file = (path: string, ...specifiers: string[]) => ({ path, text: '', imports: specifiers.map(value) });
  t.same(findCycle([file('models/a.ts', './b.ts'), file('models/b.ts', './c.ts'), file('models/c.ts', './b.ts')]), [
    'models/b.ts',
    'models/c.ts',
    'models/b.ts',
  ]);
  t.equal(findCycle([file('models/a.ts', './b.ts', './c.ts'), file('models/b.ts', './c.ts')]), null);

  t.same(
    readImports(
      [
        "import t from 'tap';",
        "import type { A } from './a.ts';",
        'import {',
        '  b,',
        '  type C,',
        "} from './b.ts';",
        "import './side-effect.ts';",
        "export { d } from './d.ts';",
        "export const e = 'not an import from';",
        "const lazy = await import('./lazy.ts');",
        "const worker = new URL('./worker.ts', import.meta.url);",
      ].join('\n'),
    ),
    [
      value('tap'),
      type('./a.ts'),
      value('./b.ts'),
      value('./side-effect.ts'),
      value('./d.ts'),
      value('./lazy.ts'),
      value('./worker.ts'),
    ],
  );
});

interface LockedPackage {
  readonly resolved?: string;
  readonly integrity?: string;
}

const publicRegistry = 'https://registry.npmjs.org/';

/** Code lines below a folder that match; lines that are comments from their first character do not count. */
function linesMatching(folder: string, pattern: RegExp): string[] {
  return product
    .filter(({ path }) => path.startsWith(folder))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          !/^\s*(?:\/\/|\/?\*)/.test(line) && pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
        ),
    );
}

function trackedTextFiles(): { path: string; text: string }[] {
  return execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
    .filter(({ text }) => !text.includes('\0'));
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { read, root } from './support/source-tree.ts';

const dockerfile = read('Dockerfile').replaceAll(/\\\n\s*/g, ' ');
const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(
  ([, words = '']) => words.split(/\s+/).slice(0, -1), // the last word is where it goes
);
const ignored = read('.dockerignore').split('\n');

t.test('everything the image copies exists and is let through by .dockerignore', async (t) => {
  t.ok(copied.length > 0);
  t.equal(
    ignored.find((line) => line !== '' && !line.startsWith('#')),
    '*',
    'nothing is let through unnamed',
  );
  for (const source of new Set(copied)) {
    t.ok(existsSync(join(root, source)), `${source} exists`);
    t.ok(ignored.includes(`!${source}`), `.dockerignore lets ${source} through`);
  }
});

t.test('the image compiles every folder the compiler is told to', async (t) => {
  const { include } = JSON.parse(read('tsconfig.build.json')) as { include: string[] };
  t.same(
    include.filter((folder) => !copied.includes(folder)),
    [],
  );
});

t.test('the image runs the same major version of Node as the tests', async (t) => {
  const bases = [...dockerfile.matchAll(/^FROM node:(\d+)-/gm)].map(([, major]) => major);
  t.ok(bases.length > 0);
  t.same([...new Set(bases)], [process.versions.node.split('.')[0]]);
});

t.test('the image loses nothing by leaving optional packages out', async (t) => {
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>;
  };
  const optional = Object.entries(lock.packages)
    .filter(([, { dev, optional }]) => optional === true && dev !== true)
    .map(([path]) => path.replace('node_modules/', ''));
  // pg loads pg-cloudflare inside of Cloudflare's workers only.
  // piscina uses @napi-rs/nice only when it is asked for a `niceIncrement`, and goes on without it.
  t.same(
    optional.filter((name) => !/^(?:node-linux-(?:x64|arm64)|@napi-rs\/nice.*|pg-cloudflare)$/.test(name)),
    [],
  );
});

t.test(
  'what the package names as its program is what the image starts, compiled from a source that exists',
  async (t) => {
    const { bin } = JSON.parse(read('package.json')) as { bin: { rho90: string } };
    t.ok(dockerfile.includes(`CMD ["node", "${bin.rho90}"]`), bin.rho90);
    const source = bin.rho90.replace(/^dist\//, '').replace(/\.js$/, '.ts');
    t.ok(existsSync(join(root, source)), source);
    t.match(read(source), /^#!\/usr\/bin\/env node\n/, 'a program needs its first line to be run by name');
  },
);

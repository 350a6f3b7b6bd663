import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { kernelBinary, kernelModes } from '../../../scripts/kernel-binary.ts';
import { root } from '../../support/source-tree.ts';

for (const mode of kernelModes) {
  const file = `models/kernel/kernel-${mode}.wasm`;
  const committed = readFileSync(join(root, file));

  t.test(`${file} is what its sources compile to, byte for byte (npm run build:kernel)`, async (t) => {
    const fresh = await kernelBinary(mode);
    t.ok(committed.equals(fresh), `${committed.length} bytes are committed, ${fresh.length} compiled`);
  });

  t.test(`the ${mode} kernel needs nothing from outside`, async (t) => {
    t.same(WebAssembly.Module.imports(new WebAssembly.Module(committed)), []);
  });
}

t.test('both kernels have the same interface', async (t) => {
  const [strict, fused] = kernelModes.map((mode) =>
    WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(join(root, `models/kernel/kernel-${mode}.wasm`)))),
  );
  t.same(strict, fused);
  t.ok(strict.some(({ name, kind }) => name === 'simulate' && kind === 'function'));
});

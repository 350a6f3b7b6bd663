import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { simulatePaths } from '../../models/simulation/reference.ts';
import { type Arithmetic, kernelOf, loadKernels } from '../../workers/kernels.ts';
import { answerOf, knownAnswer, KNOWN_ANSWERS } from '../../workers/known-answer.ts';
import { kernelOf as instanceOf } from '../support/kernel.ts';
import { root } from '../support/source-tree.ts';

const binary = (arithmetic: Arithmetic) => readFileSync(join(root, `models/kernel/kernel-${arithmetic}.wasm`));

t.test('both kernels give their known answers, and the strict one is that of the reference simulator', async (t) => {
  t.equal(knownAnswer(instanceOf('strict')), KNOWN_ANSWERS.strict);
  t.equal(answerOf(simulatePaths), KNOWN_ANSWERS.strict);
  const { fastest, strict } = loadKernels();
  t.match(strict.hash, /^strict-[0-9a-f]{16}$/);
  // A processor that rounds products first runs everything strictly.
  const fuses = knownAnswer(instanceOf('fused')) === KNOWN_ANSWERS.fused;
  t.match(fastest.hash, fuses ? /^fused-[0-9a-f]{16}$/ : strict.hash);
});

t.test('where fused arithmetic is not what it should be, the strict kernel does all', async (t) => {
  const swapped = loadKernels(() => binary('strict'));
  t.equal(swapped.fastest, swapped.strict, 'the fused kernel gives another answer');
  const unknown = loadKernels((arithmetic) =>
    arithmetic === 'fused' ? Buffer.from([0, 97, 115, 109]) : binary('strict'),
  );
  t.equal(unknown.fastest, unknown.strict, 'the fused kernel does not compile');
});

t.test('a strict kernel with another answer stops the start', async (t) => {
  t.throws(() => loadKernels(() => binary('fused')), { message: /the strict kernel does not give the known answer/ });
});

t.test('a request that asks for strict arithmetic gets it', async (t) => {
  const kernels = loadKernels();
  t.equal(kernelOf(kernels, { strict: true }), kernels.strict);
  t.equal(kernelOf(kernels, { strict: false }), kernels.fastest);
});

/**
 * Speed of the compiled kernel on one thread, strict and fused, beside the reference simulator: A names and their index,
 * 63 days, three regimes each with its own correlation matrix, realised variance of all. An asset-step is one name on
 * one day of one path. The three take turns, so that what disturbs the machine disturbs all of them.
 *
 * The reference also marks a book (one variance swap) and measures correlation on every path, which the kernel does not
 * yet: part of the factor between them is that.
 *
 *   node bench/kernel.ts [--names 8,21,51,101,201] [--rounds 9] [--block 256] [--json]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { prepareRun } from '../models/book/prepare-run.ts';
import { instantiateKernel, loadPlan } from '../models/kernel/bind.ts';
import { allocateColumns, CHUNK_PATHS } from '../models/simulation/columns.ts';
import { simulatePaths } from '../models/simulation/reference.ts';
import { fillDefaults } from '../workers/fill-defaults.ts';
import { describeMachine } from './machine.ts';
import { threeRegimes } from './three-regimes.ts';

const { values } = parseArgs({
  options: {
    names: { type: 'string', default: '8,21,51,101,201' },
    rounds: { type: 'string', default: '9' },
    block: { type: 'string', default: '256' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const block = Number(values.block);
/** Asset-steps of one sample of the kernel, some ten milliseconds. */
const SAMPLE = 2e6;

const rows = values.names.split(',').map((names) => measure(Number(names)));
if (values.json) {
  process.stdout.write(`${JSON.stringify({ machine: describeMachine(), rounds, block, rows })}\n`);
} else {
  process.stdout.write(
    `${describeMachine()}\none thread, blocks of ${block} paths, median of ${rounds} (least … most)\n`,
  );
  for (const { names, ns } of rows) {
    const cells = Object.entries(ns).map(
      ([what, { median, least, most }]) =>
        `${what} ${median.toFixed(2).padStart(7)} (${least.toFixed(2)} … ${most.toFixed(2)})`,
    );
    process.stdout.write(`A = ${String(names).padStart(3)}  ns per asset-step  ${cells.join('  ')}\n`);
  }
}

function measure(names: number) {
  const prepared = prepareRun(fillDefaults(threeRegimes(names)), '42', Number.POSITIVE_INFINITY);
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.failures));
  const {
    plan,
    scenarios: [scenario],
  } = prepared.value;
  const assetSteps = plan.days * names;
  const blocks = Math.max(1, Math.round(SAMPLE / (assetSteps * block)));
  const columns = allocateColumns(plan, scenario);
  const contenders = {
    strict: kernel('strict'),
    fused: kernel('fused'),
    reference: () => {
      simulatePaths(plan, scenario, 0, CHUNK_PATHS, columns);
      return CHUNK_PATHS;
    },
  };
  const samples = Object.values(contenders).map((run) => ({ run, ns: [] as number[] }));
  // Round 0 is for the optimising compiler.
  for (let round = 0; round <= rounds; round++) {
    for (const { run, ns } of samples) {
      const started = performance.now();
      const paths = run();
      if (round > 0) ns.push(((performance.now() - started) * 1e6) / (paths * assetSteps));
    }
  }
  const [strict, fused, reference] = samples.map(({ ns }) => summary(ns));
  return { names, ns: { strict, fused, reference } };

  function kernel(mode: string): () => number {
    const file = new URL(`../models/kernel/kernel-${mode}.wasm`, import.meta.url);
    const loaded = loadPlan(instantiateKernel(new WebAssembly.Module(readFileSync(file))), plan, scenario, block);
    return () => {
      for (let b = 0; b < blocks; b++) loaded.exports.simulate(b * loaded.columns);
      return blocks * loaded.columns;
    };
  }
}

function summary(samples: number[]) {
  const sorted = samples.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], least: sorted[0], most: sorted[sorted.length - 1] };
}

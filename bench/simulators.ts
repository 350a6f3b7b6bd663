import { readFileSync } from 'node:fs';
import { loadPlan } from '../models/kernel/bind.ts';
import { instantiateKernel } from '../models/kernel/kernel-exports.ts';
import { blockColumns, simulateWithKernel } from '../models/kernel/simulate.ts';
import type { PathColumns } from '../models/simulation/columns.ts';
import type { RunPlan, ScenarioPlan } from '../models/simulation/plan.ts';
import { simulatePaths } from '../models/simulation/reference.ts';
import { STAGES, type Stage, type StagedExports } from './stage-list.ts';

/** A simulator by what it is made of, so that an order for one can cross to a thread. */
export type Simulator =
  | { readonly kind: 'reference' }
  /** The compiled kernel with everything around it, as a run uses it. */
  | { readonly kind: 'kernel'; readonly module: WebAssembly.Module }
  /** The compiled kernel up to a stage of each day; nothing is recorded. */
  | { readonly kind: 'stages'; readonly module: WebAssembly.Module; readonly last: Stage };

/** Simulates whole chunks of paths. */
export type Simulate = (fromPath: number, toPath: number) => void;

/** A simulator for one scenario; every thread makes its own. */
export function simulatorOf(
  simulator: Simulator,
  plan: RunPlan,
  scenario: ScenarioPlan,
  columns: PathColumns,
): Simulate {
  if (simulator.kind === 'reference') return (from, to) => simulatePaths(plan, scenario, from, to, columns);
  const kernel = instantiateKernel(simulator.module);
  if (simulator.kind === 'kernel') return (from, to) => simulateWithKernel(kernel, plan, scenario, from, to, columns);
  const staged = kernel as StagedExports;
  const block = loadPlan(staged, plan, scenario, blockColumns(plan));
  const stages = STAGES.indexOf(simulator.last) + 1;
  return (from, to) => {
    for (let path = from; path < to; path += block.columns) staged.simulateStages(path, stages);
  };
}

/** The committed kernel. */
export function kernelModule(mode: 'fused' | 'strict'): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL(`../models/kernel/kernel-${mode}.wasm`, import.meta.url)));
}

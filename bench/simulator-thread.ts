/** What a thread of crew.ts runs: its simulators stay loaded, so that a sample is nothing but simulation. */
import { parentPort } from 'node:worker_threads';
import { CHUNK_PATHS, type PathColumns } from '../models/simulation/columns.ts';
import type { RunPlan, ScenarioPlan } from '../models/simulation/plan.ts';
import { type Simulate, type Simulator, simulatorOf } from './simulators.ts';

export interface LoadOrder {
  readonly kind: 'load';
  readonly id: number;
  readonly simulator: Simulator;
  readonly plan: RunPlan;
  readonly scenario: ScenarioPlan;
  readonly columns: PathColumns;
}

export interface RunOrder {
  readonly kind: 'run';
  readonly id: number;
  /** Paths, whole chunks; each thread takes the next of some BLOCKS blocks from `counter` when it has finished one. */
  readonly paths: number;
  readonly counter: Int32Array;
}

/** Blocks of a sample: enough to share out between the threads that are measured. */
const BLOCKS = 8;

const loaded = new Map<number, Simulate>();
const port = parentPort;
if (port === null) throw new Error('this file is the entry of a thread');

port.on('message', (order: LoadOrder | RunOrder) => {
  if (order.kind === 'load') {
    loaded.set(order.id, simulatorOf(order.simulator, order.plan, order.scenario, order.columns));
  } else {
    const simulate = loaded.get(order.id);
    if (simulate === undefined) throw new RangeError(`simulator ${order.id} was not loaded`);
    const chunks = order.paths / CHUNK_PATHS;
    // A kernel is laid out anew for every block, as in the engine, whose blocks are thousands of paths too.
    const block = Math.max(1, Math.floor(chunks / BLOCKS));
    for (
      let chunk = Atomics.add(order.counter, 0, block);
      chunk < chunks;
      chunk = Atomics.add(order.counter, 0, block)
    ) {
      simulate(chunk * CHUNK_PATHS, Math.min(chunks, chunk + block) * CHUNK_PATHS);
    }
  }
  port.postMessage('done');
});

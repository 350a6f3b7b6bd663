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
  /** Paths, whole chunks; each thread takes the next chunk from `counter` when it has finished one. */
  readonly paths: number;
  readonly counter: Int32Array;
}

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
    for (let chunk = Atomics.add(order.counter, 0, 1); chunk < chunks; chunk = Atomics.add(order.counter, 0, 1)) {
      simulate(chunk * CHUNK_PATHS, (chunk + 1) * CHUNK_PATHS);
    }
  }
  port.postMessage('done');
});

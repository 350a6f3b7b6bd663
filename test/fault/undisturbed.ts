/** What must not depend on what happens to the service. */
import { createHash } from 'node:crypto';
import type { Scenario } from '../../schemas/scenario.ts';
import type { StressRunRequest } from '../../schemas/stress-run.ts';
import { resultHash } from '../../server/jobs/result-hash.ts';
import { pnlCsv } from '../../server/pnl/csv.ts';
import type { PnlVector } from '../../server/storage/pnl-source.ts';
import type { PathVectors } from '../../workers/engine.ts';
import { createStressEngine } from '../../workers/stress-engine.ts';
import { smallRequest } from '../server/service.ts';

export interface Undisturbed {
  readonly resultHash: string;
  /** SHA-256, hex, of the P&L of every path as CSV. */
  readonly pnl: string;
}

/** A request in one piece, under a label by which its run is known again: an Idempotency-Key, too, and so without spaces. */
export const small = (label: string, paths = 20_000): StressRunRequest => ({
  ...smallRequest({ seed: seedOf(label), paths }),
  label,
});

const scenarios: Scenario[] = [
  { id: 'calm', regimes: [{ id: 'only' }] },
  { id: 'wild', regimes: [{ id: 'only', volMultiplier: 2 }] },
];

/** Two scenarios, each in shards of some 150,000 paths and some tenths of a second, and so two joins. */
export const split = (label: string, paths = 300_000): StressRunRequest => ({
  ...smallRequest({ seed: seedOf(label), paths, horizonDays: 42 }),
  scenarios,
  label,
});

function seedOf(label: string): string {
  return String(createHash('sha256').update(label).digest().readUInt32LE());
}

/** Runs without a service, each in one piece. */
export async function undisturbed(requests: readonly StressRunRequest[]): Promise<ReadonlyMap<string, Undisturbed>> {
  const engine = createStressEngine({ threads: 2 });
  const found = new Map<string, Undisturbed>();
  for (const request of requests) {
    const prepared = await engine.prepare(request);
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.failures));
    const vectors: PnlVector[] = [];
    const outcome = await engine.run(prepared.value, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onVectors: async (scenario, all) =>
        void vectors.push(vectorOf(prepared.value.request.scenarios[scenario].id, all)),
    });
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.failures));
    const pnl = createHash('sha256');
    for await (const text of pnlCsv(vectors)) pnl.update(text);
    found.set(request.label ?? '', { resultHash: resultHash(outcome.value), pnl: pnl.digest('hex') });
  }
  await engine.close();
  return found;
}

function vectorOf(scenario: string, { pnl, weights }: PathVectors): PnlVector {
  return {
    scenario,
    paths: pnl.length,
    weighted: weights !== null,
    async *blocks() {
      yield { firstPath: 0, pnl, weights };
    },
  };
}

/** The short form of bench/coverage.ts: seeds are fixed and arithmetic is strict, so it holds or fails for good. */
import t from 'tap';
import type { ScenarioResult } from '../../schemas/stress-result.ts';
import { createStressEngine } from '../../workers/stress-engine.ts';
import { sampledBook } from '../support/sampled-books.ts';

const SEEDS = 60;
const LEVELS = [0.95, 0.99];
/** A right interval of 95 % holds in fewer than 51 of 60 runs once in 5,000. */
const LEAST_HELD = 51;

const engine = createStressEngine({ threads: 2 });
t.teardown(() => engine.close());

async function run(paths: number, seed: string): Promise<ScenarioResult> {
  const arithmetic = 'strict' as const;
  const settings = { paths, seed, arithmetic, sampling: 'tail', levels: LEVELS, horizonDays: 15 } as const;
  const prepared = await engine.prepare(sampledBook('variance', settings));
  if (!prepared.ok) throw new RangeError(JSON.stringify(prepared.failures));
  const outcome = await engine.run(prepared.value, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
  return outcome.value.scenarios[0];
}

/** Values and 95 % intervals. */
function figures({ pnl, lossDistribution }: ScenarioResult): Record<string, { value: number; ends: number[] }> {
  const half = 1.959964 * (pnl.mean.standardError ?? Number.NaN);
  const { value, interval95 = [] } = pnl.probabilityOfLoss;
  const tails = LEVELS.flatMap((level, k) =>
    (['var', 'es'] as const).map((kind) => {
      const { value: tail, interval95: ends } = lossDistribution[kind][k];
      return [`${kind} ${level}`, { value: tail, ends: ends.map((end) => end ?? Number.NaN) }] as const;
    }),
  );
  return {
    mean: { value: pnl.mean.value, ends: [pnl.mean.value - half, pnl.mean.value + half] },
    'probability of loss': { value, ends: [...interval95] },
    ...Object.fromEntries(tails),
  };
}

t.test('intervals of tail sampling hold the truth as often as they should', async (t) => {
  const truth = figures(await run(200_000, '987654321'));
  const held = new Map(Object.keys(truth).map((name) => [name, 0]));
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = await run(2500, String(seed));
    if (result.sampling.method !== 'tail') t.fail(`seed ${seed}: ${result.sampling.note}`);
    for (const [name, { ends }] of Object.entries(figures(result))) {
      if (ends[0] <= truth[name].value && truth[name].value <= ends[1]) held.set(name, (held.get(name) ?? 0) + 1);
    }
  }
  for (const [name, count] of held) t.ok(count >= LEAST_HELD, `${name}: ${count} of ${SEEDS}`);
});

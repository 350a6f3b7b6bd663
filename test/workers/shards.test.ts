import t from 'tap';
import type { ScenarioResult, StressResult } from '../../schemas/stress-result.ts';
import type { StressRunRequest } from '../../schemas/stress-run.ts';
import type { PathRange, PathVectors, PreparedRun, StoredShard } from '../../workers/engine.ts';
import { createStressEngine } from '../../workers/stress-engine.ts';
import { example } from '../server/service.ts';

const engine = createStressEngine({ threads: 2 });
t.teardown(() => engine.close());
const { signal } = new AbortController();

async function prepared(request: StressRunRequest): Promise<PreparedRun> {
  const outcome = await engine.prepare(request);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failures));
  return outcome.value;
}

async function whole(run: PreparedRun): Promise<{ result: StressResult; vectors: PathVectors[] }> {
  const vectors: PathVectors[] = [];
  const outcome = await engine.run(run, {
    signal,
    onProgress: () => undefined,
    onVectors: async (i, given) => {
      vectors[i] = given;
    },
  });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failures));
  return { result: outcome.value, vectors };
}

/** Pieces of odd lengths, as they may come from a disk or a network. */
async function* pieces(arrays: readonly ArrayBufferView[]): AsyncGenerator<Uint8Array> {
  const all = Buffer.concat(arrays.map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength)));
  for (let at = 0; at < all.length; at += 77_777) yield all.subarray(at, at + 77_777);
}

/** Three shards of each batch, joined in the opposite order. */
async function inShards(run: PreparedRun, first: number): Promise<{ result: StressResult; vectors: PathVectors[] }> {
  const scenarios: ScenarioResult[] = [];
  const vectors: PathVectors[] = [];
  for (const i of run.request.scenarios.keys()) {
    const sharded = engine.sharded(run, signal);
    const sampling = await sharded.sampling(i, () => undefined);
    const shards: StoredShard[] = [];
    let from = 0;
    let paths = first;
    for (let batches = 1; ; batches++) {
      const third = 256 * Math.ceil((paths - from) / 3 / 256);
      const ranges: PathRange[] = [];
      for (let at = from; at < paths; at += third) ranges.push({ from: at, to: Math.min(paths, at + third) });
      for (const range of ranges) {
        // Another node computes the law anew.
        const own = await engine.sharded(run, signal).sampling(i, () => undefined);
        let done = 0;
        const { arrays } = await engine.sharded(run, signal).simulate(i, own, range, (n) => (done += n));
        t.equal(done, range.to - range.from);
        shards.unshift({ ...range, bytes: { [Symbol.asyncIterator]: () => pieces(arrays) } });
      }
      const stored = async function* (): AsyncGenerator<StoredShard> {
        yield* shards;
      };
      const joined = await sharded.join(i, sampling, { paths, batches }, stored());
      if (!joined.ok) throw new Error(JSON.stringify(joined.failures));
      if (joined.value.kind === 'measured') {
        scenarios.push(joined.value.result);
        vectors.push(joined.value.vectors);
        break;
      }
      from = paths;
      paths = joined.value.paths;
    }
  }
  const timing = { cpuSeconds: 0, wallSeconds: 0, pathsPerSecond: 0 };
  return { result: engine.result(run, scenarios, timing), vectors };
}

const withoutTiming = ({ timing, ...rest }: StressResult) => ({ ...rest, timed: timing !== undefined });

for (const [name, simulation] of [
  ['ai-basket', { paths: 3000 }],
  ['ai-basket', { paths: 5000, sampling: 'plain' }],
  ['sp20-variance', { paths: 2600, horizonDays: 21 }],
  ['worst-case', { paths: 2048, horizonDays: 10, arithmetic: 'strict' }],
] as const) {
  t.test(`${name} in shards is ${name} in one piece, to the bit: ${JSON.stringify(simulation)}`, async (t) => {
    const request = example(name);
    const run = await prepared({ ...request, simulation: { ...request.simulation, ...simulation } });
    const expected = await whole(run);
    const found = await inShards(run, simulation.paths);
    t.strictSame(withoutTiming(found.result), withoutTiming(expected.result));
    t.strictSame(found.vectors, expected.vectors);
  });
}

t.test('a target is reached after the same paths in shards', async (t) => {
  const request = example('ai-basket');
  const simulation = {
    horizonDays: 10,
    seed: '42',
    paths: 1024,
    target: { metric: 'es', level: 0.99, relativeError: 0.02, maxPaths: 60_000 },
  } as const;
  const run = await prepared({ ...request, scenarios: ['baseline'], simulation });
  const expected = await whole(run);
  t.ok((expected.result.scenarios[0].target?.batches ?? 0) > 1, 'there is more than one batch');
  const found = await inShards(run, 1024);
  t.strictSame(withoutTiming(found.result), withoutTiming(expected.result));
  t.strictSame(found.vectors, expected.vectors);
});

t.test('shards cover the paths in whole chunks of about equal size, and small runs are not split', async (t) => {
  const request = example('ai-basket');
  const run = await prepared({ ...request, simulation: { paths: 4_000_000, horizonDays: 63 } });
  t.equal(run.split, true);
  const shards = engine.shards(run, { from: 0, to: 4_000_000 });
  t.ok(shards.length > 10, `${shards.length} shards`);
  let at = 0;
  for (const { from, to } of shards) {
    t.equal(from, at);
    t.ok(to === 4_000_000 || to % 256 === 0);
    at = to;
  }
  t.equal(at, 4_000_000);
  t.equal((await prepared({ ...request, simulation: { paths: 20_000 } })).split, false);
});

t.test('a shard that is too short, too long or missing is an error, not a number', async (t) => {
  const run = await prepared({ ...example('ai-basket'), scenarios: ['baseline'], simulation: { paths: 512 } });
  const sharded = engine.sharded(run, signal);
  const sampling = await sharded.sampling(0, () => undefined);
  const { arrays } = await sharded.simulate(0, sampling, { from: 0, to: 512 }, () => undefined);
  const join = (range: PathRange, given: readonly ArrayBufferView[], paths = 512) =>
    sharded.join(
      0,
      sampling,
      { paths, batches: 1 },
      (async function* () {
        yield { ...range, bytes: pieces(given) };
      })(),
    );
  const all = { from: 0, to: 512 };
  await t.rejects(join(all, arrays.slice(1)), { message: /a shard has \d+ bytes; need \d+/ });
  await t.rejects(join(all, [...arrays, new Uint8Array(1)]), { message: /a shard has \d+ bytes; need \d+/ });
  await t.rejects(join(all, arrays, 1024), { message: 'shards have 512 paths; need 1024' });
  await t.rejects(join({ from: 256, to: 768 }, arrays), { message: /not whole chunks of 256 below 512/ });
});

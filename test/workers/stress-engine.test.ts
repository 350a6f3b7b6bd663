import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { PILOT_PATHS } from '../../models/sampling/choose-sampling.ts';
import type { StressResult } from '../../schemas/stress-result.ts';
import type { StressRunRequest } from '../../schemas/stress-run.ts';
import type { PreparedRun, StressEngine } from '../../workers/engine.ts';
import { runStress } from '../../workers/run-stress.ts';
import { closePools, createStressEngine, startPools } from '../../workers/stress-engine.ts';

const example = (name: string): StressRunRequest =>
  JSON.parse(readFileSync(new URL(`../../examples/${name}.json`, import.meta.url), 'utf8'));

/** An example with few paths: not a whole number of chunks, so that the last block is cut. */
function small(name: string, paths = 700): StressRunRequest {
  const request = example(name);
  return { ...request, simulation: { ...request.simulation, paths } };
}

/** Runs to the end and expects a result. */
async function result(engine: StressEngine, run: PreparedRun): Promise<StressResult> {
  const outcome = await engine.run(run, neverAborted());
  if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
  return outcome.value;
}

const neverAborted = () => ({ signal: new AbortController().signal, onProgress: () => undefined });

async function prepared(engine: StressEngine, request: StressRunRequest): Promise<PreparedRun> {
  const outcome = await engine.prepare(request);
  if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
  return outcome.value;
}

/** Everything of a result but the timing, which is the only part that may differ. */
function digest({ timing: _timing, ...result }: StressResult): string {
  return createHash('sha256').update(JSON.stringify(result)).digest('hex');
}

t.test('a result has the same bits on 1, 2 and 7 threads', async (t) => {
  const names = ['ai-basket', 'sp20-variance', 'worst-case'];
  const digests = new Map(names.map((name) => [name, new Set<string>()]));
  for (const threads of [1, 2, 7]) {
    const engine = createStressEngine({ threads });
    for (const name of names) {
      digests.get(name)?.add(digest(await result(engine, await prepared(engine, small(name)))));
    }
    await engine.close();
  }
  for (const [name, seen] of digests) t.equal(seen.size, 1, name);
});

t.test('tail sampling has the same bits on 1, 2 and 3 threads and for any block size', async (t) => {
  const digests = new Set<string>();
  for (const threads of [1, 2, 3]) {
    const pools = startPools(threads);
    const engine = createStressEngine({ threads: 1 });
    const run = await prepared(engine, small('worst-case', 2300));
    for (const blockPaths of [256, 1024]) {
      const outcome = await runStress(pools, run, neverAborted(), blockPaths);
      if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
      const methods = outcome.value.scenarios.map(({ sampling }) => sampling.method);
      t.ok(methods.includes('tail'), `drawn ${methods.join(', ')}`);
      digests.add(digest(outcome.value));
    }
    await closePools(pools);
    await engine.close();
  }
  t.equal(digests.size, 1);
});

t.test('a plain run is what it was before there was a choice, and says so', async (t) => {
  const engine = createStressEngine({ threads: 1 });
  const request = small('worst-case', 2300);
  const plain = { ...request, simulation: { ...request.simulation, sampling: 'plain' as const } };
  for (const { paths, effectivePaths, sampling } of (await result(engine, await prepared(engine, plain))).scenarios) {
    t.match({ paths, effectivePaths }, { paths: 2300, effectivePaths: 2300 });
    t.match(sampling, { method: 'plain', requested: 'plain', pilotPaths: 0, regimes: [], varianceReduction: [] });
  }
  await engine.close();
});

t.test('a result has the same bits for any block size', async (t) => {
  const engine = createStressEngine({ threads: 1 });
  const run = await prepared(engine, small('ai-basket'));
  const pools = startPools(2);
  const digests = new Set<string>();
  for (const blockPaths of [256, 512, 1024]) {
    const outcome = await runStress(pools, run, neverAborted(), blockPaths);
    digests.add(outcome.ok ? digest(outcome.value) : 'refused');
  }
  t.equal(digests.size, 1);
  await closePools(pools);
  await engine.close();
});

t.test('the same request gives the same result again, another seed another one', async (t) => {
  const engine = createStressEngine({ threads: 2 });
  const request = small('worst-case');
  const run = async (seed: string) =>
    digest(await result(engine, await prepared(engine, { ...request, simulation: { ...request.simulation, seed } })));
  t.equal(await run('1'), await run('1'));
  t.not(await run('1'), await run('2'));
  await engine.close();
});

t.test('a request without a seed gets one from its content', async (t) => {
  const engine = createStressEngine({ threads: 1 });
  const { seed: _seed, ...simulation } = example('worst-case').simulation ?? {};
  const request = { ...example('worst-case'), simulation };
  const one = await prepared(engine, request);
  const same = await prepared(engine, { ...request, label: 'another label' });
  const other = await prepared(engine, { ...request, simulation: { ...simulation, paths: 7 } });
  t.equal(one.seed, same.seed);
  t.equal(one.inputHash, same.inputHash);
  t.not(one.seed, other.seed);
  t.match(one.seed, /^[0-9]{1,20}$/);
  await engine.close();
});

t.test('progress counts every path once, those of pilots apart', async (t) => {
  const engine = createStressEngine({ threads: 2 });
  const run = await prepared(engine, small('ai-basket', 2000));
  const seen: number[] = [];
  const pilots: number[] = [];
  const onProgress = (done: number, _planned: number, pilotPaths: number) => {
    seen.push(done);
    pilots.push(pilotPaths);
  };
  await engine.run(run, { signal: new AbortController().signal, onProgress });
  t.equal(pilots[0], PILOT_PATHS, 'the first block comes after the first pilot');
  t.equal(pilots.at(-1), 4 * PILOT_PATHS);
  t.equal(seen.at(-1), 4 * 2000);
  t.equal(run.paths, 4 * 2000);
  t.ok(
    seen.every((done, i) => i === 0 || done > seen[i - 1]),
    'it only grows',
  );
  await engine.close();
});

t.test('a run that is cancelled stops, and the engine goes on', async (t) => {
  const engine = createStressEngine({ threads: 2 });
  const long = await prepared(engine, small('sp20-variance', 1_000_000));
  const cancel = new AbortController();
  const running = engine.run(long, { signal: cancel.signal, onProgress: () => cancel.abort() });
  await t.rejects(running, { name: 'AbortError' });
  const after = await result(engine, await prepared(engine, small('ai-basket')));
  t.equal(after.scenarios.length, 4);
  await engine.close();
});

t.test('a run at work when the engine is closed is rejected, in its pilot as after it', async (t) => {
  for (const sampling of ['tail', 'plain'] as const) {
    const engine = createStressEngine({ threads: 1 });
    const request = small('sp20-variance', 1_000_000);
    const run = await prepared(engine, { ...request, simulation: { ...request.simulation, sampling } });
    const running = t.rejects(engine.run(run, neverAborted()), { name: 'AbortError' }, sampling);
    await engine.close();
    await running;
  }
});

t.test('bad input comes back as failures, not as an error', async (t) => {
  const engine = createStressEngine({ threads: 1 });
  const request = example('sp20-variance');
  const outcome = await engine.prepare({ ...request, scenarios: ['no-such-scenario'] });
  t.match(outcome, { ok: false, failures: [{ reason: 'unknown_reference', pointer: '/scenarios/0' }] });
  await engine.close();
});

t.test('more work than the limit is refused with its cost', async (t) => {
  const engine = createStressEngine({ threads: 1, assetSteps: 1000 });
  const outcome = await engine.prepare(example('sp20-variance'));
  t.match(outcome, {
    ok: false,
    failures: [{ reason: 'too_much_work', pointer: '/simulation/paths', message: /asset-steps/ }],
  });
  await engine.close();
});

t.test('prices beyond the range of doubles fail the run in words', async (t) => {
  const engine = createStressEngine({ threads: 1 });
  const request = small('sp20-variance', 300);
  const run = await prepared(engine, {
    ...request,
    scenarios: [{ id: 'absurd', regimes: [{ id: 'only', volMultiplier: 100, drift: -100 }] }],
    simulation: { ...request.simulation, horizonDays: 1260 },
  });
  t.match(await engine.run(run, neverAborted()), {
    ok: false,
    failures: [{ reason: 'not_finite', pointer: '/scenarios/0', message: /too extreme/ }],
  });
  await engine.close();
});

t.test('a closed engine refuses work', async (t) => {
  const engine = createStressEngine({ threads: 1 });
  await engine.close();
  await t.rejects(engine.prepare(example('worst-case')), /closed/);
});

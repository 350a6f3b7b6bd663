import { readFileSync } from 'node:fs';
import t from 'tap';
import type { PrecisionTarget } from '../../schemas/precision.ts';
import { PrecisionTarget as TargetSchema } from '../../schemas/precision.ts';
import type { ScenarioResult, StressResult } from '../../schemas/stress-result.ts';
import type { Simulation, StressRunRequest } from '../../schemas/stress-run.ts';
import type { PreparedRun } from '../../workers/engine.ts';
import { runStress } from '../../workers/run-stress.ts';
import type { Pools } from '../../workers/simulate-blocks.ts';
import { closePools, createStressEngine, startPools } from '../../workers/stress-engine.ts';
import { prepare } from '../../workers/tasks.ts';

const engine = createStressEngine({ threads: 1 });
const pools = startPools(2);
t.teardown(() => Promise.all([engine.close(), closePools(pools)]));

const book: StressRunRequest = JSON.parse(
  readFileSync(new URL('../../examples/ai-basket.json', import.meta.url), 'utf8'),
);

function request(simulation: Simulation, scenarios = ['baseline', 'idiosyncratic-rerating']): StressRunRequest {
  return { ...book, scenarios, simulation: { horizonDays: 5, seed: '42', sampling: 'plain', ...simulation } };
}

async function prepared(body: StressRunRequest): Promise<PreparedRun> {
  const outcome = await engine.prepare(body);
  if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
  return outcome.value;
}

interface Options {
  readonly on?: Pools;
  readonly blockPaths?: number;
  readonly onProgress?: (done: number, planned: number) => void;
}

async function result(
  body: StressRunRequest,
  { on = pools, blockPaths, onProgress = () => undefined }: Options = {},
): Promise<StressResult> {
  const options = { signal: new AbortController().signal, onProgress };
  const outcome = await runStress(on, await prepared(body), options, blockPaths);
  if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
  return outcome.value;
}

/** A scenario without what only a run with a target says. */
function withoutTarget({ target: _target, ...scenario }: ScenarioResult): ScenarioResult {
  return { ...scenario, warnings: scenario.warnings.filter((text) => !/asked for/.test(text)) };
}

const target: PrecisionTarget = { metric: 'es', level: 0.95, relativeError: 0.05, maxPaths: 20_000 };

t.test('each scenario stops on its own, with the result of a run of that many paths to the bit', async (t) => {
  const { scenarios } = await result(request({ paths: 500, target }));
  const sizes = scenarios.map(({ paths }) => paths);
  t.not(sizes[0], sizes[1], `they need ${sizes.join(' and ')} paths`);
  for (const scenario of scenarios) {
    const { id, paths, target: got } = scenario;
    t.match(got, { metric: 'es', level: 0.95, relativeError: 0.05, reached: true });
    t.ok((got?.batches ?? 0) > 1 && paths > 512 && paths < 20_000 && paths % 256 === 0, `${id} ran ${paths} paths`);
    const { value, standardError } = scenario.lossDistribution.es[0];
    t.equal(got?.achieved, (standardError ?? Number.NaN) / value, 'what was achieved is in the result');
    const plain = await result(request({ paths }, [id]));
    t.strictSame(withoutTarget(scenario), plain.scenarios[0], id);
    t.notOk('target' in plain.scenarios[0]);
  }
});

t.test('neither threads nor blocks change where it stops, nor any number', async (t) => {
  const one = startPools(1);
  const seen = new Set<string>();
  for (const options of [{ on: one }, {}, { blockPaths: 256 }, { blockPaths: 1024 }]) {
    const { timing: _timing, ...rest } = await result(request({ paths: 500, target }), options);
    seen.add(JSON.stringify(rest));
  }
  t.equal(seen.size, 1);
  await closePools(one);
});

t.test('a target out of reach ends at the most paths, which need not be whole chunks, and is said', async (t) => {
  const strict = { ...target, relativeError: 0.001, maxPaths: 1500 };
  const [scenario] = (await result(request({ paths: 300, target: strict }, ['baseline']))).scenarios;
  t.equal(scenario.paths, 1500);
  t.match(scenario.target, { reached: false, batches: 2 });
  t.ok((scenario.target?.achieved ?? 0) > 0.001);
  t.match(scenario.warnings.at(-1), /^the standard error of es\(0\.95\) is .* not the 0\.1 % asked for/);
  const plain = await result(request({ paths: 1500 }, ['baseline']));
  t.strictSame(withoutTarget(scenario), plain.scenarios[0]);
});

t.test('an event that never happens keeps it going to the most paths', async (t) => {
  const ruin: PrecisionTarget = { metric: 'probabilityOfRuin', relativeError: 0.5, maxPaths: 2000 };
  const { scenarios, verdict } = await result(request({ paths: 256, target: ruin }, ['baseline']));
  t.equal(scenarios[0].survivability.ruin.value, 0);
  t.equal(scenarios[0].paths, 2000);
  t.same(scenarios[0].target, {
    metric: 'probabilityOfRuin',
    level: null,
    relativeError: 0.5,
    reached: false,
    achieved: null,
    batches: 3,
  });
  t.match(scenarios[0].warnings.at(-1), /^probabilityOfRuin is 0,/);
  t.same(verdict, (await result(request({ paths: 2000 }, ['baseline']))).verdict, 'the verdict does not hear of it');
});

t.test('a target that the first batch reaches needs no second one', async (t) => {
  const easy = { ...target, relativeError: 0.5 };
  const { scenarios } = await result(request({ paths: 700, target: easy }));
  for (const { paths, target: got } of scenarios) t.match({ paths, ...got }, { paths: 768, batches: 1, reached: true });
});

t.test('a tail too short for an error counts as not reached yet', async (t) => {
  const short = { ...target, level: 0.999, relativeError: 0.3 };
  const [scenario] = (await result(request({ paths: 256, target: short }, ['baseline']))).scenarios;
  t.ok(scenario.paths > 1024, `it went on to ${scenario.paths} paths`);
  t.match(scenario.target, { reached: true, level: 0.999 });
});

t.test('progress counts every path once, and what is planned grows as it turns out to be needed', async (t) => {
  const run = await prepared(request({ paths: 500, target }));
  t.equal(run.paths, 2 * 512, 'at the start the first batches are planned');
  const seen: [done: number, planned: number][] = [[0, run.paths]];
  const { scenarios } = await result(request({ paths: 500, target }), {
    onProgress: (done, planned) => seen.push([done, planned]),
  });
  const all = scenarios.reduce((sum, { paths }) => sum + paths, 0);
  t.same(seen.at(-1), [all, all]);
  for (const [i, [done, planned]] of seen.entries()) {
    if (i === 0) continue;
    if (done < seen[i - 1][0] || planned < seen[i - 1][1] || done > planned) t.fail(`${seen[i - 1]} before ${seen[i]}`);
  }
});

t.test('a cancelled run stops between its batches too', async (t) => {
  const cancel = new AbortController();
  const strict = { ...target, relativeError: 1e-6, maxPaths: 1_000_000 };
  const running = runStress(pools, await prepared(request({ paths: 256, target: strict })), {
    signal: cancel.signal,
    onProgress: (_done, planned) => {
      if (planned > 512) cancel.abort();
    },
  });
  await t.rejects(running, { name: 'AbortError' });
});

t.test('prices beyond the range of doubles fail the run before it grows', async (t) => {
  const body = request({ paths: 256, horizonDays: 1260, target: { ...target, maxPaths: 10_000 } });
  const absurd = { id: 'absurd', regimes: [{ id: 'only', volMultiplier: 100, drift: -100 }] };
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  t.match(await runStress(pools, await prepared({ ...body, scenarios: [absurd] }), options), {
    ok: false,
    failures: [{ reason: 'not_finite', pointer: '/scenarios/0', message: /too extreme/ }],
  });
});

t.test('the most paths are what the work limit is held against', async (t) => {
  const judged = (maxPaths: number) =>
    prepare({ request: request({ paths: 256, target: { ...target, maxPaths } }), assetSteps: 10_000_000 });
  t.match(judged(1000), { ok: true });
  t.match(judged(10_000_000), {
    ok: false,
    failures: [
      {
        reason: 'too_much_work',
        pointer: '/simulation/target/maxPaths',
        message: /^the run may cost .* \(maxPaths × days .* use fewer maxPaths, days or scenarios$/,
      },
    ],
  });
});

t.test('room for paths that are not simulated takes no memory', async (t) => {
  const wide = { ...target, relativeError: 0.5, maxPaths: 10_000_000 };
  const before = process.memoryUsage().rss;
  const { scenarios } = await result(request({ paths: 256, horizonDays: 1, target: wide }));
  const grown = process.memoryUsage().rss - before;
  t.ok(scenarios.every(({ paths }) => paths < 10_000));
  // Columns of ten million paths have over 500 MB a scenario.
  t.ok(grown < 300e6, `${Math.round(grown / 1e6)} MB more`);
});

t.test('the example of the schema runs as it stands', async (t) => {
  const [example] = (TargetSchema as unknown as { examples: PrecisionTarget[] }).examples;
  const [scenario] = (await result(request({ target: example }, ['baseline']))).scenarios;
  t.match(scenario.target, { metric: example.metric, level: example.level, reached: true });
});

/**
 * The largest run that is promised: 500 names × 252 days × 100,000 paths, with the time and the memory it took. Through
 * the engine, as the service runs it: three regimes, an index of all names, a variance swap on it, sampling as by default.
 *
 *   node bench/large-run.ts [--names 500] [--days 252] [--paths 100000] [--threads 2]
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createStressEngine } from '../workers/stress-engine.ts';
import { runOf } from './engine-run.ts';
import { describeMachine } from './machine.ts';
import { duration, whole } from './report.ts';
import { threeRegimes } from './three-regimes.ts';

const { values } = parseArgs({
  options: {
    names: { type: 'string', default: '500' },
    days: { type: 'string', default: '252' },
    paths: { type: 'string', default: '100000' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
});
const [names, horizonDays, paths, threads] = [values.names, values.days, values.paths, values.threads].map(Number);

const engine = createStressEngine({ threads });
try {
  const request = threeRegimes(names);
  const { seconds, result } = await runOf(engine, { ...request, simulation: { horizonDays, paths, seed: '42' } });
  const [scenario] = result.scenarios;
  const steps = names * horizonDays * paths;
  // maxRSS is in KiB on every platform that Node knows.
  const mebibytes = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(
    `${describeMachine()}\n` +
      `${names} names x ${horizonDays} days x ${whole(paths)} paths, ${threads} threads, sampling ${scenario.sampling.method}: ` +
      `${duration(seconds)}, ${((result.timing.cpuSeconds * 1e9) / steps).toFixed(1)} ns per asset-step and thread, ` +
      `largest resident set ${whole(Math.round(mebibytes))} MiB\n`,
  );
} finally {
  await engine.close();
}

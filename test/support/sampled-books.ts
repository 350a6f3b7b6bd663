import { SAMPLING_BOOKS } from '../../bench/sampling-books.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import type { Simulation, StressRunRequest } from '../../schemas/stress-run.ts';

export type Forced = NonNullable<Scenario['forced']>;

/** A book of the sampling benchmark with a short horizon, so that a test has many paths of it. */
export function sampledBook(
  name: string,
  { forced = [], ...simulation }: Simulation & { readonly forced?: Forced },
): StressRunRequest {
  const request = SAMPLING_BOOKS[name];
  const scenarios = (request.scenarios ?? []).map((scenario) =>
    typeof scenario === 'string' ? scenario : { ...scenario, forced: [...(scenario.forced ?? []), ...forced] },
  );
  return { ...request, scenarios, simulation: { horizonDays: 21, seed: '42', ...simulation } };
}

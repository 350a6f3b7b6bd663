import type { Book, Limit } from '../../schemas/book.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import type { Simulation, StressRunRequest } from '../../schemas/stress-run.ts';

/** A request with the defaults of the contract written out; `seed` is decided later, from the content. */
export interface FilledRequest extends StressRunRequest {
  readonly book?: Book & { readonly currency: string; readonly limits: Limit[] };
  readonly scenarios: (string | Scenario)[];
  readonly simulation: Required<Omit<Simulation, 'seed' | 'target'>> & Pick<Simulation, 'seed' | 'target'>;
}

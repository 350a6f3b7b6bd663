import type { Book } from '../../schemas/book.ts';
import type { Market } from '../../schemas/market.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import type { Simulation } from '../../schemas/stress-run.ts';

/** A request whose references have been replaced by what they refer to. */
export interface RunInput {
  readonly book: Book;
  readonly market: Market;
  readonly scenarios: readonly Scenario[];
  readonly simulation: Simulation;
}

import type { Book } from '../../../schemas/book.ts';
import type { Market, Underlying } from '../../../schemas/market.ts';
import type { Scenario } from '../../../schemas/scenario.ts';
import { FailureList, pointer } from '../../failures.ts';
import { resolveIndices } from '../resolve-indices.ts';
import { resolveMatrix } from '../resolve-matrix.ts';
import { initialDistribution, transitionMatrix } from '../resolve-scenario.ts';
import { checkBook } from './book.ts';
import { checkMarket, checkMatrixShape } from './market.ts';
import { checkScenario } from './scenario.ts';

/** A book, market or scenario by itself, and the id under which it is to be stored. */
export type DocumentToCheck =
  | { readonly kind: 'book'; readonly id: string; readonly document: Book }
  | { readonly kind: 'market'; readonly id: string; readonly document: Market }
  | { readonly kind: 'scenario'; readonly id: string; readonly document: Scenario };

/**
 * Everything that a run would refuse of a document that satisfies its schema, as far as it can be known without the rest
 * of the run: not references into a market that is not there. Cubic in the number of names (matrices are checked), so it
 * belongs in a thread.
 *
 * @returns what a run would say, with pointers into the document
 */
export function checkDocument(task: DocumentToCheck): FailureList {
  if (task.kind === 'market') return marketFailures(task.document);
  if (task.kind === 'scenario') return scenarioFailures(task.document, task.id);
  const failures = new FailureList();
  checkBook(task.document, undefined, '', failures);
  return failures;
}

function marketFailures(market: Market): FailureList {
  // Indices are resolved under the name that the market has in a run.
  const at = '/market';
  const failures = new FailureList();
  checkMarket(market, at, failures);
  const isConsistent = !failures.any;
  if (failures.clearAt(`${at}/correlation`) && failures.clearAt(`${at}/underlyings`)) {
    const { underlyings } = market;
    const matrix = resolveMatrix(market.correlation, underlyings, `${at}/correlation`, failures, []);
    if (isConsistent && matrix !== undefined) {
      const vols = Float64Array.from(underlyings, ({ impliedVol }) => impliedVol as number);
      const indices = (market.indices ?? []).map((index, place) => ({ index, place }));
      resolveIndices(indices, underlyings, vols, matrix, failures);
    }
  }
  return failures.within(at);
}

function scenarioFailures(scenario: Scenario, id: string): FailureList {
  const failures = new FailureList();
  if (scenario.id !== id) {
    const message = `id is "${scenario.id}", but it is to be stored as "${id}"; the two must be the same`;
    failures.add('conflict', '/id', message);
  }
  checkScenario(scenario, undefined, '', failures);
  for (const [r, { correlation }] of scenario.regimes.entries()) {
    if (correlation?.kind !== 'matrix') continue;
    const at = pointer('regimes', r, 'correlation');
    // Which underlyings a matrix must have is for the market to say; here it has to fit its own order.
    checkMatrixShape(correlation, [...new Set(correlation.order)], at, failures);
    if (!failures.clearAt(at)) continue;
    const names = correlation.order.map((name): Underlying => ({ id: name, spot: 1, impliedVol: 0 }));
    resolveMatrix(correlation, names, at, failures, []);
  }
  if (failures.clearAt('/transition') && failures.clearAt('/initial')) {
    initialDistribution(scenario, transitionMatrix(scenario), '', failures);
  }
  return failures;
}

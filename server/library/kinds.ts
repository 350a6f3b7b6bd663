import type { TSchema } from 'typebox';
import type { DocumentToCheck } from '../../models/book/check/document.ts';
import { Book } from '../../schemas/book.ts';
import {
  BookList,
  type DocumentKind,
  MarketList,
  ScenarioAnswer,
  ScenarioList,
  StoredBook,
  StoredMarket,
  StoredScenario,
} from '../../schemas/library.ts';
import { Market } from '../../schemas/market.ts';
import { Scenario } from '../../schemas/scenario.ts';
import { bookSummary, marketSummary, scenarioSummary } from './summary.ts';

/** What the routes of books, markets and scenarios differ in. */
export interface LibraryKind {
  readonly kind: DocumentKind;
  /** In paths, and the tag of the operations. */
  readonly plural: string;
  /** In the ids of operations. */
  readonly name: string;
  readonly body: TSchema;
  readonly stored: TSchema;
  /** Of a GET by id. */
  readonly newest: TSchema;
  readonly list: TSchema;
  /** Id of the example that is stored, and of the one that is looked at. */
  readonly example: string;
  readonly lookedAt: string;
  /** What storing it says besides. */
  readonly note: string;
}

const exampleId = 'ai-basket';

export const LIBRARY_KINDS: readonly LibraryKind[] = [
  {
    kind: 'book',
    plural: 'books',
    name: 'Book',
    body: Book,
    stored: StoredBook,
    newest: StoredBook,
    list: BookList,
    example: exampleId,
    lookedAt: exampleId,
    note: 'References into a market are checked when a run brings the two together.',
  },
  {
    kind: 'market',
    plural: 'markets',
    name: 'Market',
    body: Market,
    stored: StoredMarket,
    newest: StoredMarket,
    list: MarketList,
    example: exampleId,
    lookedAt: exampleId,
    note: 'A matrix that its `repair` mends when a run uses it is stored as it was given.',
  },
  {
    kind: 'scenario',
    plural: 'scenarios',
    name: 'Scenario',
    body: Scenario,
    stored: StoredScenario,
    newest: ScenarioAnswer,
    list: ScenarioList,
    example: 'two-state',
    lookedAt: 'baseline',
    note: 'Its own `id` must be the one of the path. References into a market are checked when a run brings the two together. Shipped scenarios cannot be changed.',
  },
];

/** What a checked body is, and what lists show of it. */
export function documentOf(
  kind: DocumentKind,
  id: string,
  body: unknown,
): { readonly task: DocumentToCheck; readonly summary: Readonly<Record<string, unknown>> } {
  if (kind === 'book') return { task: { kind, id, document: body as Book }, summary: bookSummary(body as Book) };
  if (kind === 'market') {
    return { task: { kind, id, document: body as Market }, summary: marketSummary(body as Market) };
  }
  return { task: { kind, id, document: body as Scenario }, summary: scenarioSummary(body as Scenario) };
}

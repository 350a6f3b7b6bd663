import { type Static, type TSchema, Type } from 'typebox';
import { Book } from './book.ts';
import { Market } from './market.ts';
import { Scenario } from './scenario.ts';
import { closed, identifier, ref } from './schema-kit.ts';

/** What is stored under an id of the user's, in versions. */
export const DOCUMENT_KINDS = ['book', 'market', 'scenario'] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

const instant = (description: string) =>
  Type.String({ description: `${description} ISO 8601, UTC.`, examples: ['2026-11-20T22:30:00.000Z'] });

/** What every version says of itself. */
const versionFields = (example: string) => ({
  id: identifier('Id under which it is stored.', example),
  version: Type.Integer({ description: 'Version, from 1 without a gap.', minimum: 1, examples: [3] }),
  hash: Type.String({
    description: 'SHA-256 of the content as canonical JSON (RFC 8785), hex.',
    examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  }),
  createdAt: instant('When this version was stored.'),
  deletedAt: Type.Optional(instant('When it was deleted while this was its newest version. Absent: it was not.')),
});
export type VersionFields = Static<ReturnType<typeof versionObject>>;
const versionObject = () => Type.Object(versionFields(''));

const count = (what: string, example: number) =>
  Type.Integer({ description: `Number of ${what}.`, minimum: 0, examples: [example] });

const page = <T extends TSchema>($id: string, item: T, description: string) =>
  Type.Object(
    {
      items: Type.Array(item, { description: 'Without the content; by id, or a list of versions newest first.' }),
      nextCursor: Type.Unsafe<string | null>({
        type: ['string', 'null'],
        description: 'Cursor of the next page, null on the last.',
      }),
    },
    { $id, ...closed, description },
  );

export const StoredBook = Type.Object(
  { ...versionFields('ai-basket'), book: ref(Book) },
  { $id: 'StoredBook', ...closed, description: 'A version of a stored book.' },
);
export const BookSummary = Type.Object(
  {
    ...versionFields('ai-basket'),
    name: Type.Optional(Type.String({ description: 'Name of the book. Absent: it has none.' })),
    nav: Type.Number({ description: 'Capital behind the book, money.', examples: [10_000_000] }),
    counts: Type.Object(
      { positions: count('positions', 12), limits: count('limits of its own', 2) },
      { ...closed, description: 'How large it is.' },
    ),
  },
  { $id: 'BookSummary', ...closed, description: 'A version of a stored book without its content.' },
);
export const BookList = page('BookList', ref(BookSummary), 'A page of stored books, or of the versions of one.');

export const StoredMarket = Type.Object(
  { ...versionFields('ai-basket'), market: ref(Market) },
  { $id: 'StoredMarket', ...closed, description: 'A version of a stored market.' },
);
export const MarketSummary = Type.Object(
  {
    ...versionFields('ai-basket'),
    asOf: Type.Optional(Type.String({ description: 'Valuation date. Absent: it has none.', examples: ['2026-11-20'] })),
    counts: Type.Object(
      { underlyings: count('underlyings', 10), indices: count('indices', 1) },
      { ...closed, description: 'How large it is.' },
    ),
  },
  { $id: 'MarketSummary', ...closed, description: 'A version of a stored market without its content.' },
);
export const MarketList = page(
  'MarketList',
  ref(MarketSummary),
  'A page of stored markets, or of the versions of one.',
);

export const StoredScenario = Type.Object(
  { ...versionFields('two-state'), scenario: ref(Scenario) },
  { $id: 'StoredScenario', ...closed, description: 'A version of a stored scenario.' },
);
export const ScenarioSummary = Type.Object(
  {
    ...versionFields('two-state'),
    description: Type.Optional(Type.String({ description: 'What it stands for. Absent: it does not say.' })),
    counts: Type.Object({ regimes: count('regimes', 2) }, { ...closed, description: 'How large it is.' }),
  },
  { $id: 'ScenarioSummary', ...closed, description: 'A version of a stored scenario without its content.' },
);

/** A shipped scenario is answered as itself: it has no versions of its own. */
export const ScenarioAnswer = Type.Unsafe<Scenario | Static<typeof StoredScenario>>({
  $id: 'ScenarioAnswer',
  description:
    'A shipped scenario as itself, or a stored one in its newest version; only a stored one has a `version`.',
  anyOf: [{ $ref: 'Scenario#' }, { $ref: 'StoredScenario#' }],
});
export const ScenarioItem = Type.Unsafe<Scenario | Static<typeof ScenarioSummary>>({
  $id: 'ScenarioItem',
  description: 'A shipped scenario in full, or a stored one without its content; only a stored one has a `version`.',
  anyOf: [{ $ref: 'Scenario#' }, { $ref: 'ScenarioSummary#' }],
});
export const ScenarioList = page(
  'ScenarioList',
  ref(ScenarioItem),
  'A page of scenarios, the shipped ones first, or of the versions of a stored one.',
);

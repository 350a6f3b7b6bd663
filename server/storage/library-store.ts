import type { DocumentKind, VersionFields } from '../../schemas/library.ts';

/** A version of a document without its content. */
export interface StoredVersion extends VersionFields {
  /** Size of the content in UTF-8. */
  readonly bytes: number;
  /** What lists show of it besides; a plain object. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/** What a version is made of. */
export interface VersionContent {
  /** Canonical JSON, kept to the byte. */
  readonly json: string;
  /** SHA-256 of it, hex. */
  readonly hash: string;
  readonly summary: Readonly<Record<string, unknown>>;
}

/** Judges a change by the newest version there is, deleted or not; undefined when the id was never stored. */
export type Condition = (newest: StoredVersion | undefined) => boolean;

export interface Change {
  readonly at: Date;
  readonly condition: Condition;
}

export type PutOutcome =
  /** `created`: there was none, or it was deleted; `same`: the newest version has this content already. */
  | { readonly kind: 'created' | 'changed' | 'same'; readonly version: StoredVersion }
  | { readonly kind: 'refused'; readonly newest: StoredVersion | undefined };

export type RemoveOutcome =
  | { readonly kind: 'removed' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly newest: StoredVersion };

export interface DocumentPage {
  readonly items: readonly StoredVersion[];
  readonly nextCursor: string | null;
}

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/**
 * Where books, markets and scenarios are kept, in versions that do not change. Several processes may write at once: a
 * condition and the change that it allows are one. Everything rejects with `DatabaseUnavailable` while the database is
 * away; what was being stored then may or may not be.
 */
export interface LibraryStore {
  /** Stores the next version, unless the newest one has this content, or the condition does not hold. */
  put(kind: DocumentKind, id: string, content: VersionContent, change: Change): Promise<PutOutcome>;
  /** Marks the newest version as deleted; one that is deleted already stays as it is. */
  remove(kind: DocumentKind, id: string, change: Change): Promise<RemoveOutcome>;
  /** The newest version, deleted or not. */
  newest(kind: DocumentKind, id: string): Promise<StoredVersion | undefined>;
  version(kind: DocumentKind, id: string, version: number): Promise<StoredVersion | undefined>;
  /** Canonical JSON of a version. */
  content(kind: DocumentKind, id: string, version: number): Promise<string | undefined>;
  /**
   * The newest version of each document, by id; pages neither repeat nor leave out one that is there all the time.
   *
   * @returns null for a cursor that this store did not give
   */
  list(kind: DocumentKind, page: PageQuery & { readonly deleted: boolean }): Promise<DocumentPage | null>;
  /** The versions of one document, newest first; none when the id was never stored. */
  versions(kind: DocumentKind, id: string, page: PageQuery): Promise<DocumentPage | null>;
}

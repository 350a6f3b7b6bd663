import type { DocumentKind } from '../../schemas/library.ts';
import type { Database, Queryable, SqlValue } from './database.ts';
import type { DocumentPage, LibraryStore, StoredVersion } from './library-store.ts';
import { joinParts, partsOf } from './part.ts';
import { isStorableText } from './storable-text.ts';

/** A row of `document_version` with the id of its document. */
interface VersionRow {
  readonly id: string;
  readonly place: number;
  readonly version: number;
  readonly hash: string;
  readonly created_at: Date;
  readonly deleted_at: Date | null;
  readonly bytes: number;
  readonly summary: string;
}

const columns = 'd.id, v.place, v.version, v.hash, v.created_at, v.deleted_at, v.bytes, v.summary';
const joined = `${columns} FROM rho90.document d JOIN rho90.document_version v ON v.document = d.place`;

/** Books, markets and scenarios in a database that has the schema of this version. */
export function sqlLibraryStore(database: Database): LibraryStore {
  /** The row of one version, of the newest when none is named. */
  const find = async (
    tx: Queryable,
    kind: DocumentKind,
    id: string,
    version: number | null,
  ): Promise<VersionRow | undefined> => {
    if (!isStorableText(id)) return undefined;
    const [row] = await tx.query<VersionRow>(
      `SELECT ${joined}
       WHERE d.kind = $1 AND d.id = $2 AND ($3::integer IS NULL OR v.version = $3::integer)
       ORDER BY v.version DESC LIMIT 1`,
      [kind, id, version],
    );
    return row;
  };

  const get = async (kind: DocumentKind, id: string, version: number | null): Promise<StoredVersion | undefined> => {
    const row = await find(database, kind, id, version);
    return row === undefined ? undefined : versionOf(row);
  };

  /**
   * Makes every other writer of the document wait for the end of this transaction. Only a lock, and not also the newest
   * version: a statement that had to wait would go on with the versions of its beginning.
   */
  const lock = async (tx: Queryable, kind: DocumentKind, id: string): Promise<number | undefined> => {
    const [row] = await tx.query<{ place: number }>(
      'SELECT place FROM rho90.document WHERE kind = $1 AND id = $2 FOR UPDATE',
      [kind, id],
    );
    return row?.place;
  };

  const lockOrCreate = async (tx: Queryable, kind: DocumentKind, id: string): Promise<number> => {
    await tx.query('INSERT INTO rho90.document (kind, id) VALUES ($1, $2) ON CONFLICT (kind, id) DO NOTHING', [
      kind,
      id,
    ]);
    const place = await lock(tx, kind, id);
    if (place === undefined) throw new Error(`${kind} ${JSON.stringify(id)} is gone, and documents are never deleted`);
    return place;
  };

  return {
    put: (kind, id, { json, hash, summary }, { at, condition }) =>
      database.transaction(async (tx) => {
        const known = await lock(tx, kind, id);
        if (known === undefined && !condition(undefined)) return { kind: 'refused', newest: undefined };
        const place = known ?? (await lockOrCreate(tx, kind, id));
        const row = await find(tx, kind, id, null);
        const newest = row === undefined ? undefined : versionOf(row);
        if (!condition(newest)) return { kind: 'refused', newest };
        const exists = newest !== undefined && newest.deletedAt === undefined;
        if (exists && newest.hash === hash) return { kind: 'same', version: newest };
        const version = (newest?.version ?? 0) + 1;
        const bytes = Buffer.byteLength(json);
        const [added] = await tx.query<{ place: number }>(
          `INSERT INTO rho90.document_version (document, version, hash, created_at, bytes, summary)
           VALUES ($1, $2, $3, $4, $5, $6) RETURNING place`,
          [place, version, hash, at, bytes, JSON.stringify(summary)],
        );
        for (const [part, body] of partsOf(json).entries()) {
          await tx.query('INSERT INTO rho90.document_part (place, part, body) VALUES ($1, $2, $3)', [
            added.place,
            part,
            body,
          ]);
        }
        return {
          kind: exists ? 'changed' : 'created',
          version: { id, version, hash, createdAt: at.toISOString(), bytes, summary },
        };
      }),
    remove: (kind, id, { at, condition }) =>
      database.transaction(async (tx) => {
        if (!isStorableText(id) || (await lock(tx, kind, id)) === undefined) return { kind: 'unknown' };
        const row = await find(tx, kind, id, null);
        if (row === undefined) return { kind: 'unknown' };
        const newest = versionOf(row);
        if (!condition(newest)) return { kind: 'refused', newest };
        if (newest.deletedAt === undefined) {
          await tx.query('UPDATE rho90.document_version SET deleted_at = $2 WHERE place = $1', [row.place, at]);
        }
        return { kind: 'removed' };
      }),
    newest: (kind, id) => get(kind, id, null),
    version: (kind, id, version) => get(kind, id, version),
    content: async (kind, id, version) => {
      const row = await find(database, kind, id, version);
      if (row === undefined) return undefined;
      return joinParts(row.bytes, async (part) => {
        const [found] = await database.query<{ body: string }>(
          'SELECT body FROM rho90.document_part WHERE place = $1 AND part = $2',
          [row.place, part],
        );
        return found?.body;
      });
    },
    list: async (kind, { deleted, limit, cursor }) => {
      const after = cursor === undefined ? '' : readCursor(cursor, 'after');
      if (after === null || !isStorableText(after)) return null;
      const rows = await database.query<VersionRow>(
        `SELECT ${columns} FROM rho90.document d
         CROSS JOIN LATERAL (
           SELECT * FROM rho90.document_version WHERE document = d.place ORDER BY version DESC LIMIT 1
         ) v
         WHERE d.kind = $1 AND d.id > $2 ${deleted ? '' : 'AND v.deleted_at IS NULL'}
         ORDER BY d.id LIMIT ${limit + 1}`,
        [kind, after],
      );
      return pageOf(rows, limit, ({ id }) => writeCursor('after', id));
    },
    versions: async (kind, id, { limit, cursor }) => {
      const before = cursor === undefined ? null : readCursor(cursor, 'before');
      if (cursor !== undefined && (before === null || !/^\d{1,9}$/.test(before))) return null;
      if (!isStorableText(id)) return { items: [], nextCursor: null };
      const parameters: SqlValue[] = [kind, id];
      if (before !== null) parameters.push(Number(before));
      const rows = await database.query<VersionRow>(
        `SELECT ${joined} WHERE d.kind = $1 AND d.id = $2 ${before === null ? '' : 'AND v.version < $3'}
         ORDER BY v.version DESC LIMIT ${limit + 1}`,
        parameters,
      );
      return pageOf(rows, limit, ({ version }) => writeCursor('before', String(version)));
    },
  };
}

function versionOf(row: VersionRow): StoredVersion {
  const { id, version, hash, created_at: createdAt, deleted_at: deletedAt, bytes, summary } = row;
  return {
    id,
    version,
    hash,
    createdAt: createdAt.toISOString(),
    ...(deletedAt === null ? {} : { deletedAt: deletedAt.toISOString() }),
    bytes,
    summary: JSON.parse(summary) as StoredVersion['summary'],
  };
}

/** @param rows  one more than fit on the page, when there are more */
function pageOf(rows: readonly VersionRow[], limit: number, cursorAt: (last: VersionRow) => string): DocumentPage {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(versionOf),
    nextCursor: rows.length > limit && last !== undefined ? cursorAt(last) : null,
  };
}

function writeCursor(word: string, value: string): string {
  return Buffer.from(`${word}:${value}`).toString('base64url');
}

function readCursor(cursor: string, word: string): string | null {
  const text = Buffer.from(cursor, 'base64url').toString();
  return text.startsWith(`${word}:`) ? text.slice(word.length + 1) : null;
}

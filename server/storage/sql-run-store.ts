import type { StressRun } from '../../schemas/stress-run.ts';
import type { Database, Queryable, SqlValue } from './database.ts';
import { readParts, writeParts } from './part.ts';
import { createCleaner } from './retention.ts';
import { isFinished, type Retention, type RunFilter, type RunStore } from './run-store.ts';

export interface SqlRunStoreOptions {
  readonly retention: Retention;
  readonly clock: () => Date;
}

/** Runs in a database that has the schema of this version. */
export function sqlRunStore(database: Database, { retention, clock }: SqlRunStoreOptions): RunStore {
  const clean = createCleaner(database, retention, clock);

  /** Changes a run that has not ended; gives its place, or undefined when it has ended or is not there. */
  const change = async (tx: Queryable, run: StressRun, starts: number | null, resultBytes: number) => {
    const [row] = await tx.query<{ place: number }>(
      `UPDATE rho90.run
       SET status = $2, body = $3, finished_at = $4, starts = coalesce($5, starts), result_bytes = $6
       WHERE id = $1 AND status IN ('queued', 'running')
       RETURNING place`,
      [
        run.id,
        run.status,
        JSON.stringify(run),
        run.finishedAt === undefined ? null : new Date(run.finishedAt),
        starts,
        resultBytes,
      ],
    );
    return row?.place;
  };

  /** A change that was made before, when the answer of the database was lost, is not made twice. */
  const isAsGiven = async (tx: Queryable, run: StressRun): Promise<boolean> => {
    const [row] = await tx.query<{ body: string }>('SELECT body FROM rho90.run WHERE id = $1', [run.id]);
    return row?.body === JSON.stringify(run);
  };

  const end = async (run: StressRun, result?: string): Promise<boolean> => {
    const done = await database.transaction(async (tx) => {
      const place = await change(tx, run, null, result === undefined ? 0 : Buffer.byteLength(result));
      if (place === undefined) return isAsGiven(tx, run);
      if (result !== undefined) await writeParts(tx, place, 'result', result);
      return true;
    });
    await clean(run.id);
    return done;
  };

  const text = async (id: string, kind: 'request' | 'result'): Promise<string | undefined> => {
    const [row] = await database.query<{ place: number; status: string; request: number; result: number }>(
      'SELECT place, status, request_bytes AS request, result_bytes AS result FROM rho90.run WHERE id = $1',
      [id],
    );
    if (row === undefined || (kind === 'result' && row.status !== 'succeeded')) return undefined;
    return readParts(database, row.place, kind, row[kind]);
  };

  return {
    accept: (run, request) =>
      database.transaction(async (tx) => {
        const [row] = await tx.query<{ place: number }>(
          `INSERT INTO rho90.run (id, status, label, created_at, request_bytes, body)
           VALUES ($1, $2, $3, $4, $5, $6) RETURNING place`,
          [
            run.id,
            run.status,
            run.label === undefined ? null : JSON.stringify(run.label),
            new Date(run.createdAt),
            Buffer.byteLength(request),
            JSON.stringify(run),
          ],
        );
        await writeParts(tx, row.place, 'request', request);
      }),
    put: async (run, starts) => {
      if (isFinished(run)) return end(run);
      const place = await change(database, run, starts ?? null, 0);
      return place !== undefined;
    },
    putSucceeded: (run, result) => end(run, result),
    discard: async (id) => {
      await database.query('DELETE FROM rho90.run WHERE id = $1', [id]);
    },
    get: async (id) => {
      const [row] = await database.query<{ body: string }>('SELECT body FROM rho90.run WHERE id = $1', [id]);
      return row === undefined ? undefined : (JSON.parse(row.body) as StressRun);
    },
    request: (id) => text(id, 'request'),
    result: (id) => text(id, 'result'),
    list: async (filter, { limit, cursor }) => {
      const before = cursor === undefined ? null : placeOf(cursor);
      if (cursor !== undefined && before === null) return null;
      const { where, parameters } = conditions(filter, before);
      const rows = await database.query<{ place: number; body: string }>(
        `SELECT place, body FROM rho90.run ${where} ORDER BY place DESC LIMIT ${limit + 1}`,
        parameters,
      );
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      return {
        items: items.map(({ body }) => JSON.parse(body) as StressRun),
        nextCursor: rows.length > limit && last !== undefined ? cursorAt(last.place) : null,
      };
    },
    unfinished: async () => {
      const rows = await database.query<{ body: string; starts: number; bytes: number }>(
        `SELECT body, starts, request_bytes AS bytes FROM rho90.run
         WHERE status IN ('queued', 'running') ORDER BY place`,
      );
      return rows.map(({ body, starts, bytes }) => ({ run: JSON.parse(body) as StressRun, starts, bytes }));
    },
    clean: () => clean(null),
    check: async () => {
      await database.query('SELECT 1 AS one');
    },
  };
}

function conditions({ status, label, createdAfter, createdBefore }: RunFilter, before: number | null) {
  const parts: string[] = [];
  const parameters: SqlValue[] = [];
  const add = (condition: string, value: SqlValue | undefined): void => {
    if (value !== undefined) parts.push(`${condition} $${parameters.push(value)}`);
  };
  add('place <', before ?? undefined);
  add('status =', status);
  add('label =', label === undefined ? undefined : JSON.stringify(label));
  add('created_at >', createdAfter);
  add('created_at <', createdBefore);
  return { where: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`, parameters };
}

/** The place of the last run of a page: a run that is dropped meanwhile neither repeats nor hides another. */
function cursorAt(place: number): string {
  return Buffer.from(`before:${place}`).toString('base64url');
}

function placeOf(cursor: string): number | null {
  const found = /^before:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString());
  return found === null ? null : Number(found[1]);
}

import type { StressRun } from '../../schemas/stress-run.ts';
import { batched } from './batched.ts';
import type { Database, SqlValue } from './database.ts';
import { readParts, writeParts } from './part.ts';
import type { RunCounts, RunFilter, RunState, RunStore } from './run-store.ts';
import { type RunRow, RUN_COLUMNS, runOf, shownBody } from './run-row.ts';
import { isStorableText } from './storable-text.ts';

/** Runs in a database that has the schema of this version. */
export function sqlRunStore(database: Database, clock: () => Date): RunStore {
  const text = async (id: string, kind: 'request' | 'result'): Promise<string | undefined> => {
    if (!isStorableText(id)) return undefined;
    const [row] = await database.query<{ place: number; status: string }>(
      'SELECT place, status FROM rho90.run WHERE id = $1',
      [id],
    );
    if (row === undefined || (kind === 'result' && row.status !== 'succeeded')) return undefined;
    return readParts(database, row.place, kind);
  };

  const states = async (ids: readonly string[]): Promise<readonly RunState[]> => {
    const rows = await database.query<RunRow>(`SELECT ${RUN_COLUMNS} FROM rho90.run AS r WHERE id = ANY ($1::text[])`, [
      ids,
    ]);
    return rows.map((row) => ({ run: runOf(row, clock()), revision: row.revision }));
  };
  const lookUp = batched(async (ids) => {
    const found = new Map((await states(ids)).map(({ run }) => [run.id, run]));
    return ids.map((id) => found.get(id));
  });

  return {
    insert: async (tx, run, { owner, cost, request }) => {
      const [{ place }] = await tx.query<{ place: number }>(
        `INSERT INTO rho90.run
           (id, owner, status, label, book_id, schedule_id, created_at, paths, cost, request_bytes, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING place`,
        [
          run.id,
          owner,
          run.status,
          run.label === undefined ? null : JSON.stringify(run.label),
          run.bookId ?? null,
          run.scheduleId ?? null,
          new Date(run.createdAt),
          run.progress.paths,
          cost,
          Buffer.byteLength(request),
          shownBody(run),
        ],
      );
      await writeParts(tx, place, 'request', request);
      return place;
    },
    start: async (tx, id, { at, paths, ...change }) => {
      const [row] = await tx.query<{ place: number; body: string }>(
        `UPDATE rho90.run SET status = 'running', revision = revision + 1, paths = $3,
           started_at = coalesce(started_at, $2)
         WHERE id = $1 AND status IN ('queued', 'running') RETURNING place, body`,
        [id, at, paths],
      );
      if (row === undefined) return undefined;
      // The program that accepted it may have been another version, with other checks and another kernel.
      const body = JSON.stringify({ ...(JSON.parse(row.body) as object), ...change });
      if (body !== row.body) await tx.query('UPDATE rho90.run SET body = $2 WHERE place = $1', [row.place, body]);
      return row.place;
    },
    giveBack: async (tx, place) => {
      await tx.query(
        `UPDATE rho90.run SET status = 'queued', revision = revision + 1, started_at = NULL
         WHERE place = $1 AND status = 'running'`,
        [place],
      );
    },
    restart: async (tx, place) => {
      await tx.query('DELETE FROM rho90.task WHERE run = $1', [place]);
      await tx.query("DELETE FROM rho90.run_part WHERE place = $1 AND kind LIKE 'scenario %'", [place]);
      const [{ cost }] = await tx.query<{ cost: number }>(
        `UPDATE rho90.run SET status = 'queued', revision = revision + 1, started_at = NULL, paths_done = 0,
           result_bytes = 0 WHERE place = $1 RETURNING cost`,
        [place],
      );
      return cost;
    },
    plan: async (tx, place, paths) => {
      await tx.query('UPDATE rho90.run SET paths = paths + $2 WHERE place = $1', [place, paths]);
    },
    end: async (tx, id, { status, finishedAt, result, ...shown }) => {
      const [row] = await tx.query<{ place: number; body: string }>(
        `UPDATE rho90.run SET status = $2, revision = revision + 1, finished_at = $3,
           result_bytes = CASE $2 WHEN 'succeeded' THEN result_bytes + $4 ELSE 0 END
         WHERE id = $1 AND status IN ('queued', 'running') RETURNING place, body`,
        [id, status, finishedAt, result === undefined ? 0 : Buffer.byteLength(result)],
      );
      if (row === undefined) return undefined;
      const { place } = row;
      // A run that has succeeded has done all of its paths, whatever was counted while processes came and went.
      await tx.query(
        `UPDATE rho90.run SET body = $2, paths_done = CASE WHEN status = 'succeeded' THEN paths
           ELSE least(paths, (SELECT coalesce(sum(paths_done), 0) FROM rho90.task WHERE run = $1)) END
         WHERE place = $1`,
        [place, JSON.stringify({ ...(JSON.parse(row.body) as object), ...shown })],
      );
      await tx.query('DELETE FROM rho90.task WHERE run = $1', [place]);
      await tx.query("DELETE FROM rho90.run_part WHERE place = $1 AND kind LIKE 'scenario %'", [place]);
      if (result !== undefined) await writeParts(tx, place, 'result', result);
      return place;
    },
    lock: async (tx, id) => {
      if (!isStorableText(id)) return undefined;
      const [row] = await tx.query<{ place: number; status: StressRun['status'] }>(
        'SELECT place, status FROM rho90.run WHERE id = $1 FOR UPDATE',
        [id],
      );
      return row;
    },
    share: async (tx, place) => {
      const [row] = await tx.query<{ status: StressRun['status'] }>(
        'SELECT status FROM rho90.run WHERE place = $1 FOR KEY SHARE',
        [place],
      );
      return row?.status;
    },
    countBytes: async (tx, place, bytes) => {
      await tx.query('UPDATE rho90.run SET result_bytes = result_bytes + $2 WHERE place = $1', [place, bytes]);
    },
    writeScenario: async (tx, place, scenario, result) => {
      await tx.query('DELETE FROM rho90.run_part WHERE place = $1 AND kind = $2', [place, `scenario ${scenario}`]);
      await writeParts(tx, place, `scenario ${scenario}`, result);
    },
    scenarios: async (tx, place, count) => {
      const found: (string | undefined)[] = [];
      for (let i = 0; i < count; i++) found.push(await readParts(tx, place, `scenario ${i}`));
      return found;
    },
    timing: async (tx, place) => {
      const [row] = await tx.query<{ startedAt: Date; paths: number }>(
        'SELECT started_at AS "startedAt", paths FROM rho90.run WHERE place = $1',
        [place],
      );
      return row;
    },
    waiting: async (tx, owner) => {
      const [{ runs, bytes }] = await tx.query<{ runs: number; bytes: number | null }>(
        `SELECT count(*) AS runs, sum(request_bytes)::bigint AS bytes FROM rho90.run
         WHERE status = 'queued' AND ($1::text IS NULL OR owner = $1)`,
        [owner ?? null],
      );
      return { runs, bytes: bytes ?? 0 };
    },
    counts: async () => {
      const [row] = await database.query<RunCounts>(
        `SELECT count(*) FILTER (WHERE status = 'queued') AS queued, count(*) FILTER (WHERE status = 'running') AS running,
                min(created_at) FILTER (WHERE status = 'queued') AS "oldestQueued"
         FROM rho90.run WHERE status IN ('queued', 'running')`,
      );
      return row;
    },
    get: async (id) => (isStorableText(id) ? lookUp.load(id) : undefined),
    states,
    placeOf: async (id) => {
      if (!isStorableText(id)) return undefined;
      const [row] = await database.query<{ place: number }>('SELECT place FROM rho90.run WHERE id = $1', [id]);
      return row?.place;
    },
    request: (id) => text(id, 'request'),
    result: (id) => text(id, 'result'),
    list: async (filter, { limit, cursor }) => {
      const before = cursor === undefined ? null : placeOf(cursor);
      if (cursor !== undefined && before === null) return null;
      if (![filter.bookId, filter.scheduleId].every((id = '') => isStorableText(id))) {
        return { items: [], nextCursor: null };
      }
      const { where, parameters } = conditions(filter, before);
      const rows = await database.query<RunRow & { place: number }>(
        `SELECT place, ${RUN_COLUMNS} FROM rho90.run AS r ${where} ORDER BY place DESC LIMIT ${limit + 1}`,
        parameters,
      );
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      return {
        items: items.map((row) => runOf(row, clock())),
        nextCursor: rows.length > limit && last !== undefined ? cursorAt(last.place) : null,
      };
    },
    check: async () => {
      await database.query('SELECT 1 AS one');
    },
  };
}

function conditions(
  { status, label, bookId, scheduleId, createdAfter, createdBefore }: RunFilter,
  before: number | null,
): { readonly where: string; readonly parameters: readonly SqlValue[] } {
  const parts: string[] = [];
  const parameters: SqlValue[] = [];
  const add = (condition: string, value: SqlValue | undefined): void => {
    if (value !== undefined) parts.push(`${condition} $${parameters.push(value)}`);
  };
  add('place <', before ?? undefined);
  add('status =', status);
  add('label =', label === undefined ? undefined : JSON.stringify(label));
  add('book_id =', bookId);
  add('schedule_id =', scheduleId);
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

import type { Database } from './database.ts';
import type { StartedTask, Task, TaskStore } from './task-store.ts';

const COLUMNS = `job, queue, kind, scenario, from_path AS "fromPath", to_path AS "toPath", batch`;

/** Tasks in a database that has the schema of this version. */
export function sqlTaskStore(database: Database): TaskStore {
  return {
    add: async (tx, run, tasks) => {
      for (const { job, queue, kind, scenario, fromPath, toPath, batch } of tasks) {
        await tx.query(
          `INSERT INTO rho90.task (job, queue, run, kind, scenario, from_path, to_path, batch)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [job, queue, run, kind, scenario, fromPath, toPath, batch],
        );
      }
    },
    start: async (tx, job, node) => {
      const [row] = await tx.query<StartedTask>(
        `UPDATE rho90.task AS t SET node = $2, starts = starts + 1, paths_done = 0, pilot_paths = 0
         FROM rho90.run AS r WHERE t.job = $1 AND NOT t.done AND r.place = t.run
         RETURNING r.id AS "runId", t.run, t.starts, t.job, t.queue, t.kind, t.scenario,
                   t.from_path AS "fromPath", t.to_path AS "toPath", t.batch`,
        [job, node],
      );
      return row;
    },
    progress: async (job, node, { pathsDone, pilotPaths }) => {
      const rows = await database.query(
        `UPDATE rho90.task SET paths_done = $3, pilot_paths = $4 WHERE job = $1 AND node = $2 AND NOT done
         RETURNING 1 AS one`,
        [job, node, pathsDone, pilotPaths],
      );
      return rows.length === 1;
    },
    giveBack: async (tx, job, node) => {
      await tx.query(
        `UPDATE rho90.task SET node = NULL, starts = starts - 1, paths_done = 0, pilot_paths = 0
         WHERE job = $1 AND node = $2 AND NOT done`,
        [job, node],
      );
    },
    drop: async (tx, job, node) => {
      await tx.query(
        'UPDATE rho90.task SET node = NULL, paths_done = 0, pilot_paths = 0 WHERE job = $1 AND node = $2 AND NOT done',
        [job, node],
      );
    },
    dropAll: async (tx) => {
      await tx.query(
        'UPDATE rho90.task SET node = NULL, paths_done = 0, pilot_paths = 0 WHERE node IS NOT NULL AND NOT done',
      );
    },
    finish: async (tx, job, { pathsDone, pilotPaths, cpuSeconds }) => {
      await tx.query(
        `UPDATE rho90.task SET node = NULL, done = true, paths_done = $2, pilot_paths = $3, cpu_seconds = $4
         WHERE job = $1`,
        [job, pathsDone, pilotPaths, cpuSeconds],
      );
    },
    delete: async (tx, job) => {
      await tx.query('DELETE FROM rho90.task WHERE job = $1', [job]);
    },
    cpuSeconds: async (tx, run) => {
      const [{ seconds }] = await tx.query<{ seconds: number | null }>(
        'SELECT sum(cpu_seconds) AS seconds FROM rho90.task WHERE run = $1',
        [run],
      );
      return seconds ?? 0;
    },
    of: (tx, run) => tx.query<Task>(`SELECT ${COLUMNS} FROM rho90.task WHERE run = $1`, [run]),
    stranded: async (tx, seenSince) => {
      const rows = await tx.query<{ id: string }>(
        `SELECT DISTINCT r.id FROM rho90.task AS t JOIN rho90.run AS r ON r.place = t.run
         WHERE t.kind <> 'run' AND NOT EXISTS (
           SELECT 1 FROM rho90.node AS n WHERE n.seen_at > $1 AND t.queue = ANY (n.queues))`,
        [seenSince],
      );
      return rows.map(({ id }) => id);
    },
  };
}

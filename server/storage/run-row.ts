import type { RunStatus, StressRun } from '../../schemas/stress-run.ts';
import { secondsLeft } from './seconds-left.ts';

/** A run as it is read. */
export interface RunRow {
  readonly id: string;
  readonly status: RunStatus;
  readonly revision: number;
  readonly label: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly paths: number;
  readonly pathsDone: number;
  readonly pilotPaths: number;
  readonly body: string;
}

/** Columns of rho90.run AS r that make a RunRow. */
export const RUN_COLUMNS = `r.id, r.status, r.revision, r.label, r.created_at AS "createdAt",
  r.started_at AS "startedAt", r.finished_at AS "finishedAt", r.paths,
  r.paths_done + (SELECT coalesce(sum(t.paths_done), 0)::bigint FROM rho90.task AS t WHERE t.run = r.place) AS "pathsDone",
  (SELECT coalesce(sum(t.pilot_paths), 0)::bigint FROM rho90.task AS t WHERE t.run = r.place) AS "pilotPaths", r.body`;

const OF_COLUMNS = ['id', 'status', 'label', 'createdAt', 'startedAt', 'finishedAt', 'progress', 'result'] as const;

/** What is stored as text, since no query asks for it. */
type Body = Omit<StressRun, (typeof OF_COLUMNS)[number]>;

/** Fields of a run that have no column of their own. */
export function shownBody(run: StressRun): string {
  const columns = new Set<string>(OF_COLUMNS);
  return JSON.stringify(Object.fromEntries(Object.entries(run).filter(([name]) => !columns.has(name))));
}

/** @param now  to estimate what is left */
export function runOf(row: RunRow, now: Date): StressRun {
  const { id, status, label, createdAt, startedAt, finishedAt, paths, pilotPaths } = row;
  const pathsDone = Math.min(row.pathsDone, paths);
  const elapsed = (now.getTime() - (startedAt ?? createdAt).getTime()) / 1000;
  const left = finishedAt === null ? secondsLeft(elapsed, { pathsDone, paths, pilotPaths }) : 0;
  return {
    id,
    status,
    ...(label === null ? {} : { label: JSON.parse(label) as string }),
    createdAt: createdAt.toISOString(),
    ...(startedAt === null ? {} : { startedAt: startedAt.toISOString() }),
    ...(finishedAt === null ? {} : { finishedAt: finishedAt.toISOString() }),
    progress: { pathsDone, paths, secondsLeft: left },
    ...(JSON.parse(row.body) as Body),
  };
}

import type { Queryable } from './database.ts';

/**
 * Work on a run, each a job of the queue. `run`: the whole of a small run, or the splitting of a large one; `shard`: some
 * paths of a scenario; `join`: what comes of a scenario's shards, once all are done.
 */
export type TaskKind = 'run' | 'shard' | 'join';

export interface Task {
  /** Id of the job. */
  readonly job: string;
  readonly queue: string;
  readonly kind: TaskKind;
  /** Of a shard or a join. */
  readonly scenario: number;
  /** Paths [fromPath, toPath); of a join, all of them up to toPath. */
  readonly fromPath: number;
  readonly toPath: number;
  /** Of a join: how many batches of paths a scenario with a target has had. */
  readonly batch: number;
}

export interface StartedTask extends Task {
  readonly runId: string;
  /** Place of the run. */
  readonly run: number;
  /** How often it was started, this time included, without having been given back. */
  readonly starts: number;
}

export interface Progress {
  readonly pathsDone: number;
  readonly pilotPaths: number;
}

/** What is still to be done for runs that have not ended. */
export interface TaskStore {
  add(tx: Queryable, run: number, tasks: readonly Task[]): Promise<void>;
  /** Takes a task for a node. @returns undefined when there is no such task any more */
  start(tx: Queryable, job: string, node: string): Promise<StartedTask | undefined>;
  /** @returns whether the node still has the task */
  progress(job: string, node: string, progress: Progress): Promise<boolean>;
  /** A task goes back unfinished and as if it had not been started. */
  giveBack(tx: Queryable, job: string, node: string): Promise<void>;
  /** Nobody works on a task any more, for a reason that was its own or that of its process. */
  drop(tx: Queryable, job: string, node: string): Promise<void>;
  /** The same of every task that somebody works on. */
  dropAll(tx: Queryable): Promise<void>;
  /** A shard is done; its task stays until the run is over. */
  finish(tx: Queryable, job: string, done: Progress & { readonly cpuSeconds: number }): Promise<void>;
  delete(tx: Queryable, job: string): Promise<void>;
  /** Processor seconds of the shards of a run. */
  cpuSeconds(tx: Queryable, run: number): Promise<number>;
  /** Every task of a run. */
  of(tx: Queryable, run: number): Promise<readonly Task[]>;
  /** Runs with tasks in queues that no process seen since then takes jobs from. */
  stranded(tx: Queryable, seenSince: Date): Promise<readonly string[]>;
}

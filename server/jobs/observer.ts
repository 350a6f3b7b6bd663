import type { TaskKind } from '../storage/task-store.ts';

/** Told of what happens to runs on this process, for logs and metrics. It must not throw. */
export interface Observer {
  readonly runAccepted: (runId: string) => void;
  /** By this process, stored. */
  readonly runEnded: (runId: string, status: 'succeeded' | 'failed' | 'cancelled') => void;
  readonly pathsDone: (paths: number) => void;
  readonly taskStarted: (task: ObservedTask) => void;
  /** `given back`: to others, since this process stops. `lost`: to another process, or to the end of its run. */
  readonly taskEnded: (task: ObservedTask, outcome: TaskOutcome, seconds: number) => void;
  /** An error that no client can be told of, with the run that it is about, if any. */
  readonly error: (error: unknown, runId?: string) => void;
}

export type TaskOutcome = 'done' | 'given back' | 'lost' | 'error';

export interface ObservedTask {
  readonly runId: string;
  readonly kind: TaskKind;
  readonly scenario: number;
  readonly fromPath: number;
  readonly toPath: number;
  /** How often it was started, this time included. */
  readonly starts: number;
}

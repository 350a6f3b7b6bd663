/** What has to be true of every run in the end, whatever happened. */
import type { Test } from 'tap';
import type { StressRun, StressRunRequest } from '../../schemas/stress-run.ts';
import { until } from '../server/service.ts';
import type { Program } from '../support/program.ts';
import { accepted, listed, look, pnlHash, Refused } from './client.ts';
import type { Undisturbed } from './undisturbed.ts';

/** Runs that were acknowledged, by label. */
export type Acknowledged = Map<string, string>;

/**
 * Posts requests one after the other until each is acknowledged, to whatever serves at the moment. Keys make sure that
 * one whose acknowledgement was lost is not there twice.
 *
 * @param serving  what serves at the moment; it may be killed, but must not end by itself
 */
export async function postAll(
  requests: readonly StressRunRequest[],
  serving: () => Program,
  acknowledged: Acknowledged,
): Promise<void> {
  for (const request of requests) {
    const run = await until(async () => {
      const { base, child } = serving();
      try {
        return await accepted(await base, request);
      } catch (error) {
        if (error instanceof Refused || child.exitCode !== null) throw error;
        // Nothing serves just now, or what did was killed while it answered.
        return undefined;
      }
    });
    acknowledged.set(request.label ?? '', run.id);
  }
}

/**
 * Waits until every run has ended, and checks that it succeeded, once, with what it gives undisturbed.
 *
 * @param others  ids of runs that are there, too, and end in other ways
 */
export async function endsAsUndisturbed(
  t: Test,
  base: string,
  acknowledged: Acknowledged,
  expected: ReadonlyMap<string, Undisturbed>,
  others: readonly string[] = [],
): Promise<void> {
  for (const [label, id] of acknowledged) {
    const run = await endOf(base, id);
    t.match(run, { id, label, status: 'succeeded' }, `run ${label}`);
    t.equal(run.resultHash, expected.get(label)?.resultHash, `result of ${label}`);
    t.equal(await pnlHash(base, id), expected.get(label)?.pnl, `P&L of ${label}`);
  }
  const runs = await listed(base);
  t.same(
    runs.map(({ id }) => id).toSorted(),
    [...acknowledged.values(), ...others].toSorted(),
    'every run is there once, and no other is',
  );
}

/** Tells programs to stop, and checks that they do so without a word. */
export async function stopCleanly(t: Test, ...programs: readonly Program[]): Promise<void> {
  for (const { child } of programs) child.kill('SIGTERM');
  for (const { ended, output } of programs) {
    const end = await ended;
    if (end[0] !== 0) t.comment(output.out.slice(-5000));
    t.same(end, [0, null], 'it stops when it is told to');
    t.equal(output.err, '');
  }
}

/** Kills a program as nothing lets it prepare for. */
export async function killHard(t: Test, { child, ended, output }: Program): Promise<void> {
  child.kill('SIGKILL');
  const end = await ended;
  if (end[1] !== 'SIGKILL') t.comment(output.out.slice(-5000));
  t.same(end, [null, 'SIGKILL'], 'it was alive until it was killed');
}

/** The run once it has ended. */
export function endOf(base: string, id: string): Promise<StressRun> {
  return until(async () => {
    const run = await look(base, id);
    return run.status === 'queued' || run.status === 'running' ? undefined : run;
  });
}

import type { Database, Queryable } from '../storage/database.ts';

/** What processes tell each other. `queued`: there is work. `changed`: look at the run. `ended`: the run has ended. */
export type NoticeKind = 'queued' | 'changed' | 'ended';

export interface Notices {
  /** Told once the transaction has committed, to every process on the database. */
  publish(tx: Queryable, kind: NoticeKind, runId: string): Promise<void>;
  /** Calls back until it is undone; with null when notices may have been missed. */
  subscribe(onNotice: (notice: { readonly kind: NoticeKind; readonly runId: string } | null) => void): () => void;
}

const channel = 'rho90';

/** Notices through the database, which are not kept: whoever listens has to look for itself now and then. */
export async function openNotices(database: Database): Promise<Notices> {
  const subscribers = new Set<Parameters<Notices['subscribe']>[0]>();
  await database.listen(channel, (text) => {
    const [kind, runId] = text?.split(' ', 2) ?? [];
    const notice = text === null ? null : { kind: kind as NoticeKind, runId };
    for (const subscriber of subscribers) subscriber(notice);
  });
  return {
    async publish(tx, kind, runId) {
      await tx.query('SELECT pg_notify($1, $2)', [channel, `${kind} ${runId}`]);
    },
    subscribe(onNotice) {
      subscribers.add(onNotice);
      return () => void subscribers.delete(onNotice);
    },
  };
}

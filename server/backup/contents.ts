import type { Queryable } from '../storage/database.ts';

/** How much there is of what a backup holds. */
export interface Contents {
  readonly runs: number;
  /** Of these, those that have not ended. */
  readonly unfinished: number;
  readonly documents: number;
  readonly versions: number;
}

export async function contentsOf(tx: Queryable): Promise<Contents> {
  const [contents] = await tx.query<Contents>(
    `SELECT (SELECT count(*) FROM rho90.run) AS runs,
            (SELECT count(*) FROM rho90.run WHERE status IN ('queued', 'running')) AS unfinished,
            (SELECT count(*) FROM rho90.document) AS documents,
            (SELECT count(*) FROM rho90.document_version) AS versions`,
  );
  return contents;
}

export function isEmpty({ runs, documents }: Contents): boolean {
  return runs === 0 && documents === 0;
}

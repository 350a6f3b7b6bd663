import type { Contents } from '../backup/contents.ts';

/** What a backup holds, in words. */
export function inWords({ runs, unfinished, documents, versions }: Contents): string {
  const waiting = unfinished === 0 ? '' : `, of which ${unfinished} ${unfinished === 1 ? 'begins' : 'begin'} anew,`;
  return `${plural(runs, 'run')}${waiting} and ${plural(documents, 'document')} in ${plural(versions, 'version')}`;
}

function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

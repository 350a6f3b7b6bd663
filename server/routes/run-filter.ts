import { Type, type Static } from 'typebox';
import { parseDate } from '../../models/calendar/trading-days.ts';
import { closed, stringEnum } from '../../schemas/schema-kit.ts';
import { RUN_STATUSES } from '../../schemas/stress-run.ts';
import { RequestRefused } from '../errors.ts';
import { FailureCollector } from '../found-failures.ts';
import type { RunFilter } from '../storage/run-store.ts';

const instant = (which: string) =>
  Type.Optional(
    Type.String({
      description: `Only runs accepted ${which} this instant, ISO 8601 with a time zone, as 2026-11-20T00:00:00Z. Default: no bound.`,
      maxLength: 40,
    }),
  );

/** What a list can be asked for. */
export const pageFields = {
  limit: Type.Optional(
    Type.Integer({ description: 'Items on a page. Default: 50.', minimum: 1, maximum: 200, examples: [50] }),
  ),
  cursor: Type.Optional(
    Type.String({ description: '`nextCursor` of the page before. Default: the first page.', maxLength: 200 }),
  ),
};

export const ListQuery = Type.Object(
  {
    ...pageFields,
    status: Type.Optional(stringEnum(RUN_STATUSES, { description: 'Only runs of this status. Default: all.' })),
    label: Type.Optional(
      Type.String({ description: 'Only runs with exactly this label. Default: all.', maxLength: 200 }),
    ),
    bookId: Type.Optional(Type.String({ description: 'Only runs of this stored book. Default: all.', maxLength: 64 })),
    scheduleId: Type.Optional(
      Type.String({ description: 'Only runs that this schedule has started. Default: all.', maxLength: 64 }),
    ),
    createdAfter: instant('after'),
    createdBefore: instant('before'),
  },
  closed,
);
export type ListQuery = Static<typeof ListQuery>;

/** A time without a zone would mean another instant on another machine, so it is refused. */
const isoInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * The filter of a list.
 *
 * @throws RequestRefused with every bound that is not an instant
 */
export function filterOf({ status, label, bookId, scheduleId, createdAfter, createdBefore }: ListQuery): RunFilter {
  const failures = new FailureCollector();
  const read = (name: 'createdAfter' | 'createdBefore', text: string | undefined): RunFilter => {
    if (text === undefined) return {};
    const value = new Date(text);
    // A day that does not exist would be read as one of the next month.
    const exists = parseDate(text.slice(0, 10)) !== null && !Number.isNaN(value.getTime());
    if (isoInstant.test(text) && exists) return { [name]: value };
    const message = `${name} is ${JSON.stringify(text)}; it must be an instant as 2026-11-20T00:00:00Z`;
    failures.add(() => ({ reason: 'wrong_format', pointer: name, message }));
    return {};
  };
  const filter = {
    ...(status === undefined ? {} : { status }),
    ...(label === undefined ? {} : { label }),
    ...(bookId === undefined ? {} : { bookId }),
    ...(scheduleId === undefined ? {} : { scheduleId }),
    ...read('createdAfter', createdAfter),
    ...read('createdBefore', createdBefore),
  };
  if (failures.total > 0) throw new RequestRefused(failures);
  return filter;
}

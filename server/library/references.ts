import type { Outcome } from '../../models/outcome.ts';
import type { Book } from '../../schemas/book.ts';
import type { Failure } from '../../schemas/failure.ts';
import type { DocumentKind } from '../../schemas/library.ts';
import type { Market } from '../../schemas/market.ts';
import type { Scenario } from '../../schemas/scenario.ts';
import type { RunReferences, StressRunRequest } from '../../schemas/stress-run.ts';
import type { LibraryStore, StoredVersion } from '../storage/library-store.ts';

export interface ReferenceDependencies {
  readonly store: LibraryStore;
  readonly shipped: readonly Scenario[];
  /** Checks a request; asked for what else is wrong with one whose references lead nowhere. */
  readonly prepare: (request: StressRunRequest) => Promise<Outcome<unknown>>;
  /** Most that the documents of one run may have together: as much as a run in full could. */
  readonly maxBytes: number;
}

/** A run that says everything itself. */
export interface InlinedRun {
  /** Books, markets and stored scenarios by value, their ids removed; shipped scenarios stay ids. */
  readonly request: StressRunRequest;
  readonly references: RunReferences;
  /** Of the documents that were put in, as JSON. */
  readonly bytes: number;
}

/** The documents that runs name by id. */
export interface References {
  /** Puts documents in place of their ids, or says everything that is wrong with the request. */
  inline(request: StressRunRequest): Promise<Outcome<InlinedRun>>;
}

/** A reference of a request that leads to a version. */
interface Found {
  readonly kind: DocumentKind;
  /** Place in `scenarios`. */
  readonly place?: number;
  readonly version: StoredVersion;
}

const shownIds = 12;

export function createReferences({ store, shipped, prepare, maxBytes }: ReferenceDependencies): References {
  const isShipped = (id: string): boolean => shipped.some((scenario) => scenario.id === id);

  /** What there is instead, in words. */
  const others = async (kind: DocumentKind): Promise<string> => {
    const page = await store.list(kind, { limit: shownIds, deleted: false });
    const ids = (page?.items ?? []).map(({ id }) => JSON.stringify(id)).join(', ');
    const more = (page?.nextCursor ?? null) === null ? '' : ' and more';
    return ids === '' ? `no ${kind} is stored` : `stored are ${ids}${more}`;
  };

  /** The version that is meant, or what to say of it. */
  const find = async (kind: DocumentKind, id: string, wanted: number | undefined): Promise<StoredVersion | string> => {
    const newest = await store.newest(kind, id);
    if (newest === undefined) {
      return `which is no ${kind === 'scenario' ? 'shipped or stored' : 'stored'} ${kind}; ${await others(kind)}`;
    }
    if (newest.deletedAt !== undefined) {
      return `which was deleted on ${newest.deletedAt}; store it again, or give the ${kind} in full: its versions can still be read`;
    }
    return wanted === undefined ? newest : ((await store.version(kind, id, wanted)) ?? newest);
  };

  const findAll = async (request: StressRunRequest): Promise<{ found: Found[]; failures: Failure[] }> => {
    const found: Found[] = [];
    const failures: Failure[] = [];
    const fail = (pointer: string, message: string) => failures.push({ reason: 'unknown_reference', pointer, message });
    for (const kind of ['book', 'market'] as const) {
      const id = request[`${kind}Id`];
      const wanted = request[`${kind}Version`];
      // Both at once are refused by the checks of the run.
      if (id === undefined || request[kind] !== undefined) continue;
      const version = await find(kind, id, wanted);
      if (typeof version === 'string') fail(`/${kind}Id`, `${kind}Id is ${JSON.stringify(id)}, ${version}`);
      else if (wanted === undefined || version.version === wanted) found.push({ kind, version });
      else {
        const message = `${kind}Version is ${wanted}; ${kind} ${JSON.stringify(id)} has the versions 1 to ${version.version}`;
        fail(`/${kind}Version`, message);
      }
    }
    for (const [place, choice] of (request.scenarios ?? []).entries()) {
      if (typeof choice !== 'string' || isShipped(choice)) continue;
      const version = await find('scenario', choice, undefined);
      if (typeof version !== 'string') found.push({ kind: 'scenario', place, version });
      else {
        const ids = shipped.map(({ id }) => JSON.stringify(id)).join(', ');
        fail(`/scenarios/${place}`, `the scenario is ${JSON.stringify(choice)}, ${version}. Shipped are ${ids}`);
      }
    }
    return { found, failures };
  };

  /** The request with everything put in that was found. */
  const putIn = async (request: StressRunRequest, found: readonly Found[]): Promise<StressRunRequest> => {
    const scenarios = [...(request.scenarios ?? [])];
    let inlined: StressRunRequest = request;
    for (const { kind, place, version } of found) {
      const text = await store.content(kind, version.id, version.version);
      if (text === undefined)
        throw new Error(`${kind} ${version.id} has lost the content of version ${version.version}`);
      const document: unknown = JSON.parse(text);
      if (kind === 'book') {
        const { bookId: _, bookVersion: _version, ...rest } = inlined;
        inlined = { ...rest, book: document as Book };
      } else if (kind === 'market') {
        const { marketId: _, marketVersion: _version, ...rest } = inlined;
        inlined = { ...rest, market: document as Market };
      } else scenarios[place as number] = document as Scenario;
    }
    return request.scenarios === undefined ? inlined : { ...inlined, scenarios };
  };

  /** All that is wrong: what is said here in the place of what the checks say of the same reference. */
  const refuse = async (
    partial: StressRunRequest,
    failures: readonly Failure[],
  ): Promise<Outcome<InlinedRun> & { ok: false }> => {
    const said = new Set(failures.map(({ pointer }) => pointer));
    // A version that is not there leaves its id in the request, which the checks then do not know.
    for (const kind of ['book', 'market']) if (said.has(`/${kind}Version`)) said.add(`/${kind}Id`);
    const judged = await prepare(partial);
    if (judged.ok) return { ok: false, failures };
    const rest = judged.failures.filter(({ pointer }) => !said.has(pointer));
    const hidden = (judged.total ?? judged.failures.length) - judged.failures.length;
    const all = [...failures, ...rest];
    return { ok: false, failures: all, total: all.length + hidden };
  };

  return {
    async inline(request) {
      const { found, failures } = await findAll(request);
      const bytes = found.reduce((sum, { version }) => sum + version.bytes, 0);
      if (bytes > maxBytes) {
        const message = `the stored documents of the run have ${bytes} bytes together; at most ${maxBytes} are allowed`;
        return { ok: false, failures: [...failures, { reason: 'too_much_work', pointer: '', message }] };
      }
      const inlined = await putIn(request, found);
      if (failures.length > 0) return refuse(inlined, failures);
      return { ok: true, value: { request: inlined, references: referencesOf(found), bytes } };
    },
  };
}

function referencesOf(found: readonly Found[]): RunReferences {
  const references: RunReferences = {};
  const storedScenarios: NonNullable<RunReferences['storedScenarios']> = [];
  for (const { kind, version: document } of found) {
    const { id, version, hash } = document;
    if (kind === 'book') Object.assign(references, { bookId: id, bookVersion: version, bookHash: hash });
    else if (kind === 'market') Object.assign(references, { marketId: id, marketVersion: version, marketHash: hash });
    else storedScenarios.push({ id, version, hash });
  }
  return { ...references, ...(storedScenarios.length === 0 ? {} : { storedScenarios }) };
}

import t from 'tap';
import type { Failure } from '../../schemas/failure.ts';
import type { StressRun } from '../../schemas/stress-run.ts';
import { memoryDatabase } from '../support/database.ts';
import { longRequest, matchesSchema, problemOf, smallRequest, startService, until } from './service.ts';

const url = '/v1/stress-runs';
const { post, get, untilStatus } = await startService(t);
/** Nothing of one test is left at work when the next begins. */
t.afterEach(async () => {
  for (const status of ['queued', 'running']) {
    for (const { id } of (await get(`${url}?status=${status}&limit=200`)).json().items)
      await post(`${url}/${id}/cancel`, '');
  }
});

t.test('a client that waits gets the finished run with its result', async (t) => {
  const response = await post(url, smallRequest(), { prefer: 'wait=60' });
  t.equal(response.statusCode, 200, response.body.slice(0, 300));
  t.equal(response.headers['preference-applied'], 'wait=60');
  const run = response.json();
  matchesSchema(t, 'StressRun', run);
  t.match(run, {
    status: 'succeeded',
    label: 'small',
    seed: '42',
    progress: { pathsDone: 500, paths: 500, secondsLeft: 0 },
  });
  t.same(run.summary, run.result.verdict);
  t.equal(run.result.scenarios.length, 1, 'the default is the baseline');

  const { result, ...withoutResult } = run;
  t.same((await get(`${url}/${run.id}`)).json(), withoutResult, 'the run by itself is the same without its result');
  const alone = await get(`${url}/${run.id}/result`);
  t.equal(alone.statusCode, 200);
  matchesSchema(t, 'StressResult', alone.json());
  t.same(alone.json(), result);
});

t.test('a client that does not wait is told where the run is', async (t) => {
  const response = await post(url, smallRequest());
  t.equal(response.statusCode, 202);
  const accepted = response.json();
  matchesSchema(t, 'StressRun', accepted);
  t.equal(response.headers.location, `${url}/${accepted.id}`);
  t.equal(response.headers['retry-after'], '1');
  t.notOk('preference-applied' in response.headers);
  t.match(accepted.status, /^(queued|running)$/);

  const done = await untilStatus(accepted.id, 'succeeded');
  matchesSchema(t, 'StressRun', done);
  t.ok(Date.parse(done.createdAt) <= Date.parse(done.startedAt ?? ''));
  t.ok(Date.parse(done.startedAt ?? '') <= Date.parse(done.finishedAt ?? ''));
  t.equal((await get(`${url}/${accepted.id}/result`)).statusCode, 200);
});

t.test('a wait that is too short ends with 202, and the run goes on', async (t) => {
  const response = await post(url, longRequest(), { prefer: 'wait=1' });
  t.equal(response.statusCode, 202);
  t.equal(response.headers['preference-applied'], 'wait=1');
  t.equal((await untilStatus(response.json().id, 'running')).status, 'running');
});

t.test('the same request twice gives the same hash and the same figures', async (t) => {
  const twice = [];
  for (const spelled of [smallRequest(), { ...smallRequest(), scenarios: ['baseline'] }]) {
    twice.push((await post(url, spelled, { prefer: 'wait=60' })).json());
  }
  t.not(twice[0].id, twice[1].id);
  t.equal(twice[0].inputHash, twice[1].inputHash);
  t.same(twice[0].result.scenarios, twice[1].result.scenarios);
});

t.test('a run with a target simulates until it is reached, and shows what it took', async (t) => {
  const target = { metric: 'var', level: 0.95, relativeError: 0.03, maxPaths: 50_000 } as const;
  const run = (await post(url, smallRequest({ paths: 256, target }), { prefer: 'wait=60' })).json<StressRun>();
  t.equal(run.status, 'succeeded');
  matchesSchema(t, 'StressRun', run);
  const [scenario] = run.result?.scenarios ?? [];
  t.match(scenario?.target, { metric: 'var', level: 0.95, relativeError: 0.03, reached: true });
  t.ok(scenario !== undefined && scenario.paths > 256, `${scenario?.paths} paths`);
  t.same(run.progress, { pathsDone: scenario?.paths, paths: scenario?.paths, secondsLeft: 0 });
});

t.test('a target that cannot be is refused, all of it at once', async (t) => {
  const target = { metric: 'cvar', level: 0.5, relativeError: 1, maxPaths: 0, error: 1 };
  const problem = problemOf(t, await post(url, smallRequest({ target } as never)), 400);
  t.same(
    new Set(problem.failures.map(({ reason, pointer }: Failure) => `${reason} ${pointer}`)),
    new Set([
      'not_allowed /simulation/target/metric',
      'out_of_range /simulation/target/level',
      'out_of_range /simulation/target/relativeError',
      'out_of_range /simulation/target/maxPaths',
      'unknown_field /simulation/target/error',
    ]),
  );
  const empty = problemOf(t, await post(url, smallRequest({ target: {} } as never)), 400);
  t.same(
    empty.failures.map(({ reason, pointer }: Failure) => [reason, pointer]),
    ['metric', 'relativeError', 'maxPaths'].map((field) => ['required', `/simulation/target/${field}`]),
  );
});

t.test('a running run shows its progress and has no result yet', async (t) => {
  const { id } = (await post(url, longRequest())).json();
  await untilStatus(id, 'running');
  const run = await until(async () => {
    const seen = (await get(`${url}/${id}`)).json<StressRun>();
    return seen.progress.pathsDone > 0 ? seen : undefined;
  });
  matchesSchema(t, 'StressRun', run);
  t.ok((run.progress.secondsLeft ?? 0) > 0);

  const refused = await get(`${url}/${id}/result`);
  t.match(problemOf(t, refused, 409), { detail: `run ${id} is running; its result comes when it has succeeded` });
  t.match(refused.headers['retry-after'], /^\d+$/);
});

t.test('a run can be cancelled while it waits and while it is simulated, once and again', async (t) => {
  const { id: running } = (await post(url, longRequest())).json();
  const { id: waiting } = (await post(url, longRequest())).json();
  await untilStatus(running, 'running');
  t.equal((await get(`${url}/${waiting}`)).json().status, 'queued');

  for (const id of [waiting, running]) {
    for (const time of ['first', 'second']) {
      const response = await post(`${url}/${id}/cancel`, '');
      t.equal(response.statusCode, 200, `${time} time`);
      matchesSchema(t, 'StressRun', response.json());
      t.match(response.json(), { id, status: 'cancelled', finishedAt: String });
    }
    t.match(problemOf(t, await get(`${url}/${id}/result`), 409), {
      detail: `run ${id} was cancelled and has no result`,
    });
  }
  const next = await post(url, smallRequest(), { prefer: 'wait=60' });
  t.equal(next.json().status, 'succeeded', 'the threads are free again');
});

t.test('a client that waits for a queued run hears at once that it was cancelled', async (t) => {
  const { id: first } = (await post(url, longRequest())).json();
  await untilStatus(first, 'running');
  const answer = post(url, longRequest(), { prefer: 'wait=60' });
  const { id } = await until(async () => (await get(`${url}?status=queued`)).json().items[0]);
  await post(`${url}/${id}/cancel`, '');
  const response = await answer;
  t.equal(response.statusCode, 200);
  t.match(response.json(), { id, status: 'cancelled' });
  t.notOk('result' in response.json());
});

t.test('a finished run cannot be cancelled', async (t) => {
  const { id } = (await post(url, smallRequest(), { prefer: 'wait=60' })).json();
  t.match(problemOf(t, await post(`${url}/${id}/cancel`, ''), 409), {
    detail: `run ${id} has succeeded and cannot be cancelled`,
  });
});

t.test('a run that is not there is 404, whatever is asked of it', async (t) => {
  problemOf(t, await get(`${url}/nothing`), 404);
  problemOf(t, await get(`${url}/nothing/result`), 404);
  problemOf(t, await post(`${url}/nothing/cancel`, ''), 404);
});

t.test('waiting runs are bounded by the bytes of their requests, too, and one always may wait', async (t) => {
  const bytes = Buffer.byteLength(JSON.stringify(longRequest()));
  const { post, get, untilStatus } = await startService(t, { queuedBytes: 1.5 * bytes });
  const { id } = (await post(url, longRequest())).json();
  await untilStatus(id, 'running');
  t.equal((await post(url, longRequest())).statusCode, 202);
  problemOf(t, await post(url, longRequest()), 503);
  t.match((await get('/readyz')).json(), { queuedRuns: 1, runningRuns: 1 });
});

t.test('too many waiting runs are refused, with a time to come back', async (t) => {
  const { post, get, untilStatus } = await startService(t, { queuedRuns: 2 });
  const { id } = (await post(url, longRequest())).json();
  await untilStatus(id, 'running');
  for (let i = 0; i < 2; i++) t.equal((await post(url, longRequest())).statusCode, 202);
  const refused = await post(url, longRequest());
  t.match(problemOf(t, refused, 503), {
    detail: '2 runs, or requests of 134217728 bytes, are waiting already; try again later',
  });
  t.match(refused.headers['retry-after'], /^\d+$/);
  t.match((await get('/readyz')).json(), { queuedRuns: 2, runningRuns: 1 });
});

t.test('a burst of requests cannot pass the bound while they are being checked', async (t) => {
  const { post } = await startService(t, { queuedRuns: 3 });
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(url, longRequest())));
  const accepted = answers.filter(({ statusCode }) => statusCode === 202).length;
  t.ok(accepted >= 3 && accepted <= 4, `${accepted} were accepted: three waiting and perhaps one at work`);
});

t.test('stopping refuses new runs, leaves the others to the next start and answers who waits', async (t) => {
  const database = await memoryDatabase();
  t.teardown(() => database.close());
  const before = await startService(t, {}, { database });
  const { id: first } = (await before.post(url, longRequest())).json();
  await before.untilStatus(first, 'running');
  const waiting = before.post(url, smallRequest(), { prefer: 'wait=60' });
  await until(async () => (await before.get('/readyz')).json().queuedRuns === 1 || undefined);
  const closed = before.app.close();
  const answer = await waiting;
  t.equal(answer.statusCode, 202);
  const { id: second } = t.match(answer.json(), { status: 'queued' }) && answer.json();
  await closed;

  const after = await startService(t, {}, { database });
  await after.untilStatus(first, 'running');
  t.equal((await after.get(`${url}/${second}`)).json().status, 'queued', 'they keep their order');
  await after.post(`${url}/${first}/cancel`, '');
  await after.untilStatus(second, 'succeeded');
});

t.test('a run that the engine fails shows that it failed, and not why', async (t) => {
  const { engine, post, get, untilStatus } = await startService(t);
  const { id } = (await post(url, longRequest())).json();
  await untilStatus(id, 'running');
  await engine.close();
  const run = await untilStatus(id, 'failed');
  matchesSchema(t, 'StressRun', run);
  t.match(run.failures, [{ reason: 'internal_error', pointer: '', message: new RegExp(`under run ${id}$`) }]);
  t.match(problemOf(t, await get(`${url}/${id}/result`), 409), { failures: [{ reason: 'internal_error' }] });
});

t.test('the list is newest first, in pages, and can be narrowed', async (t) => {
  const ids: string[] = [];
  const { post, get } = await startService(t);
  for (const label of ['a', 'b', 'a', 'b', 'a']) {
    ids.unshift((await post(url, { ...smallRequest(), label }, { prefer: 'wait=60' })).json().id);
  }
  const all = (await get(url)).json();
  t.equal(all.nextCursor, null);
  matchesSchema(t, 'StressRunList', all);
  t.same(
    all.items.map((run: StressRun) => run.id),
    ids,
  );

  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: StressRun[]; nextCursor: string | null } = (
      await get(`${url}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
    ).json();
    seen.push(...page.items.map((run) => run.id));
    cursor = page.nextCursor;
  }
  t.same(seen, ids);

  t.equal((await get(`${url}?label=b`)).json().items.length, 2);
  t.equal((await get(`${url}?label=c`)).json().items.length, 0);
  t.equal((await get(`${url}?status=succeeded&limit=200`)).json().items.length, 5);
  t.equal((await get(`${url}?status=running`)).json().items.length, 0);
  const third = encodeURIComponent(all.items[2].createdAt);
  t.equal((await get(`${url}?createdAfter=${third}`)).json().items.length, 2);
  t.equal((await get(`${url}?createdBefore=${third}`)).json().items.length, 2);
});

t.test('a list parameter that is wrong is named, with what is allowed', async (t) => {
  const cases: [query: string, failure: { reason: string; pointer: string; message: RegExp }][] = [
    ['limit=0', { reason: 'out_of_range', pointer: 'limit', message: /limit is 0; it must be from 1 to 200/ }],
    ['limit=many', { reason: 'wrong_type', pointer: 'limit', message: /limit is "many"; it must be a whole number/ }],
    ['state=queued', { reason: 'unknown_field', pointer: 'state', message: /did you mean "status"/ }],
    ['status=done', { reason: 'not_allowed', pointer: 'status', message: /"queued", "running"/ }],
    ['cursor=abc', { reason: 'wrong_format', pointer: 'cursor', message: /nextCursor/ }],
    ['createdAfter=2026-02-30T00:00:00Z', { reason: 'wrong_format', pointer: 'createdAfter', message: /an instant/ }],
    ['createdAfter=yesterday', { reason: 'wrong_format', pointer: 'createdAfter', message: /an instant/ }],
    ['createdBefore=2026-11-20T00:00:00', { reason: 'wrong_format', pointer: 'createdBefore', message: /an instant/ }],
  ];
  for (const [query, failure] of cases) {
    t.match(problemOf(t, await get(`${url}?${query}`), 400).failures, [failure], query);
  }
});

t.test('only so many finished runs are kept, and the oldest goes first', async (t) => {
  const { post, get } = await startService(t, { storedRuns: 2 });
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.push((await post(url, smallRequest(), { prefer: 'wait=60' })).json().id);
  t.equal((await get(`${url}/${ids[0]}`)).statusCode, 404);
  t.same(
    (await get(url)).json().items.map((run: StressRun) => run.id),
    [ids[2], ids[1]],
  );
});

t.test('results take only so much memory together: the oldest run goes first, the newest stays', async (t) => {
  const { post, get } = await startService(t);
  const finish = async (service = post) =>
    (await service(url, smallRequest(), { prefer: 'wait=60' })).json<StressRun>();
  const bytes = Buffer.byteLength(JSON.stringify((await finish()).result));
  t.equal((await get(url)).json().items.length, 1);

  // Room for two: `timing` makes results differ by some digits.
  const two = await startService(t, { storedResultBytes: 2.5 * bytes });
  const ids: string[] = [];
  for (let i = 0; i < 4; i++) ids.push((await finish(two.post)).id);
  const kept = async (service: typeof two) => (await service.get(url)).json().items.map(({ id }: StressRun) => id);
  t.same(await kept(two), [ids[3], ids[2]]);
  t.equal((await two.get(`${url}/${ids[1]}/result`)).statusCode, 404);

  const none = await startService(t, { storedResultBytes: 1 });
  await finish(none.post);
  const last = await finish(none.post);
  t.same(await kept(none), [last.id]);
  t.same((await none.get(`${url}/${last.id}/result`)).json(), last.result);
});

import t from 'tap';
import type { Failure } from '../../schemas/failure.ts';
import type { StressRun } from '../../schemas/stress-run.ts';
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
  t.equal(response.headers['retry-after'], '2');
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
  t.equal(twice[0].resultHash, twice[1].resultHash);
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
  for (const id of ['nothing', '%00', 'a%00b', '%F0%9F%93%88']) {
    for (const part of ['', '/result', '/pnl', '/paths/0', '/events'])
      problemOf(t, await get(`${url}/${id}${part}`), 404);
    for (const to of ['/cancel', '/rerun']) problemOf(t, await post(`${url}/${id}${to}`, ''), 404);
  }
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

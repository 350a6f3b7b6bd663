import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import t from 'tap';
import { FAILURE_REASONS, type Failure } from '../../schemas/failure.ts';
import { DEFAULT_SERVICE_LIMITS } from '../../server/limits.ts';
import { PROBLEM_OF_REASON, PROBLEMS } from '../../server/errors.ts';
import { mutatedRequest } from './mutated-request.ts';
import { example, matchesSchema, problemOf, smallRequest, startService } from './service.ts';

const url = '/v1/stress-runs';
const { app, post, get } = await startService(t);

t.test('every reason has a problem, and every problem a status of its own kind', async (t) => {
  t.same(Object.keys(PROBLEM_OF_REASON).toSorted(), Object.keys(FAILURE_REASONS).toSorted());
  for (const [kind, { status }] of Object.entries(PROBLEMS)) t.ok(status >= 400 && status < 600, kind);
});

t.test('a path that does not exist is 404, and one with other methods is 405 and names them', async (t) => {
  t.match(problemOf(t, await get('/v1/bonds'), 404), { type: '/problems/not-found', instance: '/v1/bonds' });
  problemOf(t, await post('/v1/scenarios/baseline/copy', {}), 404);
  const wrongMethod = await app.inject({ method: 'DELETE', url: `${url}/some-run?x=1` });
  t.match(problemOf(t, wrongMethod, 405), { type: '/problems/method-not-allowed', instance: `${url}/some-run` });
  t.equal(wrongMethod.headers.allow, 'GET, HEAD');
  t.equal((await app.inject({ method: 'PUT', url })).headers.allow, 'POST, GET, HEAD');
  problemOf(t, await get('/docs/static/no-such-file.js'), 404);
});

t.test('a path that cannot be decoded, or has an endless part, is refused', async (t) => {
  problemOf(t, await get('/v1/scenarios/%E0%A4%A'), 400);
  problemOf(t, await get(`/v1/scenarios/${'x'.repeat(300)}`), 414);
});

t.test('malformed JSON is refused with the place of the error', async (t) => {
  const problem = problemOf(t, await post(url, '{\n  "book": {,}\n}'), 400);
  t.match(problem, {
    type: '/problems/invalid-request',
    detail: /line 2, column 12 \(character 14\)/,
    failures: [{ reason: 'malformed_json', pointer: '/book' }],
  });
  t.match(problemOf(t, await post(url, '{"book": {"nav": NaN}}'), 400), {
    failures: [
      { reason: 'malformed_json', pointer: '/book/nav', message: /NaN, which JSON does not have at line 1, column 18/ },
    ],
  });
  t.match(problemOf(t, await post(url, '['.repeat(10_000) + ']'.repeat(10_000)), 400), {
    detail: /nested more than 64 deep/,
  });
  t.match(problemOf(t, await post(url, '{"__proto__": {"book": 1}}'), 400), {
    failures: [{ reason: 'unknown_field', pointer: '/__proto__' }],
  });
  t.match(problemOf(t, await post(url, '{"label": "a", "label": "b"}'), 400), { detail: /"label" is given twice/ });
});

t.test('a body that is missing, or is no object, is told apart from one that is wrong inside', async (t) => {
  t.match(problemOf(t, await post(url, ''), 400).failures, [{ reason: 'empty_body', pointer: '' }]);
  t.match(problemOf(t, await app.inject({ method: 'POST', url }), 400).failures, [{ reason: 'empty_body' }]);
  t.match(problemOf(t, await post(url, '[]'), 400).failures, [
    { reason: 'wrong_type', pointer: '', message: /the body is \[\]; it must be an object/ },
  ]);
});

t.test('a body of another media type is refused', async (t) => {
  for (const type of [
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/problem+json',
    'nonsense',
  ]) {
    const response = await post(url, 'x', { 'content-type': type });
    t.match(
      problemOf(t, response, 415).failures,
      [{ reason: 'unsupported_media_type', pointer: 'Content-Type' }],
      type,
    );
  }
  t.equal(
    (
      await post(
        '/v1/analytics/recovery',
        { start: 2, after: 1, annualReturn: 0.1 },
        { 'content-type': 'application/json; charset=utf-8' },
      )
    ).statusCode,
    200,
  );
});

t.test('a body over the limit is refused, and the client gets to read why', async (t) => {
  t.match(problemOf(t, await post(url, Buffer.alloc(DEFAULT_SERVICE_LIMITS.bodyBytes + 1, 0x20)), 413).failures, [
    { reason: 'body_too_large', pointer: '', message: 'the body is larger than 16777216 bytes' },
  ]);
});

t.test('what is malformed is 400 even when something else is inconsistent', async (t) => {
  const body = smallRequest();
  const { book, market } = body;
  const twice = { ...book, positions: [...(book?.positions ?? []), ...(book?.positions ?? [])] };
  t.match(problemOf(t, await post(url, { ...body, book: twice }), 422), {
    type: '/problems/inconsistent-request',
    failures: [{ reason: 'duplicate_id', pointer: '/book/positions/1/id' }],
  });
  t.match(problemOf(t, await post(url, { ...body, book: twice, label: 5 }), 400).failures, [{ pointer: '/label' }]);
  t.match(problemOf(t, await post(url, { book }), 400).failures, [{ reason: 'required', pointer: '/market' }]);
  t.match(problemOf(t, await post(url, { market }), 400).failures, [{ reason: 'required', pointer: '/book' }]);
});

t.test('several failures are all given at once, and the detail counts them', async (t) => {
  const { detail, failures } = problemOf(
    t,
    await post(url, { ...smallRequest(), label: '', scenarios: [], simulatoin: {} }),
    400,
  );
  t.equal(detail, '3 things are wrong; all are in failures');
  t.same(failures.map(({ pointer }: Failure) => pointer).toSorted(), ['/label', '/scenarios', '/simulatoin']);
});

t.test('a body full of errors is answered with the first hundred', async (t) => {
  const positions = Array.from({ length: 5000 }, () => ({ type: 'straddle', quantity: 'many', colour: 'red' }));
  const { detail, failures } = problemOf(t, await post(url, { book: { nav: 1, positions }, market: {} }), 400);
  t.equal(failures.length, 100);
  // Five fields missing, one of the wrong type and one unknown in each position; and the market has no underlyings.
  t.equal(detail, `${5000 * 7 + 1} things are wrong; the first 100 are in failures`);
});

t.test('a body full of contradictions is answered with the first hundred and their number', async (t) => {
  const { book, market } = smallRequest();
  const ghosts = Array.from({ length: 900 }, (_, i) => `ghost-${i}`);
  const regimes = [{ id: 'calm', overrides: [{ underlyings: ghosts, drift: 0 }] }];
  const run = problemOf(t, await post(url, { book, market, scenarios: [{ id: 'own', regimes }] }), 422);
  t.equal(run.detail, '900 things are wrong; the first 100 are in failures');
  t.equal(run.failures.length, 100);
  t.match(run.failures[99], {
    reason: 'unknown_reference',
    pointer: '/scenarios/0/regimes/0/overrides/0/underlyings/99',
    message: /^underlyings\[99\] is "ghost-99", which is no underlying of the market; the market has "A", "B"$/,
  });
  const positions = ghosts.map((id) => ({ id, type: 'underlying', underlying: id, side: 'long', quantity: 1 }));
  const greeks = await post('/v1/analytics/greeks', { book: { ...book, positions }, market });
  t.equal(problemOf(t, greeks, 422).detail, '900 things are wrong; the first 100 are in failures');
});

t.test('an error of the server shows nothing of the inside', async (t) => {
  let breaks = false;
  const clock = (): Date => {
    if (breaks) throw new Error('secret of the inside');
    return new Date();
  };
  const broken = await startService(t, {}, { clock });
  breaks = true;
  const response = await broken.post(url, smallRequest());
  const problem = problemOf(t, response, 500);
  t.equal(problem.requestId, response.headers['x-request-id']);
  t.notMatch(response.body, /secret/);
});

t.test('a client that sends far too much first and reads later finds its answer', async (t) => {
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const body = Buffer.alloc(50_000_000, 0x20);
  for (let i = 0; i < 5; i++) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`http://127.0.0.1:${port}${url}`, { method: 'POST', headers, body });
    t.equal(response.status, 413);
    matchesSchema(t, 'Problem', await response.json());
  }
});

t.test('bytes that are no HTTP, and headers without end, are answered with problem details too', async (t) => {
  const { port } = app.server.address() as AddressInfo;
  const sends = async (bytes: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.end(bytes);
    await once(socket, 'close');
    return answer;
  };
  for (const [bytes, status] of [
    ['this is no HTTP\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
  ] as const) {
    const answer = await sends(bytes);
    t.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
    t.match(answer, /Content-Type: application\/problem\+json/);
    matchesSchema(t, 'Problem', JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)));
  }
});

t.test('no accident in a request makes the server fail, and every refusal names fields', async (t) => {
  const valid = { ...example('ai-basket'), simulation: { horizonDays: 2, paths: 1 }, scenarios: ['baseline'] };
  const statuses = new Set<number>();
  const send = async (path: string, body: unknown) => {
    const response = await post(path, body);
    statuses.add(response.statusCode);
    if (response.statusCode < 300) return response;
    const { failures } = response.json();
    const named =
      Array.isArray(failures) && failures.length > 0 && failures.every((one: Failure) => /^(\/|$)/.test(one.pointer));
    if (![400, 422].includes(response.statusCode) || !named) {
      t.fail(`${path} ${response.statusCode} ${response.body} for ${JSON.stringify(body)}`);
    }
    return response;
  };
  await fc.assert(
    fc.asyncProperty(mutatedRequest(valid), async (body) => {
      const response = await send(url, body);
      if (response.statusCode === 202) await post(`${url}/${response.json().id}/cancel`, '');
    }),
    { numRuns: 300 },
  );
  const { book, market } = valid;
  const tenNames = Array.from({ length: 10 }, () => ({ weight: 0.1, vol: 0.35 }));
  for (const [path, body] of [
    ['greeks', { book, market }],
    ['break-even', { book, market }],
    ['implied-correlation', { indexVol: 0.2, constituents: tenNames }],
    ['index-vol', { correlation: 0.5, constituents: tenNames, days: 10 }],
    ['recovery', { start: 500, after: 407, annualReturn: 0.1 }],
  ] as const) {
    await fc.assert(
      fc.asyncProperty(mutatedRequest(body), async (mutated) => {
        await send(`/v1/analytics/${path}`, mutated);
      }),
      { numRuns: 60 },
    );
  }
  t.same(
    [...statuses].toSorted((a, b) => a - b),
    [200, 202, 400, 422],
  );
  t.equal((await get('/healthz')).statusCode, 200);
});

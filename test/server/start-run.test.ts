import t from 'tap';
import type { StressRun } from '../../schemas/stress-run.ts';
import { memoryStorage } from '../support/database.ts';
import { longRequest, matchesSchema, problemOf, smallRequest, startService, until } from './service.ts';

const url = '/v1/stress-runs';
const { post, get } = await startService(t);
const wait = { prefer: 'wait=60' };
const key = (text: string) => ({ 'idempotency-key': text });

t.test('a request that is sent again with its key is answered with the run that it has started', async (t) => {
  const first = await post(url, smallRequest(), { ...key('again'), ...wait });
  t.equal(first.statusCode, 200);
  t.notOk('idempotency-replayed' in first.headers);
  const { market, book, ...rest } = smallRequest();
  // The same content, whatever its order and its spaces.
  const spelled = JSON.stringify({ ...rest, market, book }, null, 2);
  const again = await post(url, spelled, { ...key('again'), ...wait });
  t.equal(again.statusCode, 200);
  t.equal(again.headers['idempotency-replayed'], 'true');
  t.same(again.json(), first.json());
  const late = await post(url, smallRequest(), key('again'));
  t.equal(late.statusCode, 202, 'who does not wait is told where it is');
  t.equal(late.headers.location, `${url}/${first.json<StressRun>().id}`);
  t.equal((await get(url)).json().items.length, 1);
  const other = (await post(url, smallRequest(), key('another-key'))).json<StressRun>();
  t.not(other.id, first.json<StressRun>().id);
});

t.test('a key that was sent with another request is refused', async (t) => {
  const { id } = (await post(url, smallRequest(), { ...key('used'), ...wait })).json<StressRun>();
  for (const response of [
    await post(url, smallRequest({ seed: '43' }), key('used')),
    await post(`${url}/${id}/rerun`, '', key('used')),
  ]) {
    t.match(problemOf(t, response, 422).failures, [{ reason: 'conflict', pointer: 'Idempotency-Key' }]);
  }
});

t.test('a key that is none is refused, and a refused request uses up none', async (t) => {
  for (const wrong of ['', 'x'.repeat(256), 'a b', 'ü']) {
    const { failures } = problemOf(t, await post(url, smallRequest(), key(wrong)), 400);
    t.match(failures, [{ pointer: 'idempotency-key' }]);
  }
  problemOf(t, await post(url, { ...smallRequest(), scenarios: ['gone'] }, key('k'.repeat(255))), 422);
  t.equal((await post(url, smallRequest(), key('k'.repeat(255)))).statusCode, 202);
});

t.test('of requests at once with one key one starts a run, and all are answered with that', async (t) => {
  const answers = await Promise.all(Array.from({ length: 6 }, () => post(url, smallRequest(), key('at-once'))));
  t.same(
    answers.map(({ statusCode }) => statusCode),
    Array<number>(6).fill(202),
  );
  t.equal(new Set(answers.map((answer) => answer.json<StressRun>().id)).size, 1);
  t.equal(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length, 5);
});

t.test('a key is forgotten after 24 hours, and not before', async (t) => {
  const storage = await memoryStorage(t);
  let now = Date.parse('2026-11-20T12:00:00.000Z');
  const start = () => startService(t, {}, { storage, role: 'api', clock: () => new Date(now) });
  const before = await start();
  const { id } = (await before.post(url, smallRequest(), key('daily'))).json<StressRun>();
  await before.app.close();
  now += 24 * 3_600_000;
  const inTime = await start();
  t.equal((await inTime.post(url, smallRequest(), key('daily'))).json<StressRun>().id, id);
  await inTime.app.close();
  now += 1;
  const after = await start();
  const anew = await after.post(url, smallRequest(), key('daily'));
  t.equal(anew.statusCode, 202);
  t.not(anew.json<StressRun>().id, id);
  t.notOk('idempotency-replayed' in anew.headers);
});

t.test('a run that is repeated gives the same result, and says which it repeats', async (t) => {
  const first = (await post(url, { ...smallRequest(), scenarios: ['baseline', 'grind'] }, wait)).json<StressRun>();
  const response = await post(`${url}/${first.id}/rerun`, '', { ...wait, ...key('rerun') });
  t.equal(response.statusCode, 200, response.body.slice(0, 300));
  const again = response.json<StressRun>();
  matchesSchema(t, 'StressRun', again);
  t.not(again.id, first.id);
  t.equal(again.rerunOf, first.id);
  t.match(first.resultHash, /^[0-9a-f]{64}$/);
  t.equal(again.resultHash, first.resultHash);
  t.same({ ...again.result, timing: null }, { ...first.result, timing: null });
  t.match(again, { label: first.label, seed: first.seed, inputHash: first.inputHash, engine: first.engine });
  const sent = await post(`${url}/${first.id}/rerun`, '', { ...wait, ...key('rerun') });
  t.equal(sent.json<StressRun>().id, again.id, 'sent again with its key it starts nothing');
});

t.test('waiting runs are bounded by the bytes of their requests, too, and one always may wait', async (t) => {
  const bytes = Buffer.byteLength(JSON.stringify(smallRequest()));
  const { post, get } = await startService(t, { queuedBytes: bytes / 2 }, { role: 'api' });
  t.equal((await post(url, smallRequest())).statusCode, 202);
  problemOf(t, await post(url, smallRequest()), 503);
  t.match((await get('/readyz')).json(), { queuedRuns: 1, runningRuns: 0 });
});

t.test('too many waiting runs are refused, also in a burst, with a time to come back', async (t) => {
  const { post, get } = await startService(t, { queuedRuns: 3 }, { role: 'api' });
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(url, smallRequest())));
  t.equal(answers.filter(({ statusCode }) => statusCode === 202).length, 3);
  const refused = await post(url, smallRequest());
  t.match(problemOf(t, refused, 503), {
    type: '/problems/not-accepting-runs',
    detail: '3 runs, or requests of 134217728 bytes, are waiting already; try again later',
  });
  t.match(refused.headers['retry-after'], /^\d+$/);
  t.match((await get('/readyz')).json(), { queuedRuns: 3, runningRuns: 0 });
});

t.test('too many waiting runs of one owner are refused as theirs', async (t) => {
  const { post, get } = await startService(t, { queuedRunsOfOwner: 2 }, { role: 'api' });
  for (let i = 0; i < 2; i++) t.equal((await post(url, smallRequest(), key(String(i)))).statusCode, 202);
  const refused = await post(url, smallRequest(), key('2'));
  t.match(problemOf(t, refused, 429), {
    type: '/problems/too-many-runs',
    detail: '2 of your runs are waiting already; try again later',
  });
  t.match(refused.headers['retry-after'], /^\d+$/);
  t.equal((await post(url, smallRequest(), key('0'))).statusCode, 202, 'what was accepted is answered all the same');
  const { items } = (await get(url)).json<{ items: StressRun[] }>();
  await post(`${url}/${items[0].id}/cancel`, '');
  t.equal((await post(url, smallRequest(), key('2'))).statusCode, 202, 'a key that was refused is free');
});

t.test('stopping answers who waits, and leaves the run to the next start', async (t) => {
  const storage = await memoryStorage(t);
  const before = await startService(t, {}, { storage, role: 'api' });
  const waiting = before.post(url, smallRequest(), wait);
  const { id } = await until(async () => (await before.get(`${url}?status=queued`)).json().items[0]);
  await before.app.close();
  const answer = await waiting;
  t.equal(answer.statusCode, 202);
  t.match(answer.json(), { id, status: 'queued' });
  const after = await startService(t, {}, { storage });
  await after.untilStatus(id, 'succeeded');
});

t.test('a server that stops accepts nothing more', async (t) => {
  const service = await startService(t);
  service.runs.drain();
  t.match(problemOf(t, await service.post(url, longRequest()), 503), { detail: 'the server is stopping' });
});

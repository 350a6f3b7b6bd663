import { tableFromIPC } from 'apache-arrow';
import t from 'tap';
import type { StressRun } from '../../schemas/stress-run.ts';
import type { PnlVector } from '../../server/storage/pnl-source.ts';
import { longVector, vectorOf } from '../support/pnl-source.ts';
import { longRequest, matchesSchema, problemOf, smallRequest, startService, until } from './service.ts';

const url = '/v1/stress-runs';
const arrow = 'application/vnd.apache.arrow.stream';
const vectors = new Map<string, readonly PnlVector[]>();
const { app, post, get } = await startService(t, {}, { pnl: async (id) => vectors.get(id) });
const { id } = (await post(url, smallRequest({ paths: 8 }), { prefer: 'wait=60' })).json<StressRun>();
vectors.set(id, [vectorOf('baseline', [1, -0, 1e300]), vectorOf('grind', [2, 3], { weights: [0.5, 1.5] })]);

const pnl = (query = '', accept?: string) =>
  app.inject({ url: `${url}/${id}/pnl${query}`, headers: accept === undefined ? {} : { accept } });

t.test('the P&L vector comes as JSON to whoever does not mind', async (t) => {
  for (const accept of [undefined, '*/*', 'application/*', 'text/html,application/xhtml+xml,*/*;q=0.8']) {
    const response = await pnl('', accept);
    t.equal(response.statusCode, 200);
    t.equal(response.headers['content-type'], 'application/json; charset=utf-8');
    t.equal(response.headers['content-disposition'], `inline; filename="pnl-${id}.json"`);
    t.equal(response.headers.vary, 'Accept');
    matchesSchema(t, 'PnlVectors', response.json());
    t.same(response.json(), {
      scenarios: [
        { id: 'baseline', paths: 3, pnl: [1, -0, 1e300], weights: null },
        { id: 'grind', paths: 2, pnl: [2, 3], weights: [0.5, 1.5] },
      ],
    });
  }
});

t.test('it comes as CSV or Arrow to whoever prefers that, by quality', async (t) => {
  for (const accept of [
    'text/csv',
    'text/csv; charset=utf-8',
    'text/*',
    `application/json;q=0.5, text/csv, ${arrow};q=0.9`,
  ]) {
    const response = await pnl('', accept);
    t.equal(response.headers['content-type'], 'text/csv; charset=utf-8; header=present', accept);
    t.equal(response.headers['content-disposition'], `attachment; filename="pnl-${id}.csv"`);
    t.equal(
      response.body,
      'scenario,path,pnl,weight\r\nbaseline,0,1,1\r\nbaseline,1,-0,1\r\nbaseline,2,1e+300,1\r\ngrind,0,2,0.5\r\ngrind,1,3,1.5\r\n',
    );
  }
  for (const accept of [arrow, `text/csv;q=0.1, ${arrow}`, `application/json;q=0, text/csv;q=0, */*`]) {
    const response = await pnl('', accept);
    t.equal(response.headers['content-type'], arrow, accept);
    t.equal(response.headers['content-disposition'], `attachment; filename="pnl-${id}.arrows"`);
    t.same(Array.from(tableFromIPC(response.rawPayload).getChild('pnl') ?? []), [1, -0, 1e300, 2, 3]);
  }
});

t.test('what cannot be had is refused with what can', async (t) => {
  for (const accept of ['text/html', 'application/json;q=0, text/csv;q=0', 'nonsense']) {
    const response = await pnl('', accept);
    const problem = problemOf(t, response, 406);
    t.equal(
      problem.detail,
      `Accept is ${JSON.stringify(accept)}; the P&L vector comes as application/json, text/csv, ${arrow}`,
    );
    t.equal(response.headers.vary, 'Accept');
  }
});

t.test('one scenario can be asked for, by its name', async (t) => {
  t.same((await pnl('?scenario=grind')).json().scenarios, [
    { id: 'grind', paths: 2, pnl: [2, 3], weights: [0.5, 1.5] },
  ]);
  const problem = problemOf(t, await pnl('?scenario=Grind'), 404);
  t.equal(problem.detail, `run ${id} has no scenario "Grind"; it has "baseline", "grind"`);
  problemOf(t, await pnl('?scenarios=grind'), 400);
});

t.test('a run without a vector says why', async (t) => {
  problemOf(t, await get(`${url}/none/pnl`), 404);
  const kept = (await post(url, smallRequest({ paths: 8 }), { prefer: 'wait=60' })).json<StressRun>();
  t.match(problemOf(t, await get(`${url}/${kept.id}/pnl`), 404).detail, /is kept no longer/);
  const { id: running } = (await post(url, longRequest())).json();
  const early = await get(`${url}/${running}/pnl`);
  t.match(problemOf(t, early, 409).detail, /its result comes when it has succeeded/);
  t.match(early.headers['retry-after'], /^\d+$/);
  await post(`${url}/${running}/cancel`, '');
  t.match(problemOf(t, await get(`${url}/${running}/pnl`), 409).detail, /was cancelled and has no result/);
});

t.test('HEAD is not offered, since it would have to read everything', async (t) => {
  const response = await app.inject({ method: 'HEAD', url: `${url}/${id}/pnl` });
  t.equal(response.statusCode, 405);
});

t.test('a vector is read no faster than it is sent, and no further when the client leaves', async (t) => {
  const paths = 1_000_000;
  const vector = longVector('long', paths, 4096);
  vectors.set(id, [vector]);
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const whole = await fetch(`${address}${url}/${id}/pnl`, { headers: { accept: arrow } });
  let received = 0;
  let ahead = 0;
  for await (const chunk of whole.body ?? []) {
    received += chunk.length;
    ahead = Math.max(ahead, vector.reading.asked * 24 - received);
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.ok(received > 24 * paths, `${received} bytes`);
  // The buffers of two sockets and two streams; all of the vector would be 24 MB.
  t.ok(ahead < 12e6, `up to ${ahead} bytes ahead of the client`);
  t.equal(vector.reading.ended, 1);

  const endless = longVector('endless', 1e12, 4096);
  vectors.set(id, [endless]);
  const leave = new AbortController();
  const left = await fetch(`${address}${url}/${id}/pnl`, { headers: { accept: 'text/csv' }, signal: leave.signal });
  await left.body?.getReader().read();
  leave.abort();
  await until(async () => endless.reading.ended === 1 || undefined);
});

t.test('a vector that breaks off is not taken for a whole one', async (t) => {
  const broken = { ...longVector('long', 100_000), paths: 200_000 };
  vectors.set(id, [broken]);
  const { port } = app.server.address() as { port: number };
  const response = await fetch(`http://127.0.0.1:${port}${url}/${id}/pnl`);
  t.equal(response.status, 200);
  await t.rejects(response.text());
});

import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { SHIPPED_SCENARIOS } from '../../models/regimes/library.ts';
import { startService, matchesSchema, problemOf } from './service.ts';

const { app, get } = await startService(t);

t.test('the page is served with everything it needs, and may load nothing else', async (t) => {
  t.equal((await get('/')).headers.location, '/docs');
  const page = await get('/docs');
  t.equal(page.statusCode, 200);
  const policy = String(page.headers['content-security-policy']);
  t.match(policy, /default-src 'self'/);
  t.notMatch(policy, /upgrade-insecure-requests|https:|\*/);
  t.notMatch(page.body, /<script>|https?:\/\//, 'no inline script, nothing from elsewhere');
  const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file);
  t.ok(files.length >= 4);
  for (const file of files) t.equal((await get(file)).statusCode, 200, file);
  t.match((await get('/docs/static/swagger-initializer.js')).body, /"tryItOutEnabled":true/);
});

t.test('the document is served as JSON and as the YAML of the repository', async (t) => {
  const json = await get('/openapi.json');
  const yaml = await get('/openapi.yaml');
  t.same(parse(yaml.body), json.json());
  const committed = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'));
  t.same({ ...json.json().info, version: '' }, { ...committed.info, version: '' });
  t.same(json.json().paths, committed.paths);
  t.same((await get('/docs/json')).json(), json.json(), 'the page shows the same');
});

t.test('shipped scenarios are listed in pages and can be looked at one by one', async (t) => {
  const all = (await get('/v1/scenarios')).json();
  matchesSchema(t, 'ScenarioList', all);
  t.same(all, { items: SHIPPED_SCENARIOS, nextCursor: null }, 'nothing is lost on the way out');
  const ids: string[] = [];
  let query = '?limit=3';
  while (query !== '') {
    const page = (await get(`/v1/scenarios${query}`)).json();
    ids.push(...page.items.map(({ id }: { id: string }) => id));
    query = page.nextCursor === null ? '' : `?limit=3&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
  t.same(
    ids,
    SHIPPED_SCENARIOS.map(({ id }) => id),
  );
  for (const scenario of SHIPPED_SCENARIOS) t.same((await get(`/v1/scenarios/${scenario.id}`)).json(), scenario);
  t.match(problemOf(t, await get('/v1/scenarios/basline'), 404), {
    detail: /there is no scenario "basline"; there are baseline, /,
  });
  t.match(problemOf(t, await get('/v1/scenarios?cursor=nothing'), 400).failures, [{ pointer: 'cursor' }]);
});

t.test('health, readiness and limits answer as their schemas say', async (t) => {
  for (const [path, schema] of [
    ['/healthz', 'Health'],
    ['/readyz', 'Readiness'],
    ['/v1/limits', 'ServiceLimits'],
  ] as const) {
    const response = await get(path);
    t.equal(response.statusCode, 200);
    matchesSchema(t, schema, response.json());
  }
  const limits = (await get('/v1/limits')).json();
  // The contract: at least 500 underlyings and 2,000 positions, up to 8 regimes, 1,260 days and 10 million paths.
  t.match(limits, {
    regimes: 8,
    horizonDays: 1260,
    paths: 10_000_000,
    waitSeconds: 60,
    queuedRuns: 500,
    queuedBytes: 134_217_728,
    bodyBytes: 16_777_216,
  });
  t.ok(limits.underlyings >= 500 && limits.positions >= 2000);
  t.ok(limits.vocabulary.some(({ name }: { name: string }) => name === 'survivability'));
});

t.test('every answer carries the id of its request and forbids guessing its type', async (t) => {
  for (const path of ['/healthz', '/nothing', '/docs']) {
    const { headers } = await get(path);
    t.match(headers['x-request-id'], /^id-\d+$/);
    t.equal(headers['x-content-type-options'], 'nosniff');
  }
  t.equal((await app.inject({ method: 'HEAD', url: '/healthz' })).statusCode, 200);
});

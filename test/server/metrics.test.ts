import t from 'tap';
import { smallRequest, startService } from './service.ts';

/** Values by name and labels, as a collector reads them. */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    const found = /^([a-z][a-z0-9_]*(?:\{.*\})?) (\S+)$/.exec(line);
    if (found !== null) samples.set(found[1], Number(found[2]));
    else if (line !== '' && !line.startsWith('#')) throw new Error(`not a sample: ${line}`);
  }
  return samples;
}

t.test('what has happened is counted, by kind, and not by id', async (t) => {
  const { get, post } = await startService(t);
  const url = '/v1/stress-runs';
  const { id } = (await post(url, smallRequest(), { prefer: 'wait=30' })).json();
  await get(`${url}/${id}`);
  await get(`${url}/nothing`);
  await get('/nowhere');
  const response = await get('/metrics');
  t.equal(response.statusCode, 200);
  t.match(response.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  t.notMatch(response.body, id);
  const samples = samplesOf(response.body);
  const requests = (labels: string) => samples.get(`rho90_http_request_duration_seconds_count{${labels}}`);
  t.equal(requests('method="POST",route="/v1/stress-runs",status="200"'), 1);
  t.equal(requests('method="GET",route="/v1/stress-runs/:id",status="200"'), 1);
  t.equal(requests('method="GET",route="/v1/stress-runs/:id",status="404"'), 1);
  t.equal(requests('method="GET",route="none",status="404"'), 1);
  t.equal(samples.get('rho90_runs_accepted_total'), 1);
  t.equal(samples.get('rho90_runs_ended_total{status="succeeded"}'), 1);
  t.equal(samples.get('rho90_paths_simulated_total'), 500);
  t.equal(samples.get('rho90_task_duration_seconds_count{kind="run",outcome="done"}'), 1);
  t.equal(samples.get('rho90_database_up'), 1);
  t.equal(samples.get('rho90_runs{status="queued"}'), 0);
  t.equal(samples.get('rho90_queue_age_seconds'), 0);
  t.equal(samples.get('rho90_pool_threads'), 1);
  t.ok((samples.get('rho90_event_loop_delay_seconds{quantile="0.99"}') ?? 0) > 0);
  t.ok((samples.get('process_resident_memory_bytes') ?? 0) > 1e7);
});

t.test('a process that only simulates answers probes and nothing else', async (t) => {
  const { get, post } = await startService(t, {}, { role: 'worker' });
  for (const url of ['/healthz', '/readyz', '/metrics', '/v1/limits']) t.equal((await get(url)).statusCode, 200, url);
  t.equal((await post('/v1/stress-runs', smallRequest())).statusCode, 404);
  t.equal((await get('/v1/books')).statusCode, 404);
});

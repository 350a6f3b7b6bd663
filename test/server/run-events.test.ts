import t from 'tap';
import type { StressRun } from '../../schemas/stress-run.ts';
import { longRequest, matchesSchema, problemOf, smallRequest, startService } from './service.ts';

const url = '/v1/stress-runs';
/** Enough paths for more than one look at them. */
const someSeconds = () => smallRequest({ paths: 400_000, horizonDays: 252 });

interface SentEvent {
  readonly id: string;
  readonly event: string;
  readonly run: StressRun;
}

function eventsOf(stream: string): SentEvent[] {
  return stream
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      return { id: field('id'), event: field('event'), run: JSON.parse(field('data')) as StressRun };
    });
}

t.test('a run is told as it goes on and as it ended, and then the stream is closed', async (t) => {
  const { app, post } = await startService(t);
  const { id } = (await post(url, someSeconds())).json<StressRun>();
  const response = await app.inject({ url: `${url}/${id}/events`, headers: { accept: 'text/event-stream' } });
  t.equal(response.statusCode, 200);
  t.match(response.headers['content-type'], /^text\/event-stream/);
  const events = eventsOf(response.body);
  t.ok(events.length >= 2, `${events.length} events`);
  for (const { run } of events) matchesSchema(t, 'StressRun', run);
  t.same(
    events.map(({ event }) => event),
    events.map((_, i) => (i === events.length - 1 ? 'ended' : 'progress')),
  );
  t.match(events.at(-1)?.run, { id, status: 'succeeded' });
  const done = events.map(({ run }) => run.progress.pathsDone);
  t.same(
    done,
    done.toSorted((a, b) => a - b),
    'progress does not fall',
  );
  t.equal(new Set(events.map((one) => one.id)).size, events.length, 'every event has an id of its own');

  const again = await app.inject({ url: `${url}/${id}/events` });
  t.same(
    eventsOf(again.body).map(({ id: moment, event }) => [moment, event]),
    [[events.at(-1)?.id, 'ended']],
    'whoever comes late is told the end',
  );
  const seen = await app.inject({ url: `${url}/${id}/events`, headers: { 'last-event-id': events.at(-1)?.id } });
  t.same(eventsOf(seen.body), [], 'and whoever has seen it is told nothing');
  const missed = await app.inject({ url: `${url}/${id}/events`, headers: { 'last-event-id': events[0].id } });
  t.equal(eventsOf(missed.body).at(-1)?.event, 'ended');
});

t.test('the end is told at once when a run is cancelled, and to all who follow it', async (t) => {
  const { app, post, untilStatus } = await startService(t);
  const { id } = (await post(url, longRequest())).json<StressRun>();
  await untilStatus(id, 'running');
  const followers = [0, 1, 2].map(() => app.inject({ url: `${url}/${id}/events` }));
  await post(`${url}/${id}/cancel`, '');
  for (const response of await Promise.all(followers)) {
    t.match(eventsOf(response.body).at(-1), { event: 'ended', run: { status: 'cancelled' } });
  }
});

t.test('a server that stops closes the streams', async (t) => {
  const { app, post, untilStatus } = await startService(t);
  const { id } = (await post(url, longRequest())).json<StressRun>();
  await untilStatus(id, 'running');
  const following = app.inject({ url: `${url}/${id}/events` });
  await untilStatus(id, 'running');
  await app.close();
  t.notMatch((await following).body, /event: ended/);
});

t.test('there is nothing to follow of a run that does not exist, or for who wants something else', async (t) => {
  const { app, get, post } = await startService(t);
  problemOf(t, await get(`${url}/nothing/events`), 404);
  const { id } = (await post(url, smallRequest(), { prefer: 'wait=30' })).json<StressRun>();
  const refused = await app.inject({ url: `${url}/${id}/events`, headers: { accept: 'application/json' } });
  problemOf(t, refused, 406);
});

import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { dataDirectory } from '../support/database.ts';
import { startProgram as start } from '../support/program.ts';
import { longRequest, until } from './service.ts';

/** With an empty database of its own unless it is given one: to ask for a test's folder again would empty it. */
const startProgram = async (t: Test, env: Record<string, string>) =>
  start(t, env.RHO90_DATA_DIR === undefined ? { RHO90_DATA_DIR: await dataDirectory(t), ...env } : env);

t.test('wrong settings end the program at once, with a line for each and no stack', async (t) => {
  const { output, ended } = await startProgram(t, {
    PORT: 'many',
    LOG_LEVEL: 'loud',
    DATABASE_URL: 'mysql://desk:secret@localhost',
  });
  t.same(await ended, [2, null]);
  t.equal(output.out, '');
  t.match(output.err.trimEnd().split('\n'), [
    /^rho90: PORT is "many"; /,
    /^rho90: LOG_LEVEL is "loud"; /,
    /^rho90: DATABASE_URL is not a URL of PostgreSQL; /,
  ]);
});

t.test(
  'the program says in one line where its page is, serves it, and stops on SIGTERM with a run at work',
  async (t) => {
    const { child, output, ended } = await startProgram(t, {});
    const [line, base] = await until(
      async () => /^rho90 \S+ · Swagger UI: (http:\/\/127\.0\.0\.1:\d+)\/docs\n$/.exec(output.out) ?? undefined,
    );
    t.ok(line);
    t.equal((await fetch(`${base}/docs`)).status, 200);
    const started = await fetch(`${base}/v1/stress-runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(longRequest()),
    });
    t.equal(started.status, 202);
    child.kill('SIGTERM');
    t.same(await ended, [0, null]);
    t.equal(output.err, '');
  },
);

t.test('a run goes on when the client that waits for it hangs up', async (t) => {
  const { output } = await startProgram(t, {});
  const [, base] = await until(async () => /(http:\/\/127\.0\.0\.1:\d+)\/docs/.exec(output.out) ?? undefined);
  const gone = new AbortController();
  const waiting = fetch(`${base}/v1/stress-runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=60' },
    body: JSON.stringify(longRequest()),
    signal: gone.signal,
  });
  const progressOf = async (): Promise<number | undefined> => {
    const { items } = (await (await fetch(`${base}/v1/stress-runs?status=running`)).json()) as {
      items: { progress: { pathsDone: number } }[];
    };
    return items[0]?.progress.pathsDone;
  };
  const before = await until(progressOf);
  gone.abort();
  await t.rejects(waiting);
  t.ok(await until(async () => ((await progressOf()) ?? 0) > before || undefined));
});

t.test('a port that is in use is named, without a stack', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.teardown(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { output, ended } = await startProgram(t, { PORT: String(port) });
  t.same(await ended, [1, null]);
  t.equal(output.err, `rho90: port ${port} of 127.0.0.1 is in use; set PORT to another one, or stop what uses it\n`);
});

t.test('listening for other machines is allowed, and warned of in the log', async (t) => {
  const { child, output, ended } = await startProgram(t, { HOST: '0.0.0.0', LOG_LEVEL: 'warn' });
  // The log and the line for people are written to one pipe by two writers, so either may come first.
  const line = await until(async () => /^\{.*\}$/m.exec(output.out)?.[0]);
  await until(async () => /Swagger UI/.exec(output.out) ?? undefined);
  t.match(JSON.parse(line), { level: 40, msg: /HOST is 0\.0\.0\.0: .* no access control yet/ });
  child.kill('SIGINT');
  t.same(await ended, [0, null]);
});

t.test('a data directory that is in use is refused, naming who has it', async (t) => {
  const RHO90_DATA_DIR = await dataDirectory(t);
  const first = await startProgram(t, { RHO90_DATA_DIR });
  await first.base;
  const second = await startProgram(t, { RHO90_DATA_DIR });
  t.same(await second.ended, [1, null]);
  t.match(
    second.output.err,
    new RegExp(`^rho90: RHO90_DATA_DIR .* is in use by another rho90: pid ${first.child.pid} on host .*\\n$`),
  );
});

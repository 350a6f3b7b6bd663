import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { databaseSettings, isLoopback, loadConfig, type ConfigOutcome } from '../../server/config.ts';

const problemsOf = (outcome: ConfigOutcome) => (outcome.ok ? [] : outcome.problems);

t.test('an empty environment gives a server on loopback that uses the whole machine', async (t) => {
  t.same(loadConfig({}), {
    ok: true,
    config: {
      host: '127.0.0.1',
      port: 3000,
      logLevel: 'info',
      dataDir: './data',
      keepDays: 400,
      threads: Math.min(256, availableParallelism()),
      role: 'all',
    },
  });
});

t.test('a variable that is empty counts as not set', async (t) => {
  t.same(
    loadConfig({ HOST: '', PORT: '', LOG_LEVEL: '', DATABASE_URL: '', RHO90_DATA_DIR: '', RHO90_THREADS: '' }),
    loadConfig({}),
  );
});

t.test('every setting can be given', async (t) => {
  const env = {
    HOST: '0.0.0.0',
    PORT: '8080',
    LOG_LEVEL: 'silent',
    RHO90_DATA_DIR: '/data',
    RHO90_KEEP_DAYS: '90',
    RHO90_THREADS: '3',
    RHO90_ROLE: 'all',
  };
  t.same(
    loadConfig(env, () => false),
    {
      ok: true,
      config: {
        host: '0.0.0.0',
        port: 8080,
        logLevel: 'silent',
        dataDir: '/data',
        keepDays: 90,
        threads: 3,
        role: 'all',
      },
    },
  );
});

t.test('everything that is wrong is named at once, with what was given and what is allowed', async (t) => {
  const problems = problemsOf(
    loadConfig({ HOST: 'a b', PORT: '99999', LOG_LEVEL: 'loud', RHO90_DATA_DIR: 'package.json', RHO90_THREADS: '0' }),
  );
  t.same(problems, [
    'HOST is "a b"; it must be an IP address or a host name (default 127.0.0.1)',
    'PORT is "99999"; it must be a whole number from 0 to 65535 (default 3000)',
    'LOG_LEVEL is "loud"; it must be one of fatal, error, warn, info, debug, trace, silent (default info)',
    'RHO90_DATA_DIR is "package.json"; it must be a directory, or not exist yet (default ./data)',
    problems[4],
  ]);
  t.match(problems[4], /^RHO90_THREADS is "0"; it must be a whole number from 1 to 256 \(default \d+\)$/);
});

t.test('a number must be written in digits', async (t) => {
  for (const PORT of ['3000.5', '-1', '0x50', '3e3', ' 80', '١٢', '99999999999999999999']) {
    t.equal(problemsOf(loadConfig({ PORT })).length, 1, PORT);
  }
});

t.test(
  'a database is taken as it is given, and one of another kind refused without repeating its password',
  async (t) => {
    for (const DATABASE_URL of ['postgres://desk:secret@db/rho90', 'postgresql:///rho90?host=/run/postgresql']) {
      t.match(loadConfig({ DATABASE_URL }), { ok: true, config: { databaseUrl: DATABASE_URL } });
    }
    for (const DATABASE_URL of [
      'mysql://desk:secret@db/rho90',
      'desk:secret',
      'postgres://',
      'postgres://desk:secret@db:x/',
    ]) {
      const problems = problemsOf(loadConfig({ DATABASE_URL }));
      t.match(problems, [/^DATABASE_URL is not a URL of PostgreSQL; /]);
      t.notMatch(problems.join(), /secret/);
    }
  },
);

t.test('what a process does can be said where there may be several', async (t) => {
  for (const RHO90_ROLE of ['all', 'api', 'worker']) {
    t.match(loadConfig({ RHO90_ROLE, DATABASE_URL: 'postgres://db/rho90' }), {
      ok: true,
      config: { role: RHO90_ROLE },
    });
  }
  t.same(problemsOf(loadConfig({ RHO90_ROLE: 'worker' })), [
    'RHO90_ROLE is "worker"; without DATABASE_URL there is one process, which must do all',
  ]);
  t.same(problemsOf(loadConfig({ RHO90_ROLE: 'both' })), [
    'RHO90_ROLE is "both"; it must be one of all, api, worker (default all)',
  ]);
});

t.test('the database of the settings is the server where one is named', async (t) => {
  const now = new Date(0);
  const settingsOf = (env: Record<string, string>) => {
    const loaded = loadConfig(env, () => false);
    return loaded.ok ? databaseSettings(loaded.config, now) : loaded.problems;
  };
  t.same(settingsOf({ RHO90_DATA_DIR: '/data' }), { dataDir: '/data', now });
  const databaseUrl = 'postgres://db/rho90';
  t.same(settingsOf({ DATABASE_URL: databaseUrl }), { databaseUrl, dataDir: './data', now });
});

t.test('finished runs are kept for a number of days of at least one', async (t) => {
  t.same(problemsOf(loadConfig({ RHO90_KEEP_DAYS: '0' })), [
    'RHO90_KEEP_DAYS is "0"; it must be a whole number from 1 to 36500 (default 400)',
  ]);
});

t.test('a data directory that is a file is refused, one that exists or does not is fine', async (t) => {
  t.equal(problemsOf(loadConfig({ RHO90_DATA_DIR: fileURLToPath(import.meta.url) })).length, 1);
  t.equal(problemsOf(loadConfig({ RHO90_DATA_DIR: 'server' })).length, 0);
  t.equal(problemsOf(loadConfig({ RHO90_DATA_DIR: 'no/such/directory' })).length, 0);
});

t.test('only addresses of this machine are loopback', async (t) => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) t.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'desk.example', '1270.0.0.1', '127.0.0.1.example.com']) {
    t.notOk(isLoopback(host), host);
  }
});

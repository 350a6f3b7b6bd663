#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { createStressEngine } from '../workers/stress-engine.ts';
import closeWithGrace from 'close-with-grace';
import { buildApp } from './app.ts';
import { type Config, isLoopback, loadConfig } from './config.ts';
import { openRuns } from './jobs/open-runs.ts';
import { DEFAULT_SERVICE_LIMITS } from './limits.ts';
import { DatabaseRefused } from './storage/database.ts';
import { type DatabaseSettings, openStorage, type Storage } from './storage/open-database.ts';
import { sqlLibraryStore } from './storage/sql-library-store.ts';
import { uuidV7 } from './uuid.ts';
import { VERSION } from './version.ts';

/** The program was called wrongly, as most Unix programs say it. */
const wrongUsage = 2;

const loaded = loadConfig(process.env);
if (loaded.ok) await serve(loaded.config);
else giveUp(loaded.problems, wrongUsage);

async function serve(config: Config): Promise<void> {
  const { databaseUrl, keepDays, dataDir, role } = config;
  const limits = { ...DEFAULT_SERVICE_LIMITS, ...(keepDays === undefined ? {} : { keepDays }) };
  const clock = () => new Date();
  const newId = () => uuidV7(Date.now(), randomBytes(10));
  const storage = await openOrGiveUp({
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    dataDir,
    now: clock(),
  });
  if (storage === null) return;
  const engine = createStressEngine({ threads: config.threads, assetSteps: limits.assetSteps });
  const app = await buildApp({
    engine,
    openRuns: (observer) => openRuns({ ...storage, engine, role, clock, newId, version: VERSION, limits, observer }),
    library: sqlLibraryStore(storage.database),
    role,
    clock,
    newId,
    version: VERSION,
    limits,
    logger: { level: config.logLevel },
  });
  const close = async (): Promise<void> => {
    await app.close();
    await engine.close();
    await storage.database.close();
  };
  try {
    await app.listen({
      host: config.host,
      port: config.port,
      listenTextResolver: (address) => `listening at ${address}`,
    });
  } catch (error) {
    await close();
    giveUp([whyNotListening(error as NodeJS.ErrnoException, config)], 1);
    return;
  }
  closeWithGrace({ logger: app.log }, async ({ signal, err }) => {
    if (err !== undefined) app.log.fatal(err, 'an error nobody handled');
    else app.log.info({ signal }, 'stopping');
    await close();
  });
  if (!isLoopback(config.host)) {
    app.log.warn(
      `HOST is ${config.host}: whoever reaches this machine can use the service, which has no access control yet`,
    );
  }
  const { port } = app.server.address() as { readonly port: number };
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  process.stdout.write(`rho90 ${VERSION} · Swagger UI: http://${host}:${port}/docs\n`);
}

async function openOrGiveUp(settings: DatabaseSettings): Promise<Storage | null> {
  try {
    return await openStorage(settings);
  } catch (error) {
    if (!(error instanceof DatabaseRefused)) throw error;
    giveUp([error.message], 1);
    return null;
  }
}

function whyNotListening(error: NodeJS.ErrnoException, { host, port }: Config): string {
  switch (error.code ?? '') {
    case 'EADDRINUSE':
      return `port ${port} of ${host} is in use; set PORT to another one, or stop what uses it`;
    case 'EACCES':
      return `port ${port} needs more rights than this user has; set PORT to 1024 or more`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST is ${JSON.stringify(host)}, which is no address of this machine`;
    default:
      return `cannot listen on port ${port} of ${host}: ${error.message}`;
  }
}

function giveUp(problems: readonly string[], exitCode: number): void {
  for (const problem of problems) process.stderr.write(`rho90: ${problem}\n`);
  process.exitCode = exitCode;
}

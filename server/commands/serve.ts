import { randomBytes } from 'node:crypto';
import closeWithGrace from 'close-with-grace';
import { createStressEngine } from '../../workers/stress-engine.ts';
import { buildApp } from '../app.ts';
import { type Config, databaseSettings, isLoopback } from '../config.ts';
import { openRuns } from '../jobs/open-runs.ts';
import { DEFAULT_SERVICE_LIMITS } from '../limits.ts';
import { openStorage } from '../storage/open-database.ts';
import { sqlLibraryStore } from '../storage/sql-library-store.ts';
import { uuidV7 } from '../uuid.ts';
import { VERSION } from '../version.ts';
import { CommandRefused } from './command-refused.ts';

/** What is at work is given back within a second, but a machine may be busy; supervisors kill after 30 s. */
const graceMs = 25_000;

/**
 * Starts the service, which ends with the process.
 *
 * @throws DatabaseRefused, or CommandRefused when it cannot listen
 */
export async function serve(config: Config): Promise<void> {
  const { keepDays, role } = config;
  const limits = { ...DEFAULT_SERVICE_LIMITS, keepDays };
  const clock = () => new Date();
  const newId = () => uuidV7(Date.now(), randomBytes(10));
  const storage = await openStorage(databaseSettings(config, clock()));
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
    throw new CommandRefused(whyNotListening(error as NodeJS.ErrnoException, config), { cause: error });
  }
  closeWithGrace({ logger: app.log, delay: graceMs }, async ({ signal, err }) => {
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

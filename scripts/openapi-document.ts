import { createStressEngine } from '../workers/stress-engine.ts';
import { buildApp } from '../server/app.ts';
import { DEFAULT_SERVICE_LIMITS } from '../server/limits.ts';
import type { Runs } from '../server/jobs/open-runs.ts';
import type { LibraryStore } from '../server/storage/library-store.ts';
import { VERSION } from '../server/version.ts';
import { asYaml } from '../server/openapi/document.ts';

/** Runs of a service that is never asked for one. */
const noRuns = { close: async () => undefined } as Partial<Runs> as Runs;

/** The document of the service as it is, without a socket: what openapi.yaml has to be. */
export async function openApiYaml(): Promise<string> {
  const engine = createStressEngine({ threads: 1 });
  try {
    const app = await buildApp({
      engine,
      openRuns: async () => noRuns,
      library: {} as LibraryStore,
      role: 'all',
      clock: () => new Date(),
      newId: () => 'unused',
      version: VERSION,
      limits: DEFAULT_SERVICE_LIMITS,
      logger: false,
    });
    const yaml = asYaml(app.swagger());
    await app.close();
    return yaml;
  } finally {
    await engine.close();
  }
}

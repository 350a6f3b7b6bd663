import { createRequire } from 'node:module';

/** Version of this package, found by its own name: the sources and the compiled package lie at different depths. */
export const VERSION = (createRequire(import.meta.url)('rho90/package.json') as { readonly version: string }).version;

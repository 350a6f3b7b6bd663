/**
 * What the structural tests know of the source tree: the files, and what each imports.
 *
 * The imports are found with regular expressions, not a parser. That is sound here because the formatter writes every
 * static import at the beginning of a line and with single quotes.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Import {
  /** As written: './weights.ts', 'node:fs', 'fastify'. */
  readonly specifier: string;
  /** `import type` or `export type`: gone at run time. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** Relative to the root, with forward slashes: 'models/risk/quantile.ts'. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Every TypeScript file below the folders, except AssemblyScript, which is another language with the same suffix. */
export function sourceFiles(folders: readonly string[]): SourceFile[] {
  return globSync(`{${folders.join(',')}}/**/*.ts`, { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('models/kernel/assembly/'))
    .toSorted()
    .map((path) => {
      const text = read(path);
      return { path, text, imports: readImports(text) };
    });
}

/** Static imports and re-exports, dynamic imports, and worker files named by `new URL('./x.ts', import.meta.url)`. */
export function readImports(text: string): Import[] {
  const statics = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'/g);
  const urls = text.matchAll(/new URL\(\s*'([^']+\.ts)',\s*import\.meta\.url/g);
  return [
    ...[...statics].map((found) => ({ specifier: found[2] ?? '', typeOnly: found[1] !== undefined })),
    ...[...dynamic, ...urls].map((found) => ({ specifier: found[1] ?? '', typeOnly: false })),
  ];
}

/** The file an import means, relative to the root; null for packages and Node's own modules. */
export function target(from: string, specifier: string): string | null {
  return specifier.startsWith('.') ? join(dirname(from), specifier).replaceAll('\\', '/') : null;
}

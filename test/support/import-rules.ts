/**
 * The import directions of this repository: schemas ← models ← workers ← server.
 */
import { target, type Import, type SourceFile } from './source-tree.ts';

const layers = ['schemas', 'models', 'workers', 'server'];

/** Why a file must not import what it imports, in words, or null when it may. */
export function wrongDirection(from: string, { specifier, typeOnly }: Import): string | null {
  const layer = layers.indexOf(top(from));
  const to = target(from, specifier);
  if (to === null) {
    return layer <= layers.indexOf('models') && layer >= 0 && specifier.startsWith('node:') && !typeOnly
      ? `${top(from)} does no I/O and imports nothing of Node (${specifier})`
      : null;
  }
  if (to === 'server/main.ts') return 'main wires the server and nothing imports it';
  if (layer < 0) return null;
  const toLayer = layers.indexOf(top(to));
  if (toLayer < 0) return `product code imports only ${layers.join(', ')} (${to})`;
  if (toLayer > layer) return `imports go schemas ← models ← workers ← server, never up (${to})`;
  if (top(from) === 'models' && top(to) === 'schemas' && !typeOnly)
    return `models takes only types from schemas (${to})`;
  if (inFolder(from, 'server/routes') && top(to) === 'workers') return `routes reach workers through jobs (${to})`;
  for (const folder of ['server/charts', 'server/storage']) {
    if (inFolder(from, folder) && !inFolder(to, folder) && top(to) !== 'schemas') {
      return `${folder} knows schemas only (${to})`;
    }
  }
  return null;
}

/** The first import cycle found, as the list of files around it, or null. */
export function findCycle(files: readonly SourceFile[]): string[] | null {
  const edges = new Map(
    files.map((file) => [file.path, file.imports.map(({ specifier }) => target(file.path, specifier))]),
  );
  const done = new Set<string>();
  const trail: string[] = [];

  const visit = (path: string): string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return null;
    trail.push(path);
    for (const next of edges.get(path) ?? []) {
      const cycle = next === null ? null : visit(next);
      if (cycle !== null) return cycle;
    }
    trail.pop();
    done.add(path);
    return null;
  };

  for (const file of files) {
    const cycle = visit(file.path);
    if (cycle !== null) return cycle;
  }
  return null;
}

const top = (path: string): string => path.split('/')[0] ?? '';
const inFolder = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);

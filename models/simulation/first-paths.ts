import { CHUNK_PATHS, type PathColumns } from './columns.ts';

/**
 * The first paths of columns that have room for more, as columns of that many paths. Those with one row are views of the
 * given ones; the others are copied, since their rows lie apart.
 *
 * @param columns  with rows of `room` paths
 * @param paths    whole chunks, or `room`
 * @throws RangeError when they are neither, or more than `room`
 */
export function firstPaths(columns: PathColumns, room: number, paths: number): PathColumns {
  if (paths === room) return columns;
  if (!(paths > 0 && paths < room && paths % CHUNK_PATHS === 0)) {
    throw new RangeError(`paths is ${paths}; need whole chunks of ${CHUNK_PATHS} up to ${room}`);
  }
  const { varianceSums, ...byPath } = columns;
  const slots = varianceSums.length / Math.ceil(room / CHUNK_PATHS);
  const first = Object.entries(byPath).map(([name, column]) => [
    name,
    column === null ? null : firstOfRows(column, room, paths),
  ]);
  // Every column by path is there again under its name, so that one added later cannot be forgotten here.
  return {
    ...(Object.fromEntries(first) as typeof byPath),
    varianceSums: varianceSums.subarray(0, (paths / CHUNK_PATHS) * slots),
  };
}

function firstOfRows<Column extends Float64Array | Uint16Array>(
  column: Column | null,
  room: number,
  paths: number,
): Column | null {
  if (column === null) return null;
  const rows = column.length / room;
  if (rows <= 1) return column.subarray(0, rows * paths) as Column;
  const first = new (column.constructor as new (length: number) => Column)(rows * paths);
  for (let r = 0; r < rows; r++) first.set(column.subarray(r * room, r * room + paths), r * paths);
  return first;
}

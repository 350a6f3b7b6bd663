import { CHUNK_PATHS, type PathColumns } from './columns.ts';

/** The arrays of columns in a fixed order, the same for all columns of one plan and scenario. */
export function columnArrays(columns: PathColumns): readonly (Float64Array | Uint16Array)[] {
  return Object.keys(columns)
    .toSorted()
    .map((name) => columns[name as keyof PathColumns])
    .filter((column) => column !== null);
}

/**
 * Writes the columns of some paths into those of more.
 *
 * @param columns   with rows of `room` paths
 * @param part      with rows of `paths` paths
 * @param fromPath  where the first of them goes, a whole number of chunks
 * @throws RangeError when they do not fit
 */
export function placeColumns(
  { columns, room }: { readonly columns: PathColumns; readonly room: number },
  {
    columns: part,
    paths,
    fromPath,
  }: { readonly columns: PathColumns; readonly paths: number; readonly fromPath: number },
): void {
  if (!(fromPath >= 0 && fromPath % CHUNK_PATHS === 0 && fromPath + paths <= room)) {
    throw new RangeError(
      `paths ${fromPath} to ${fromPath + paths} are not whole chunks of ${CHUNK_PATHS} below ${room}`,
    );
  }
  const { varianceSums: sums, ...byPath } = columns;
  const { varianceSums: partSums, ...partByPath } = part;
  const slots = sums.length / Math.ceil(room / CHUNK_PATHS);
  sums.set(partSums, (fromPath / CHUNK_PATHS) * slots);
  for (const [name, from] of Object.entries(partByPath) as [keyof typeof byPath, Float64Array | Uint16Array | null][]) {
    const to = byPath[name];
    if (from === null || to === null) {
      if (from !== to) throw new RangeError(`${name} is in one of the columns and not in the other`);
      continue;
    }
    for (let row = 0; row * paths < from.length; row++) {
      to.set(from.subarray(row * paths, (row + 1) * paths), row * room + fromPath);
    }
  }
}

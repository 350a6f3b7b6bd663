import t from 'tap';
import { allocateColumns, CHUNK_PATHS, type PathColumns } from '../../../models/simulation/columns.ts';
import { firstPaths } from '../../../models/simulation/first-paths.ts';
import { simulatePaths } from '../../../models/simulation/reference.ts';
import { prepareRequest } from '../../support/simulate.ts';
import { smallRequest } from '../book/small-request.ts';

const prepared = prepareRequest({
  ...smallRequest(),
  simulation: { paths: 3 * CHUNK_PATHS, horizonDays: 5, seed: '1' },
});
if (!prepared.ok) throw new RangeError(JSON.stringify(prepared.failures));
const { plan, scenarios } = prepared.value.request;
const [scenario] = scenarios;

function simulated(room: number, paths: number): PathColumns {
  const columns = allocateColumns({ ...plan, paths: room }, scenario);
  simulatePaths({ ...plan, paths: room }, scenario, 0, paths, columns);
  return columns;
}

t.test('the first paths of columns with room for more are the columns of that many paths', async (t) => {
  const room = 1000;
  for (const paths of [CHUNK_PATHS, 3 * CHUNK_PATHS, room]) {
    const expected = simulated(paths, paths);
    const got = firstPaths(simulated(room, paths), room, paths);
    t.same(Object.keys(got).toSorted(), Object.keys(expected).toSorted(), `columns of ${paths} paths`);
    for (const [name, column] of Object.entries(expected)) t.same(got[name as keyof PathColumns], column, name);
    t.ok(expected.regimeDays.length === 2 * paths && expected.basketCorrelation.length > 0, 'some have several rows');
  }
});

t.test('columns that are there for some runs only stay as they are: weights, or none', async (t) => {
  const columns = simulated(3 * CHUNK_PATHS, CHUNK_PATHS);
  t.equal(firstPaths({ ...columns, weights: null }, 3 * CHUNK_PATHS, CHUNK_PATHS).weights, null);
  const weights = Float64Array.from({ length: 3 * CHUNK_PATHS }, (_, path) => path);
  t.same(firstPaths({ ...columns, weights }, 3 * CHUNK_PATHS, CHUNK_PATHS).weights, weights.slice(0, CHUNK_PATHS));
});

t.test('part of a chunk and more than there are are refused', async (t) => {
  const columns = simulated(1000, 1000);
  for (const paths of [0, -256, 100, 1024, Number.NaN]) {
    t.throws(() => firstPaths(columns, 1000, paths), {
      message: `paths is ${paths}; need whole chunks of 256 up to 1000`,
    });
  }
});

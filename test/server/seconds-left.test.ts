import t from 'tap';
import { secondsLeft } from '../../server/storage/seconds-left.ts';

t.test('what is left is judged by the pace of all paths, those of pilots among them', async (t) => {
  t.equal(secondsLeft(10, { pathsDone: 500, paths: 2000, pilotPaths: 0 }), 30);
  t.equal(secondsLeft(10, { pathsDone: 256, paths: 20_000, pilotPaths: 1744 }), 98.72, '200 paths a second');
  t.equal(secondsLeft(10, { pathsDone: 2000, paths: 2000, pilotPaths: 2048 }), 0);
});

t.test('before the first path that counts, and with a clock that was set back, nothing wrong is said', async (t) => {
  t.equal(secondsLeft(10, { pathsDone: 0, paths: 2000, pilotPaths: 2048 }), null);
  t.equal(secondsLeft(-1, { pathsDone: 1, paths: 2000, pilotPaths: 0 }), 0);
});

import t from 'tap';
import { chooseSampling, firstStage, secondStage } from '../../../models/sampling/choose-sampling.ts';
import type { PathColumns } from '../../../models/simulation/columns.ts';
import { prepareRequest, simulate, simulateStage } from '../../support/simulate.ts';
import { sampledBook } from '../../support/sampled-books.ts';

const LEVELS = [0.95, 0.99, 0.999];
const tail = { paths: 4000, sampling: 'tail', levels: LEVELS } as const;

/** Both stages of a pilot, with the P&L replaced. */
function chosenFor(name: string, pnlOf: (columns: PathColumns) => Float64Array) {
  const outcome = prepareRequest(sampledBook(name, tail));
  if (!outcome.ok) throw new RangeError(JSON.stringify(outcome.failures));
  const { plan, scenarios } = outcome.value.request;
  const replaced = (columns: PathColumns) => ({ ...columns, pnl: pnlOf(columns) });
  const first = replaced(simulateStage(firstStage(plan, scenarios[0])));
  const stage = secondStage(plan, scenarios[0], first);
  const second = stage === null ? null : { columns: replaced(simulateStage(stage)), sampling: stage.scenario.sampling };
  return chooseSampling(plan, scenarios[0], { first, second }, LEVELS);
}

t.test('a book whose losses lie in a crisis is drawn towards it, and says so', async (t) => {
  const { result, columns } = simulate(sampledBook('long dispersion', tail));
  const { sampling } = result;
  t.match(sampling, {
    method: 'tail',
    requested: 'tail',
    note: /^A pilot of 2048 paths promised errors of ES as of at least [\d.]+ times the paths/,
    defensiveShare: 0.1,
    pilotPaths: 2048,
  });
  t.ok((sampling.tailShare ?? 0) >= 0.01 && (sampling.tailShare ?? 1) <= 0.1);
  const crisis = sampling.regimes.find(({ id }) => id === 'crisis');
  t.ok((crisis?.sampledDays ?? 0) > 2 * (crisis?.meanDays ?? Infinity), JSON.stringify(crisis));
  for (const field of ['meanDays', 'sampledDays'] as const) {
    const days = sampling.regimes.reduce((sum, regime) => sum + regime[field], 0);
    t.ok(Math.abs(days - 21) < 1e-9, `${field} add up to the horizon`);
  }
  t.same(
    sampling.varianceReduction.map(({ level }) => level),
    LEVELS,
  );
  // A factor of 10 is half of what is measured on this book, with 63 days, by bench/tail-sampling.ts.
  t.ok((sampling.varianceReduction[1].es ?? 0) > 10, JSON.stringify(sampling.varianceReduction));
  t.ok(columns.weights !== null && result.effectivePaths < result.paths);
  t.same(result.warnings, [], 'the 99.9 % tail of 4,000 weighted paths is large enough');
});

t.test('a book that gains nothing is drawn plainly, with the result of plain sampling', async (t) => {
  const { result } = simulate(sampledBook('long index straddle', tail));
  t.match(result.sampling, {
    method: 'plain',
    requested: 'tail',
    note: /^On a pilot of 2048 paths no law promised/,
    pilotPaths: 2048,
    defensiveShare: null,
    regimes: [],
    varianceReduction: [],
    survival: null,
  });
  const plain = simulate(sampledBook('long index straddle', { ...tail, sampling: 'plain' })).result;
  t.match(plain.sampling, {
    method: 'plain',
    requested: 'plain',
    note: 'Plain sampling was asked for.',
    pilotPaths: 0,
  });
  t.same({ ...result, sampling: null }, { ...plain, sampling: null });
});

t.test('few paths are not worth a pilot', async (t) => {
  const { result } = simulate(sampledBook('long dispersion', { ...tail, paths: 1999 }));
  t.match(result.sampling, {
    method: 'plain',
    requested: 'tail',
    note: /^The run has 1999 paths; under 2000/,
    pilotPaths: 0,
  });
});

t.test('a P&L that is one number, or two, or lost in the rounding is drawn plainly', async (t) => {
  const cases: Record<string, (columns: PathColumns) => Float64Array> = {
    'one number': ({ pnl }) => pnl.map(() => 7),
    'two numbers': ({ pnl }) => pnl.map((_, path) => (path % 3 === 0 ? -1 : 0)),
    'a loss on one path': ({ pnl }) => pnl.map((_, path) => (path === 100 ? -1e9 : 0)),
  };
  for (const [name, pnlOf] of Object.entries(cases)) {
    const { sampling, choice } = chosenFor('long dispersion', pnlOf);
    t.equal(sampling, null, name);
    t.match(choice, { method: 'plain', note: /no law promised/ }, name);
  }
  const broken = chosenFor('long dispersion', ({ pnl }) => pnl.map((_, path) => (path === 5 ? Infinity : 1)));
  t.match(broken.choice, { method: 'plain', note: 'Numbers of the pilot left the range of doubles.' });
});

t.test('one regime leaves the direction to move', async (t) => {
  const request = sampledBook('short index straddle', tail);
  const [scenario] = request.scenarios ?? [];
  if (scenario === undefined || typeof scenario === 'string') throw new RangeError('no scenario');
  const { result } = simulate({
    ...request,
    scenarios: [{ id: 'one', regimes: [scenario.regimes[2]] }],
  });
  t.equal(result.sampling.method, 'tail', result.sampling.note);
  t.not(result.sampling.directionShare, null);
  t.ok(result.sampling.regimes[0].shift !== 0 || result.sampling.regimes[0].inflation !== 1);
});

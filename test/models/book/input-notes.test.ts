import t from 'tap';
import { prepareRequest } from '../../support/simulate.ts';
import { equalNames, oneRegime, requestFor } from '../../support/wire.ts';
import type { Position } from '../../../schemas/position.ts';

const straddle: Position = {
  id: 'index',
  type: 'straddle',
  underlying: 'I',
  side: 'short',
  quantity: 1,
  multiplier: 100,
  strike: { percentOfSpot: 100 },
  expiryDays: 21,
};

function notesOf(indexVol: number, position: Position = straddle): readonly string[] {
  const market = equalNames(10, { vol: 0.35, correlation: 0.4, asOf: '2026-11-20' });
  const indices = (market.indices ?? []).map((index) => ({ ...index, impliedVol: indexVol }));
  const prepared = prepareRequest(
    requestFor([position], { ...market, indices }, oneRegime({}), { seed: '1', paths: 256, horizonDays: 5 }),
  );
  if (!prepared.ok) throw new RangeError(JSON.stringify(prepared.failures));
  return prepared.value.request.notes;
}

t.test('an implied correlation far from the calm one is noted, an ordinary premium is not', async (t) => {
  t.same(notesOf(0.25), [], 'implied 0.46 against 0.40');
  t.same(notesOf(0.1), [
    'impliedVol 0.1 of "I" implies a correlation of -0.020 between its members, whose calm correlation is 0.400',
  ]);
  t.match(notesOf(0.34), [/implies a correlation of 0\.937/]);
});

t.test('an expiry on a day without a close is noted with what was taken for it', async (t) => {
  const { expiryDays: _days, ...dated } = straddle;
  t.same(notesOf(0.25, { ...dated, expiryDate: '2026-12-19' }), [
    '"index" ends on 2026-12-19, a day without a close; the last close before it is taken',
  ]);
  t.same(notesOf(0.25, { ...dated, expiryDate: '2026-12-18' }), []);
});

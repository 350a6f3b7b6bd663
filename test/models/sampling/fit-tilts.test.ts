import t from 'tap';
import type { RegimeChain } from '../../../models/regimes/chain.ts';
import { fitTilts, RIDGE_DAYS } from '../../../models/sampling/fit-tilts.ts';
import { dayMoments, tiltChain } from '../../../models/sampling/tilted-chain.ts';
import { near } from '../../support/close.ts';

const chain: RegimeChain = {
  transition: Float64Array.of(0.98, 0.018, 0.002, 0.06, 0.9, 0.04, 0.02, 0.1, 0.88),
  initial: Float64Array.of(1, 0, 0),
  days: 63,
};

/** Mean days under the tilts, and the tilts about their mean, which is where the penalty is least. */
function fitted(given: RegimeChain, meanDays: Float64Array): { mean: Float64Array; centred: Float64Array } {
  const tilts = fitTilts(given, meanDays);
  t.equal(tilts[0], 0, 'only differences of tilts matter');
  const average = tilts.reduce((sum, tilt) => sum + tilt, 0) / tilts.length;
  return { mean: dayMoments(tiltChain(given, tilts)).mean, centred: tilts.map((tilt) => tilt - average) };
}

t.test('the fitted law spends the mean days asked for, but for the pull of the penalty', async (t) => {
  for (const days of [
    [22, 17, 24],
    [60, 2, 1],
    [5, 50, 8],
    [40, 3, 20],
  ]) {
    const { mean, centred } = fitted(chain, Float64Array.from(days));
    for (let r = 0; r < 3; r++) near(t, `${days} in ${r}`, mean[r] + RIDGE_DAYS * centred[r], days[r], 1e-5);
    t.ok(
      centred.every((tilt) => RIDGE_DAYS * Math.abs(tilt) < 0.5),
      'which is less than half a day',
    );
  }
});

t.test('mean days of the chain itself need no tilt', async (t) => {
  const { mean } = dayMoments(tiltChain(chain, new Float64Array(3)));
  t.ok(fitTilts(chain, mean).every((tilt) => Math.abs(tilt) < 1e-9));
});

t.test('a regime that a tail never visits, or never leaves, gets a bounded tilt', async (t) => {
  const never = fitted(chain, Float64Array.of(40, 23, 0));
  t.ok(never.mean[2] > 0 && never.mean[2] < 0.5, `${never.mean[2]} days in it are left`);
  const always = fitted(chain, Float64Array.of(0, 0, 63));
  t.ok(always.mean[2] > 60, `${always.mean[2]} of 63 days`);
  for (const { centred } of [never, always])
    t.ok(
      centred.every((tilt) => Math.abs(tilt) < 15),
      centred.join(),
    );
});

t.test('one regime, a regime out of reach and forced days leave nothing to tilt but what is free', async (t) => {
  t.same(fitTilts({ transition: Float64Array.of(1), initial: Float64Array.of(1), days: 9 }, Float64Array.of(9)), [0]);
  const apart: RegimeChain = {
    transition: Float64Array.of(0.9, 0.1, 0, 0.2, 0.8, 0, 0.5, 0.4, 0.1),
    initial: Float64Array.of(1, 0, 0),
    days: 20,
  };
  const { mean } = fitted(apart, Float64Array.of(5, 15, 0));
  near(t, 'days in the second', mean[1], 15, 0.5);
  t.equal(mean[2], 0);
  const forced = new Int8Array(21).fill(1);
  const tilts = fitTilts({ ...apart, forced }, Float64Array.of(0, 20, 0));
  t.ok(
    tilts.every((tilt) => Math.abs(tilt) < 1e-6),
    'every day is forced',
  );
});

t.test('numbers of days of the wrong size are refused', async (t) => {
  t.throws(() => fitTilts(chain, Float64Array.of(63)), /meanDays has 1 entries; need 3/);
});

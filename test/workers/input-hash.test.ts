import { createHash } from 'node:crypto';
import t from 'tap';
import { SHIPPED_SCENARIOS } from '../../models/regimes/library.ts';
import { DEFAULT_LIMITS } from '../../schemas/book.ts';
import type { StressRunRequest } from '../../schemas/stress-run.ts';
import { DEFAULT_LEVELS, DEFAULT_SCENARIOS } from '../../schemas/stress-run.ts';
import { fillDefaults } from '../../workers/fill-defaults.ts';
import { inputHash, seedFromHash } from '../../workers/input-hash.ts';

const request = (): StressRunRequest & { book: object; market: object } => ({
  book: { nav: 100, positions: [{ id: 'p', type: 'underlying', underlying: 'A', side: 'long', quantity: 1 }] },
  market: { underlyings: [{ id: 'A', spot: 1, impliedVol: 0.2 }], rate: 0.04 },
});
const hashOf = (given: StressRunRequest) => inputHash(fillDefaults(given));

/** The same object with its fields in the opposite order, all the way down. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

t.test('the hash is SHA-256 of the content in canonical JSON, defaults written out', async (t) => {
  const scenarios = [{ id: 's', regimes: [{ id: 'only' }] }];
  // RFC 8785: keys sorted, no spaces, numbers as ECMAScript prints them. Written by hand.
  const canonical =
    '{"book":{"currency":"USD","limits":[{"expression":"survivability(0.99) >= 0.80","id":"survive"}],"nav":100,' +
    '"positions":[{"id":"p","quantity":1,"side":"long","type":"underlying","underlying":"A"}]},' +
    '"market":{"rate":0.04,"underlyings":[{"id":"A","impliedVol":0.2,"spot":1}]},' +
    '"scenarios":[{"id":"s","regimes":[{"id":"only"}]}],' +
    '"simulation":{"horizonDays":63,"levels":[0.95,0.975,0.99,0.995,0.999],"paths":100000,"sampling":"tail",' +
    '"survivalThreshold":0.8}}';
  t.equal(hashOf({ ...request(), scenarios }), createHash('sha256').update(canonical).digest('hex'));
});

t.test('neither the label nor the order of fields changes the hash', async (t) => {
  t.equal(hashOf({ ...request(), label: 'nightly' }), hashOf(request()));
  t.equal(hashOf(reversed(request()) as StressRunRequest), hashOf(request()));
});

t.test('a request that spells out the defaults is the same request', async (t) => {
  const { book, market } = request();
  const spelt = {
    book: { ...book, currency: 'USD', limits: [...DEFAULT_LIMITS] },
    market,
    scenarios: [...DEFAULT_SCENARIOS],
    simulation: {
      horizonDays: 63,
      paths: 100_000,
      sampling: 'tail',
      levels: [...DEFAULT_LEVELS],
      survivalThreshold: 0.8,
    },
  } as StressRunRequest;
  t.equal(hashOf(spelt), hashOf(request()));
});

t.test('a shipped scenario has one hash by id and in full, and another when a number of it changes', async (t) => {
  const [shipped] = SHIPPED_SCENARIOS;
  const byId = hashOf({ ...request(), scenarios: [shipped.id] });
  t.equal(hashOf({ ...request(), scenarios: [structuredClone(shipped)] }), byId);
  t.not(hashOf({ ...request(), scenarios: [{ ...shipped, impliedVolHalfLifeDays: 6 }] }), byId);
});

t.test('whatever decides numbers changes the hash', async (t) => {
  const hashes = new Map<string, string>();
  const target = { metric: 'es', level: 0.99, relativeError: 0.02, maxPaths: 200_000 } as const;
  const variants: Record<string, (body: StressRunRequest) => unknown> = {
    nothing: () => {},
    'the NAV': ({ book }) => (book!.nav = 101),
    'a quantity': ({ book }) => Object.assign(book!.positions[0], { quantity: 2 }),
    'a currency': ({ book }) => (book!.currency = 'EUR'),
    'no limits': ({ book }) => (book!.limits = []),
    'the rate': ({ market }) => (market!.rate = 0.05),
    'a volatility': ({ market }) => (market!.underlyings[0].impliedVol = 0.2000000001),
    'a scenario': (body) => (body.scenarios = ['grind']),
    'two scenarios': (body) => (body.scenarios = ['grind', 'baseline']),
    'two scenarios in another order': (body) => (body.scenarios = ['baseline', 'grind']),
    paths: (body) => (body.simulation = { paths: 99_999 }),
    days: (body) => (body.simulation = { horizonDays: 62 }),
    levels: (body) => (body.simulation = { levels: [0.99] }),
    'the threshold': (body) => (body.simulation = { survivalThreshold: 0.79 }),
    'a target': (body) => (body.simulation = { paths: 100_000, target }),
    'the error of a target': (body) =>
      (body.simulation = { paths: 100_000, target: { ...target, relativeError: 0.01 } }),
    'a seed': (body) => (body.simulation = { seed: '42' }),
    'another seed': (body) => (body.simulation = { seed: '43' }),
  };
  for (const [what, change] of Object.entries(variants)) {
    const body = request();
    change(body);
    const hash = hashOf(body);
    t.match(hash, /^[0-9a-f]{64}$/, what);
    t.equal(hashes.get(hash), undefined, `${what} has a hash of its own`);
    hashes.set(hash, what);
  }
});

t.test('the seed of a hash is its first 64 bits as a decimal uint64', async (t) => {
  t.equal(seedFromHash('0'.repeat(64)), '0');
  t.equal(seedFromHash(`${'f'.repeat(16)}${'0'.repeat(48)}`), '18446744073709551615');
  t.equal(seedFromHash(`${'0'.repeat(14)}2a${'f'.repeat(48)}`), '42');
});

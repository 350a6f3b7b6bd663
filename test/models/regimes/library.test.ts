import { Ajv } from 'ajv';
import t from 'tap';
import {
  expectedDays,
  regimeProbabilities,
  stationaryDistribution,
  transitionFromDurations,
} from '../../../models/regimes/chain.ts';
import { SHIPPED_SCENARIOS } from '../../../models/regimes/library.ts';
import { NAMED_SCHEMAS } from '../../../schemas/registry.ts';
import type { Regime } from '../../../schemas/regime.ts';
import type { Scenario } from '../../../schemas/scenario.ts';

type Tap = Pick<typeof t, 'ok'>;
const close = (test: Tap, got: number, expected: number, tolerance: number, what: string) =>
  test.ok(Math.abs(got - expected) <= tolerance, `${what}: got ${got}, expected ${expected} within ${tolerance}`);

const ids = [
  'baseline',
  'systemic-crisis-2008',
  'systemic-crisis-2011',
  'systemic-crisis-2016',
  'systemic-crisis-2018',
  'systemic-crisis-2020',
  'idiosyncratic-rerating',
  'grind',
  'crash-week',
  'correlation-spike-90',
];

await t.test('the shipped scenarios are the documented ones, each id once', async (t) => {
  t.same(
    SHIPPED_SCENARIOS.map(({ id }) => id),
    ids,
  );
});

await t.test('every shipped scenario is a valid one of the wire contract', async (t) => {
  const ajv = new Ajv({ strict: false, discriminator: true, allErrors: true });
  for (const schema of NAMED_SCHEMAS) ajv.addSchema(schema);
  const validate = ajv.getSchema('Scenario#') ?? ajv.getSchema('Scenario');
  if (validate === undefined) throw new Error('the registry has no schema Scenario');
  for (const scenario of SHIPPED_SCENARIOS) {
    t.equal(validate(JSON.parse(JSON.stringify(scenario))), true, `${scenario.id}: ${ajv.errorsText(validate.errors)}`);
  }
  t.equal(validate({ ...scenarioOf('grind'), regimes: [] }), false, 'the schema refuses what it should');
});

await t.test('regimes that are named exist, forced windows are in order and do not overlap', async (t) => {
  for (const scenario of SHIPPED_SCENARIOS) {
    const names = scenario.regimes.map(({ id }) => id);
    t.equal(new Set(names).size, names.length, `${scenario.id} has each regime once`);
    let last = 0;
    for (const { fromDay, toDay, regime } of scenario.forced ?? []) {
      t.ok(names.includes(regime), `${scenario.id} has ${regime}`);
      t.equal(fromDay, last + 1, `${scenario.id}: a window begins on day 1 or the day after the one before`);
      t.ok(toDay >= fromDay);
      last = toDay;
    }
    const { initial } = scenario;
    if (typeof initial === 'object' && initial.regime !== undefined) t.ok(names.includes(initial.regime));
  }
});

await t.test('rows of transitions sum to 1, over any horizon', async (t) => {
  for (const scenario of SHIPPED_SCENARIOS) {
    for (const days of [1, 63, 252]) {
      // The chain throws where a row is no law; what is left to see is that all days are somewhere.
      const sum = daysIn(scenario, days).reduce((total, value) => total + value, 0);
      close(t, sum, days, 1e-10, `${scenario.id} over ${days} days`);
    }
  }
});

await t.test('nothing is used that this version does not compute', async (t) => {
  for (const scenario of SHIPPED_SCENARIOS) {
    t.equal(scenario.events, undefined, scenario.id);
    for (const regime of scenario.regimes) {
      t.equal(regime.jumps, undefined, scenario.id);
      t.equal(regime.skewMultiplier, undefined, scenario.id);
    }
  }
});

await t.test('descriptions carry the figures they were drawn from', async (t) => {
  const figures: Record<string, string[]> = {
    baseline: ['25 to 35', '40 to 60', '70 to 90', '6 months', '4 months', '3 months'],
    'systemic-crisis-2008': ['0.35 to 0.85', '6 months', 'above 0.8', 'above 50 %'],
    'systemic-crisis-2011': ['0.30 to 0.75', '4 months'],
    'systemic-crisis-2016': ['0.40 to 0.65', '2 months', '0.85 on the day'],
    'systemic-crisis-2018': ['17 to 37', '50'],
    'systemic-crisis-2020': ['0.35 to 0.95', '3 months', '0.22 to 0.78', 'three weeks', '15 to 85.47'],
    'idiosyncratic-rerating': ['25 to 40 %'],
    grind: ['−20 %', '60 days'],
    'crash-week': ['VIX to 85', '0.50 to 0.95', 'five days', '−87 %'],
    'correlation-spike-90': ['0.90', '1.65'],
  };
  for (const { id, description = '' } of SHIPPED_SCENARIOS) {
    for (const figure of figures[id]) t.ok(description.includes(figure), `${id} says ${figure}`);
    t.ok(description.length <= 1500, `${id} can be read at a glance (${description.length} characters)`);
  }
});

await t.test('baseline has a crisis about every four years, lasting as long as the record says', async (t) => {
  const chain = chainOf(scenarioOf('baseline'), 252);
  const law = stationaryDistribution(chain.transition, 3);
  if (law === null) throw new Error('baseline has one closed class');
  // Record: 2008, 2011 and 2020 in the 13 years 2008 to 2020, 13 months of them in crisis.
  const yearsBetween = 60 / law[2] / 252;
  close(t, yearsBetween, 13 / 3, 0.5, 'years between crises');
  t.ok(
    law[2] < 13 / 156 && law[1] + law[2] > 13 / 156,
    `crisis ${law[2]}, stressed ${law[1]}: around 13 of 156 months`,
  );
  const quarter = daysIn(scenarioOf('baseline'), 63);
  t.ok(quarter[2] > 0.5 && quarter[2] < 3, `crisis days expected in a quarter that starts calm: ${quarter[2]}`);
  const year = daysIn(scenarioOf('baseline'), 252);
  t.ok(year[2] > 5 && year[2] < 252 * law[2], `in a year: ${year[2]}, less than the ${252 * law[2]} of the long run`);
});

await t.test('baseline raises correlation and volatility in any market', async (t) => {
  for (const { correlation, volMultiplier = 1 } of scenarioOf('baseline').regimes.slice(1)) {
    t.ok(correlation?.kind === 'blend' && correlation.toward === 'one' && correlation.weight > 0);
    t.ok(volMultiplier > 1);
  }
  // From 0.35 and a VIX of 16: the bands that go with a VIX of 25 to 35 and of 50 and more.
  const [, stressed, crisis] = scenarioOf('baseline').regimes;
  close(t, averageIn(stressed, 0.35), 0.58, 0.005, 'stressed');
  close(t, averageIn(crisis, 0.35), 0.8, 0.01, 'crisis');
  t.ok(between(16 * indexMultiple(stressed, 0.35), 25, 35), `VIX ${16 * indexMultiple(stressed, 0.35)}`);
  t.ok(between(16 * indexMultiple(crisis, 0.35), 50, 60), `VIX ${16 * indexMultiple(crisis, 0.35)}`);
});

await t.test('2008 realises a correlation above 0.8 with a volatility above 50 %, for six months', async (t) => {
  const scenario = scenarioOf('systemic-crisis-2008');
  const { correlation, variance } = pooled(scenario, 1, 63, 0.35);
  t.ok(correlation > 0.8, `realised correlation ${correlation}`);
  t.ok(0.2 * Math.sqrt(variance) > 0.5, `realised volatility ${0.2 * Math.sqrt(variance)}`);
  close(t, correlation, 0.81, 0.005, 'correlation of the description');
  close(t, 0.2 * Math.sqrt(variance), 0.53, 0.005, 'volatility of the description');
  t.equal(lastForcedDay(scenario), 126);
  close(t, fall(scenario, 126), 676.53 / 1251.7 - 1, 0.01, 'S&P 500, 12 September 2008 to 9 March 2009');
});

await t.test('2011 takes the VIX from 17.5 to 48 and prices down by 17 % in eleven days', async (t) => {
  const scenario = scenarioOf('systemic-crisis-2011');
  // VIX closes of 22 July and 8 August 2011: 17.52 and 48.00.
  close(t, 17.52 * impliedIndexMultiple(scenario, 11, 0.3), 48, 1.5, 'VIX');
  close(t, fall(scenario, 11), 1119.46 / 1345.02 - 1, 0.005, 'S&P 500');
  t.equal(lastForcedDay(scenario), 84);
  close(t, pooled(scenario, 1, 84, 0.3).correlation, 0.75, 1e-12, 'average correlation');
});

await t.test('2016 has its correlation of the day and the two months after', async (t) => {
  const scenario = scenarioOf('systemic-crisis-2016');
  close(t, pooled(scenario, 1, 1, 0.4).correlation, 0.85, 1e-12, 'on the day');
  close(t, pooled(scenario, 2, 42, 0.4).correlation, 0.65, 1e-12, 'after it');
  // S&P 500 closes of 23 and 24 June 2016; the VIX closed near 17 and near 26.
  close(t, fall(scenario, 1), 2037.41 / 2113.32 - 1, 0.001, 'S&P 500');
  close(t, 17 * impliedIndexMultiple(scenario, 1, 0.4), 26, 0.5, 'VIX');
});

await t.test('2018 takes the VIX from 17 to 37 in a day', async (t) => {
  const scenario = scenarioOf('systemic-crisis-2018');
  close(t, 17.31 * impliedIndexMultiple(scenario, 1, 0.3), 37.32, 1, 'VIX closes of 2 and 5 February 2018');
  close(t, fall(scenario, 5), 2581 / 2762.13 - 1, 0.003, 'S&P 500, 2 to 8 February 2018');
});

await t.test(
  '2020 takes realised correlation from 0.22 to 0.78 in three weeks and the VIX from 15 to 85',
  async (t) => {
    const scenario = scenarioOf('systemic-crisis-2020');
    // A window of 63 days that ends on day 15 holds 48 days before the episode, at 0.22.
    const { correlation } = pooled(scenario, -47, 15, 0.22);
    close(t, correlation, 0.78, 0.02, '3-month realised correlation');
    close(t, 15 * impliedIndexMultiple(scenario, 23, 0.35), 85.47, 1, 'VIX');
    close(t, fall(scenario, 23), 2237.4 / 3386.15 - 1, 0.01, 'S&P 500, 19 February to 23 March 2020');
    t.equal(lastForcedDay(scenario), 63);
  },
);

await t.test('the re-rating takes 25 to 40 % off the heaviest names in a quarter and leaves the rest', async (t) => {
  const { regimes, forced } = scenarioOf('idiosyncratic-rerating');
  const rerating = regimes[1];
  const override = rerating.overrides?.[0];
  t.match(override, { heaviest: 3 });
  const drift = override?.drift ?? 0;
  const vol = 0.42 * (override?.volMultiplier ?? 1);
  const mean = Math.expm1(drift / 4);
  const median = Math.expm1((drift - (vol * vol) / 2) / 4);
  t.ok(between(-mean, 0.25, 0.4) && between(-median, 0.25, 0.4), `mean ${mean}, median of a name at 42 % ${median}`);
  t.same([rerating.drift, rerating.volMultiplier, rerating.correlation], [undefined, undefined, undefined]);
  t.same(forced, [{ fromDay: 1, toDay: 63, regime: 'rerating' }]);
});

await t.test('the grind bleeds a vega-neutral book and earns nothing on correlation', async (t) => {
  const { regimes } = scenarioOf('grind');
  t.equal(regimes.length, 1);
  t.equal(averageIn(regimes[0], 0.4), 0.4);
  // Vega-neutral variance book at its implied strikes, weights w, vega w on the names and 1 on the index:
  // P&L = (m² − 1)/2 (Σ w v − v_I), negative because the index is below the average of its names.
  const m = regimes[0].volMultiplier ?? 1;
  const profit = ((m * m - 1) / 2) * (0.35 - 0.35 * Math.sqrt(0.4));
  t.ok(between(profit, -0.03, -0.01), `names at 35 %, correlation 0.4: ${profit} of the vega in a year`);
  t.equal(regimes[0].impliedVolMultiplier, undefined);
  t.equal(regimes[0].impliedCorrelation, undefined);
});

await t.test('the crash week is between a VIX of 85 reached from 30 and from 15', async (t) => {
  const scenario = scenarioOf('crash-week');
  const multiple = impliedIndexMultiple(scenario, 5, 0.5);
  t.ok(between(multiple, 85 / 30, 85 / 15), `index volatility × ${multiple}`);
  close(t, 21.5 * multiple, 85, 1, 'from 21.5');
  close(t, 15 * impliedIndexMultiple(scenario, 5, 0.35), 71, 1, 'from 15');
  close(t, impliedState(scenario, 5, 0.5).correlation, 0.95, 0.02, 'implied correlation on day 5');
  close(t, fall(scenario, 5), -0.12, 0.002, 'prices');
  // The aftermath is left at 0.05 a day from day 7 on: Σ 0.95^(t − 6) over days 6 to 63.
  close(t, daysIn(scenario, 63)[2], (1 - 0.95 ** 58) / 0.05, 1e-9, 'days of aftermath in a quarter');
});

await t.test('the correlation spike is at 0.90 every day, and takes an index from 17.5 at 0.30 to 50', async (t) => {
  const scenario = scenarioOf('correlation-spike-90');
  const [spike] = scenario.regimes;
  t.equal(scenario.regimes.length, 1);
  t.equal(averageIn(spike, 0.3), 0.9);
  t.equal(spike.impliedCorrelation, 0.9);
  t.equal(spike.volMultiplier, spike.impliedVolMultiplier);
  close(t, 17.5 * indexMultiple(spike, 0.3), 50, 0.1, 'realised index volatility');
  close(t, 17.5 * impliedIndexMultiple(scenario, 1, 0.3), 50, 0.1, 'implied index volatility on day 1');
});

function scenarioOf(id: string): Scenario {
  const found = SHIPPED_SCENARIOS.find((scenario) => scenario.id === id);
  if (found === undefined) throw new Error(`no scenario ${id}`);
  return found;
}

function chainOf(scenario: Scenario, days: number) {
  const regimes = scenario.regimes.length;
  const { transition, initial } = scenario;
  const matrix =
    transition === undefined
      ? Float64Array.of(1)
      : transition.kind === 'daily'
        ? Float64Array.from(transition.matrix.flat())
        : transitionFromDurations(Float64Array.from(transition.meanDays), Float64Array.from(transition.next.flat()));
  const name = typeof initial === 'object' ? initial.regime : scenario.regimes[0].id;
  const first = scenario.regimes.findIndex(({ id }) => id === name);
  const forced = new Int8Array(days + 1).fill(-1);
  for (const window of scenario.forced ?? []) {
    const regime = scenario.regimes.findIndex(({ id }) => id === window.regime);
    forced.fill(regime, window.fromDay, Math.min(window.toDay, days) + 1);
  }
  return { transition: matrix, initial: new Float64Array(regimes).fill(1, first, first + 1), days, forced };
}

function daysIn(scenario: Scenario, days: number): Float64Array {
  return expectedDays(chainOf(scenario, days));
}

function lastForcedDay(scenario: Scenario): number {
  return Math.max(...(scenario.forced ?? []).map(({ toDay }) => toDay));
}

/** The regime of a day that is certain; before day 1 there is none. */
function regimeOn(scenario: Scenario, day: number): Regime | undefined {
  if (day < 1) return undefined;
  const regimes = scenario.regimes.length;
  const laws = regimeProbabilities(chainOf(scenario, day));
  const certain = laws.subarray((day - 1) * regimes).indexOf(1);
  if (certain < 0) throw new Error(`day ${day} of ${scenario.id} is not certain`);
  return scenario.regimes[certain];
}

function averageIn(regime: Regime | undefined, calm: number): number {
  const correlation = regime?.correlation ?? { kind: 'calm' };
  if (correlation.kind === 'spike') return correlation.average;
  if (correlation.kind === 'blend') return (1 - correlation.weight) * calm + correlation.weight;
  return calm;
}

/** Realised volatility of an index of many names as a multiple of the calm one, v_I² = ρ v². */
function indexMultiple(regime: Regime, calm: number): number {
  return (regime.volMultiplier ?? 1) * Math.sqrt(averageIn(regime, calm) / calm);
}

/**
 * Realised correlation of many like names over the days from … to, Σ m² ρ / Σ m², and the realised variance of their
 * index as a multiple of the calm one.
 */
function pooled(scenario: Scenario, from: number, to: number, calm: number): { correlation: number; variance: number } {
  let own = 0;
  let across = 0;
  for (let day = from; day <= to; day++) {
    const regime = regimeOn(scenario, day);
    const variance = (regime?.volMultiplier ?? 1) ** 2;
    own += variance;
    across += variance * averageIn(regime, calm);
  }
  return { correlation: across / own, variance: across / (to - from + 1) / calm };
}

/** Expected price change from the drifts, at a rate of 0. */
function fall(scenario: Scenario, days: number): number {
  let log = 0;
  for (let day = 1; day <= days; day++) log += (regimeOn(scenario, day)?.drift ?? 0) / 252;
  return Math.expm1(log);
}

/** Implied levels at the close of a day: ln M and ρ close a share 1 − 2^(−1/half-life) of their gaps each day. */
function impliedState(scenario: Scenario, day: number, start: number): { multiple: number; correlation: number } {
  const speed = (halfLife = 0) => (halfLife === 0 ? 1 : 1 - 2 ** (-1 / halfLife));
  let log = 0;
  let correlation = start;
  for (let t = 1; t <= day; t++) {
    const regime = regimeOn(scenario, t);
    log += speed(scenario.impliedVolHalfLifeDays) * (Math.log(regime?.impliedVolMultiplier ?? 1) - log);
    correlation +=
      speed(scenario.impliedCorrelationHalfLifeDays) * ((regime?.impliedCorrelation ?? start) - correlation);
  }
  return { multiple: Math.exp(log), correlation };
}

/** Implied volatility of an index of many names as a multiple of that at the start. */
function impliedIndexMultiple(scenario: Scenario, day: number, start: number): number {
  const { multiple, correlation } = impliedState(scenario, day, start);
  return multiple * Math.sqrt(correlation / start);
}

function between(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

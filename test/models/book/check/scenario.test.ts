import t from 'tap';
import type { RegimeOverride } from '../../../../schemas/regime.ts';
import type { Initial, Transition } from '../../../../schemas/scenario.ts';
import { type Case, checkedFailures, type SmallRequest, testCases } from '../small-request.ts';

const LATER = 'which is part of the contract, but this version does not compute it yet; allowed now';
const at = '/scenarios/0';

const rule = (
  when: string,
  change: (scenario: SmallRequest['scenarios'][0]) => unknown,
  ...found: Case['found']
): Case => ({
  when,
  change: ({ scenarios }) => void change(scenarios[0]),
  found,
});

t.test('regimes have ids of their own', async (t) => {
  const cases = [
    rule('one id twice', ({ regimes }) => (regimes[1].id = 'calm'), [
      'duplicate_id',
      `${at}/regimes/1/id`,
      'id is "calm", as of regime 0; the ids of regimes must be unique',
    ]),
    rule('ids like properties of objects', ({ regimes }) => (regimes[1].id = 'constructor')),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('what this version does not compute is refused where it does something', async (t) => {
  const cases = [
    rule('jumps', ({ regimes }) => (regimes[1].jumps = { intensity: 2, mean: -0.3, stdev: 0.1 }), [
      'unsupported',
      `${at}/regimes/1/jumps`,
      `jumps has the intensity 2, ${LATER}: no jumps, or the intensity 0`,
    ]),
    rule('jumps that never come', ({ regimes }) => (regimes[1].jumps = { intensity: 0, mean: -0.3, stdev: 0.1 })),
    rule('a steeper smile', ({ regimes }) => (regimes[1].skewMultiplier = 1.5), [
      'unsupported',
      `${at}/regimes/1/skewMultiplier`,
      `skewMultiplier is 1.5, ${LATER}: 1`,
    ]),
    rule('the smile as it is', ({ regimes }) => (regimes[1].skewMultiplier = 1)),
    rule('a dated event', (scenario) => (scenario.events = [{ day: 5, startsRegime: 'crisis' }]), [
      'unsupported',
      `${at}/events`,
      `events has 1 event, ${LATER}: no events`,
    ]),
    rule('no events', (scenario) => (scenario.events = [])),
    rule(
      'costs of a crisis change nothing in a book without costs',
      ({ regimes }) => (regimes[1].liquidityMultiplier = 3),
    ),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('an override selects in one way, knows what it selects and changes something', async (t) => {
  const here = `${at}/regimes/1/overrides/0`;
  const override = (when: string, given: RegimeOverride, ...found: Case['found']) =>
    rule(when, ({ regimes }) => (regimes[1].overrides = [given]), ...found);
  const cases = [
    override('by id', { underlyings: ['A', 'C'], drift: -1 }),
    override('by sector', { sector: 'semis', volMultiplier: 3 }),
    override('by weight, more than there are', { heaviest: 1000, volMultiplier: 3 }),
    override('no selector', { drift: -1 }, [
      'exactly_one',
      here,
      'none of underlyings, sector and heaviest is given; give exactly one',
    ]),
    override('two selectors', { sector: 'semis', heaviest: 1, drift: -1 }, [
      'exactly_one',
      here,
      'sector and heaviest are given; give exactly one of underlyings, sector and heaviest',
    ]),
    override('three selectors', { underlyings: ['A'], sector: 'semis', heaviest: 1, drift: -1 }, [
      'exactly_one',
      here,
      'underlyings, sector and heaviest are given; give exactly one',
    ]),
    override('nothing changed', { heaviest: 1 }, [
      'required',
      here,
      'the override changes nothing; give volMultiplier, drift or both',
    ]),
    override('an unknown name', { underlyings: ['A', 'toString'], drift: -1 }, [
      'unknown_reference',
      `${here}/underlyings/1`,
      'underlyings[1] is "toString", which is no underlying of the market; the market has "A", "B", "C"',
    ]),
    override('an index is no underlying', { underlyings: ['I'], drift: -1 }, [
      'unknown_reference',
      `${here}/underlyings/0`,
      'underlyings[0] is "I", which is no underlying of the market; the market has "A", "B", "C"',
    ]),
    override('an unknown sector', { sector: 'banks', drift: -1 }, [
      'unknown_reference',
      `${here}/sector`,
      'sector is "banks", which is no sector of the market; the market has "semis"',
    ]),
    {
      ...override('a sector where no underlying has one', { sector: 'banks', drift: -1 }, [
        'unknown_reference',
        `${here}/sector`,
        'sector is "banks", which is no sector of the market; the market has none',
      ]),
      change: ({ market, scenarios }: SmallRequest) => {
        for (const underlying of market.underlyings) delete (underlying as { sector?: string }).sector;
        scenarios[0].regimes[1].overrides = [{ sector: 'banks', drift: -1 }];
      },
    },
  ];
  testCases(t, cases, checkedFailures);
});

t.test('keys of volMultipliers are underlyings, whatever they are called', async (t) => {
  const multipliers = (when: string, json: string, ...found: Case['found']) =>
    rule(when, ({ regimes }) => (regimes[1].volMultipliers = JSON.parse(json) as Record<string, number>), ...found);
  const unknown = (key: string, pointer: string) =>
    [
      'unknown_reference',
      `${at}/regimes/1/volMultipliers/${pointer}`,
      `volMultipliers names "${key}", which is no underlying of the market; the market has "A", "B", "C"`,
    ] as const;
  const cases = [
    multipliers('known', '{ "A": 2, "C": 3 }'),
    multipliers('unknown', '{ "A": 2, "D": 3 }', unknown('D', 'D')),
    multipliers('a pointer escapes / and ~', '{ "BRK/B~1": 2 }', unknown('BRK/B~1', 'BRK~1B~01')),
    multipliers('"__proto__" in JSON is a key like another', '{ "__proto__": 2 }', unknown('__proto__', '__proto__')),
    multipliers('so is "constructor"', '{ "constructor": 2 }', unknown('constructor', 'constructor')),
    multipliers('so is the empty key', '{ "": 2 }', unknown('', '')),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('a matrix of a regime fits the market', async (t) => {
  const cases = [
    rule(
      'as a matrix of the market',
      ({ regimes }) => (regimes[1].correlation = { kind: 'matrix', order: ['A', 'B'], values: [[1, 0]] }),
      [
        'matrix_shape',
        `${at}/regimes/1/correlation/order`,
        'order lacks "C"; it must have every underlying of the market once',
      ],
      ['matrix_shape', `${at}/regimes/1/correlation/values`, 'values has 1 row; it must have 2, as order'],
    ),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('a transition fits the regimes, and its rows are probabilities', async (t) => {
  const transition = (when: string, given: Transition, ...found: Case['found']) =>
    rule(when, (scenario) => (scenario.transition = given), ...found);
  const here = `${at}/transition`;
  const next = [
    [0, 1],
    [1, 0],
  ];
  const cases = [
    rule('missing', (scenario) => delete (scenario as { transition?: Transition }).transition, [
      'required',
      here,
      'transition is missing; 2 regimes need one, of kind "daily" or "durations"',
    ]),
    rule('one regime needs none', (scenario) => {
      scenario.regimes.length = 1 as 2;
      delete (scenario as { transition?: Transition }).transition;
    }),
    rule('one regime may have the only one there is', (scenario) => {
      scenario.regimes.length = 1 as 2;
      scenario.transition = { kind: 'daily', matrix: [[1]] };
    }),
    rule(
      'one regime has no durations',
      (scenario) => {
        scenario.regimes.length = 1 as 2;
        scenario.transition = { kind: 'durations', meanDays: [5], next: [[1]] };
      },
      ['conflict', here, 'transition is of kind "durations", but one regime has nowhere else to go; leave it out'],
    ),
    transition('a row missing', { kind: 'daily', matrix: [[0.5, 0.5]] }, [
      'matrix_shape',
      `${here}/matrix`,
      'matrix has 1 row; it must have 2, one for each regime',
    ]),
    transition(
      'a row too long',
      {
        kind: 'daily',
        matrix: [
          [1, 0, 0],
          [0, 1],
        ],
      },
      ['matrix_shape', `${here}/matrix/0`, 'matrix[0] has 3 numbers; it must have 2, one for each regime'],
    ),
    transition(
      'a row that sums to more',
      {
        kind: 'daily',
        matrix: [
          [0.9, 0.2],
          [0, 1],
        ],
      },
      ['sum_not_one', `${here}/matrix/0`, 'matrix[0] sums to 1.1; it must sum to 1 within 1e-9'],
    ),
    transition('a row off by less than 1e-9', {
      kind: 'daily',
      matrix: [
        [0.9, 0.1 + 9e-10],
        [0, 1],
      ],
    }),
    transition('durations', { kind: 'durations', meanDays: [100, 10], next }),
    transition('durations of other regimes', { kind: 'durations', meanDays: [100], next }, [
      'wrong_length',
      `${here}/meanDays`,
      'meanDays has 1 number; it must have 2, one for each regime',
    ]),
    transition(
      'a regime that leaves for itself',
      {
        kind: 'durations',
        meanDays: [9, 9],
        next: [
          [0.5, 0.5],
          [1, 0],
        ],
      },
      ['conflict', `${here}/next/0/0`, 'next[0][0] is 0.5; it must be 0, since a regime that is left goes elsewhere'],
    ),
    transition(
      'where it goes, not summing to 1',
      {
        kind: 'durations',
        meanDays: [9, 9],
        next: [
          [0, 0.5],
          [1, 0],
        ],
      },
      ['sum_not_one', `${here}/next/0`, 'next[0] sums to 0.5; it must sum to 1 within 1e-9'],
    ),
    transition('where it goes, too short', { kind: 'durations', meanDays: [9, 9], next: [[0, 1], [1]] }, [
      'matrix_shape',
      `${here}/next/1`,
      'next[1] has 1 number; it must have 2, one for each regime',
    ]),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('the regime of day 1 is one of the regimes, or a law over them', async (t) => {
  const initial = (when: string, given: Initial, ...found: Case['found']) =>
    rule(when, (scenario) => (scenario.initial = given), ...found);
  const cases = [
    initial('a regime', { regime: 'crisis' }),
    initial('stationary', 'stationary'),
    initial('probabilities', { probabilities: [0.9, 0.1] }),
    initial('an unknown regime', { regime: 'valueOf' }, [
      'unknown_reference',
      `${at}/initial/regime`,
      'regime is "valueOf", which is no regime of the scenario; the scenario has "calm", "crisis"',
    ]),
    initial('too many probabilities', { probabilities: [0.5, 0.5, 0] }, [
      'wrong_length',
      `${at}/initial/probabilities`,
      'probabilities has 3 numbers; it must have 2, one for each regime',
    ]),
    initial('probabilities of too little', { probabilities: [0.1, 0.2] }, [
      'sum_not_one',
      `${at}/initial/probabilities`,
      'probabilities sums to 0.3; it must sum to 1 within 1e-9',
    ]),
  ];
  testCases(t, cases, checkedFailures);
});

t.test('forced windows name a regime, run forward and do not overlap', async (t) => {
  const forced = (when: string, windows: readonly (readonly [number, number, string])[], ...found: Case['found']) =>
    rule(
      when,
      (scenario) => (scenario.forced = windows.map(([fromDay, toDay, regime]) => ({ fromDay, toDay, regime }))),
      ...found,
    );
  const cases = [
    forced('side by side, in any order, beyond the horizon', [
      [11, 900, 'calm'],
      [1, 10, 'crisis'],
    ]),
    forced(
      'an unknown regime',
      [[1, 2, 'panic']],
      [
        'unknown_reference',
        `${at}/forced/0/regime`,
        'regime is "panic", which is no regime of the scenario; the scenario has "calm", "crisis"',
      ],
    ),
    forced(
      'backward',
      [[10, 9, 'crisis']],
      ['conflict', `${at}/forced/0/toDay`, 'toDay is 9; it must be at least fromDay, 10'],
    ),
    forced(
      'on one day in common',
      [
        [1, 10, 'crisis'],
        [20, 30, 'calm'],
        [10, 12, 'calm'],
      ],
      ['conflict', `${at}/forced/2`, 'days 10 to 12 overlap those of window 0, 1 to 10; windows must not overlap'],
    ),
  ];
  testCases(t, cases, checkedFailures);
});

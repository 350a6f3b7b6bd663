import { Ajv } from 'ajv';
import t from 'tap';
import { DEFAULT_LIMITS } from '../../schemas/book.ts';
import { NAMED_SCHEMAS } from '../../schemas/registry.ts';
import { Simulation, type StressRunRequest } from '../../schemas/stress-run.ts';
import { fillDefaults } from '../../workers/fill-defaults.ts';

const request: StressRunRequest = {
  book: { nav: 100, positions: [{ id: 'p', type: 'underlying', underlying: 'A', side: 'long', quantity: 1 }] },
  market: { underlyings: [{ id: 'A', spot: 1, impliedVol: 0.2 }] },
  label: 'nightly',
};

t.test('what is left out is written out, and what is given stays', async (t) => {
  const before = structuredClone(request);
  const filled = fillDefaults(request);
  t.same(filled, {
    ...request,
    book: { ...request.book, currency: 'USD', limits: [{ id: 'survive', expression: 'survivability(0.99) >= 0.80' }] },
    scenarios: ['baseline'],
    simulation: {
      horizonDays: 63,
      paths: 100_000,
      arithmetic: 'fastest',
      sampling: 'tail',
      levels: [0.95, 0.975, 0.99, 0.995, 0.999],
      survivalThreshold: 0.8,
    },
  });
  t.same(request, before, 'the request itself is left alone');
  t.notOk('seed' in filled.simulation, 'the seed is decided from the content, later');
  const given = { ...filled, simulation: { ...filled.simulation, paths: 7, seed: '1' }, scenarios: ['grind'] };
  t.same(fillDefaults(given), given);
});

t.test('a target starts from few paths and asks for the highest level, where nothing else is said', async (t) => {
  const target = { metric: 'es', relativeError: 0.02, maxPaths: 200_000 } as const;
  const settings = (simulation: Simulation) => fillDefaults({ ...request, simulation }).simulation;
  t.match(settings({ target }), { paths: 10_240, target: { ...target, level: 0.999 } });
  t.match(settings({ target, levels: [0.99, 0.995, 0.975] }), { target: { level: 0.995 } });
  t.match(settings({ target: { ...target, level: 0.6 } }), { target: { level: 0.6 } });
  t.match(settings({ target: { ...target, maxPaths: 300 } }), { paths: 300 });
  t.match(settings({ target, paths: 2000 }), { paths: 2000 });
  const ruin = { ...target, metric: 'probabilityOfRuin' } as const;
  t.same(settings({ target: ruin }).target, ruin, 'a probability has no level');
});

t.test('a book without limits on purpose keeps none', async (t) => {
  const { book } = fillDefaults({ ...request, book: { ...(request.book as object), limits: [] } as never });
  t.same(book?.limits, []);
});

t.test('defaults inside a market stay as they are given', async (t) => {
  t.same(fillDefaults(request).market, request.market);
});

t.test('a book that is missing stays missing, for the checks to say', async (t) => {
  t.notOk('book' in fillDefaults({}));
});

t.test('the defaults are those that the schema documents, and pass it', async (t) => {
  const { book, scenarios, simulation } = fillDefaults(request);
  for (const [field, value] of Object.entries(simulation)) {
    t.same((Simulation.properties as Record<string, { default?: unknown }>)[field].default, value, field);
  }
  const ajv = new Ajv({ discriminator: true, allErrors: true, allowUnionTypes: true });
  for (const schema of NAMED_SCHEMAS) ajv.addSchema(schema);
  const validate = ajv.getSchema('StressRunRequest');
  t.ok(validate?.({ ...request, book, scenarios, simulation }), 'valid', { errors: validate?.errors });
  t.same(book?.limits, [...DEFAULT_LIMITS]);
});

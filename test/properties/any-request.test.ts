import { Ajv } from 'ajv';
import fc from 'fast-check';
import t from 'tap';
import { beyondDoubles } from '../../models/risk/scenario-result.ts';
import { allocateColumns } from '../../models/simulation/columns.ts';
import { simulatePaths } from '../../models/simulation/reference.ts';
import { NAMED_SCHEMAS } from '../../schemas/registry.ts';
import type { StressRunRequest } from '../../schemas/stress-run.ts';
import { arbitraryRequest } from '../support/arbitraries.ts';
import { prepareRequest, simulateAll } from '../support/simulate.ts';

const ajv = new Ajv({ discriminator: true, allowUnionTypes: true });
for (const schema of NAMED_SCHEMAS) ajv.addSchema(schema);

const EVERY_KIND = [
  'capped',
  'correlation average',
  'correlation matrix',
  'correlation sectors',
  'index position',
  'option',
  'regime blend',
  'regime calm',
  'regime matrix',
  'regime spike',
  'residual',
  'riskReversal',
  'straddle',
  'strangle',
  'transition daily',
  'transition durations',
  'underlying',
  'under way',
  'varianceSwap',
].toSorted();

function requireValid(schema: string, value: unknown): void {
  if (ajv.validate(schema, value)) return;
  throw new Error(`${schema}: ${ajv.errorsText()}`);
}

/** Throws where a number inside a value is not finite; JSON would turn it into null in silence. */
function requireFinite(value: unknown, at: string): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${at} is ${value}`);
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) requireFinite(inner, `${at}/${key}`);
  }
}

t.test('a random request satisfies its schema, is accepted, and every number of its result is finite', async (t) => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(arbitraryRequest(), (request) => {
      requireValid('StressRunRequest', request);
      const outcome = prepareRequest(request);
      if (!outcome.ok) throw new Error(`refused: ${JSON.stringify(outcome.failures)}`);
      for (const kind of kindsOf(request)) seen.add(kind);
      for (const { result, columns, request: resolved } of simulateAll(request)) {
        requireFinite(result, result.id);
        requireFinite(resolved.positions, 'positions');
        requireFinite(resolved.figures, 'figures');
        requireValid('ScenarioResult', result);
        for (const position of resolved.positions) requireValid('PositionValue', position);
        if (!columns.pnl.every(Number.isFinite)) throw new Error('a P&L is not finite');
      }
    }),
    { numRuns: 250, seed: 90 },
  );
  t.same([...seen].toSorted(), EVERY_KIND, 'the requests had one of everything');
});

function* kindsOf({ book, market, scenarios }: StressRunRequest): Iterable<string> {
  const indices = market?.indices ?? [];
  for (const position of book?.positions ?? []) {
    yield position.type;
    if (position.type === 'varianceSwap' && position.capMultiple !== undefined) yield 'capped';
    if (position.type === 'varianceSwap' && position.accrued !== undefined) yield 'under way';
    if ('underlying' in position && indices.some(({ id }) => id === position.underlying)) yield 'index position';
  }
  yield `correlation ${market?.correlation?.kind}`;
  if (indices.some(({ constituents }) => constituents.reduce((sum, { weight }) => sum + weight, 0) < 0.99)) {
    yield 'residual';
  }
  for (const scenario of scenarios ?? []) {
    if (typeof scenario === 'string') continue;
    for (const { correlation } of scenario.regimes) yield `regime ${correlation?.kind ?? 'calm'}`;
    if (scenario.transition !== undefined) yield `transition ${scenario.transition.kind}`;
  }
}

/** Ends of ranges, sizes no market has, and signs that fields may not have. */
const ODD = [0, -1, 1, 1e-300, 1e-12, 1e12, 10, 100, 0.5, -0.5, -0.99, 0.999999999, 3, -10, -100, 1260, 12_600];

type Path = readonly string[];

function numbersIn(value: unknown, at: Path = []): Path[] {
  if (typeof value === 'number') return [at];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, [...at, key]));
}

/** The value with the number at a path replaced. */
function replaced(value: unknown, at: Path, number: number): unknown {
  const [key, ...rest] = at;
  if (key === undefined) return number;
  if (Array.isArray(value)) return value.with(Number(key), replaced(value[Number(key)], rest, number));
  const object = value as Record<string, unknown>;
  return { ...object, [key]: replaced(object[key], rest, number) };
}

type Fate = 'invalid' | 'refused' | 'tooExtreme' | 'finite';

/** What becomes of a body; throws where it is none of these. */
function fateOf(request: StressRunRequest): Fate {
  if (!ajv.validate('StressRunRequest', request)) return 'invalid';
  const outcome = prepareRequest(request);
  if (!outcome.ok) {
    if (outcome.failures.length === 0) throw new Error('refused without a reason');
    for (const failure of outcome.failures) requireValid('Failure', failure);
    return 'refused';
  }
  const { plan, scenarios, positions } = outcome.value.request;
  requireFinite(positions, 'positions');
  for (const scenario of scenarios) {
    const columns = allocateColumns(plan, scenario);
    simulatePaths(plan, scenario, 0, plan.paths, columns);
    if (beyondDoubles(columns) !== null) return 'tooExtreme';
  }
  for (const { result } of simulateAll(request)) requireFinite(result, result.id);
  return 'finite';
}

t.test('odd numbers are refused with reasons, too extreme in words, or give finite results', async (t) => {
  const fates: Record<Fate, number> = { invalid: 0, refused: 0, tooExtreme: 0, finite: 0 };
  const changes = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...ODD)), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(arbitraryRequest({ paths: 3 }), changes, (given, replacements) => {
      let request = given;
      for (const [which, number] of replacements) {
        // Days and paths are sizes of the work, not numbers of the market; a NAV of 1e-300 is nobody's.
        const paths = numbersIn(request).filter((path) => path[0] !== 'simulation' && path[1] !== 'nav');
        request = replaced(request, paths[which % paths.length], number) as StressRunRequest;
      }
      fates[fateOf(request)]++;
    }),
    { numRuns: 1200, seed: 12 },
  );
  t.ok(fates.refused > 50 && fates.finite > 100, JSON.stringify(fates));
});

t.test('blocks of paths leave no trace in any bit', async (t) => {
  fc.assert(
    fc.property(arbitraryRequest({ names: 4, horizonDays: 4, paths: 1500 }), (request) => {
      const whole = simulateAll(request);
      const split = simulateAll(request, 1);
      for (const [i, { columns, result }] of whole.entries()) {
        const different = Object.entries(columns).filter(
          ([name, column]) =>
            Buffer.compare(bytes(column), bytes(split[i].columns[name as keyof typeof columns])) !== 0,
        );
        t.same(
          different.map(([name]) => name),
          [],
          'columns that differ',
        );
        t.same(split[i].result, result);
      }
    }),
    { numRuns: 12, seed: 256 },
  );
});

function bytes(column: Float64Array | Uint16Array | null): Uint8Array {
  if (column === null) return new Uint8Array();
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength).slice();
}

import { Ajv } from 'ajv';
import fc from 'fast-check';
import t from 'tap';
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

function bytes(column: Float64Array | Uint16Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength).slice();
}

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import t, { type Test } from 'tap';
import { impliedCorrelation, weightedAverageCorrelation } from '../models/correlation/implied.ts';
import { averageMatrix, checkCorrelationMatrix, smallestEigenvalue } from '../models/correlation/matrix.ts';
import { residualLoading, solveResidualVol } from '../models/correlation/residual.ts';
import { NAMED_SCHEMAS } from '../schemas/registry.ts';
import type { StressRunRequest } from '../schemas/stress-run.ts';
import { valueAtmStraddle } from '../scripts/examples/straddle.ts';
import { noSamples, samplesFolder } from './support/market-samples.ts';
import { root } from './support/source-tree.ts';

const files = ['ai-basket.json', 'sp20-variance.json', 'worst-case.json'];
const textOf = (file: string, folder = join(root, 'examples')) => readFileSync(join(folder, file), 'utf8');
const requestOf = (file: string) => JSON.parse(textOf(file)) as Required<StressRunRequest>;

t.test('every example is a valid body of POST /v1/stress-runs', async (t) => {
  const ajv = new Ajv({ discriminator: true, allErrors: true, allowUnionTypes: true });
  for (const schema of NAMED_SCHEMAS) ajv.addSchema(schema);
  const validate = ajv.getSchema('StressRunRequest');
  for (const file of files) {
    const request: unknown = JSON.parse(textOf(file));
    t.ok(validate?.(request), file, { errors: validate?.errors });
  }
  t.notOk(validate?.({ ...requestOf('ai-basket.json'), positions: [] }), 'the schema refuses what it does not know');
});

t.test('every example names its positions, underlyings and indices once', async (t) => {
  for (const file of files) {
    const { book, market } = requestOf(file);
    const known = [...market.underlyings, ...(market.indices ?? [])].map(({ id }) => id);
    const positions = book.positions.map(({ id }) => id);
    t.equal(new Set(known).size, known.length, file);
    t.equal(new Set(positions).size, positions.length, file);
    const used = book.positions.map((position) => ('underlying' in position ? position.underlying : position.basket));
    t.same(
      used.filter((id) => !known.includes(id)),
      [],
      file,
    );
  }
});

t.test('the examples without market data are what their script writes, byte for byte', async (t) => {
  const made = runScript(t, 'make-examples.ts');
  for (const file of ['ai-basket.json', 'worst-case.json']) t.equal(textOf(file, made), textOf(file), file);
});

t.test('the SP20 example is what its script makes of the data, byte for byte', { skip: noSamples }, async (t) => {
  const made = runScript(t, 'make-sp20-example.ts', '--data', samplesFolder);
  t.equal(textOf('sp20-variance.json', made), textOf('sp20-variance.json'));
});

t.test('the calm correlations are correlation matrices without a zero eigenvalue', async (t) => {
  for (const file of files) {
    const { matrix, n } = calmOf(requestOf(file).market);
    t.equal(checkCorrelationMatrix(matrix, n).total, 0, file);
    const smallest = smallestEigenvalue(matrix, n);
    t.ok(smallest > 0.1, `${file}: smallest eigenvalue ${smallest}`);
  }
});

t.test('every index has an implied correlation of a calm to nervous market', async (t) => {
  // By VIX: 15–20 gives 25–35 correlation points, 25–35 gives 40–60.
  const expected: Record<string, readonly [number, number]> = {
    SMH: [0.35, 0.6],
    QQQ: [0.35, 0.6],
    SP20: [0.25, 0.35],
    INDEX: [0.45, 0.5],
  };
  for (const file of files) {
    for (const { id, implied } of indexCorrelations(requestOf(file).market)) {
      const [low, high] = expected[id];
      t.ok(implied >= low && implied <= high, `${id}: implied correlation ${implied}; need [${low}, ${high}]`);
    }
  }
});

t.test('a basket that covers its index sells 5 to 10 points of correlation over the calm one', async (t) => {
  for (const file of ['sp20-variance.json', 'worst-case.json']) {
    for (const { id, implied, calm } of indexCorrelations(requestOf(file).market)) {
      const premium = implied - calm;
      t.ok(premium >= 0.05 && premium <= 0.1, `${id}: ${implied} over ${calm}`);
    }
  }
});

t.test('straddle books are vega-neutral to what whole contracts allow', async (t) => {
  for (const [file, tolerance] of [
    ['ai-basket.json', 0.02],
    ['worst-case.json', 0.002],
  ] as const) {
    const legs = straddleLegs(requestOf(file));
    const bought = sum(legs.filter(({ side }) => side === 'long').map(({ vega }) => vega));
    const sold = sum(legs.filter(({ side }) => side === 'short').map(({ vega }) => vega));
    t.ok(Math.abs(bought / sold - 1) < tolerance, `${file}: vega ${bought} bought, ${sold} sold`);
  }
});

t.test('the AI basket gives each name a sixth of the vega and the indices 60 and 40 % of it', async (t) => {
  const legs = straddleLegs(requestOf('ai-basket.json'));
  const long = legs.filter(({ side }) => side === 'long');
  const bought = sum(long.map(({ vega }) => vega));
  for (const [leg, share] of [
    ...long.map((leg) => [leg, 1 / 6] as const),
    [legs.find(({ id }) => id === 'smh-short') as Leg, 0.6] as const,
    [legs.find(({ id }) => id === 'qqq-short') as Leg, 0.4] as const,
  ]) {
    // Half a contract is the rounding; the names were rounded against a vega of 8,000, which theirs is not exactly.
    const off = Math.abs(leg.vega - share * bought) / (leg.vega / leg.quantity);
    t.ok(off < 0.7, `${leg.id}: ${leg.vega} of ${bought}, ${off} contracts off`);
  }
});

t.test('the AI basket pays 2 to 4 % of NAV for its long straddles', async (t) => {
  const request = requestOf('ai-basket.json');
  const paid = sum(
    straddleLegs(request)
      .filter(({ side }) => side === 'long')
      .map(({ premium }) => premium),
  );
  t.ok(paid > 0.02 * request.book.nav && paid < 0.04 * request.book.nav, `${paid}`);
});

t.test('the worst case puts a tenth of the portfolio at risk', async (t) => {
  const request = requestOf('worst-case.json');
  const net = sum(straddleLegs(request).map(({ side, premium }) => (side === 'long' ? premium : -premium)));
  t.ok(Math.abs(net / request.book.nav - 0.1) < 0.001, `${net}`);
});

t.test('the SP20 book buys of each name its weight of the vega it sells', async (t) => {
  const { book, market } = requestOf('sp20-variance.json');
  const swaps = book.positions.flatMap((position) => (position.type === 'varianceSwap' ? [position] : []));
  const sold = swaps.filter(({ side }) => side === 'short');
  t.equal(sold.length, 1);
  const constituents = market.indices?.[0].constituents ?? [];
  for (const { underlying, weight } of constituents) {
    const swap = swaps.find((position) => position.underlying === underlying);
    t.equal(swap?.vegaNotional, weight * (sold[0].vegaNotional as number), underlying);
    t.equal(swap?.strikeVol, market.underlyings.find(({ id }) => id === underlying)?.impliedVol, underlying);
    t.equal(swap?.capMultiple, 2.5);
  }
  t.equal(swaps.length, constituents.length + 1);
  t.equal(sold[0].strikeVol, market.indices?.[0].impliedVol);
});

interface Leg {
  readonly id: string;
  readonly side: 'long' | 'short';
  readonly quantity: number;
  readonly premium: number;
  readonly vega: number;
}

function straddleLegs({ book, market }: Required<StressRunRequest>): Leg[] {
  return book.positions.map((position) => {
    if (position.type !== 'straddle') throw new RangeError(`${position.id} is a ${position.type}; need a straddle`);
    const { id, side, quantity, multiplier } = position;
    const underlying = market.underlyings.find((item) => item.id === position.underlying);
    const of = underlying ?? market.indices?.find((item) => item.id === position.underlying);
    const { premium, vega } = valueAtmStraddle({
      spot: of?.spot ?? Number.NaN,
      vol: of?.impliedVol as number,
      years: (position.expiryDays as number) / (market.daysPerYear as number),
      rate: market.rate as number,
      dividendYield: underlying?.dividendYield ?? 0,
    });
    return { id, side, quantity, premium: premium * quantity * multiplier, vega: vega * quantity * multiplier };
  });
}

function calmOf({ correlation, underlyings }: Required<StressRunRequest>['market']) {
  const n = underlyings.length;
  if (correlation?.kind === 'average') return { n, matrix: averageMatrix(n, correlation.value) };
  if (correlation?.kind !== 'matrix') throw new RangeError(`correlation is ${correlation?.kind}; need a matrix`);
  const ids = underlyings.map(({ id }) => id);
  if (correlation.order.join() !== ids.join()) throw new RangeError('the order is not that of the underlyings');
  return { n, matrix: Float64Array.from(correlation.values.flat()) };
}

/** Implied correlation of each index, over names and residual, and the calm one of its names. */
function indexCorrelations(market: Required<StressRunRequest>['market']) {
  const { n, matrix } = calmOf(market);
  const vols = Float64Array.from(market.underlyings, ({ impliedVol }) => impliedVol as number);
  const realised = Float64Array.from(market.underlyings, (item) => item.realisedVol ?? (item.impliedVol as number));
  return (market.indices ?? []).map((index) => {
    const weights = new Float64Array(n);
    const members = index.constituents.map(({ underlying }) =>
      market.underlyings.findIndex(({ id }) => id === underlying),
    );
    for (const [j, { weight }] of index.constituents.entries()) weights[members[j]] = weight;
    const indexVol = index.impliedVol as number;
    const residualWeight = 1 - sum([...weights]);
    const all = [...weights];
    const allVols = [...vols];
    if (residualWeight > 1e-9) {
      const { correlations } = residualLoading(matrix, n, weights, members);
      const residual = solveResidualVol({
        indexVol,
        weights,
        vols,
        matrix,
        residualWeight,
        residualCorrelations: correlations,
      });
      if (!residual.ok) throw new RangeError(`${index.id}: ${residual.reason}`);
      all.push(residualWeight);
      allVols.push(residual.vol);
    }
    return {
      id: index.id,
      implied: impliedCorrelation(indexVol, Float64Array.from(all), Float64Array.from(allVols)),
      calm: weightedAverageCorrelation(matrix, weights, realised),
    };
  });
}

function runScript(t: Test, script: string, ...options: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'rho90-examples-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  execFileSync(process.execPath, [join(root, 'scripts', script), '--out', folder, ...options], { stdio: 'pipe' });
  t.ok(existsSync(folder));
  return folder;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

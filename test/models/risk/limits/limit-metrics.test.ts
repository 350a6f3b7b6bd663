import t from 'tap';
import { expectedShortfall } from '../../../../models/risk/expected-shortfall.ts';
import { compileLimit } from '../../../../models/risk/limits/compile-limit.ts';
import { evaluateLimit } from '../../../../models/risk/limits/evaluate-limit.ts';
import { limitMetrics } from '../../../../models/risk/limits/limit-metrics.ts';
import { CONSTANTS, LEVEL_FUNCTIONS } from '../../../../models/risk/limits/vocabulary.ts';
import { sortSample } from '../../../../models/risk/sample.ts';
import { valueAtRisk } from '../../../../models/risk/value-at-risk.ts';
import { oneStratum, type Weighting } from '../../../../models/risk/weighting.ts';
import { close, normals } from '../fixtures/draws.ts';

const n = 10_000;
const nav = 1_000;
const pnl = normals(n, 4).map((z) => 50 * z);
const maxDrawdown = pnl.map((x) => Math.max(-x, 0) / nav);

function metricsOf(weighting: Weighting | null) {
  const columns = {
    pnl,
    maxDrawdown,
    sortedPnl: sortSample(pnl, weighting),
    sortedDrawdown: sortSample(maxDrawdown, weighting),
    breachDay: Uint16Array.from(pnl, (x) => (x < -150 ? 5 : 0)),
    ruinDay: new Uint16Array(n),
    daysUnderWater: new Uint16Array(n),
    marginCallDay: null,
    forcedLiquidationDay: null,
  };
  const greeks = { delta: 1, gamma: 2, vega: 3, theta: -4, correlationVega: -5 };
  return limitMetrics(columns, { nav, weighting }, { initialValue: 7, premium: 8, greeks });
}

t.test('every word of the vocabulary has a finite value and an error, weighted or not', async (t) => {
  for (const metrics of [metricsOf(null), metricsOf(oneStratum(pnl.map((x) => Math.exp(-x / 200))))]) {
    for (const { name } of CONSTANTS) {
      const { value, standardError } = metrics.constant(name);
      t.ok(Number.isFinite(value) && (standardError ?? -1) >= 0, `${name} is ${value}, error ${standardError}`);
    }
    for (const { name } of LEVEL_FUNCTIONS) {
      for (const level of [0.501, 0.9, 0.987654321]) {
        const { value, standardError } = metrics.atLevel(name, level);
        t.ok(Number.isFinite(value) && (standardError ?? -1) >= 0, `${name}(${level}) is ${value}`);
      }
      t.equal(metrics.atLevel(name, 0.9999999).standardError, null, 'beyond what the sample can tell');
    }
  }
});

t.test('figures of a level are those of the loss distribution', async (t) => {
  const metrics = metricsOf(null);
  const sorted = sortSample(pnl, null);
  const valueAt99 = valueAtRisk(sorted, 0.99);
  t.equal(metrics.atLevel('var', 0.99).value, valueAt99.value);
  t.equal(metrics.atLevel('es', 0.99).value, expectedShortfall(sorted, 0.99).value);
  t.ok(close(metrics.atLevel('survivability', 0.99).value, 1 - valueAt99.value / nav));
  t.ok(close(metrics.atLevel('survivability', 0.99).standardError ?? NaN, (valueAt99.standardError ?? NaN) / nav));
  t.ok(close(metrics.atLevel('maxDrawdown', 0.99).value, valueAt99.value / nav, 0.01));
});

t.test('figures of the book are exact and carry its numbers', async (t) => {
  const metrics = metricsOf(null);
  for (const [name, value] of [
    ['nav', nav],
    ['initialValue', 7],
    ['premium', 8],
    ['netDelta', 1],
    ['netGamma', 2],
    ['netVega', 3],
    ['netTheta', -4],
    ['correlationVega', -5],
  ] as const) {
    t.same(metrics.constant(name), { value, standardError: 0 });
  }
});

t.test('an event that never happened is not known to be impossible', async (t) => {
  const ruin = metricsOf(null).constant('probabilityOfRuin');
  t.equal(ruin.value, 0);
  t.ok((ruin.standardError ?? 0) > 0);
  const compiled = compileLimit('probabilityOfRuin <= 0.0001');
  t.equal(compiled.ok && evaluateLimit(compiled.limit, metricsOf(null)).status, 'warn', '10,000 paths cannot tell');
});

import type { CorrelationMatrix, Market } from '../../../schemas/market.ts';
import { parseDate } from '../../calendar/trading-days.ts';
import { type FailureList, listed, pointer } from '../../failures.ts';
import { counted, noSuch, notYet, tidy } from '../wording.ts';

/** Sums of weights and probabilities may be off by this much: decimal input, not arithmetic. */
export const SUM_TOLERANCE = 1e-9;

/** Checks of a market that need more than one field; matrices are judged in `resolveMarket`. */
export function checkMarket(market: Market, at: string, failures: FailureList): void {
  if (market.asOf !== undefined && parseDate(market.asOf) === null) {
    failures.add('invalid_date', `${at}/asOf`, `asOf is ${market.asOf}; there is no such date`);
  }
  const ids = new Set<string>();
  const claim = (id: string, here: string) => {
    if (id === 'index') {
      failures.add('not_allowed', here, 'id is "index", which stands for the index itself in results; choose another');
    }
    if (ids.has(id)) {
      const message = `id is "${id}", as of another underlying or index; their ids must be unique`;
      failures.add('duplicate_id', here, message);
    }
    ids.add(id);
  };
  for (const [i, underlying] of market.underlyings.entries()) {
    const here = at + pointer('underlyings', i);
    claim(underlying.id, `${here}/id`);
    checkVolAndSkew(underlying, here, failures);
    if ((underlying.borrowCost ?? 0) !== 0) {
      const message = notYet(`borrowCost is ${underlying.borrowCost}`, '0');
      failures.add('unsupported', `${here}/borrowCost`, message);
    }
  }
  const names = market.underlyings.map((underlying) => underlying.id);
  const known = new Set(names);
  for (const [i, index] of (market.indices ?? []).entries()) {
    const here = at + pointer('indices', i);
    claim(index.id, `${here}/id`);
    checkVolAndSkew(index, here, failures);
    checkConstituents(index.constituents, known, here, failures);
  }
  if (market.correlation === undefined) {
    if (names.length > 1) {
      failures.add(
        'required',
        `${at}/correlation`,
        `correlation is missing; a market of ${names.length} underlyings needs one, of kind "matrix", "average" or "sectors"`,
      );
    }
  } else if (market.correlation.kind === 'matrix') {
    checkMatrixShape(market.correlation, names, `${at}/correlation`, failures);
  }
}

function checkVolAndSkew(
  item: { readonly impliedVol?: unknown; readonly skew?: { slope: number; curvature: number } },
  at: string,
  failures: FailureList,
): void {
  if (Array.isArray(item.impliedVol)) {
    failures.add('unsupported', `${at}/impliedVol`, notYet('impliedVol is a term structure', 'one number'));
  }
  if (item.skew !== undefined && (item.skew.slope !== 0 || item.skew.curvature !== 0)) {
    const found = `skew has slope ${item.skew.slope} and curvature ${item.skew.curvature}`;
    failures.add('unsupported', `${at}/skew`, notYet(found, 'slope 0 and curvature 0'));
  }
}

function checkConstituents(
  constituents: readonly { underlying: string; weight: number }[],
  names: ReadonlySet<string>,
  at: string,
  failures: FailureList,
): void {
  const seen = new Set<string>();
  for (const [j, { underlying }] of constituents.entries()) {
    const here = at + pointer('constituents', j, 'underlying');
    if (!names.has(underlying)) {
      const message = () => noSuch(`underlying is "${underlying}"`, 'underlying', 'market', names);
      failures.add('unknown_reference', here, message);
    }
    if (seen.has(underlying)) {
      failures.add('duplicate_id', here, `underlying is "${underlying}", which is a constituent already; give it once`);
    }
    seen.add(underlying);
  }
  const sum = constituents.reduce((total, { weight }) => total + weight, 0);
  if (sum > 1 + SUM_TOLERANCE) {
    failures.add(
      'weights_exceed_one',
      `${at}/constituents`,
      `the weights of constituents sum to ${tidy(sum)}; they may sum to at most 1 (less leaves a residual)`,
    );
  }
}

/** Order and shape of a full matrix: each underlying once, as many rows and columns. */
export function checkMatrixShape(
  matrix: CorrelationMatrix,
  names: readonly string[],
  at: string,
  failures: FailureList,
): void {
  const known = new Set(names);
  const seen = new Set<string>();
  for (const [i, id] of matrix.order.entries()) {
    const here = `${at}/order/${i}`;
    if (!known.has(id)) {
      const message = () => noSuch(`order[${i}] is "${id}"`, 'underlying', 'market', known);
      failures.add('unknown_reference', here, message);
    }
    if (seen.has(id)) {
      failures.add('duplicate_id', here, `order[${i}] is "${id}", which order has already; give it once`);
    }
    seen.add(id);
  }
  const missing = names.filter((name) => !seen.has(name));
  if (missing.length > 0) {
    const message = `order lacks ${listed(missing)}; it must have every underlying of the market once`;
    failures.add('matrix_shape', `${at}/order`, message);
  }
  const n = matrix.order.length;
  if (matrix.values.length !== n) {
    failures.add(
      'matrix_shape',
      `${at}/values`,
      `values has ${counted(matrix.values.length, 'row')}; it must have ${n}, as order`,
    );
  }
  for (const [i, row] of matrix.values.entries()) {
    if (row.length === n) continue;
    const message = `values[${i}] has ${counted(row.length, 'number')}; it must have ${n}, as order`;
    failures.add('matrix_shape', `${at}/values/${i}`, message);
  }
}

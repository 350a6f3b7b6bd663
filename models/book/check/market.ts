import type { CorrelationMatrix, Market } from '../../../schemas/market.ts';
import { parseDate } from '../../calendar/trading-days.ts';
import { type FailureList, listed, pointer } from '../../failures.ts';

/** Sums of weights and probabilities may be off by this much: decimal input, not arithmetic. */
export const SUM_TOLERANCE = 1e-9;

const LATER = 'is part of the contract, but this version does not compute it yet';

/** Checks of a market that need more than one field; matrices are judged in `resolveMarket`. */
export function checkMarket(market: Market, at: string, failures: FailureList): void {
  if (market.asOf !== undefined && parseDate(market.asOf) === null) {
    failures.add('invalid_date', `${at}/asOf`, `asOf ${market.asOf} does not exist`);
  }
  const ids = new Set<string>();
  const claim = (id: string, here: string) => {
    if (id === 'index')
      failures.add('not_allowed', here, '"index" is reserved for the index itself in results; choose another id');
    if (ids.has(id))
      failures.add('duplicate_id', here, `"${id}" is the id of another underlying or index; ids must be unique`);
    ids.add(id);
  };
  for (const [i, underlying] of market.underlyings.entries()) {
    const here = at + pointer('underlyings', i);
    claim(underlying.id, `${here}/id`);
    checkVolAndSkew(underlying, here, failures);
    if ((underlying.borrowCost ?? 0) !== 0) {
      failures.add(
        'unsupported',
        `${here}/borrowCost`,
        `borrowCost is ${underlying.borrowCost}: a borrow cost ${LATER}; allowed now: 0`,
      );
    }
  }
  const names = market.underlyings.map((underlying) => underlying.id);
  for (const [i, index] of (market.indices ?? []).entries()) {
    const here = at + pointer('indices', i);
    claim(index.id, `${here}/id`);
    checkVolAndSkew(index, here, failures);
    checkConstituents(index.constituents, new Set(names), here, failures);
  }
  if (market.correlation === undefined) {
    if (names.length > 1) {
      failures.add(
        'required',
        `${at}/correlation`,
        `correlation is missing; a market of ${names.length} underlyings needs one: kind "matrix", "average" or "sectors"`,
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
    failures.add('unsupported', `${at}/impliedVol`, `a term structure ${LATER}; allowed now: one number`);
  }
  if (item.skew !== undefined && (item.skew.slope !== 0 || item.skew.curvature !== 0)) {
    failures.add('unsupported', `${at}/skew`, `a smile ${LATER}; allowed now: slope 0 and curvature 0`);
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
      failures.add(
        'unknown_reference',
        here,
        `"${underlying}" is no underlying of the market; it has ${listed([...names])}`,
      );
    }
    if (seen.has(underlying)) failures.add('duplicate_id', here, `"${underlying}" is a constituent already`);
    seen.add(underlying);
  }
  const sum = constituents.reduce((total, { weight }) => total + weight, 0);
  if (sum > 1 + SUM_TOLERANCE) {
    failures.add(
      'weights_exceed_one',
      `${at}/constituents`,
      `the weights sum to ${sum}; they may sum to at most 1 (less leaves a residual)`,
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
    if (!known.has(id))
      failures.add(
        'unknown_reference',
        `${at}/order/${i}`,
        `"${id}" is no underlying of the market; it has ${listed(names)}`,
      );
    if (seen.has(id)) failures.add('duplicate_id', `${at}/order/${i}`, `"${id}" stands in the order twice`);
    seen.add(id);
  }
  const missing = names.filter((name) => !seen.has(name));
  if (missing.length > 0)
    failures.add(
      'matrix_shape',
      `${at}/order`,
      `the order lacks ${listed(missing)}; it must name every underlying once`,
    );
  const n = matrix.order.length;
  if (matrix.values.length !== n)
    failures.add('matrix_shape', `${at}/values`, `${matrix.values.length} rows given for an order of ${n}`);
  for (const [i, row] of matrix.values.entries()) {
    if (row.length !== n)
      failures.add('matrix_shape', `${at}/values/${i}`, `row ${i} has ${row.length} entries; it must have ${n}`);
  }
}

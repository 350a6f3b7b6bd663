import { dimensionOf, powerDimension, productDimension, sameDimension } from './quantity.ts';
import type { Dimension } from './quantity.ts';
import type { ArithmeticName, ConstantName, LevelFunctionName, Quantity } from './vocabulary.ts';

/** A figure of the run that a limit asks for. */
export type MetricUse =
  | { readonly name: ConstantName; readonly level: null }
  | { readonly name: LevelFunctionName; readonly level: number };

/** A number computed from the values of the figures a limit uses, in their order. */
export type Formula = (values: Float64Array) => number;

/** A part of a limit's expression, compiled. */
export interface Part {
  readonly formula: Formula;
  readonly dimension: Dimension;
  /** the figure, when the part is nothing but one */
  readonly use: MetricUse | null;
  /** how many figures the part holds */
  readonly uses: number;
  /** the number, when the part is nothing but one */
  readonly literal: number | null;
}

/** Stands in for a part that is refused, so that the rest is still checked. */
export const REFUSED: Part = { formula: () => NaN, dimension: 'other', use: null, uses: 0, literal: null };

export function number(value: number): Part {
  return { formula: () => value, dimension: 'literal', use: null, uses: 0, literal: value };
}

export function figure(use: MetricUse, slot: number, quantity: Quantity): Part {
  return { formula: (values) => values[slot], dimension: dimensionOf(quantity), use, uses: 1, literal: null };
}

export function negative(part: Part): Part {
  const { formula, literal } = part;
  if (literal !== null) return number(-literal);
  return { ...part, use: null, formula: (values) => -formula(values) };
}

/** a + b, a - b, a * b, a / b or a ^ b; null for any other operator. */
export function binary(operator: string, a: Part, b: Part): Part | null {
  const compiled = arithmetic(operator, a, b);
  return compiled === null ? null : { ...compiled, use: null, uses: a.uses + b.uses, literal: null };
}

function arithmetic(operator: string, a: Part, b: Part): Pick<Part, 'formula' | 'dimension'> | null {
  const left = a.formula;
  const right = b.formula;
  switch (operator) {
    case '+':
      return { formula: (values) => left(values) + right(values), dimension: sameDimension(a.dimension, b.dimension) };
    case '-':
      return { formula: (values) => left(values) - right(values), dimension: sameDimension(a.dimension, b.dimension) };
    case '*':
      return {
        formula: (values) => left(values) * right(values),
        dimension: productDimension(a.dimension, b.dimension, 1),
      };
    case '/':
      return {
        formula: (values) => left(values) / right(values),
        dimension: productDimension(a.dimension, b.dimension, -1),
      };
    case '^':
      return { formula: (values) => left(values) ** right(values), dimension: powerDimension(a.dimension, b.literal) };
    default:
      return null;
  }
}

const APPLY: Readonly<Record<ArithmeticName, (formulas: readonly Formula[]) => Formula>> = {
  min: (formulas) => (values) => Math.min(...formulas.map((formula) => formula(values))),
  max: (formulas) => (values) => Math.max(...formulas.map((formula) => formula(values))),
  abs:
    ([formula]) =>
    (values) =>
      Math.abs(formula(values)),
  sqrt:
    ([formula]) =>
    (values) =>
      Math.sqrt(formula(values)),
};

/** min, max, abs or sqrt of its arguments, whose number the caller has checked. */
export function applied(name: ArithmeticName, parts: readonly Part[]): Part {
  const dimension = parts.map((part) => part.dimension).reduce(sameDimension);
  return {
    formula: APPLY[name](parts.map(({ formula }) => formula)),
    dimension: name === 'sqrt' ? powerDimension(dimension, 0.5) : dimension,
    use: null,
    uses: parts.reduce((sum, { uses }) => sum + uses, 0),
    literal: null,
  };
}
